"""What is measured on: the bundle, images, embeddings; and all of that at the article's scale."""

import asyncio
import io
import os
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from benchmarks.large import Between, fill_library, published, with_tags
from benchmarks.refitting import fitting_of
from bot.gallery import draw, draw_gallery
from model.bundle import Bundle
from model.datasets import read_dataset
from model.encoder import Encoder
from model.image import ImageLimits, image_from_bytes, prepare_image, read_image_file
from model.index import VectorIndex
from model.networks import build
from model.scorer import Scorer
from model.trees import Booster
from train.boosters import fit_tag
from train.config import BoostersConfig

Floats = NDArray[np.float32]
LARGE_PX = 1024
GRAIN = 2.0
LIBRARY = 5000
ASKED = 500  # Real embeddings that the large library is not made of.


@dataclass(frozen=True)
class Scale:
    """How large the large service is.

    Attributes:
        tags: In its vocabulary.
        items: In its library.
        fitted: So many boosters are really fitted.
        boosters: How; the article's scale is a hundred trees of depth six.
    """

    tags: int = 30_000
    items: int = 2_000_000
    fitted: int = 60
    boosters: BoostersConfig = field(default_factory=lambda: BoostersConfig(rounds=100, depth=6))


QUICK = Scale(tags=2000, items=20_000, fitted=4)


@dataclass(frozen=True)
class Made:
    """An index, what is in it, and how long making it took.

    Attributes:
        embeddings: (n, D); the id of row i is i + 1, as in a catalogue.
    """

    index: VectorIndex
    directory: Path
    embeddings: Floats
    seconds: float


@dataclass(frozen=True)
class Bench:
    """One run of the benchmarks.

    Attributes:
        place: An empty directory for what is made on the way.
        data: A dataset directory whose images are embedded; None: the drawn gallery.
        quick: A smoke run: fewer repeats, fewer tags.
    """

    bundle: Bundle
    place: Path
    data: Path | None = None
    quick: bool = False
    limits: ImageLimits = field(default_factory=ImageLimits)

    @property
    def scale(self) -> Scale:
        """How large the large service is in this run."""
        return QUICK if self.quick else Scale()

    @cached_property
    def encoder(self) -> Encoder:
        """The bundle's."""
        return Encoder.load(self.bundle.directory)

    @cached_property
    def scorer(self) -> Scorer:
        """The bundle's."""
        return Scorer.load(self.bundle.directory, self.encoder.width)

    @cached_property
    def network(self) -> keras.Model:
        """The encoder's network as Keras has it, for rivals; its weights do not change its pace."""
        return build(self.encoder.network.kind, self.encoder.options)

    @cached_property
    def index(self) -> VectorIndex:
        """A library to search: up to 5,000 of the bundle's background embeddings."""
        index = VectorIndex(None, self.encoder.width, self.encoder.id)
        embeddings = self.scorer.background[:LIBRARY]
        index.add(range(len(embeddings)), embeddings)
        return index

    @cached_property
    def boosters(self) -> tuple[Booster, ...]:
        """A few of the large service's, fitted on tags that were drawn uniformly."""
        fitting = fitting_of(self.scorer)
        drawn = np.random.default_rng(0).permutation(len(fitting.vocabulary))[: self.scale.fitted]
        told = tqdm(drawn.tolist(), desc="large boosters", unit="tag", leave=False, disable=None)
        return tuple(fit_tag(fitting, tag, self.scale.boosters, seed=0) for tag in told)

    @cached_property
    def large_scorer(self) -> Scorer:
        """Of the large service; its forest is mapped, as in a served bundle."""
        return Scorer.load(self.large_bundle.directory, self.encoder.width)

    @cached_property
    def large_bundle(self) -> Bundle:
        """With as many tags, each with as many trees, as the article's scale asks for."""
        scorer = with_tags(self.scorer, self.boosters, self.scale.tags)
        return published(scorer, self.bundle, self.place / "bundle")

    @cached_property
    def between(self) -> Between:
        """What library embeddings are drawn from."""
        return Between(self._halves[0])

    @property
    def queries(self) -> Floats:
        """Real embeddings that the library is not made of."""
        return self._halves[1]

    @cached_property
    def library(self) -> Made:
        """The large service's illustrations."""
        return self._indexed(self.between.embeddings(self.scale.items, seed=1), "library")

    @cached_property
    def large_data(self) -> Path:
        """A data directory of the service, with a catalogue of the library."""
        library, directory = self.library, self.place / "data"
        with tqdm(
            total=len(library.embeddings), desc="catalogue", leave=False, disable=None
        ) as bar:
            filling = fill_library(
                directory / "catalogue.sqlite", self.encoder.id, library.embeddings, bar.update
            )
            asyncio.run(filling)
        return directory

    @contextmanager
    def index_of(self, embeddings: Floats, name: str) -> Iterator[Made]:
        """An index of some embeddings in one segment, as long as it is needed."""
        made = self._indexed(embeddings, name)
        try:
            yield made
        finally:
            shutil.rmtree(made.directory)

    @contextmanager
    def changing(self) -> Iterator[VectorIndex]:
        """The library's index to be changed; the library itself stays as it is."""
        copy = self.place / "changing"
        shutil.copytree(self.library.directory, copy, copy_function=os.link)
        try:
            yield VectorIndex(copy, self.encoder.width, self.encoder.id, background=True)
        finally:
            shutil.rmtree(copy, ignore_errors=True)

    def embeddings(self, count: int) -> Floats:
        """(≤ count, D) of real images: the dataset's test split, or the drawn gallery."""
        images = list(self._images(count))
        return self.encoder.embed(np.stack(images))

    @cached_property
    def _halves(self) -> tuple[Floats, Floats]:
        """The background's embeddings, in no order: what the library is made of, and queries."""
        background = self.scorer.background
        mixed = background[np.random.default_rng(0).permutation(len(background))]
        asked = min(ASKED, len(mixed) // 4)
        return mixed[asked:], mixed[:asked]

    def _indexed(self, embeddings: Floats, name: str) -> Made:
        directory = self.place / name
        began = time.perf_counter()
        index = VectorIndex(directory, self.encoder.width, self.encoder.id)
        index.add(np.arange(1, len(embeddings) + 1), embeddings)
        index.compact()
        return Made(index, directory, embeddings, time.perf_counter() - began)

    def _images(self, count: int) -> Iterator[NDArray[np.uint8]]:
        size_px = self.encoder.options.image_size_px
        if self.data is None:
            for drawing in draw_gallery(count):
                yield prepare_image(drawing.image, size_px)
            return
        rows = read_dataset(self.data).rows
        unseen = [row for row in rows if row.split == "test"] or rows
        for row in random.Random(0).sample(unseen, min(count, len(unseen))):
            yield image_from_bytes(read_image_file(row.file, self.limits), self.limits, size_px)


def large_png() -> bytes:
    """A drawing of 1024×1024 px as a PNG of 1.5 MB: with grain, since scanned paper has some."""
    drawing = draw("starry-sky", 0).image.resize((LARGE_PX, LARGE_PX), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(0).normal(0, GRAIN, (LARGE_PX, LARGE_PX, 3))
    pixels = np.clip(np.asarray(drawing) + np.rint(grain), 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
