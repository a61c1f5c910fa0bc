"""A rebuild publishes what is better, leaves nothing behind, and survives kills.

Training itself is played by a script that leaves the files that ``python -m train`` leaves.
"""

import asyncio
import json
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import jobs
from bot.bundles.stores import BundleDirectory
from bot.catalogue import Catalogue, Job, tables
from bot.config import ClusterConfig, RebuildConfig
from bot.errors import RequestError
from bot.jobs import JobRunner, JobRunningError
from bot.processes import commands
from bot.processes.commands import Commands
from bot.rebuilding import starting as rebuilding
from bot.rebuilding.job import Launchers
from bot.rebuilding.starting import Rebuilding, RebuildPlaces, missing_modules
from bot.replies import error_text
from model.errors import StoreError
from train.run import COMPARISON_FILE

# Notes what it was asked for; how it behaves stands in a file beside it, by command.
TRAINING = """
import json, os, pathlib, sys, time
place = pathlib.Path(__file__).parent
arguments = [one for one in sys.argv[1:] if one != "--on-cluster"]
command, *rest = arguments
with (place / "asked.jsonl").open("a") as asked:
    asked.write(json.dumps(sys.argv[1:]) + "\\n")
secrets = sorted(name for name, value in os.environ.items() if value == "secret")
(place / f"secrets-of-{command}").write_text(" ".join(secrets))
behave = json.loads((place / "behave.json").read_text())
option = lambda name: pathlib.Path(rest[rest.index(name) + 1])
out = option("--out")
if command == "export":
    if behave.get("nothing"):
        sys.exit(4)
    out.mkdir(exist_ok=True)
    if "--refresh" in rest:
        withdrawn = behave.get("withdrawn", [])
        (out / "withdrawn.txt").write_text("".join(name + "\\n" for name in withdrawn))
    sys.exit(0)
work = option("--workdir")
work.mkdir(exist_ok=True)
(work / "partial.json").write_text(json.dumps({"step": "encoder", "share": 0.5}))
(work / "partial.json").replace(work / "progress.json")
while json.loads((place / "behave.json").read_text()).get("hang"):
    time.sleep(0.02)
if behave.get("status") == 3:
    (work / "comparison.json").write_text(json.dumps(behave["comparison"]))
if behave.get("says"):
    print("some line\\n" + behave["says"], file=sys.stderr)
if not behave.get("status"):
    out.mkdir()
    (out / "manifest.json").write_text("{}")
if behave.get("status", 0) in (0, 3):
    out.with_name(out.name + ".report.html").write_text("report")
sys.exit(behave.get("status", 0))
"""


@dataclass
class Trainer:
    """The script, and what it was asked for."""

    directory: Path

    @property
    def program(self) -> tuple[str, ...]:
        return (sys.executable, str(self.directory / "training.py"))

    def behave(self, **how: object) -> None:
        partial = self.directory / "partial.json"
        partial.write_text(json.dumps(how))
        partial.replace(self.directory / "behave.json")

    @property
    def asked(self) -> list[list[str]]:
        file = self.directory / "asked.jsonl"
        lines = file.read_text().splitlines() if file.is_file() else []
        return [json.loads(line) for line in lines]

    @property
    def commands(self) -> list[str]:
        return [f"{line[0]} refresh" if "--refresh" in line else line[0] for line in self.asked]


@pytest.fixture
def trainer(tmp_path: Path) -> Trainer:
    (tmp_path / "training").mkdir()
    (tmp_path / "training" / "training.py").write_text(TRAINING)
    made = Trainer(tmp_path / "training")
    made.behave()
    return made


@pytest.fixture
async def catalogue(tmp_path: Path) -> AsyncIterator[Catalogue]:
    opened = await Catalogue.open(f"sqlite+aiosqlite:///{tmp_path / 'catalogue.sqlite'}")
    yield opened
    await opened.close()


@pytest.fixture
def places(tmp_path: Path) -> RebuildPlaces:
    return RebuildPlaces(
        catalogue="sqlite+aiosqlite:///data/catalogue.sqlite",
        data_dir=tmp_path / "data",
        bundles=BundleDirectory(tmp_path / "bundles"),
        thumbnails=str(tmp_path / "data" / "thumbnails"),
        serving=lambda: Path("served"),
        arguments=("--config", "mine.yaml"),
    )


@dataclass
class Started:
    """A bot's part that rebuilds."""

    jobs: JobRunner
    rebuilding: Rebuilding

    async def end(self, job_id: int | None = None) -> Job:
        job_id = await self.rebuilding.start(7, 5) if job_id is None else job_id
        return [job async for job in self.jobs.follow(job_id)][-1]


