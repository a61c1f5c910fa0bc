"""New bundles are taken over, damaged ones refused, and copies that go on are waited for."""

import asyncio
import errno
import shutil
from datetime import timedelta

import pytest

from bot.bundles.choosing import checksum_of
from bot.bundles.stores import BundleDirectory
from bot.bundles.watching import BundleWatch
from bot.catalogue import Catalogue, NewBundle
from bot.errors import StartError, UnavailableError
from bot.fakes import FakeIdentity, publish_fake
from bot.metrics import Metrics

# File systems take their time from a clock that ticks slowly.
CLOCK_SECONDS = 0.03


class Taker:
    """Takes bundles over in no time, or has trouble."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.bundle = None
        self.trouble: Exception | None = None
        self.late_trouble: Exception | None = None

    async def take(self, bundle, commit):
        self.taken.append(bundle.name)
        if self.trouble is not None:
            raise self.trouble
        await commit()
        if self.late_trouble is not None:
            raise self.late_trouble
        self.bundle = bundle


class Watched:
    def __init__(self, directory, catalogue) -> None:
        self.directory = directory
        self.catalogue = catalogue
        self.taker = Taker()
        self.taker.bundle = publish_fake(directory.parent / "configured", FakeIdentity()).directory
        self.metrics = Metrics()
        self.watch = self.anew()

    def anew(self):
        """As after a restart."""
        taker = self.taker
        store = BundleDirectory(self.directory)
        return BundleWatch(store, self.catalogue, taker.take, taker, self.metrics)

    def publish(self, name, created="", mark=""):
        return publish_fake(self.directory / name, FakeIdentity(mark=mark or name), created)

    async def states(self):
        return {one.directory: one.state for one in await self.catalogue.bundles.all()}

    async def message(self, name):
        (found,) = [one for one in await self.catalogue.bundles.all() if one.directory == name]
        return found.message


@pytest.fixture
async def watched(tmp_path):
    catalogue = await Catalogue.open(f"sqlite+aiosqlite:///{tmp_path / 'c.sqlite'}")
    yield Watched(tmp_path / "bundles", catalogue)
    await catalogue.close()


@pytest.fixture
def settled(monkeypatch):
    """Whatever lies there is not being copied any more."""
    monkeypatch.setattr("bot.bundles.following.SETTLED", timedelta(0))


async def test_a_new_bundle_is_taken_over_once(watched):
    await watched.watch.look()
    assert watched.directory.is_dir()
    watched.publish("one")
    await watched.watch.look()
    await watched.watch.look()
    assert watched.taker.taken == ["one"]
    assert await watched.states() == {"one": "served"}
    watched.publish("two")
    await watched.watch.look()
    await watched.anew().look()
    assert watched.taker.taken == ["one", "two"]
    assert await watched.states() == {"one": "retired", "two": "served"}
    assert 'hoshizora_bundles_total{outcome="served"} 2.0' in watched.metrics.text().decode()


async def test_of_several_new_ones_the_newest_is_taken_over(watched):
    watched.publish("b", "2026-03-01")
    watched.publish("a", "2026-03-02")
    watched.publish("c", "2026-02-01")
    await watched.watch.look()
    await watched.watch.look()
    assert watched.taker.taken == ["a"]
    assert await watched.states() == {"a": "served", "b": "retired", "c": "retired"}


async def test_an_older_one_that_comes_later_is_taken_over_since_somebody_wants_it(watched):
    watched.publish("new", "2026-03-01")
    await watched.watch.look()
    watched.publish("old", "2026-01-01")
    await watched.watch.look()
    assert watched.taker.taken == ["new", "old"]


async def test_what_is_still_being_copied_is_waited_for(watched, caplog):
    whole = watched.publish("whole").directory.rename(watched.directory.parent / "whole")
    copy = watched.directory / "copy"
    copy.mkdir()
    await watched.watch.look()
    shutil.copy(whole / "manifest.json", copy)
    await watched.watch.look()
    assert (await watched.states(), watched.taker.taken, caplog.text) == ({}, [], "")
    shutil.copy(whole / "colours.txt", copy)
    await watched.watch.look()
    assert watched.taker.taken == ["copy"]


async def test_a_damaged_bundle_is_refused_once_and_taken_when_it_has_been_mended(
    watched, caplog, settled
):
    file = watched.publish("one").directory / "colours.txt"
    content = file.read_text()
    file.write_text(content.upper())
    for watch in (watched.watch, watched.watch, watched.anew()):
        await watch.look()
    assert (await watched.states(), watched.taker.taken) == ({"one": "refused"}, [])
    assert len(caplog.records) == 1
    assert "the bundle one is refused" in caplog.text
    assert "colours.txt" in await watched.message("one")
    await asyncio.sleep(CLOCK_SECONDS)
    file.write_text(content)
    await watched.anew().look()
    assert (await watched.states(), watched.taker.taken) == ({"one": "served"}, ["one"])


async def test_a_directory_that_is_no_bundle_is_refused_once(watched, caplog, settled):
    await watched.watch.look()
    (watched.directory / "holiday").mkdir()
    await watched.watch.look()
    await watched.watch.look()
    assert await watched.states() == {"holiday": "refused"}
    assert len(caplog.records) == 1


async def test_a_bundle_that_may_not_be_read_is_refused_with_what_to_do_and_taken_when_it_may_be(
    watched, caplog, settled, monkeypatch
):
    def forbid(file):
        raise PermissionError(errno.EACCES, "Permission denied", str(file))

    directory = watched.publish("one").directory
    with monkeypatch.context() as patch:
        patch.setattr("model.files.sha256", forbid)
        for _ in range(2):
            await watched.watch.look()
    assert (await watched.states(), len(caplog.records)) == ({"one": "refused"}, 1)
    assert "cannot be read (Permission denied). Let the user" in caplog.text
    await asyncio.sleep(CLOCK_SECONDS)
    directory.chmod(0o755)
    await watched.watch.look()
    assert watched.taker.taken == ["one"]


async def test_a_bundle_that_cannot_be_started_is_refused_and_not_tried_again(watched, caplog):
    watched.taker.trouble = StartError("It has another format.")
    watched.publish("one")
    for watch in (watched.watch, watched.watch, watched.anew()):
        await watch.look()
    assert (await watched.states(), watched.taker.taken) == ({"one": "refused"}, ["one"])
    assert await watched.message("one") == "It has another format."
    assert 'hoshizora_bundles_total{outcome="refused"} 1.0' in watched.metrics.text().decode()


async def test_a_takeover_that_fails_after_its_note_leaves_the_one_before_to_the_next_start(
    watched,
):
    watched.publish("one")
    await watched.watch.look()
    watched.taker.late_trouble = StartError("It was lost three times.")
    watched.publish("two")
    await watched.watch.look()
    assert await watched.states() == {"one": "served", "two": "refused"}


@pytest.mark.parametrize("trouble", [RuntimeError("what"), UnavailableError("away")])
async def test_after_an_unexpected_error_it_is_tried_again_but_not_for_ever(watched, trouble):
    watched.taker.trouble = trouble
    watched.publish("one")
    for _ in range(2):
        with pytest.raises(type(trouble)):
            await watched.watch.look()
        assert await watched.states() == {"one": "preparing"}
    await watched.watch.look()
    await watched.watch.look()
    assert await watched.states() == {"one": "refused"}
    assert len(watched.taker.taken) == 3


async def test_a_takeover_that_was_cut_off_goes_on_unless_the_bundle_is_gone(watched):
    bundle = watched.publish("one").directory
    new = NewBundle("one", checksum_of(bundle), "fake-colours")
    await watched.catalogue.bundles.add(new)
    await watched.catalogue.bundles.add(NewBundle("gone", "f" * 64, "fake-colours"))
    await watched.watch.look()
    assert await watched.states() == {"one": "served", "gone": "refused"}


async def test_a_copy_of_what_is_served_changes_nothing(watched):
    watched.publish("one")
    await watched.watch.look()
    shutil.copytree(watched.directory / "one", watched.directory / "again")
    await watched.watch.look()
    assert watched.taker.taken == ["one"]
    assert await watched.states() == {"one": "served", "again": "retired"}


async def test_a_served_bundle_that_was_away_at_the_start_is_taken_over_when_it_is_back(watched):
    bundle = watched.publish("one").directory
    new = NewBundle("one", checksum_of(bundle), "fake-colours")
    await watched.catalogue.bundles.add(new, "served")
    away = bundle.rename(watched.directory.parent / "away")
    await watched.watch.look()
    assert watched.taker.taken == []
    away.rename(bundle)
    await watched.watch.look()
    await watched.watch.look()
    assert watched.taker.taken == ["one"]


async def test_looking_goes_on_after_an_error(watched, monkeypatch, caplog, until):
    monkeypatch.setattr("bot.bundles.watching.SCAN_SECONDS", 0.01)
    watched.taker.trouble = RuntimeError("what")
    watched.publish("one")
    task = asyncio.create_task(watched.watch.run())

    async def refused():
        return await watched.states() == {"one": "refused"}

    await until(refused)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert "looking for bundles failed" in caplog.text


async def test_it_ends_also_when_a_bundle_is_heard_of_in_that_very_moment(watched, until):
    watch = watched.watch
    running = asyncio.create_task(watch.run())
    await until(lambda: watch._heard._waiters)
    watch._heard.set()
    await asyncio.sleep(0)
    running.cancel()
    async with asyncio.timeout(20):
        await asyncio.gather(running, return_exceptions=True)
    assert running.cancelled()
