"""What is live: told to every process, known in the bot, swapped as one."""

import asyncio
import os
from types import SimpleNamespace

import pytest

from bot.errors import UnavailableError
from bot.fakes import FakeTagger
from bot.illustrations import LOCAL_GUILD
from bot.inference.client import InferenceFailedError
from bot.places import Scope
from bot.running import started
from bot.tags.overlay import Overlay
from tests.bot.live_tags import TAGGER, live

TEAL, RED = (0, 128, 128), (220, 30, 30)
# How often tags are swapped while images are described; the figure is of 1,000.
SWAPS = int(os.environ.get("HOSHIZORA_SWAPS", "25"))


class Client:
    """An inference process that remembers what it was told."""

    def __init__(self, prior_id: str = TAGGER.prior.id) -> None:
        vocabulary = FakeTagger().vocabulary
        self.facts = SimpleNamespace(prior_id=prior_id, vocabulary=vocabulary)
        self.pid = 1
        self.alive = True
        self.unread: frozenset[int] = frozenset()
        self.error: Exception | None = None
        self.told: list[tuple[list[int], list[int]]] = []

    async def teach(self, tags, gone=()):
        await asyncio.sleep(0)
        if self.error:
            raise self.error
        self.told.append(([one.tag.number for one in tags], sorted(gone)))
        return self.unread


class Catalogue(list):
    """The versions that were committed."""

    async def current(self, prior_id):
        await asyncio.sleep(0)
        return [one for one in self if one.prior_id == prior_id]


async def serving(*tags, client=None):
    """An overlay that serves a process, and the process."""
    client = client or Client()
    overlay = Overlay(Catalogue(tags).current)
    await overlay.follow(client)
    overlay.serve(client)
    return overlay, client


async def test_before_the_first_start_no_tag_is_known():
    overlay = Overlay(Catalogue([live("teal", TEAL)]).current)
    with pytest.raises(UnavailableError):
        overlay.tags_of(7)
    assert (overlay.own(7), overlay.live(1)) == ((), None)
    with pytest.raises(KeyError):
        overlay.serve(Client())


async def test_a_start_is_told_everything_and_a_guild_finds_its_tags_beside_the_bundles():
    teal = live("teal", TEAL)
    overlay, client = await serving(teal)
    assert client.told == [([1], [])]
    assert overlay.tags_of(7).exact("teal") == teal.tag
    assert overlay.tags_of(8).exact("teal") is overlay.tags_of(None).exact("teal") is None
    assert overlay.tags_of(7).exact("sea") is overlay.tags_of(8).exact("sea")
    assert overlay.own(7) == (teal.tag,)


async def test_many_tags_are_told_in_portions_at_a_start(monkeypatch):
    monkeypatch.setattr("bot.tags.overlay.START_BATCH", 2)
    tags = [live(f"tag {n}", TEAL, tag_id=n, number=n) for n in range(1, 6)]
    overlay, client = await serving(*tags)
    assert [numbers for numbers, _ in client.told] == [[1, 2], [3, 4], [5]]
    assert len(overlay.own(7)) == 5


async def test_a_swap_changes_what_is_known_and_what_is_told():
    overlay, client = await serving(live("teal", TEAL))
    kept = overlay.tags_of(8)
    await overlay.swap([live("teal", TEAL, number=2), live("rouge", RED, tag_id=2)])
    assert client.told[1:] == [([2, 1], [])]
    assert overlay.live(1).number == 2
    assert overlay.tags_of(7).exact("rouge").tag_id == 2
    await overlay.swap(gone=[1, 99])
    assert overlay.live(1) is None
    assert overlay.tags_of(7).exact("teal") is None
    assert overlay.tags_of(8) is kept


async def test_a_process_that_is_followed_again_knows_what_the_catalogue_holds_then():
    catalogue = Catalogue([live("teal", TEAL), live("rouge", RED, tag_id=2)])
    overlay, client = Overlay(catalogue.current), Client()
    await overlay.follow(client)
    catalogue[:] = [live("teal", TEAL, number=2)]
    await overlay.follow(client)
    overlay.serve(client)
    assert (overlay.live(1).number, overlay.live(2)) == (2, None)
    assert client.told[1:] == [([], [2]), ([2], [])]
    await overlay.swap([live("teal", TEAL, number=3)])
    assert client.told[3:] == [([3], [])]


async def test_what_is_promoted_is_known_everywhere():
    overlay, _ = await serving(live("teal", TEAL))
    await overlay.swap([live("teal", TEAL, promoted=True)])
    assert overlay.tags_of(8).exact("teal") == overlay.tags_of(None).exact("teal")
    assert overlay.tags_of(8).exact("teal").guild_id == 7