Start = Callable[..., Started]


@pytest.fixture
async def start(
    catalogue: Catalogue,
    places: RebuildPlaces,
    trainer: Trainer,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Start]:
    """Starts that part, as each start of the bot does."""
    monkeypatch.setattr(commands, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(jobs, "LOOK_SECONDS", 0.02)
    made: list[Started] = []

    def begin(config: RebuildConfig | None = None) -> Started:
        runner, config = JobRunner(catalogue.jobs), config or RebuildConfig()
        launchers = rebuilding.launchers_of(ClusterConfig(), trainer.program)
        if config.cluster.address:
            launchers = Launchers(launchers.here, Commands((*trainer.program, "--on-cluster")))
        part = Rebuilding(runner, config, places, launchers)
        made.append(Started(runner, part))
        return made[-1]

    yield begin
    for one in made:
        await one.jobs.close()


async def reopen(catalogue: Catalogue, job_id: int) -> None:
    """A job as it was just before its end, which it could not come back from by itself."""
    going_on = sa.update(tables.jobs).values(state="running", message="publish")
    async with catalogue._database.writing() as connection:
        await connection.execute(going_on.where(tables.jobs.c.id == job_id))


def bundles_in(places: RebuildPlaces) -> Path:
    return places.data_dir.parent / "bundles"


def left(places: RebuildPlaces) -> list[Path]:
    return list(places.rebuilds.glob("*/*"))


async def test_a_better_bundle_appears_with_its_report_and_nothing_else_stays(
    start, trainer, places, until
) -> None:
    job = await start().end()
    assert job.state == "done"
    name = job.message.removeprefix("published ")
    assert sorted(path.name for path in bundles_in(places).iterdir()) == [
        name,
        f"{name}.report.html",
    ]
    assert (bundles_in(places) / name / "manifest.json").is_file()
    assert trainer.commands == [
        "export",
        "export refresh",
        "run",
        "export refresh",
    ]
    await until(lambda: not left(places))


async def test_it_learns_from_the_export_and_from_what_is_configured(
    start, trainer, places
) -> None:
    config = RebuildConfig(data=("/my/pictures",), settings=("train.encoder.epochs=1",))
    job = await start(config).end()
    exported, _, trained, _ = trainer.asked
    assert exported[1:3] == ["--catalogue", "sqlite+aiosqlite:///data/catalogue.sqlite"]
    assert exported[3:5] == ["--thumbnails", str(places.data_dir / "thumbnails")]
    data = [value for key, value in pairwise(trained) if key == "--data"]
    assert data == [str(places.rebuilds / str(job.id) / "community"), "/my/pictures"]
    assert trained[trained.index("--replaces") + 1] == "served"
    assert trained[1:3] == ["--config", "mine.yaml"]
    settings = [value for key, value in pairwise(trained) if key == "--set"]
    assert settings == ["train.bundle.index=false", "train.encoder.epochs=1"]


async def test_with_a_cluster_the_training_alone_is_there_and_its_boosters_all_over_it(
    start, trainer
) -> None:
    """The catalogue is here, so what may be learnt from is looked up here."""
    cluster = ClusterConfig("http://head:8265")
    settings = ("train.encoder.epochs=1",)
    await start(RebuildConfig(settings=settings, cluster=cluster)).end()
    there = ["--on-cluster" in line for line in trainer.asked]
    assert [
        line[1] if far else line[0] for line, far in zip(trainer.asked, there, strict=True)
    ] == [
        "export",
        "export",
        "run",
        "export",
    ]
    assert there == [False, False, True, False]
    trained = trainer.asked[2]
    assert trained[trained.index("train.cluster=auto") - 1] == "--set"
    assert trained.index("train.cluster=auto") < trained.index("train.encoder.epochs=1")


async def test_it_says_how_far_it_is(start, trainer) -> None:
    trainer.behave(hang=True)
    started = start()
    job_id = await started.rebuilding.start(7, 5)
    async for job in started.jobs.follow(job_id):
        if job.message == "encoder":
            assert job.progress == pytest.approx(0.51)
            trainer.behave()
    assert job.state == "done"


@pytest.mark.parametrize(
    ("comparison", "message"),
    [
        ({"new": 0.31234, "old": 0.35, "images": 4800}, "worse 0.312 0.350 4800"),
        ({"new": None, "old": None, "images": 0}, "incomparable"),
    ],
)
async def test_a_worse_bundle_is_not_published_and_the_job_says_why(
    start, trainer, places, comparison, message, until
) -> None:
    trainer.behave(status=3, comparison=comparison)
    job = await start().end()
    assert (job.state, job.message) == ("failed", message)
    (report,) = bundles_in(places).iterdir()
    assert report.name.endswith(".report.html")
    await until(lambda: not left(places))
    assert COMPARISON_FILE == "comparison.json"


async def test_what_training_says_last_is_why_it_stopped(start, trainer, caplog) -> None:
    trainer.behave(status=2, says="No tag has 5 or more training images.")
    job = await start().end()
    assert (job.state, job.message) == ("failed", "stopped No tag has 5 or more training images.")
    assert "some line" in caplog.text


async def test_where_nothing_may_be_learnt_from_the_job_says_so(start, trainer) -> None:
    trainer.behave(nothing=True)
    job = await start().end()
    assert (job.state, job.message) == ("failed", "nothing_to_learn")
    assert trainer.commands == ["export"]


async def test_a_collection_of_ones_own_is_enough_to_learn_from(start, trainer) -> None:
    trainer.behave(nothing=True)
    assert (await start(RebuildConfig(data=("/my/pictures",))).end()).state == "done"
    assert trainer.commands == ["export", "run"]


async def test_what_is_taken_back_while_it_trains_is_trained_without(start, trainer, until) -> None:
    trainer.behave(hang=True)
    started = start()
    job_id = await started.rebuilding.start(7, 5)
    await until(lambda: "run" in trainer.commands)
    trainer.behave(withdrawn=["images/3.webp"])
    assert (await started.end(job_id)).state == "done"
    look, train = "export refresh", "run"
    assert trainer.commands == ["export", look, train, look, train, look]


async def test_a_cancelled_rebuild_ends_at_once_and_leaves_nothing(
    start, trainer, places, until
) -> None:
    trainer.behave(hang=True)
    started = start()
    job_id = await started.rebuilding.start(7, 5)
    await until(lambda: "run" in trainer.commands)
    assert await started.jobs.cancel(job_id)
    assert (await started.end(job_id)).state == "cancelled"
    assert not left(places)
    assert not bundles_in(places).exists()


async def test_who_cancels_while_the_bundle_appears_comes_too_late(
    start, places, until, monkeypatch
) -> None:
    begun, goes_on = threading.Event(), threading.Event()
    publish = places.bundles.publish

    def slowly(bundle):
        begun.set()
        goes_on.wait(10)
        publish(bundle)

    monkeypatch.setattr(places.bundles, "publish", slowly)
    part = start()
    job_id = await part.rebuilding.start(7, 5)
    await until(begun.is_set)
    cancelling = asyncio.create_task(part.jobs.cancel(job_id))
    await asyncio.sleep(0.02)
    goes_on.set()
    assert await cancelling is False
    job = await part.end(job_id)
    assert job.state == "done"
    assert (bundles_in(places) / job.message.removeprefix("published ")).is_dir()


async def test_a_store_that_is_away_is_waited_for_and_who_cancels_then_is_not_too_late(
    start, places, until, monkeypatch
) -> None:
    monkeypatch.setattr("bot.rebuilding.job.STORE_PAUSE_SECONDS", 0.01)
    publish, away = places.bundles.publish, [StoreError("away")] * 3

    def in_the_end(bundle):
        if away:
            raise away.pop()
        publish(bundle)

    monkeypatch.setattr(places.bundles, "publish", in_the_end)
    assert (await start().end()).state == "done"
    asked = threading.Event()

    def never(_bundle):
        asked.set()
        time.sleep(0.05)  # so that most who cancel do so meanwhile
        raise StoreError("away")

    monkeypatch.setattr(places.bundles, "publish", never)
    part = start()
    job_id = await part.rebuilding.start(7, 5)
    await until(asked.is_set)
    assert await part.jobs.cancel(job_id)
    assert (await part.end(job_id)).state == "cancelled"


async def test_what_is_taken_back_while_the_store_is_away_is_not_published(
    start, trainer, places, monkeypatch
) -> None:
    """The part of it that is there already is cleared away, for the other one has its name."""
    monkeypatch.setattr("bot.rebuilding.job.STORE_PAUSE_SECONDS", 0.01)
    publish, cleared = places.bundles.publish, []

    def away_once(bundle):
        if trainer.commands.count("run") == 1:
            trainer.behave(withdrawn=["images/3.webp"])
            raise StoreError("away")
        publish(bundle)

    monkeypatch.setattr(places.bundles, "publish", away_once)
    monkeypatch.setattr(places.bundles, "clear", cleared.append)
    job = await start().end()
    assert job.state == "done"
    assert trainer.commands.count("run") == 2
    assert cleared[-1] == job.message.removeprefix("published ")


async def test_only_the_export_gets_what_leads_to_catalogue_and_thumbnails(
    start, trainer, monkeypatch
) -> None:
    for name in ("DISCORD_TOKEN", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD"):
        monkeypatch.setenv(name, "secret")
    assert (await start().end()).state == "done"
    secrets = {one.name: one.read_text() for one in trainer.directory.glob("secrets-of-*")}
    assert secrets == {
        "secrets-of-export": "AWS_SECRET_ACCESS_KEY PGPASSWORD",
        "secrets-of-run": "",
    }


async def test_a_restart_goes_on_where_training_was(start, trainer, places, until) -> None:
    trainer.behave(hang=True)
    before = start()
    job_id = await before.rebuilding.start(7, 5)
    await until(lambda: "run" in trainer.commands)
    await before.jobs.close()
    assert left(places)
    trainer.behave()
    after = start()
    await after.jobs.resume()
    assert (await after.end(job_id)).state == "done"
    look, train = "export refresh", "run"
    assert trainer.commands == ["export", look, train, look, train, look]


async def test_a_restart_just_after_publishing_only_notes_that(start, trainer, catalogue) -> None:
    job = await start().end()
    await reopen(catalogue, job.id)
    after = start()
    await after.jobs.resume()
    again = await after.end(job.id)
    assert (again.state, again.message) == ("done", job.message)
    assert trainer.commands.count("run") == 1


async def test_a_restart_just_before_publishing_trains_nothing_again(
    start, trainer, places, catalogue, until
) -> None:
    """The bundle is there, whole; only its place is not the last one yet."""
    job = await start().end()
    name = job.message.removeprefix("published ")
    directory = places.rebuilds / str(job.id)
    await until(lambda: not directory.exists())
    (directory / "community").mkdir(parents=True)
    for file in (name, f"{name}.report.html"):
        (bundles_in(places) / file).rename(directory / file)
    await reopen(catalogue, job.id)
    after = start()
    await after.jobs.resume()
    assert (await after.end(job.id)).state == "done"
    assert (bundles_in(places) / name).is_dir()
    assert trainer.commands.count("run") == 1


async def test_a_restart_publishes_nothing_that_was_trained_with_what_was_taken_back(
    start, trainer, places, catalogue, until
) -> None:
    """Also if the bot was killed after that was noted and before anything came of it."""
    job = await start().end()
    name = job.message.removeprefix("published ")
    directory = places.rebuilds / str(job.id)
    await until(lambda: not directory.exists())
    (directory / "community").mkdir(parents=True)
    (directory / "community" / "withdrawn.txt").write_text("images/3.webp\n")
    (directory / "trained-without.txt").write_text("")
    for file in (name, f"{name}.report.html"):
        (bundles_in(places) / file).rename(directory / file)
    trainer.behave(withdrawn=["images/3.webp"])
    await reopen(catalogue, job.id)
    after = start()
    await after.jobs.resume()
    assert (await after.end(job.id)).state == "done"
    assert trainer.commands.count("run") == 2


async def test_one_rebuild_at_a_time(start, trainer) -> None:
    trainer.behave(hang=True)
    started = start()
    await started.rebuilding.start(7, 5)
    with pytest.raises(JobRunningError):
        await started.rebuilding.start(8, 6)


async def test_without_what_training_needs_it_is_refused_with_what_to_do(
    start, monkeypatch
) -> None:
    assert missing_modules() == []
    monkeypatch.setattr(rebuilding, "TRAINING_MODULES", ("joblib", "no_such_module"))
    with pytest.raises(RequestError, match=r"no_such_module.*make setup") as caught:
        await start().rebuilding.start(7, 5)
    assert error_text(caught.value).code == "training_not_installed"


async def test_a_bundles_directory_on_another_disk_gets_a_whole_copy(
    start, places, monkeypatch, tmp_path
) -> None:
    rename = Path.rename

    def across_disks(path: Path, target: Path) -> Path:
        if path.is_relative_to(places.rebuilds):
            raise OSError(18, "Invalid cross-device link")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", across_disks)
    job = await start().end()
    name = job.message.removeprefix("published ")
    assert (bundles_in(places) / name / "manifest.json").is_file()
    assert not list(bundles_in(places).glob(".*"))


async def test_a_name_is_the_same_after_a_restart(start, catalogue) -> None:
    job = await start().end()
    stored = await catalogue.jobs.get(job.id)
    assert stored is not None
    assert job.message == f"published rebuilt-{stored.created_at:%Y%m%d}-{job.id}"
