"""Fit every encoder of the plan and measure it: resumable at every step, a file for each result.

A row is trained and embedded by the same code that makes a bundle. What it has been measured on
already, under the same settings, is not measured again.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from model.datasets import Dataset, read_dataset
from model.encoder import Encoder
from model.head import Floats
from model.image import ImageLimits
from model.networks import networks_in
from train import marks
from train.compare.images import pack_everything
from train.compare.measures.copies import (
    Gallery,
    measure_copies,
    measure_hashes,
    read_gallery,
    together,
)
from train.compare.measures.costs import measure_cost
from train.compare.measures.findings import KINDS, measure_findings
from train.compare.measures.likeness import measure_likeness
from train.compare.measures.neighbours import Picture, measure_neighbours
from train.compare.measures.new_tags import measure_new_tags
from train.compare.measures.tagging import TaggingOptions, measure_tagging
from train.compare.plan import Candidate
from train.compare.projecting import choose_projection
from train.compare.space import Labelled, Space, label
from train.compare.withheld import choose
from train.config import EncoderConfig, TrainConfig
from train.embed import find_latents, round_encoder
from train.encoder import train_encoder
from train.encoders.supervised import Outputs
from train.metric import MetricOptions
from train.pack import Pack
from train.withholding import Withheld
from train.workdir import Workdir, fingerprint, write_json

PROJECTED = "projected"
NEW_TAG_EXAMPLES = (5, 20)
DRAWS = 2  # Of examples for each new tag.


@dataclass(frozen=True)
class Embedded:
    """What a trained encoder makes of the dataset.

    Attributes:
        encoder: With its projection.
        latents: (N, D) float32, before the projection.
        space: After it.
        whitening: The mean average precision of neighbours' votes on validation, by strength.
    """

    encoder: Encoder
    latents: Floats
    space: Space
    whitening: Mapping[str, float]


@dataclass(frozen=True)
class Contest:
    """All rows are measured on this.

    Attributes:
        data: The dataset directory.
        work: Where packs and encoders are kept.
        results: The directory with a file for each run of a row.
        config: What is common to all: licences, validation, seed, processes, boosters.
        limits: What images are refused.
        pictures: Of these each encoder names the neighbours; none: that is left out.
    """

    data: Path
    work: Workdir
    results: Path
    config: TrainConfig
    limits: ImageLimits
    pictures: Sequence[Picture] = ()

    @cached_property
    def dataset(self) -> Dataset:
        """Its rows, all splits."""
        return read_dataset(self.data)

    @cached_property
    def withheld(self) -> Withheld:
        """The tags that nothing learns from, and those that would give them away."""
        return choose(self.dataset.rows, self.config, set().union(*KINDS.values()))

    @cached_property
    def gallery(self) -> Gallery:
        """The pictures that are to be found again."""
        return read_gallery(self.labelled, self.limits)

    @cached_property
    def hashes(self) -> dict[str, Any]:
        """What perceptual hashes find of them."""
        return measure_hashes(self.gallery)

    def run(self, candidate: Candidate, seed: int) -> Path:
        """Fit and measure one row with one seed.

        Returns:
            The file with its results.

        Raises:
            HoshizoraError: If the dataset or a step is of no use; the message says why.
        """
        config = self._config(candidate, seed)
        # Validation is the same for every seed.
        common = replace(config, seed=self.config.seed)
        pack, pack_mark = pack_everything(self.dataset, common, self.limits, self.work)
        work = _place(self.work, candidate.name, seed)
        mark = marks.encoder_mark(pack_mark, pack.rows, config)
        self.results.mkdir(parents=True, exist_ok=True)
        file = self.results / f"{candidate.name}.seed{seed}.json"
        result = _Result(file, fingerprint(mark, self.config.seed))
        if not result.complete:
            train_encoder(pack, config, work, pack_mark)
            self._measure(result, self._embed(pack, config, work), work, config)
        if self.pictures and (work.root / PROJECTED).is_dir():
            result.add("neighbours", partial(self._neighbours, work))
        result.describe(candidate, seed, config.encoder)
        return file

    def _measure(
        self, result: "_Result", embedded: Embedded, work: Workdir, config: TrainConfig
    ) -> None:
        space, encoder = embedded.space, embedded.encoder
        size = encoder.options.image_size_px
        result.add("whitening", lambda: dict(embedded.whitening))
        result.add("cost", lambda: measure_cost(encoder, work, config))
        epochs = config.metric.epochs
        metric = MetricOptions(epochs=epochs) if epochs else None
        options = TaggingOptions(jobs=config.jobs, boosters=config.boosters, metric=metric)
        outputs = _outputs(work, embedded, self.labelled)
        result.add("tagging", lambda: measure_tagging(space, options, outputs))
        how = partial(measure_new_tags, draws=DRAWS, examples=NEW_TAG_EXAMPLES, jobs=config.jobs)
        result.add("new_tags", lambda: how(space))
        result.add("likeness", lambda: measure_likeness(space, embedded.latents))
        result.add("copies", lambda: together(self._copies(encoder, space, size), self.hashes))
        result.add("findings", lambda: measure_findings(space, options))

    def _copies(self, encoder: Encoder, space: Space, size_px: int) -> dict[str, Any]:
        library = space.embeddings[self.gallery.rows]
        return measure_copies(encoder.embed, size_px, self.gallery, library)

    def _neighbours(self, work: Workdir) -> Mapping[str, Any]:
        encoder = Encoder.load(work.root / PROJECTED)
        size = encoder.options.image_size_px
        return measure_neighbours(encoder.embed, size, self.pictures, self.limits)

    def _embed(self, pack: Pack, config: TrainConfig, work: Workdir) -> Embedded:
        """Embed every row; the projection is chosen on validation."""
        bare = round_encoder(config, work)
        kept = self._rows_of(pack)
        latents = np.asarray(find_latents(bare, pack, work))[kept]
        projection, whitening = choose_projection(latents, self.labelled, networks_in(bare.options))
        encoder = bare.projected(projection)
        encoder.save(work.step(PROJECTED), config.embed.dtype)
        space = Space(self.labelled, projection.apply(latents), encoder.id)
        return Embedded(encoder, latents, space, whitening)

    def _rows_of(self, pack: Pack) -> list[int]:
        """Where the labelled rows stand in a pack."""
        place = {row.name: i for i, row in enumerate(pack.rows)}
        return [place[row.name] for row in self.labelled.rows]

    @cached_property
    def labelled(self) -> Labelled:
        """Its rows, sorted: what is fitted on, and what is measured on."""
        unreadable = set(self._problems())
        rows = [row for row in self.dataset.rows if row.name not in unreadable]
        return label(rows, self.config, self.withheld.names, self.withheld.relatives)

    def _problems(self) -> list[str]:
        """Files that could not be decoded when the images were packed, whatever the size."""
        found: list[str] = []
        for file in sorted((self.work.root / "images").glob("*/pack/problems.json")):
            found += [one["name"] for one in json.loads(file.read_text(encoding="utf-8"))]
        return found

    def _config(self, candidate: Candidate, seed: int) -> TrainConfig:
        return replace(
            self.config,
            seed=seed,
            withheld=self.withheld.relatives,
            encoder=EncoderConfig(**candidate.encoder),
        )


class _Result:
    """One row's file, written after every measure."""

    SECTIONS = ("whitening", "cost", "tagging", "new_tags", "likeness", "copies", "findings")

    def __init__(self, file: Path, mark: str) -> None:
        self.file, self.mark = file, mark
        saved = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        self.content: dict[str, Any] = saved if saved.get("mark") == mark else {"mark": mark}

    @property
    def complete(self) -> bool:
        return all(section in self.content for section in self.SECTIONS)

    def add(self, section: str, measure: Callable[[], Mapping[str, Any]]) -> None:
        """Measure, unless it is there already."""
        if section in self.content:
            return
        began = time.monotonic()
        self.content[section] = measure()
        took = self.content.setdefault("measured_seconds", {})
        took[section] = round(time.monotonic() - began, 1)
        write_json(self.file, self.content, indent=None)

    def describe(self, candidate: Candidate, seed: int, encoder: EncoderConfig) -> None:
        """What the tables say of the row besides its figures."""
        about = {
            "name": candidate.name,
            "label": candidate.label,
            "seed": seed,
            "settings": vars(encoder),
        }
        write_json(self.file, {**self.content, **about}, indent=None)


def _place(work: Workdir, name: str, seed: int) -> Workdir:
    return Workdir(work.root / "encoders" / f"{name}.seed{seed}")


def _outputs(work: Workdir, embedded: Embedded, labelled: Labelled) -> Floats | None:
    """(N, T) what a network with outputs of its own says; least where it has none for a tag."""
    directory = work.root / "encoder"
    if not Outputs.kept_in(directory):
        return None
    own = Outputs.load(directory)
    margins = own.margins(embedded.latents)
    scores = np.full((len(margins), len(labelled.vocabulary)), margins.min() - 1, np.float32)
    columns = {name: i for i, name in enumerate(own.names)}
    for i, tag in enumerate(labelled.vocabulary):
        if tag.name in columns:
            scores[:, i] = margins[:, columns[tag.name]]
    return scores
