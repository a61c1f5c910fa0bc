"""A new encoder: the library is embedded again from its thumbnails."""

import asyncio
import sqlite3

import numpy as np
import pytest

from bot.bundles.reembedding import BATCH, Reembedding
from bot.catalogue import Catalogue
from bot.decoding.pool import DecodedImage
from bot.errors import StartError, UnavailableError
from bot.illustrations import LOCAL_GUILD, Impression, NewIllustration
from bot.index import EmbeddedIndex
from bot.inference.client import BundleFacts, InferenceFailedError
from bot.library import Library
from bot.pipeline import Candidate
from bot.places import Scope
from bot.running import started
from bot.thumbnails import Thumbnails
from model.errors import ImageError
from tests.bot.indexed import indexed
from tests.bot.milvus import on_both_indexes
from tests.bot.postgresql import on_postgresql


@on_both_indexes
async def test_after_a_change_of_the_encoder_the_library_is_found_again(
    settings, picture, tmp_path, until
):
    async with started(settings) as bot:
        await bot.inference.ready()
        red, green, gone = [
            await bot.service.post(Candidate(picture(colour), LOCAL_GUILD, "posted", "t"))
            for colour in ((220, 0, 0), (0, 220, 0), (0, 0, 220))
        ]
    # As if another encoder had embedded them; one has lost its thumbnail.
    with sqlite3.connect(tmp_path / "data" / "catalogue.sqlite") as connection:
        connection.execute("UPDATE embeddings SET encoder_id = 'old'")
    connection.close()
    for file in (tmp_path / "data" / "thumbnails").rglob(f"{gone.thumbnail}.webp"):
        file.unlink()
    old_index = tmp_path / "data" / "index" / "old" / "base-000001"
    old_index.mkdir(parents=True)
    async with started(settings) as bot:
        await bot.inference.ready()

        async def embedded() -> bool:
            return len(await indexed(bot)) == 2

        await until(embedded)
        assert not old_index.exists()
        near = await bot.service.describe(picture((0, 221, 0)), Scope(LOCAL_GUILD), 1, 5)
        assert [one.id for one in near.similar] == [green.id, red.id]
        assert (await bot.service.illustration(red.id, LOCAL_GUILD)).tags == red.tags


class FakeDecoders:
    """Every thumbnail but a bad one is one grey pixel."""

    async def decode(self, data, size_px):
        if data == b"bad":
            raise ImageError("truncated", "It is cut off.")
        return DecodedImage(np.full((size_px, size_px, 3), 9, np.uint8), 1, 1, b"")


class FakeProcess:
    """An encoder that may be away, or in trouble, for a while."""

    def __init__(self) -> None:
        self.facts = BundleFacts("next", "next", 4, 1, ())
        self.troubles: list[Exception] = []
        self.asked: list[int] = []
        self.gone: Exception | None = None

    @property
    def client(self):
        return self

    async def ready(self):
        if self.gone is not None:
            raise self.gone

    async def describe(self, images, query):
        self.asked.append(len(images))
        assert query.top == query.neighbours == 0
        if self.troubles:
            raise self.troubles.pop()
        return [Impression(np.ones(4, np.float32), (), ())] * len(images)


@pytest.fixture
async def library(tmp_path):
    catalogue = await Catalogue.open(f"sqlite+aiosqlite:///{tmp_path / 'c.sqlite'}")
    yield Library(catalogue, Thumbnails(tmp_path / "thumbnails"), EmbeddedIndex(catalogue))
    await catalogue.close()


async def store(library, thumbnails):
    impression = Impression(np.zeros(4, np.float32), (), ())
    return await library.add(
        [
            NewIllustration(
                LOCAL_GUILD, "posted", "t", "", 1, 1, library.thumbnails.put(one), "enc", impression
            )
            for one in thumbnails
        ]
    )


def reembedding(library):
    async def calm():
        calms.append(1)

    calms: list[int] = []
    return Reembedding(library, FakeDecoders(), calm), calms


async def test_few_at_a_time_are_embedded_with_a_pause_before_each(library):
    ids = await store(library, [b"good"] * (2 * BATCH + 1))
    work, calms = reembedding(library)
    process = FakeProcess()
    assert await work.run(process) == len(ids)
    assert (await library.catalogue.embedded_ids("next")).tolist() == sorted(ids)
    assert process.asked == [BATCH, BATCH, 1]
    assert len(calms) == 3
    assert await work.run(process) == 0
    assert (len(calms), work.left) == (3, 0)


async def test_what_cannot_be_embedded_is_left_out_and_tried_once(library):
    good, *_ = await store(library, [b"good", b"bad"])
    (gone,) = await store(library, [b"good"])
    (found,) = await library.catalogue.illustrations([gone])
    library.thumbnails.remove([found.thumbnail])
    work, _ = reembedding(library)
    process = FakeProcess()
    assert [await work.run(process), await work.run(process)] == [1, 0]
    assert (await library.catalogue.embedded_ids("next")).tolist() == [good]
    assert process.asked == [1]


async def test_a_lost_process_is_waited_for_and_one_that_fails_costs_its_batch_only(library):
    ids = await store(library, [b"good"] * (BATCH + 1))
    process = FakeProcess()
    process.troubles = [InferenceFailedError("strange"), UnavailableError("away")]
    work, _ = reembedding(library)
    assert await work.run(process) == 1
    assert (await library.catalogue.embedded_ids("next")).tolist() == [ids[-1]]
    process.gone = StartError("never comes")
    with pytest.raises(StartError):
        await work.run(process)


async def test_it_ends_when_another_encoder_takes_over(library, until):
    await store(library, [b"good"] * (2 * BATCH))
    process = FakeProcess()
    switched = asyncio.Event()

    async def calm():
        await switched.wait()

    work = Reembedding(library, FakeDecoders(), calm)
    running = asyncio.create_task(work.run(process))
    await until(lambda: work.left)
    process.facts = BundleFacts("third", "third", 4, 1, ())
    switched.set()
    assert await running == 0
    assert process.asked == []


@on_postgresql
async def test_of_processes_that_need_the_same_embeddings_one_reads_the_library(
    catalogue, url, tmp_path, monkeypatch
):
    monkeypatch.setattr("bot.catalogue.turns.LOOK_SECONDS", 0.01)
    others = await Catalogue.open(url, "other")
    thumbnails = Thumbnails(tmp_path / "thumbnails")
    ids = await store(
        Library(catalogue, thumbnails, EmbeddedIndex(catalogue)), [b"good"] * (3 * BATCH)
    )
    processes = [FakeProcess(), FakeProcess()]
    done = await asyncio.gather(
        *(
            reembedding(Library(one, thumbnails, EmbeddedIndex(one)))[0].run(process)
            for one, process in zip((catalogue, others), processes, strict=True)
        )
    )
    assert sorted(done) == [0, len(ids)]
    assert sorted(sum(one.asked) for one in processes) == [0, len(ids)]
    assert (await others.embedded_ids("next")).tolist() == ids
    await others.close()
