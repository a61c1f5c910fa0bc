"""What a Milvus server in trouble takes away: no more than what it does not do."""

import asyncio
import logging
import time
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import pytest

from bot import following
from bot.config import IndexConfig
from bot.errors import UnavailableError
from bot.fakes import FakeIdentity, publish_fake
from bot.illustrations import LOCAL_GUILD
from bot.index import index_engine
from bot.index.milvus.engine import CALLS_AT_ONCE
from bot.index.milvus.server import MilvusServer, RefusedError
from bot.inference.client import BundleFacts
from bot.places import Scope
from bot.running import started
from tests.bot.indexed import holds, indexed, post, similar
from tests.bot.milvus import running_milvus
from tests.bot.postgresql import on_sqlite
from tests.model.index.yardstick import WIDTH, rows

NEAR = [[1, 0, 0, 0]]
GUILD, OTHER = 7, 8
BLUE, ALIKE = (30, 60, 200), (30, 60, 205)


@pytest.fixture
def hurried(monkeypatch):
    """A server that is away is asked for often."""
    monkeypatch.setattr(following, "FIRST_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(following, "LONGEST_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr("bot.index.milvus.server.CONNECT_SECONDS", 1.0)


@pytest.fixture
def passing():
    """A server that is not there yet, and may go."""
    with running_milvus(start=False) as server:
        yield server


@pytest.fixture
def apart(settings, passing):
    """The settings of a bot whose index is there."""
    return replace(settings, bot=replace(settings.bot, index=IndexConfig(milvus=passing.url)))


@pytest.fixture
async def engine(catalogue, milvus):
    """An engine with a connection of its own."""
    made = await index_engine(IndexConfig(milvus=milvus.url), catalogue)
    yield made
    await made.close()


@pytest.fixture
async def opened(engine):
    """An index of an empty catalogue, ready to be asked."""
    facts = BundleFacts("encoder", "encoder", WIDTH, 16, ())
    index = engine.of(SimpleNamespace(facts=facts))
    await index.ids()
    return index


def trouble(what):
    """An error: of the network by its name, or of Milvus by its number."""
    # Not before a server was started: loading them has to be prepared.
    from grpc import RpcError, StatusCode
    from pymilvus.exceptions import MilvusException

    if isinstance(what, int):
        return MilvusException(what, "so it is said,\nin two lines")
    error = RpcError(what)
    error.code = lambda: StatusCode[what]
    return error


def raising(what, cause=None):
    """Stands for any call."""

    def call(*_asked, **_more):
        raise trouble(what) from (cause and trouble(cause))

    return call


@pytest.mark.usefixtures("hurried")
async def test_without_its_server_a_bot_tags_on_and_what_it_missed_is_made_up_for(
    apart, passing, picture, until, caplog
):
    async with started(apart) as bot:
        await bot.inference.ready()
        first = await post(bot, picture, BLUE)
        assert (bool(first.tags), first.similar) == (True, ())
        with pytest.raises(UnavailableError, match="cannot be looked up at the moment"):
            await similar(bot, first.id)
        assert not bot.health["index"]()

        await asyncio.to_thread(passing.start)
        await until(bot.health["index"])
        await until(lambda: holds(bot, [first.id]))
        second = await post(bot, picture, ALIKE)
        assert [one.id for one in second.similar] == [first.id]

        passing.kill()
        third = await post(bot, picture, BLUE)
        assert (bool(third.tags), third.similar) == (True, ())
        await bot.service.forget(first.id, LOCAL_GUILD)
        await asyncio.to_thread(passing.start)
        await until(lambda: holds(bot, [second.id, third.id]))
        assert await similar(bot, third.id) == [second.id]
    told = [one for one in caplog.records if "cannot be used" in one.getMessage()]
    assert len(told) == 2, "once for each absence"
    assert all("bot.index.milvus" in one.getMessage() for one in told)
    assert "Traceback" not in caplog.text
    assert not any(one.exc_info for one in caplog.records)


@pytest.mark.usefixtures("hurried")
async def test_a_bundle_takes_over_without_the_server_and_is_found_in_when_it_is_back(
    apart, passing, picture, until, monkeypatch
):
    monkeypatch.setattr("bot.bundles.watching.SCAN_SECONDS", 0.2)
    monkeypatch.setattr("bot.bundles.takeover.GRACE_SECONDS", 0.1)
    async with started(apart) as bot:
        await bot.inference.ready()
        first, second = [(await post(bot, picture, colour)).id for colour in (BLUE, ALIKE)]
        publish_fake(apart.bot.bundles_path / "new", FakeIdentity("fake-negatives"))
        await until(lambda: bot.inference.bundle.name == "new")
        await asyncio.to_thread(passing.start)
        await until(lambda: holds(bot, [first, second]))
        assert await similar(bot, first) == [second]


@on_sqlite
async def test_of_many_who_wait_for_a_server_that_hangs_a_few_find_out_and_the_others_know(
    engine, opened, monkeypatch, caplog
):
    asked = []

    def hangs(*_asked, **_more):
        asked.append(1)
        time.sleep(0.5)
        raise trouble("DEADLINE_EXCEEDED")

    monkeypatch.setattr(engine._server._client, "search", hangs)
    monkeypatch.setattr(engine._server, "prepare", hangs)
    search = partial(opened.collection.search, rows(NEAR), 5)
    found = await asyncio.gather(*(opened.ask(search) for _ in range(20)), return_exceptions=True)
    assert [type(one) for one in found] == [UnavailableError] * 20
    assert len(asked) <= CALLS_AT_ONCE
    (told,) = [one.getMessage() for one in caplog.records if "cannot be used" in one.getMessage()]
    assert "DEADLINE_EXCEEDED" in told


@pytest.mark.parametrize(
    ("error", "cause", "kind"),
    [
        ("UNAUTHENTICATED", None, "UNAUTHENTICATED"),
        (9, None, "9"),
        (2, "PERMISSION_DENIED", "PERMISSION_DENIED"),  # so a refused connection is told
        ("UNAVAILABLE", None, None),
        ("DEADLINE_EXCEEDED", None, None),
        (8, None, None),
        (100, None, None),
        (1, 2, None),
    ],
)
@on_sqlite
async def test_what_a_server_refuses_is_told_from_one_that_is_away(
    engine, opened, monkeypatch, error, cause, kind
):
    monkeypatch.setattr(engine._server._client, "search", raising(error, cause))
    with pytest.raises(UnavailableError) as raised:
        opened.collection.search(rows(NEAR), 5)
    assert getattr(raised.value, "kind", None) == kind
    assert opened.collection.ready == (kind is not None), "one that is away is opened anew"


@on_sqlite
async def test_a_search_that_is_refused_is_said_once_and_others_are_answered(
    engine, opened, monkeypatch, caplog
):
    search, client = engine._server._client.search, engine._server._client

    def choosy(*asked, **more):
        if "guild_id == 7" in more["filter"]:
            raise trouble(1102)
        return search(*asked, **more)

    monkeypatch.setattr(client, "search", choosy)
    for _ in range(2):
        with pytest.raises(RefusedError):
            await opened.ask(partial(opened.collection.search, rows(NEAR), 5, None, Scope(GUILD)))
    answer = await opened.ask(partial(opened.collection.search, rows(NEAR), 5, None, Scope(OTHER)))
    assert (answer, engine.up, engine.behind.is_set()) == ([[]], True, False)
    (told,) = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    assert "refuses what it is asked" in told
    assert "so it is said, in two lines" in told


@pytest.mark.usefixtures("hurried")
async def test_what_a_full_server_does_not_take_is_made_up_for_and_all_else_is_found(
    settings, milvus, picture, until, monkeypatch, caplog
):
    there = replace(settings, bot=replace(settings.bot, index=IndexConfig(milvus=milvus.url)))
    async with started(there) as bot:
        await bot.inference.ready()
        first = await post(bot, picture, BLUE)
        client = bot.library.index._server._client
        with monkeypatch.context() as full:
            full.setattr(client, "upsert", raising(9))
            second = await post(bot, picture, ALIKE)
            assert [one.id for one in second.similar] == [first.id]
            await until(bot.health["index"])
            assert await indexed(bot) == [first.id]
        await until(lambda: holds(bot, [first.id, second.id]))
    told = [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]
    assert len(told) == 1
    assert "code=9" in told[0]


@pytest.mark.usefixtures("hurried")
async def test_a_server_that_lets_nobody_in_is_not_well(
    settings, milvus, picture, until, monkeypatch, caplog
):
    refused = raising("UNAUTHENTICATED")
    monkeypatch.setattr(MilvusServer, "prepare", refused)
    there = replace(settings, bot=replace(settings.bot, index=IndexConfig(milvus=milvus.url)))
    async with started(there) as bot:
        await bot.inference.ready()
        made = await post(bot, picture, BLUE)
        assert (bool(made.tags), made.similar) == (True, ())
        assert not bot.health["index"]()
        monkeypatch.undo()
        await until(bot.health["index"])
        await until(lambda: holds(bot, [made.id]))
    told = [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]
    assert len(told) == 1
    assert "MILVUS_TOKEN" in told[0]