async def test_a_version_that_the_process_cannot_read_is_not_known():
    client = Client()
    client.unread = frozenset({1})
    overlay, _ = await serving(live("teal", TEAL), client=client)
    assert overlay.live(1) is None
    client.unread = frozenset()
    await overlay.swap([live("teal", TEAL, number=2)])
    client.unread = frozenset({1})
    await overlay.swap([live("teal", TEAL, number=3)])
    assert overlay.live(1) is None


async def test_a_commit_during_a_start_is_read_or_told_but_never_missed():
    catalogue, client = Catalogue([live("teal", TEAL)]), Client()
    overlay = Overlay(catalogue.current)
    following = asyncio.create_task(overlay.follow(client))
    for _ in range(3):
        await asyncio.sleep(0)
    catalogue[:] = [live("teal", TEAL, number=2)]
    await overlay.swap(catalogue)
    await following
    overlay.serve(client)
    assert overlay.live(1).number == 2
    assert client.told[-1] == ([2], [])


async def test_a_process_that_was_lost_is_not_waited_for_and_its_next_start_knows_everything():
    catalogue = Catalogue([live("teal", TEAL)])
    overlay, lost = Overlay(catalogue.current), Client()
    await overlay.follow(lost)
    overlay.serve(lost)
    lost.error = UnavailableError("lost")
    catalogue[:] = [live("teal", TEAL, number=2)]
    await overlay.swap(catalogue)
    await overlay.swap(catalogue)
    again = Client()
    await overlay.follow(again)
    overlay.serve(again)
    assert overlay.live(1).number == 2
    assert again.told == [([2], [])]


async def test_a_start_after_a_loss_builds_no_search_anew_for_the_same_tags():
    overlay, lost = await serving()
    before = overlay.tags_of(7)
    lost.alive = False
    again = Client()
    await overlay.follow(again)
    overlay.serve(again)
    assert overlay.tags_of(7) is before


async def test_a_swap_that_fails_leaves_what_is_known(caplog):
    overlay, client = await serving(live("teal", TEAL))
    client.error = InferenceFailedError("no memory")
    await overlay.swap([live("teal", TEAL, number=2)])
    assert overlay.live(1).number == 1
    assert "failed" in caplog.text


async def test_each_encoders_versions_go_to_its_own_processes_and_one_moment_turns_to_another():
    old, new = Client(), Client("another")
    overlay, _ = await serving(live("teal", TEAL), client=old)
    await overlay.follow(new)
    for_new = live("teal", TEAL, number=2)
    object.__setattr__(for_new, "prior_id", "another")
    await overlay.swap([for_new])
    assert (overlay.live(1).number, old.told[1:], new.told) == (1, [], [([2], [])])
    await overlay.swap(gone=[9], prior_id="another")
    assert (old.told[1:], new.told[1:]) == ([], [([], [9])])
    overlay.serve(new)
    assert overlay.live(1).number == 2


# --- with a real process


def pair(number: int):
    """Two tags of one version: which one shows in every part of what is said of them."""
    colour = TEAL if number % 2 else RED
    return [
        live(
            name, colour, tag_id=tag_id, guild_id=LOCAL_GUILD, number=number, name_ja=f"{number}版"
        )
        for tag_id, name in ((1, "first"), (2, "second"))
    ]


async def test_under_load_no_answer_is_missing_or_mixes_versions(settings, picture):
    async with started(settings) as bot:
        await bot.inference.ready()
        overlay, image = bot.service.overlay, picture(TEAL)
        versions = [pair(1), pair(2)]
        await overlay.swap(versions[1])
        asked = over = 0

        async def describe() -> int:
            found = await bot.service.describe(image, Scope(LOCAL_GUILD), 30, 0)
            first, second = (
                next(tag for tag in found.tags if tag.name == name) for name in ("first", "second")
            )
            assert (first.name_ja, first.score) == (second.name_ja, second.score)
            number = int(first.name_ja.removesuffix("版"))
            assert (first.score == scores[number % 2]) or not scores[number % 2]
            scores[number % 2] = first.score
            return number

        async def ask() -> None:
            nonlocal asked
            while not over:
                least = overlay.live(1).number
                assert await describe() >= least
                asked += 1

        scores = [0.0, 0.0]
        askers = [asyncio.create_task(ask()) for _ in range(4)]
        for number in range(3, 3 + SWAPS):
            await overlay.swap(pair(number))
        over = 1
        await asyncio.gather(*askers)
        assert await describe() == 2 + SWAPS
        assert scores[0] < scores[1]
        assert asked >= 4
        print(f"{SWAPS} swaps, {asked} answers, none mixed, none missing")


async def test_a_process_that_is_followed_again_hears_of_each_swap_once():
    overlay, client = await serving(live("teal", TEAL, number=1))
    await overlay.follow(client)
    overlay.serve(client)
    client.told.clear()
    await overlay.swap([live("teal", TEAL, number=2)])
    assert client.told == [([2], [])]
    assert overlay.live(1).number == 2
