"""What is measured on: the bundle, images, embeddings."""

import io
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bot.gallery import draw, draw_gallery
from model.bundle import Bundle
from model.datasets import read_dataset
from model.encoder import Encoder
from model.image import ImageLimits, image_from_bytes, prepare_image, read_image_file
from model.index import VectorIndex
from model.networks import build
from model.scorer import Scorer

LARGE_PX = 1024
GRAIN = 2.0
LIBRARY = 5000


@dataclass(frozen=True)
class Bench:
    """One run of the benchmarks.

    Attributes:
        data: A dataset directory whose images are embedded; None: the drawn gallery.
        quick: A smoke run: fewer repeats, fewer tags.
    """

    bundle: Bundle
    data: Path | None = None
    quick: bool = False
    limits: ImageLimits = field(default_factory=ImageLimits)

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

    def embeddings(self, count: int) -> NDArray[np.float32]:
        """(≤ count, D) of real images: the dataset's test split, or the drawn gallery."""
        images = list(self._images(count))
        return self.encoder.embed(np.stack(images))

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
