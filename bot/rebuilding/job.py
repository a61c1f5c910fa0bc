"""One full rebuild: export what may be learnt from, train on it, publish what is better.

Everything that it needs lies in one directory, and each of its steps can be cut off and gone on
with. Whoever takes something back meanwhile is in no booster and no vector of the bundle: before
training and before publishing the export is compared with the catalogue, and as long as the bundle
was trained with something that is not to be learnt from any more, its boosters are fitted anew.
"""

import asyncio
import contextlib
import json
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bot.bundles.stores import BundleStore
from bot.catalogue.jobs import Job
from bot.config import RebuildConfig
from bot.jobs import JobFailedError, Report, to_its_end
from bot.processes.launcher import Launcher
from model.errors import BundleError, StoreError

# Exit statuses of `python -m train`.
NOT_BETTER, NOTHING_TO_LEARN = 3, 4
# What share of a job the export is.
EXPORT_SHARE = 0.02
# What was posted is in the catalogue's index; the bot has no use for that of a bundle.
WITHOUT_INDEX = "train.bundle.index=false"
# A job on a cluster spreads what can be spread over the same one.
ON_ALL_OF_IT = "train.cluster=auto"
# Of what training says when it fails: lines for the log, characters for the job.
LINES_KEPT, MOST_REASON = 20, 300

# Before a store that is away is tried again: the work of hours is not lost over it.
STORE_PAUSE_SECONDS = 30.0

log = logging.getLogger(__name__)
T = TypeVar("T")
A = TypeVar("A")


@dataclass(frozen=True)
class RebuildPlaces:
    """Where things are.

    Attributes:
        catalogue: The URL of the catalogue.
        data_dir: Directory of everything that the service keeps.
        bundles: Where bundles are taken over from.
        thumbnails: Where the catalogue's thumbnails are: a directory, or a URL.
        serving: Directory of the bundle that is served now.
        arguments: What every training command gets: the configuration of this run.
    """

    catalogue: str
    data_dir: Path
    bundles: BundleStore
    thumbnails: str
    serving: Callable[[], Path]
    arguments: tuple[str, ...] = ()

    @property
    def rebuilds(self) -> Path:
        """Where jobs keep what they need."""
        return self.data_dir / "rebuilds"


@dataclass(frozen=True)
class Launchers:
    """What runs the commands of a rebuild.

    Attributes:
        here: Runs them on the bot's machine, where the catalogue is.
        training: Runs the training, wherever that is.
    """

    here: Launcher
    training: Launcher


