"""What a Milvus server brings with it: scopes, several processes, several catalogues."""

import asyncio
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import numpy as np
import pytest

from bot import following
from bot.config import IndexConfig
from bot.errors import StartError, UnavailableError
from bot.illustrations import LOCAL_GUILD
from bot.index import index_engine
from bot.index.milvus.collection import OF_NO_POST
from bot.index.milvus.filtering import expression
from bot.index.milvus.server import collection_name
from bot.pipeline import Candidate
from bot.places import Scope
from bot.running import started
from model.errors import ConfigError
from tests.bot.indexed import holds, indexed, post, similar
from tests.bot.milvus import fresh_owner
from tests.model.index.yardstick import WIDTH, rows

NEAR = [[1, 0, 0, 0]]
GUILD, OTHER = 7, 2**62
BLUE, ALIKE = (30, 60, 200), (30, 60, 205)


@pytest.fixture
def collection(milvus):
    """An empty collection."""
    made = milvus.collection(fresh_owner(), WIDTH)
    yield made
    made._server.close()


def found(collection, scope=None, allowed=None):
    return [one.id for one in collection.search(rows(NEAR), 10, allowed, scope)[0]]


def test_a_scope_is_filtered_by_the_server(collection):
    standings = {1: (GUILD, 70), 2: (GUILD, 71), 3: (GUILD, 0), 4: (OTHER, 70), 5: (0, OF_NO_POST)}
    collection.add([1, 2, 3, 4, 5], np.repeat(rows(NEAR), 5, axis=0), standings)
    assert found(collection) == [1, 2, 3, 4, 5]
    assert found(collection, Scope(GUILD)) == [1, 2], "what was handed in is shown to nobody"
    assert found(collection, Scope(GUILD, frozenset({71, 0}))) == [2]
    assert found(collection, Scope(GUILD, frozenset())) == []
    assert found(collection, Scope(OTHER)) == [4]
    assert found(collection, Scope(LOCAL_GUILD)) == [5]
    assert found(collection, Scope(GUILD), {2, 4}) == [2]
    assert found(collection, Scope(GUILD), set()) == []


def test_a_filter_has_nothing_but_numbers_in_it():
    scope = Scope(GUILD, frozenset({5, 3}))
    text = expression(scope, [9, 8])
    assert text == "guild_id == 7 and channel_id in [3, 5] and id in [9, 8]"
    assert expression(None) == ""


def test_more_ids_than_a_message_holds_are_sent_in_several(collection, monkeypatch):
    monkeypatch.setattr("bot.index.milvus.collection.AT_ONCE", 2)
    random = np.random.default_rng(0)
    collection.add(range(9), random.normal(size=(9, WIDTH)).astype(np.float32))
    near = [one for one in found(collection) if one < 7]
    assert found(collection, allowed=range(7)) == near
    collection.remove(range(5))
    assert collection.ids.tolist() == [5, 6, 7, 8]


def test_what_one_process_adds_or_removes_another_knows(milvus):
    owner = fresh_owner()
    one, two = (milvus.collection(owner, WIDTH) for _ in range(2))
    one.add([1, 2], rows([NEAR[0], NEAR[0]]))
    assert found(two) == [1, 2]
    two.remove([1])
    assert found(one) == [2]


def test_nobody_who_deletes_waits_for_files_that_are_written_anew(collection, monkeypatch):
    collection.add([1, 2], rows([NEAR[0], NEAR[0]]))
    compact, begun, may_end = collection._server._client.compact, Event(), Event()

    def slow(*asked, **more):
        begun.set()
        assert may_end.wait(60)
        return compact(*asked, **more)

    monkeypatch.setattr(collection._server._client, "compact", slow)
    with ThreadPoolExecutor() as threads:
        erased = threads.submit(collection.erase)
        assert begun.wait(60)
        try:
            threads.submit(collection.remove, [1]).result(60)
            assert found(collection) == [2]
        finally:
            may_end.set()
        assert not erased.result(60), "what was deleted meanwhile may be in what was written"
        assert threads.submit(collection.erase).result(60)


def test_catalogues_on_one_server_leave_each_other_alone(milvus):
    mine, others = fresh_owner(), fresh_owner()
    kept, old, foreign = (
        milvus.collection(owner, WIDTH, encoder_id)
        for owner, encoder_id in ((mine, "new"), (mine, "old"), (others, "old"))
    )
    for each in (kept, old, foreign):
        each.add([1], rows(NEAR))
    assert kept._server.drop_others(mine, ["new"]) == [old.name]
    assert [found(each) for each in (kept, foreign)] == [[1], [1]]
    with pytest.raises(UnavailableError):
        found(old)
    assert found(old) == [], "and it is made anew where somebody still wants it"


