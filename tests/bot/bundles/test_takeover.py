"""A bundle takes another's place while the bot answers: nothing is dropped, nothing is mixed."""

import asyncio
import os
import signal
import time
from dataclasses import replace

import numpy as np
import pytest

from bot.errors import TeachingLostError, UnavailableError
from bot.fakes import FakeIdentity, publish_fake
from bot.illustrations import LOCAL_GUILD
from bot.pipeline import Candidate
from bot.places import Scope
from bot.running import started
from tests.bot.indexed import indexed
from tests.bot.milvus import on_both_indexes

pytestmark = on_both_indexes

MARK = " (new)"
SAME = FakeIdentity(mark=MARK)
OTHER = FakeIdentity("fake-negatives", MARK)
COLOURS = ((220, 30, 30), (30, 160, 60), (30, 60, 200), (245, 250, 255), (250, 140, 60))


@pytest.fixture(autouse=True)
def hurried(monkeypatch):
    """What is paused for in life is not worth the time of tests."""
    monkeypatch.setattr("bot.bundles.watching.SCAN_SECONDS", 0.2)
    monkeypatch.setattr("bot.bundles.takeover.GRACE_SECONDS", 1.0)
    monkeypatch.setattr("bot.bundles.takeover.LOOK_SECONDS", 0.2)


@pytest.fixture
def settings(settings):
    return replace(settings, bot=replace(settings.bot, max_queue=100))


async def post(bot, picture, colour):
    return await bot.service.post(Candidate(picture(colour), LOCAL_GUILD, "posted", "t"))


def state_of(bot):
    """What is known of the bundle, in one moment: whether it is the new one."""
    tags = bot.service.tags_of(LOCAL_GUILD)
    marked = {tag.name.endswith(MARK) for tag in tags.vocabulary}
    marked |= {tag.name.endswith(MARK) for tag in bot.inference.facts.vocabulary}
    (new,) = marked
    return new


class Load:
    """People who post and ask all the time, and note what they are answered."""

    def __init__(self, bot, picture) -> None:
        self.bot = bot
        self.picture = picture
        self.answers: list[bool] = []
        self.posted: list[int] = []
        self._ending = False
        self._tasks = [asyncio.create_task(self._ask(place)) for place in range(3)]

    async def _ask(self, place) -> None:
        while not self._ending:
            colour = COLOURS[(place + len(self.answers)) % len(COLOURS)]
            if place:
                said = await self.bot.service.describe(
                    self.picture(colour), Scope(LOCAL_GUILD), 12, 5
                )
            else:
                said = await post(self.bot, self.picture, colour)
                self.posted.append(said.id)
            (new,) = {tag.name.endswith(MARK) for tag in said.tags}
            self.answers.append(new)
            state_of(self.bot)
            assert all(holds() for holds in self.bot.health.values())
            await asyncio.sleep(0.02)

    async def end(self) -> None:
        """Raises what went wrong for anybody."""
        self._ending = True
        await asyncio.gather(*self._tasks)


def settled(bot, tmp_path):
    """Whether nothing is left of the bundle before."""

    async def condition():
        encoders = await bot.library.catalogue.encoders()
        indexes = list((tmp_path / "data" / "index").iterdir())
        return encoders <= {bot.inference.facts.encoder_id} and len(indexes) == 1

    return condition


@pytest.mark.parametrize("identity", [SAME, OTHER], ids=["same-encoder", "other-encoder"])
async def test_nobody_notices_a_takeover_but_for_the_new_tags(
    settings, picture, tmp_path, until, identity
):
    async with started(settings) as bot:
        await bot.inference.ready()
        before = [(await post(bot, picture, colour)).id for colour in COLOURS]
        old = bot.inference.client
        load = Load(bot, picture)
        appeared = time.monotonic()
        publish_fake(settings.bot.bundles_path / "new", identity)
        await until(lambda: load.answers and load.answers[-1])
        assert time.monotonic() - appeared < 60
        assert bot.inference.bundle == settings.bot.bundles_path / "new"
        # Whoever took the old process before the switch is answered by it.
        nothing = np.zeros((1, 12), np.float32)
        (found,) = await bot.library.index.search(old, nothing, Scope(LOCAL_GUILD), 100)
        assert {one.id for one in found} >= set(before)
        seen_later = len(load.answers) + 20
        await until(settled(bot, tmp_path))
        await until(lambda: len(load.answers) > seen_later)
        await load.end()
        assert bot.inference.facts.encoder_id == identity.encoder_id
        since = load.answers[load.answers.index(True) :]
        # Three ask side by side: the other two may have asked the old bundle before the switch, and
        # one of them posts, so that others may be answered twice until it is.
        assert since.count(False) <= 2
        assert all(since[-10:])
        with pytest.raises(UnavailableError):
            await old.ids()
        with pytest.raises(ProcessLookupError):
            os.kill(old.pid, 0)
        everything = {*before, *load.posted}
        assert set(await indexed(bot)) == everything
        near = await bot.service.describe(picture(COLOURS[0]), Scope(LOCAL_GUILD), 1, 1)
        # What was embedded again was read of a thumbnail, which is a little lossy.
        assert near.similar[0].distance == pytest.approx(0, abs=0.02)
        assert bot.inference.restarts == 0


