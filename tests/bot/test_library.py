"""The library: the catalogue is the truth, everything else follows it."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np
import pytest
from sqlalchemy.exc import IntegrityError

from bot.catalogue import Catalogue
from bot.errors import UnavailableError, UnknownPostError
from bot.illustrations import LOCAL_GUILD, Impression, NewIllustration
from bot.index import EmbeddedIndex
from bot.inference.client import BundleFacts, InferenceFailedError
from bot.library import Library
from bot.places import AttachmentKey, Place
from bot.posts import NewPost
from bot.thumbnails import Thumbnails

FACTS = BundleFacts("enc", "enc", 4, 16, ())


@dataclass
class FakeClient:
    """An index in memory in place of the inference process."""

    facts: BundleFacts = FACTS
    index: dict[int, list[float]] = field(default_factory=dict)
    trouble: Exception | None = None
    alive: bool = True
    erased: list[bool] = field(default_factory=list)

    def _check(self) -> None:
        if self.trouble is not None:
            raise self.trouble

    @property
    def encoder_id(self):
        return self.facts.encoder_id

    async def ids(self):
        return np.array(sorted(self.index), np.int64)

    async def add(self, ids, embeddings):
        self._check()
        self.index.update(zip(ids, embeddings.tolist(), strict=True))

    async def erase(self):
        self._check()
        return self.erased.pop(0)

    async def remove(self, ids):
        self._check()
        for id_ in ids:
            self.index.pop(id_, None)


@pytest.fixture
async def library(tmp_path):
    catalogue = await Catalogue.open(f"sqlite+aiosqlite:///{tmp_path / 'c.sqlite'}")
    yield Library(catalogue, Thumbnails(tmp_path / "thumbnails"), EmbeddedIndex(catalogue))
    await catalogue.close()


def new(library: Library, number: float = 1.0, encoder_id: str = "enc") -> NewIllustration:
    impression = Impression(np.full(4, number, np.float32), (), ())
    key = library.thumbnails.put(b"webp")
    return NewIllustration(LOCAL_GUILD, "posted", "t", "", 1, 1, key, encoder_id, impression)


async def test_an_index_that_lags_behind_is_filled_and_one_that_runs_ahead_is_emptied(library):
    ids = await library.add([new(library, 1.0), new(library, 2.0)])
    client = FakeClient(index={ids[1]: [2.0] * 4, 999: [9.0] * 4})
    await library.follow(client)
    assert client.index == {ids[0]: [1.0] * 4, ids[1]: [2.0] * 4}


async def test_two_processes_are_told_side_by_side_until_one_is_left(library):
    old, new_one, dead = FakeClient(), FakeClient(), FakeClient()
    other = FakeClient(facts=BundleFacts("other", "other", 4, 16, ()))
    for client in (dead, old):
        await library.follow(client)
    dead.alive = False
    for client in (new_one, other, new_one):
        await library.follow(client)
    (first,) = await library.add([new(library)])
    assert [set(each.index) for each in (old, new_one, other, dead)] == [
        {first},
        {first},
        set(),
        set(),
    ]
    await library.add_embeddings("other", [first], np.ones((1, 4), np.float32))
    assert set(other.index) == {first}
    library.leave(old)
    assert await library.forget([first]) == 1
    assert [set(each.index) for each in (old, new_one, other)] == [{first}, set(), set()]


async def test_nobody_waits_while_the_index_of_a_new_process_is_filled(library):
    ids = await library.add([new(library), new(library)])

    class Slow(FakeClient):
        async def add(self, ids, embeddings):
            if not self.index:
                # What comes and goes during the long first filling.
                meanwhile.extend(await library.add([new(library)]))
                await library.forget(ids[:1])
            await super().add(ids, embeddings)

    meanwhile: list[int] = []
    client = Slow()
    async with asyncio.timeout(10):
        await library.follow(client)
    assert set(client.index) == {ids[1], *meanwhile}


async def test_embeddings_of_another_encoder_never_enter_the_index(library):
    client = FakeClient()
    (before,) = await library.add([new(library, encoder_id="other")])
    await library.follow(client)
    (after, good) = await library.add([new(library, encoder_id="other"), new(library)])
    assert set(client.index) == {good}
    assert {before, after}.isdisjoint(client.index)


@pytest.mark.parametrize("trouble", [UnavailableError("lost"), InferenceFailedError("full disk")])
async def test_an_index_in_trouble_costs_neither_a_post_nor_a_deletion(library, trouble):
    client = FakeClient()
    await library.follow(client)
    (kept,) = await library.add([new(library)])
    client.trouble = trouble
    (late,) = await library.add([new(library)])
    assert await library.forget([kept]) == 1
    successor = FakeClient(index=client.index)
    await library.follow(successor)
    assert set(successor.index) == {late}


async def test_tidying_deletes_thumbnails_without_an_illustration(library, caplog):
    kept = new(library)
    await library.add([kept])
    stray = library.thumbnails.put(b"left behind by a kill")
    await library.tidy(grace_seconds=60)
    assert library.thumbnails.get(stray), "its post may be on its way"
    await library.tidy(grace_seconds=-60)
    assert library.thumbnails.get(stray) is None
    assert library.thumbnails.get(kept.thumbnail) == b"webp"


async def tidied(library, pauses):
    """Let time pass; the pauses that the library makes, as many as were expected."""
    made = []

    async def pass_(seconds):
        made.append(seconds)
        if len(made) == len(pauses):
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await library.keep_tidy(pass_)
    return made


async def test_what_was_forgotten_leaves_the_files_soon_after_the_start_and_twice_a_day(library):
    expected = [600, 43_200, 43_200, 43_200]
    await library.follow(FakeClient(erased=[True] * 3))
    assert await tidied(library, expected) == expected


async def test_what_is_still_in_files_is_tried_again_soon_and_said(library, monkeypatch, caplog):
    expected = [600, 30, 60, 120, 43_200 - 210]
    await library.follow(FakeClient(erased=[False, False, False, True]))
    erased, erase = [], library.catalogue.erase

    async def watched():
        erased.append(library.untidy)
        return await erase()

    monkeypatch.setattr(library.catalogue, "erase", watched)
    assert await tidied(library, expected) == expected
    assert len(erased) == 1, "what is done is not done again meanwhile"
    assert library.untidy == 0
    assert caplog.text.count("not off the disk yet (index)") == 2


async def test_an_index_that_cannot_be_asked_is_asked_again_and_at_last_at_the_usual_time(library):
    client = FakeClient()
    await library.follow(client)
    client.trouble = UnavailableError("lost")
    made = await tidied(library, [0] * 90)
    assert max(made[1:]) == 600, "never longer, as long as something is left"
    assert library.untidy == 1


async def test_the_library_keeps_tidy_by_itself_whatever_happens(library, monkeypatch, caplog):
    monkeypatch.setattr("bot.library.GRACE_SECONDS", -60.0)
    monkeypatch.setattr("bot.library.TIDY_SECONDS", 0.0)
    broken, swept = [OSError("a disk that is gone")], asyncio.Event()
    loop = asyncio.get_running_loop()
    sweep = library.thumbnails.sweep

    def watched(*arguments):
        if broken:
            raise broken.pop()
        deleted = sweep(*arguments)
        loop.call_soon_threadsafe(swept.set)
        return deleted

    monkeypatch.setattr(library.thumbnails, "sweep", watched)
    stray = library.thumbnails.put(b"left behind by a kill")
    keeping = asyncio.create_task(library.keep_tidy())
    await asyncio.wait_for(swept.wait(), 10)
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    assert library.thumbnails.get(stray) is None
    assert "a disk that is gone" in caplog.text


async def test_forgetting_what_is_not_there_changes_nothing(library):
    assert await library.forget([5]) == 0


async def posted(library: Library, post_id: int, count: int = 1) -> list[NewIllustration]:
    """A post with illustrations, its reply sent."""
    posts = library.catalogue.posts
    await posts.claim(NewPost(post_id, Place(7, 70), 5, datetime.now(UTC)))
    made = [
        replace(
            new(library),
            guild_id=7,
            attachment=AttachmentKey(post_id, place, place, "t", spoiler=False),
        )
        for place in range(count)
    ]
    await library.add(made)
    await posts.settle(post_id, "answered", post_id * 10)
    return made


@pytest.mark.parametrize("trouble", [None, UnavailableError("lost")])
async def test_a_forgotten_post_leaves_catalogue_thumbnails_and_index(library, trouble):
    client = FakeClient()
    await library.follow(client)
    gone = await posted(library, 1, 2)
    (kept,) = await posted(library, 2)
    client.trouble = trouble
    assert await library.forget_posts([1, 999]) == 2
    assert [library.thumbnails.get(one.thumbnail) for one in (*gone, kept)] == [None, None, b"webp"]
    assert await library.catalogue.count() == 1
    successor = FakeClient(index=client.index)
    await library.follow(successor)
    assert len(successor.index) == 1
    pending = await library.catalogue.errands.pending()
    assert [(one.kind, one.message_id) for one in pending] == [("delete", 10)]


async def test_very_many_posts_are_forgotten_and_others_need_not_wait_for_all(library, monkeypatch):
    monkeypatch.setattr("bot.library.FORGET_BATCH", 2)
    client = FakeClient()
    await library.follow(client)
    for post_id in range(1, 6):
        await posted(library, post_id)
    added: list[int] = []
    original = client.remove

    async def remove(ids):
        await original(ids)
        if not added:
            added.append(0)
            waiting.append(asyncio.create_task(library.add([new(library)])))

    waiting: list[asyncio.Task] = []
    client.remove = remove
    assert await library.forget_posts(range(1, 6)) == 5
    assert waiting[0].done()
    assert set(client.index) == set(waiting[0].result())


async def test_posts_that_are_none_are_no_work(library):
    assert await library.forget_posts([1, 2]) == 0
    assert await library.forget_posts([]) == 0


async def test_a_thumbnail_does_not_outlive_an_illustration_that_cannot_be_stored(library):
    await library.catalogue.posts.claim(NewPost(1, Place(7, 70), 5, datetime.now(UTC)))
    first, twice = (
        replace(new(library), attachment=AttachmentKey(1, 2, 0, "t", spoiler=False))
        for _ in range(2)
    )
    await library.add([first])
    with pytest.raises(IntegrityError):
        await library.add([twice])
    assert library.thumbnails.get(twice.thumbnail) is None
    assert library.thumbnails.get(first.thumbnail) is not None


async def test_a_thumbnail_does_not_outlive_the_post_that_was_deleted_meanwhile(library):
    late = replace(new(library), attachment=AttachmentKey(1, 2, 0, "t", spoiler=False))
    with pytest.raises(UnknownPostError):
        await library.add([late])
    assert library.thumbnails.get(late.thumbnail) is None