def test_no_two_encoders_have_one_collection():
    names = {collection_name("x", one) for one in ("a-b", "a_b", "a.b", "a_2d_b", "ab")}
    assert len(names) == 5
    assert all(name.replace("_", "").isalnum() for name in names)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("milvus.example:19530", "must be the address of a Milvus server"),
        ("data/index.db", "must be the address"),
        ("http://root:secret@milvus.example:19530", "MILVUS_TOKEN"),
    ],
)
def test_an_address_that_is_none_or_holds_a_secret_is_refused(address, message):
    with pytest.raises(ConfigError, match=message) as refused:
        IndexConfig(milvus=address)
    assert "secret" not in str(refused.value)


async def test_a_bot_without_the_package_does_not_start(settings, monkeypatch):
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    bot = replace(settings.bot, index=IndexConfig(milvus="http://127.0.0.1:1"))
    with pytest.raises(StartError, match=r"pip install 'hoshizora\[milvus\]'"):
        async with started(replace(settings, bot=bot)):
            pass


async def test_all_processes_of_a_catalogue_share_its_collections(catalogue, milvus):
    config = IndexConfig(milvus=milvus.url)
    one, two = [await index_engine(config, catalogue) for _ in range(2)]
    assert one._owner == two._owner
    for engine in (one, two):
        await engine.close()


async def test_a_collection_is_filled_from_the_catalogue_and_says_how_far_it_is(
    settings, milvus, picture, until, monkeypatch, caplog, tmp_path
):
    """As for a library that was on this machine before, whose old index goes."""
    caplog.set_level(logging.INFO)
    async with started(settings) as bot:
        await bot.inference.ready()
        ids = [(await post(bot, picture, (9, one, 9))).id for one in range(6)]
    monkeypatch.setattr(following, "RECONCILE_BATCH", 2)
    monkeypatch.setattr(following, "LOG_EVERY", 4)
    there = replace(settings, bot=replace(settings.bot, index=IndexConfig(milvus=milvus.url)))
    async with started(there) as bot:
        await bot.inference.ready()
        await until(lambda: holds(bot, ids))
        assert await similar(bot, ids[0]) == ids[1:6]
        await until(lambda: "index put right: 6 added" in caplog.text)
        assert "index: 4 of 6 added" in caplog.text
        assert b"hoshizora_index_lacking 0.0" in await bot.service.metrics_text()
        assert not list((tmp_path / "data" / "index").rglob("*.npy"))


async def test_an_illustration_that_another_process_forgets_meanwhile_does_not_stay(
    settings, milvus, picture, monkeypatch
):
    there = replace(settings, bot=replace(settings.bot, index=IndexConfig(milvus=milvus.url)))
    async with started(there) as bot:
        await bot.inference.ready()
        kept = await post(bot, picture, BLUE)
        index = bot.library.index.of(bot.inference.client)
        add = index.collection.add
        loop = asyncio.get_running_loop()

        def forgotten_meanwhile(ids, *rest):
            add(ids, *rest)
            asyncio.run_coroutine_threadsafe(bot.library.catalogue.remove(ids), loop).result(20)

        monkeypatch.setattr(index.collection, "add", forgotten_meanwhile)
        (gone,) = await bot.service.pipeline.ingest(
            [Candidate(picture(ALIKE), LOCAL_GUILD, "posted", "t")]
        )
        assert gone != kept.id
        assert await indexed(bot) == [kept.id]


async def test_twice_a_day_what_others_left_behind_goes_and_so_do_other_encoders_collections(
    settings, milvus, picture, tmp_path
):
    there = replace(settings, bot=replace(settings.bot, index=IndexConfig(milvus=milvus.url)))
    async with started(there) as bot:
        await bot.inference.ready()
        kept = await post(bot, picture, BLUE)
        collection = bot.library.index.of(bot.inference.client).collection
        nothing = np.zeros((1, collection._width), np.float32)
        await asyncio.to_thread(collection.add, [999], nothing)
        old = milvus.collection(bot.library.index._owner, WIDTH, "before")
        await asyncio.to_thread(old.add, [1], rows(NEAR))

        async def pass_(seconds):
            passed.append(seconds)
            if len(passed) == 2:
                raise asyncio.CancelledError

        passed: list[float] = []
        with pytest.raises(asyncio.CancelledError):
            await bot.library.keep_tidy(pass_)
        assert bot.library.untidy == 0
        assert await indexed(bot) == [kept.id]
        with pytest.raises(UnavailableError):
            await asyncio.to_thread(found, old)