@dataclass(frozen=True)
class Rebuild:
    """One rebuild that is under way."""

    job: Job
    report: Report
    config: RebuildConfig
    places: RebuildPlaces
    launchers: Launchers

    @property
    def name(self) -> str:
        """What the bundle is called; the same after a restart."""
        return f"rebuilt-{self.job.created_at:%Y%m%d}-{self.job.id}"

    @property
    def directory(self) -> Path:
        """What the job needs until it is over."""
        return self.places.rebuilds / str(self.job.id)

    @property
    def community(self) -> Path:
        """The export."""
        return self.directory / "community"

    @property
    def bundle(self) -> Path:
        """The bundle before it is published."""
        return self.directory / self.name

    @property
    def _is_trained(self) -> bool:
        """Whether the bundle is there as a whole, and without what was taken back by now."""
        is_whole = self.bundle.is_dir() and self._report.is_file()  # Its report is written last.
        return is_whole and _content(self._without) == _content(self._withdrawn)

    @property
    def _report(self) -> Path:
        return self.bundle.with_name(f"{self.name}.report.html")

    @property
    def _withdrawn(self) -> Path:
        """The rows of the export that were taken back."""
        return self.community / "withdrawn.txt"

    @property
    def _without(self) -> Path:
        """Those that the bundle was trained without."""
        return self.directory / "trained-without.txt"

    async def run(self) -> str:
        """Lead it to its end.

        Raises:
            JobFailedError: If nothing is published.
        """
        while not await self._stored(self.places.bundles.has, self.name):
            await asyncio.to_thread(self.directory.mkdir, parents=True, exist_ok=True)
            await self._export()
            await self._look_at_withdrawn()
            while not self._is_trained:
                await asyncio.to_thread(shutil.rmtree, self.bundle, ignore_errors=True)
                await self._stored(self.places.bundles.clear, self.name)
                await self._train()
                await self._look_at_withdrawn()
            await self.report.note(1.0, "publish")
            await self._publish()
        return f"published {self.name}"

    async def _export(self) -> None:
        """Export, unless that was done before a restart."""
        if self.community.exists():
            return
        progress = self.directory / "export.json"
        status = await self._command(
            progress, 0.0, EXPORT_SHARE, "export", "--out", str(self.community),
            "--progress", str(progress),
        )  # fmt: skip
        if status == NOTHING_TO_LEARN and self.config.data:
            return
        self._check(status)

    async def _train(self) -> None:
        self._without.write_text(_content(self._withdrawn), encoding="utf-8")
        data = [str(self.community)] if self.community.exists() else []
        work = self.directory / "work"
        options = [part for one in [*data, *self.config.data] for part in ("--data", one)]
        spread = (ON_ALL_OF_IT,) if self.config.cluster.address else ()
        settings = (WITHOUT_INDEX, *spread, *self.config.settings)
        options += [part for one in settings for part in ("--set", one)]
        status = await self._command(
            work / "progress.json", EXPORT_SHARE, 1.0, "run", *self.places.arguments, *options,
            "--out", str(self.bundle), "--workdir", str(work),
            "--replaces", str(self.places.serving()),
        )  # fmt: skip
        if status == NOT_BETTER:
            report = await self._stored(self.places.bundles.show, self._report)
            log.info("rebuild %d: not published; why, says %s", self.job.id, report)
            raise JobFailedError(_verdict(work / "comparison.json"))
        self._check(status)

    async def _look_at_withdrawn(self) -> None:
        """Note in the export what is not to be learnt from any more."""
        if self.community.exists():
            status = await self._command(
                None, 0.0, 1.0, "export", "--out", str(self.community), "--refresh"
            )
            self._check(status)

    async def _command(
        self, progress: Path | None, low: float, high: float, command: str, *options: str
    ) -> int:
        """Run one training command and report how far it is.

        Returns:
            Its exit status.
        """
        catalogue = ("--catalogue", self.places.catalogue) if command == "export" else ()
        thumbnails = ("--thumbnails", self.places.thumbnails) if command == "export" else ()
        arguments = (command, *catalogue, *thumbnails, *options)
        launcher = self.launchers.here if command == "export" else self.launchers.training
        async with launcher.running(arguments, self.directory / "log.txt") as running:
            while (status := await running.ended()) is None:
                if progress is not None and (known := _progress(progress)):
                    share, step = known
                    await self.report.note(low + (high - low) * share, step)
        return status

    def _check(self, status: int) -> None:
        if status == NOTHING_TO_LEARN:
            raise JobFailedError("nothing_to_learn")
        if status:
            said = _last_lines(self.directory / "log.txt")
            for line in said:
                log.error("rebuild %d: %s", self.job.id, line)
            raise JobFailedError(f"stopped {said[-1][:MOST_REASON]}" if said else "internal")

    async def _publish(self) -> None:
        """Try to let the bundle appear; whoever calls finds out whether it has.

        Not until it has: what is taken back while its place is away must not be in it.
        """
        with contextlib.suppress(StoreError):
            await self._tried(self.places.bundles.show, self._report)
            await self._tried(self.places.bundles.publish, self.bundle)

    async def _stored(self, work: Callable[[A], T], what: A) -> T:
        """What is done where bundles lie, however long that is away.

        Raises:
            JobFailedError: If it is refused there.
        """
        while True:
            with contextlib.suppress(StoreError):
                return await self._tried(work, what)

    async def _tried(self, work: Callable[[A], T], what: A) -> T:
        """The same, tried once.

        Raises:
            JobFailedError: If it is refused there.
            StoreError: If that is away; a pause later.
        """
        try:
            return await to_its_end(asyncio.to_thread(work, what))
        except StoreError as error:
            log.warning("rebuild %d: %s", self.job.id, error)
            task = asyncio.current_task()
            if task is not None and task.cancelling():  # Nothing was done: it is not too late.
                raise asyncio.CancelledError from error
            await asyncio.sleep(STORE_PAUSE_SECONDS)
            raise
        except BundleError as error:
            raise JobFailedError(f"stopped {error}"[:MOST_REASON]) from error


def _progress(file: Path) -> tuple[float, str] | None:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return float(content["share"]), str(content["step"])


def _verdict(file: Path) -> str:
    """Why a bundle was not published, as the job's row says it: a code with its figures."""
    found = json.loads(file.read_text(encoding="utf-8"))
    if found["new"] is None:
        return "incomparable"
    return f"worse {found['new']:.3f} {found['old']:.3f} {found['images']}"


def _last_lines(file: Path) -> list[str]:
    """The last things that a command said: its reason, if it failed."""
    text = file.read_bytes().decode("utf-8", "replace").replace("\r", "\n")
    return [line.strip() for line in text.splitlines() if line.strip()][-LINES_KEPT:]


def _content(file: Path) -> str:
    """A small file's text; empty where there is none."""
    return file.read_text(encoding="utf-8") if file.is_file() else ""
