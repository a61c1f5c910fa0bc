"""The steps in their order, each resumable: pack → encoder → embed → boosters → index → publish.

A step that is done under the same settings is skipped, one that was cut goes on where it stopped,
so running the same command again is always right.
"""

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from model.bundle import Bundle, open_bundle
from model.datasets import Dataset
from model.errors import BundleError, BundleExistsError, NotBetterError, TrainingError
from model.image import ImageLimits
from model.ownership import owned
from train import marks
from train.boosters import Fitting, fit_boosters, prepare_fitting
from train.cluster import on_cluster
from train.config import TrainConfig
from train.datasets import read_datasets, withdrawn_rows
from train.pack import Pack, load_pack, pack_images, training_rows
from train.workdir import Workdir, write_json

if TYPE_CHECKING:
    from model.encoder import Encoder
    from model.scorer import Scorer
    from train.comparing import Comparison

Step = Literal["pack", "encoder", "embed", "boosters", "index", "publish"]
COMPARISON_FILE = "comparison.json"
STEPS: tuple[Step, ...] = ("pack", "encoder", "embed", "boosters", "index", "publish")


@dataclass(frozen=True)
class Run:
    """One training run.

    Attributes:
        data: The dataset directories.
        out: Where the bundle appears; needed by ``publish`` alone.
        work: The run's work directory.
        replaces: A bundle; the new one is published only if it is at least as good.
    """

    data: tuple[Path, ...]
    out: Path | None
    work: Workdir
    config: TrainConfig
    limits: ImageLimits
    replaces: Path | None = None

    def steps(self, names: tuple[Step, ...]) -> Bundle | None:
        """Run some steps.

        Returns:
            The bundle, if ``publish`` was among them.

        Raises:
            NotBetterError: If the bundle is not published, for what it was to replace is better.
            HoshizoraError: If a step cannot go on; the message says why and what to do.
        """
        if "publish" in names:
            self._check_out()
            if self.replaces is not None:
                open_bundle(self.replaces)  # Hours later would be a bad time to find it damaged.
        with owned(self.work.root, "--workdir"), on_cluster(self.config.cluster):
            write_json(self.work.root / "config.json", asdict(self.config))
            bundle = None
            for name in names:
                began = time.monotonic()
                step: Callable[[], Bundle | None] = getattr(self, f"_{name}")
                bundle = step()
                self.work.note(name, 1, 1)
                self._note_seconds(name, time.monotonic() - began)
        return bundle

    @cached_property
    def dataset(self) -> Dataset:
        """The dataset directories, read once."""
        return read_datasets(self.data)

    @cached_property
    def pack(self) -> Pack:
        """The packed images of the finished step ``pack``.

        Raises:
            TrainingError: If it has not finished under these settings.
        """
        self._require("pack", self._pack_mark)
        return load_pack(self.data, self.config, self.work)

    @cached_property
    def fitting(self) -> Fitting:
        """What all boosters share; minutes of work the first time, a minute later."""
        from train.embed import load_embeddings

        self._require("embed", self._embed_mark)
        kept = self.work.step("metric") / self._boosters_mark
        return prepare_fitting(self.pack, load_embeddings(self.work)[1], self.config, kept)

    @cached_property
    def _pack_mark(self) -> str:
        return marks.pack_mark(training_rows(self.dataset, self.config), self.config)

    @property
    def _encoder_mark(self) -> str:
        rows = training_rows(self.dataset, self.config)
        return marks.encoder_mark(self._pack_mark, rows, self.config)

    @property
    def _embed_mark(self) -> str:
        return marks.embed_mark(self._encoder_mark, self.config)

    @property
    def _boosters_mark(self) -> str:
        pack = self.pack
        rows = [row for row, usable in zip(pack.rows, pack.usable, strict=True) if usable]
        return marks.boosters_mark(self._embed_mark, rows, self.config)

    def _require(self, step: Step, mark: str) -> None:
        if not self.work.is_done(step, mark):
            raise TrainingError(
                f"The step {step} has not finished under these settings in {self.work.root}. "
                f"Run: python -m train {step} (or run, which does every step), with the "
                "same --config and --set."
            )

    def _pack(self) -> None:
        pack_images(self.dataset, self.config, self.limits, self.work)

    def _encoder(self) -> None:
        from train.encoder import train_encoder

        train_encoder(self.pack, self.config, self.work, self._pack_mark)

    def _embed(self) -> None:
        from train.embed import embed_images

        pack = self.pack
        self._require("encoder", self._encoder_mark)
        embed_images(pack, self.config, self.work, self._encoder_mark)

    def _boosters(self) -> None:
        mark = self._boosters_mark
        if not self.work.is_done("boosters", mark):
            fit_boosters(self.fitting, self.config, self.work, mark)

    def _index(self) -> None:
        from train.embed import load_embeddings
        from train.index import build_index

        self._require("embed", self._embed_mark)
        encoder, embeddings = load_embeddings(self.work)
        build_index(self.pack, embeddings, encoder, self.config, self.work)

    def _publish(self) -> Bundle:
        from train.embed import load_embeddings
        from train.publish import fit_scorer, publish
        from train.report.from_run import report_file, report_run

        out = self._check_out()
        self._require("boosters", self._boosters_mark)
        encoder, embeddings = load_embeddings(self.work)
        scorer = fit_scorer(self.pack, embeddings, self.fitting, self.work)
        comparison = (
            None if self.replaces is None else self._compare(encoder, scorer, self.replaces)
        )
        refused = comparison is not None and not comparison.is_better
        target = self._place_of_refused(out) if refused else out
        if target.exists():
            bundle = open_bundle(target)
        else:
            bundle = publish(target, encoder, scorer, self.pack, self.config, self.work)
        report = report_run(
            bundle, scorer, self.pack, embeddings, self.work, self.config, comparison
        )
        if refused:
            shutil.move(report, report_file(out))
            raise NotBetterError(
                f"{comparison} It was not published; it lies at {target}. Its report: "
                f"{report_file(out)}"
            )
        return bundle

    def _compare(self, encoder: "Encoder", scorer: "Scorer", rival: Path) -> "Comparison":
        """Measure what is about to be published against what it is to replace."""
        from train.comparing import Candidate, compare

        self.work.note("compare", 0, 1)
        withdrawn = withdrawn_rows(self.data)
        tested = [
            row for row in self.dataset.rows if row.split == "test" and row.name not in withdrawn
        ]
        pack = self.pack
        held = [row for row, one in zip(pack.rows, pack.validation, strict=True) if one]
        found = compare(Candidate(encoder, scorer), rival, tested, held, self.limits)
        write_json(self.work.root / COMPARISON_FILE, found.figures())
        return found

    def _place_of_refused(self, out: Path) -> Path:
        """Where a bundle goes that is not published: whoever wants to look at it finds it there."""
        place = self.work.step("refused") / out.name
        if place.exists():
            shutil.rmtree(place)
        return place

    def _check_out(self) -> Path:
        if self.out is None:
            raise TrainingError("Publishing needs a place for the bundle. Add --out DIRECTORY.")
        if self.out.exists() and not self._lacks_only_report(self.out):
            raise BundleExistsError(
                f"{self.out} exists already and a bundle is never overwritten. "
                "Choose another --out, or move the old one away."
            )
        return self.out

    def _lacks_only_report(self, out: Path) -> bool:
        """Whether the bundle there is this run's own, published just before the run was cut."""
        from train.embed import load_embeddings
        from train.report.from_run import report_file

        if report_file(out).exists() or not self.work.facts("embed"):
            return False
        try:
            manifest = open_bundle(out).manifest
        except BundleError:
            return False
        encoder, _ = load_embeddings(self.work)
        # As JSON has it: a tuple comes back from a manifest as a list.
        own = (encoder.id, json.loads(json.dumps(asdict(self.config))))
        return own == (manifest["encoder"]["id"], manifest["settings"])

    def _note_seconds(self, name: Step, seconds: float) -> None:
        """Add to what the step has taken so far: a resumed run counts all its parts."""
        file = self.work.root / "seconds.json"
        noted = self.work.read("seconds.json")
        write_json(file, {**noted, name: round(noted.get(name, 0.0) + seconds, 1)})


def default_workdir(out: Path) -> Path:
    """Where a run works when ``--workdir`` is not given."""
    return out.with_name(f"{out.name}.work")
