"""Claims: two processes on one catalogue never work on the same thing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.catalogue import Catalogue, NewJob, NewRefit, tables
from bot.catalogue.claiming import lock
from tests.bot.postgresql import on_postgresql

IMPORT = NewJob("import", guild_id=7, channel_id=70, asker_id=5, notice_channel_id=72)


@pytest.fixture
async def processes(url: str) -> AsyncIterator[list[Catalogue]]:
    """The catalogue as two processes have it open."""
    async with AsyncExitStack() as stack:
        opened = [await Catalogue.open(url, name) for name in ("0-1/4", "2-3/4")]
        for one in opened:
            stack.push_async_callback(one.close)
        yield opened


async def claimed_too_long_ago(catalogue, monkeypatch):
    """A job that a process has claimed for a time that is over."""
    id_ = await catalogue.jobs.add(IMPORT)
    monkeypatch.setattr("bot.catalogue.claiming.LEASE", timedelta(seconds=-1))
    await catalogue.jobs.claim("import")
    monkeypatch.undo()
    return id_


async def test_of_processes_that_claim_at_once_one_gets_each_job(processes):
    ids = [await processes[0].jobs.add(IMPORT) for _ in range(20)]
    claimed = await asyncio.gather(*(one.jobs.claim("import") for one in processes * 3))
    by_process = [{job.id for one in claimed[place::2] for job in one} for place in (0, 1)]
    assert sorted([*by_process[0], *by_process[1]]) == ids


async def test_a_job_is_claimed_again_by_the_process_that_has_it_and_by_no_other(processes, url):
    one, other = processes
    id_ = await one.jobs.add(IMPORT)
    assert [job.id for job in await one.jobs.claim("import")] == [id_]
    assert await other.jobs.claim("import") == []
    restarted = await Catalogue.open(url, "0-1/4")
    assert [job.id for job in await restarted.jobs.claim("import")] == [id_]
    await restarted.close()


async def test_what_a_process_does_not_keep_another_takes_over(processes, monkeypatch):
    one, other = processes
    id_ = await claimed_too_long_ago(one, monkeypatch)
    assert [job.id for job in await other.jobs.take_over("import")] == [id_]
    assert await one.jobs.keep([id_]) == set()
    assert await other.jobs.keep([id_]) == {id_}


async def test_what_is_kept_stays_claimed(processes, monkeypatch):
    one, other = processes
    id_ = await claimed_too_long_ago(one, monkeypatch)
    assert await one.jobs.keep([id_]) == {id_}
    assert await other.jobs.claim("import") == await other.jobs.take_over("import") == []


async def test_a_job_that_is_over_is_nobodys(processes):
    one, other = processes
    id_ = await one.jobs.add(IMPORT)
    await one.jobs.claim("import")
    await one.jobs.update(id_, state="done")
    assert await one.jobs.keep([id_]) == set()
    assert await other.jobs.claim("import") == []


async def test_of_processes_that_start_a_job_at_once_one_does(processes):
    started = await asyncio.gather(*(one.jobs.start(IMPORT) for one in processes))
    assert sorted(is_new for _, is_new in started) == [False, True]
    assert len({job.id for job, _ in started}) == 1


async def test_each_guild_has_one_job_of_a_kind_whichever_process_is_asked(processes):
    elsewhere = replace(IMPORT, guild_id=8)
    started = await asyncio.gather(
        *(each.jobs.start(new, in_guild=True) for each in processes for new in (IMPORT, elsewhere))
    )
    assert sorted((job.guild_id, is_new) for job, is_new in started) == [
        (7, False),
        (7, True),
        (8, False),
        (8, True),
    ]
    assert len(await processes[0].jobs.open_("import")) == 2


@on_postgresql
async def test_who_claims_passes_over_what_another_is_about_to_claim(processes):
    one, other = processes
    ids = [await one.jobs.add(IMPORT) for _ in range(4)]
    table = tables.jobs
    async with one._database.claiming() as connection:
        assert await lock(connection, table, table.c.id.in_(ids[:2])) == ids[:2]
        assert [job.id for job in await other.jobs.claim("import")] == ids[2:]
    assert [job.id for job in await one.jobs.claim("import")] == ids[:2]


@on_postgresql
async def test_who_claims_does_not_wait_for_who_writes(processes):
    one, other = processes
    id_ = await one.jobs.add(IMPORT)
    async with one._database.writing():
        assert [job.id for job in await other.jobs.claim("import")] == [id_]


async def test_one_process_fits_a_tag_at_a_time_whatever_asks_for_it(processes, taught, published):
    one, other = processes
    tag_id = await taught("dusk")
    claimed = await asyncio.gather(*(each.taught.claim_refits(tag_id) for each in processes))
    assert sorted(claimed) == [False, True]
    fitting, waiting = (one, other) if claimed[0] else (other, one)
    await waiting.taught.request_refit(NewRefit(tag_id, "taught"))
    assert not await waiting.taught.claim_refits(tag_id)
    assert await fitting.taught.claim_refits(tag_id)
    await published(tag_id)
    await waiting.taught.request_refit(NewRefit(tag_id, "taught"))
    assert await waiting.taught.claim_refits(tag_id)
