"""What the bot serves is served by every process; one of them at a time judges what is new."""

import asyncio
from pathlib import Path

import pytest

from bot.bundles.choosing import checksum_of
from bot.bundles.stores import BundleDirectory
from bot.bundles.watching import BundleWatch
from bot.catalogue import Catalogue, NewBundle
from bot.errors import StartError
from bot.fakes import FakeIdentity, publish_fake
from bot.metrics import Metrics
from tests.bot.postgresql import on_postgresql


class Process:
    """A process of the bot, as far as bundles go; it takes them over as it is told."""

    def __init__(self, catalogue: Catalogue, place: Path, start: Path) -> None:
        self.bundle = start
        self.taken: list[str] = []
        self.trouble: Exception | None = None
        self.goes_on = asyncio.Event()
        self.goes_on.set()
        self.metrics = Metrics()
        store = BundleDirectory(place)
        self.watch = BundleWatch(store, catalogue, self.take, self, self.metrics)

    async def take(self, bundle, commit):
        self.taken.append(bundle.name)
        await self.goes_on.wait()
        if self.trouble is not None:
            raise self.trouble
        await commit()
        self.bundle = bundle


@pytest.fixture
def place(tmp_path):
    """Where all processes find bundles."""
    return tmp_path / "bundles"


@pytest.fixture
def start(tmp_path):
    return publish_fake(tmp_path / "configured", FakeIdentity()).directory


@pytest.fixture
def process(catalogue, place, start):
    return Process(catalogue, place, start)


async def served(catalogue: Catalogue, bundle: Path) -> None:
    """Another process has taken a bundle over."""
    new = NewBundle(bundle.name, checksum_of(bundle), "fake-colours")
    await catalogue.bundles.add(new, "served")


async def states(catalogue: Catalogue) -> dict[str, str]:
    return {one.directory: one.state for one in await catalogue.bundles.all()}


def published(place: Path, name: str) -> Path:
    return publish_fake(place / name, FakeIdentity(mark=name)).directory


async def test_what_another_process_serves_is_taken_over_and_stays_what_it_is(
    process, catalogue, place
):
    await served(catalogue, published(place, "one"))
    (before,) = await catalogue.bundles.all()
    await process.watch.look()
    await process.watch.look()
    assert process.taken == ["one"]
    assert await catalogue.bundles.all() == [before]


async def test_who_is_late_takes_nothing_back_that_came_meanwhile(process, catalogue, place, until):
    await served(catalogue, published(place, "one"))
    process.goes_on.clear()
    looking = asyncio.create_task(process.watch.look())
    await until(lambda: process.taken)
    await served(catalogue, published(place, "two"))
    process.goes_on.set()
    await looking
    assert await states(catalogue) == {"one": "retired", "two": "served"}
    await process.watch.look()
    assert process.taken == ["one", "two"]


async def test_who_cannot_serve_it_goes_on_and_it_is_refused_for_nobody(
    process, catalogue, place, start, caplog
):
    await served(catalogue, published(place, "one"))
    process.trouble = StartError("It has another format.")
    for _ in range(3):
        await process.watch.look()
    assert (process.taken, process.bundle) == (["one"], start)
    assert await states(catalogue) == {"one": "served"}
    assert len(caplog.records) == 1
    assert "cannot be served here" in caplog.text
    assert 'hoshizora_bundles_total{outcome="refused"} 1.0' in process.metrics.text().decode()


async def test_what_is_served_and_not_to_be_found_here_is_told_once(process, catalogue, caplog):
    await catalogue.bundles.add(NewBundle("elsewhere", "f" * 64, "enc"), "served")
    for _ in range(3):
        await process.watch.look()
    assert len(caplog.records) == 1
    assert "bot.bundles_dir" in caplog.text


@on_postgresql
async def test_while_one_process_judges_what_is_new_the_others_wait_and_then_follow(
    process, place, start, url, until
):
    its_catalogue = await Catalogue.open(url, "other")
    other = Process(its_catalogue, place, start)
    published(place, "one")
    process.goes_on.clear()
    leading = asyncio.create_task(process.watch.look())
    await until(lambda: process.taken)
    await other.watch.look()
    assert other.taken == []
    process.goes_on.set()
    await leading
    await other.watch.look()
    assert process.taken == other.taken == ["one"]
    assert await states(its_catalogue) == {"one": "served"}
    await its_catalogue.close()
