"""Processes that share a catalogue: each has shards of its own, for as long as it says so."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from bot.catalogue import Catalogue
from bot.catalogue.processes import Process
from bot.errors import StartError
from bot.shards import ALL_SHARDS, Shards

Enter = Callable[..., object]


@pytest.fixture
async def catalogues(url: str) -> AsyncIterator[dict[str, Catalogue]]:
    """The catalogue as three processes have it open."""
    async with AsyncExitStack() as stack:
        opened = {name: await Catalogue.open(url, name) for name in ("one", "two", "three")}
        for each in opened.values():
            stack.push_async_callback(each.close)
        yield opened


@pytest.fixture
def enter(catalogues):
    async def begin(name: str, shards: Shards | None, run: str = "first") -> Process:
        process = Process(name, run, f"{name}:/data", shards)
        await catalogues[name].processes.enter(process)
        return process

    return begin


@pytest.fixture
def run_out(monkeypatch):
    """What is claimed from now on has run out already."""
    monkeypatch.setattr("bot.catalogue.claiming.LEASE", timedelta(seconds=-1))
    return monkeypatch.undo


@pytest.mark.parametrize("theirs", [Shards(0, 3, 16), Shards(3, 5, 16), Shards(1, 2, 16)])
async def test_a_shard_is_one_processes_and_who_wants_it_too_is_told_which(enter, theirs):
    await enter("one", Shards(0, 3, 16))
    with pytest.raises(StartError) as refused:
        await enter("two", theirs)
    assert f"shards {theirs}" in str(refused.value)
    assert "0-3/16 (one:/data)" in str(refused.value)
    assert "--shards" in str(refused.value)


async def test_processes_with_shards_of_their_own_stand_side_by_side(enter):
    await enter("one", Shards(0, 3, 16))
    await enter("two", Shards(4, 15, 16))


@pytest.mark.parametrize("theirs", [Shards(4, 7, 8), ALL_SHARDS])
async def test_all_processes_must_count_the_same_shards(enter, theirs):
    await enter("one", Shards(0, 3, 16))
    with pytest.raises(StartError, match="same number of shards"):
        await enter("two", theirs)


async def test_of_processes_that_begin_at_once_with_the_same_shards_one_does(enter):
    begun = await asyncio.gather(
        *(enter(name, Shards(0, 0, 2)) for name in ("one", "two", "three")), return_exceptions=True
    )
    assert [isinstance(each, StartError) for each in begun].count(False) == 1


async def test_a_process_that_is_started_again_has_its_shards_at_once(enter):
    await enter("one", Shards(0, 3, 16))
    await enter("one", Shards(0, 7, 16), "second")
    with pytest.raises(StartError):
        await enter("two", Shards(7, 7, 16))


async def test_a_process_that_ends_leaves_its_shards_to_others(enter, catalogues):
    process = await enter("one", Shards(0, 3, 16))
    await catalogues["one"].processes.leave(process)
    await enter("two", Shards(0, 3, 16))


async def test_the_shards_of_a_process_that_is_not_heard_of_are_anybodys_after_its_lease(
    enter, catalogues, run_out
):
    gone = await enter("one", Shards(0, 3, 16))
    run_out()
    await enter("two", Shards(0, 3, 16))
    assert not await catalogues["one"].processes.keep(gone)


async def test_a_process_that_says_in_time_that_it_is_there_keeps_its_shards(
    enter, catalogues, run_out
):
    process = await enter("one", Shards(0, 3, 16))
    run_out()
    assert await catalogues["one"].processes.keep(process)
    with pytest.raises(StartError):
        await enter("two", Shards(0, 3, 16))


async def test_of_two_processes_with_one_name_the_later_one_goes_on(enter, catalogues):
    copied = await enter("one", Shards(0, 3, 16), "first")
    later = await enter("one", Shards(0, 3, 16), "second")
    assert not await catalogues["one"].processes.keep(copied)
    assert await catalogues["one"].processes.keep(later)


async def test_a_process_without_discord_is_in_nobodys_way(enter):
    await enter("one", None)
    await enter("two", ALL_SHARDS)
    await enter("three", None)


async def test_others_say_of_which_encoders_they_need_embeddings(enter, catalogues):
    processes = {name: each.processes for name, each in catalogues.items()}
    await enter("one", Shards(0, 0, 2))
    assert await processes["one"].encoders() == set()
    await enter("two", Shards(1, 1, 2))
    assert await processes["one"].encoders() is None, "it has still to say"
    await processes["two"].serve("colours")
    await processes["one"].serve("shapes")
    assert await processes["one"].encoders() == {"colours"}