async def test_a_takeover_that_was_cut_off_goes_on_and_is_what_every_later_start_serves(
    settings, picture, tmp_path, until, monkeypatch
):
    entered = asyncio.Event()

    async def cut_off(*_arguments):
        entered.set()
        await asyncio.Event().wait()

    async with started(settings) as bot:
        await bot.inference.ready()
        (red,) = [(await post(bot, picture, COLOURS[0])).id]
        with monkeypatch.context() as patch:
            patch.setattr("bot.bundles.takeover.Takeover._prepared", cut_off)
            publish_fake(settings.bot.bundles_path / "new", OTHER)
            await entered.wait()
    async with started(settings) as bot:
        await bot.inference.ready()
        await until(lambda: bot.inference.bundle.name == "new")
        await until(settled(bot, tmp_path))
        assert state_of(bot)
        assert await indexed(bot) == [red]
    async with started(settings) as bot:
        await bot.inference.ready()
        assert state_of(bot)
        near = await bot.service.describe(picture(COLOURS[0]), Scope(LOCAL_GUILD), 1, 1)
        assert [one.id for one in near.similar] == [red]
        rows = await bot.library.catalogue.bundles.all()
        assert [one.state for one in rows] == ["served"]


async def test_a_bundle_that_inference_refuses_changes_nothing(
    settings, picture, tmp_path, until, caplog
):
    async with started(settings) as bot:
        await bot.inference.ready()
        (red,) = [(await post(bot, picture, COLOURS[0])).id]
        pid = bot.inference.client.pid
        # Whole, but of a kind that only the tagger itself finds out about.
        publish_fake(settings.bot.bundles_path / "new", FakeIdentity("", MARK))

        async def refused():
            return [one.state for one in await bot.library.catalogue.bundles.all()] == ["refused"]

        await until(refused)
        assert "the bundle new is refused" in caplog.text
        assert len(list((tmp_path / "data" / "index").iterdir())) == 1
        assert (bot.inference.client.pid, state_of(bot)) == (pid, False)
        assert await indexed(bot) == [red]
        assert all(holds() for holds in bot.health.values())


async def test_a_bundle_that_no_tag_can_be_fitted_for_is_refused_at_last(
    settings, picture, until, monkeypatch
):
    async def lost(*_arguments):
        raise TeachingLostError("It was lost.")

    monkeypatch.setattr("bot.bundles.takeover.MOST_LOSSES", 2)
    monkeypatch.setattr("bot.bundles.following.MOST_TRIES", 2)
    monkeypatch.setattr("bot.teaching.relearning.Relearning.refit", lost)
    async with started(settings) as bot:
        await bot.inference.ready()
        publish_fake(settings.bot.bundles_path / "new", OTHER)

        async def refused():
            return [one.state for one in await bot.library.catalogue.bundles.all()] == ["refused"]

        await until(refused)
        assert not state_of(bot)


async def test_a_process_that_is_lost_while_it_gets_ready_starts_again(
    settings, picture, until, monkeypatch
):
    async with started(settings) as bot:
        await bot.inference.ready()
        await post(bot, picture, COLOURS[0])
        original, killed = bot.library.follow, []

        async def follow(client):
            await original(client)
            if not killed:
                killed.append(client.pid)
                os.kill(client.pid, signal.SIGKILL)

        monkeypatch.setattr(bot.library, "follow", follow)
        publish_fake(settings.bot.bundles_path / "new", OTHER)
        await until(lambda: bot.inference.bundle.name == "new")
        assert state_of(bot)
        assert bot.inference.client.pid not in killed


async def test_a_taught_tag_is_known_before_and_after_and_at_no_time_not(
    settings, picture, tmp_path, until
):
    async with started(settings) as bot:
        await bot.inference.ready()
        examples = [(await post(bot, picture, (200 + i, 30, 30))).id for i in range(3)]
        registered = await bot.teaching.register(LOCAL_GUILD, "mine", "", examples, 0)
        assert await bot.teaching.live(registered.tag_id) is not None
        publish_fake(settings.bot.bundles_path / "new", OTHER)
        new = bot.inference.bundle
        while new.name != "new":
            said = await bot.service.describe(picture((202, 30, 30)), Scope(LOCAL_GUILD), 30, 0)
            assert "mine" in {tag.name for tag in said.tags}
            assert bot.service.tags_of(LOCAL_GUILD).exact("mine") is not None
            new = bot.inference.bundle
            await asyncio.sleep(0.02)
        after, before = await bot.library.catalogue.taught.versions(registered.tag_id)
        assert (before.reason, after.reason) == ("taught", "bundle")
        await bot.teaching.mark(LOCAL_GUILD, "mine", 0, {examples[0]: False})
        version = await bot.teaching.live(registered.tag_id, 20.0)
        assert (version.prior_id, version.number) == (
            bot.inference.facts.prior_id,
            after.number + 1,
        )
        await until(settled(bot, tmp_path))


async def test_what_is_marked_right_after_the_switch_is_learnt_for_the_new_bundle(
    settings, picture, until, monkeypatch
):
    async def not_yet(_takeover, old):
        try:
            await asyncio.Event().wait()
        finally:
            await old.close()

    monkeypatch.setattr("bot.bundles.takeover.Takeover._see_off", not_yet)
    async with started(settings) as bot:
        await bot.inference.ready()
        examples = [(await post(bot, picture, (200 + i, 30, 30))).id for i in range(3)]
        registered = await bot.teaching.register(LOCAL_GUILD, "mine", "", examples, 0)
        assert await bot.teaching.live(registered.tag_id) is not None
        publish_fake(settings.bot.bundles_path / "new", OTHER)
        await until(lambda: bot.inference.bundle.name == "new")
        await bot.teaching.mark(LOCAL_GUILD, "mine", 0, {examples[0]: False})
        version = await bot.teaching.live(registered.tag_id, 20.0)
        assert (version.prior_id, version.negatives) == (bot.inference.facts.prior_id, 1)
