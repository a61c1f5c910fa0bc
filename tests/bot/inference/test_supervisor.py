"""The inference process: started, asked, lost, restarted, refused."""

import asyncio
import os
import signal
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest

from bot.errors import StartError, UnavailableError
from bot.fakes import FakeTagger
from bot.inference.client import InferenceFailedError, Query
from bot.inference.supervisor import InferenceOptions, InferenceSupervisor

FAKE = "bot.fakes:FakeTagger"


def plain(colour) -> np.ndarray:
    return np.full((16, 16, 3), colour, np.uint8)


@asynccontextmanager
async def supervised(tmp_path, on_start=None, **changes):
    async def nothing(_client):
        """Leaves the index as it is."""

    options = {"bundle": "", "index_dir": str(tmp_path / "index"), "tail_limit": 50, "tagger": FAKE}
    supervisor = InferenceSupervisor(InferenceOptions(**(options | changes)), on_start or nothing)
    task = asyncio.create_task(supervisor.run())
    try:
        yield supervisor, task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_images_are_described_and_what_was_added_is_found(tmp_path):
    async with supervised(tmp_path) as (supervisor, _):
        await supervisor.ready()
        client = supervisor.client
        (red, blue) = await client.describe(
            [plain((220, 30, 30)), plain((30, 60, 200))], Query(3, 5)
        )
        assert (red.tags[0].name, blue.tags[0].name) == ("red", "blue")
        assert (len(red.tags), red.similar) == (3, ())
        await client.add([7, 9], np.stack([red.embedding, blue.embedding]))
        (again,) = await client.describe([plain((30, 60, 201))], Query(1, 5))
        assert [one.id for one in again.similar] == [9, 7]
        only = Query(1, 5, np.array([7]))
        assert [
            [one.id for one in row] for row in await client.search(red.embedding[None], only)
        ] == [[7]]
        await client.remove([9, 1234])
        assert (await client.ids()).tolist() == [7]


async def test_a_tag_is_explained_and_one_that_the_bundle_lacks_is_not(tmp_path):
    async with supervised(tmp_path) as (supervisor, _):
        await supervisor.ready()
        client, fake = supervisor.client, FakeTagger()
        (embedding,) = fake.encode(plain((30, 60, 200))[None])
        assert await client.explain(embedding, "blue") == fake.explain(embedding, "blue")
        assert await client.explain(embedding, "teal") is None


async def test_before_the_first_start_everything_is_unavailable(tmp_path):
    async with supervised(tmp_path) as (supervisor, _):
        assert supervisor.state == "starting"
        assert supervisor.vocabulary_size == 0
        for ask in (lambda: supervisor.client, lambda: supervisor.facts):
            with pytest.raises(UnavailableError):
                ask()
        await supervisor.ready()
        assert supervisor.state == "ready"
        assert supervisor.vocabulary_size == 12


async def test_a_process_that_is_killed_comes_back_and_its_index_is_put_right(tmp_path, until):
    starts = []

    async def note(client):
        starts.append((await client.ids()).tolist())

    async with supervised(tmp_path, note) as (supervisor, _):
        await supervisor.ready()
        old = supervisor.client
        await old.add([1], np.zeros((1, 12), np.float32))
        os.kill(old.pid, signal.SIGKILL)
        with pytest.raises(UnavailableError):
            await old.ids()
        await until(lambda: supervisor.state != "ready")
        assert supervisor.state == "degraded"
        assert supervisor.vocabulary_size == 12
        await supervisor.ready()
        assert supervisor.client.pid != old.pid
        assert supervisor.restarts == 1
        assert starts == [[], []]


async def test_nobody_is_served_before_the_index_has_been_put_right(tmp_path):
    entered, leave = asyncio.Event(), asyncio.Event()

    async def slow(_client):
        entered.set()
        await leave.wait()

    async with supervised(tmp_path, slow) as (supervisor, _):
        await entered.wait()
        with pytest.raises(UnavailableError):
            _ = supervisor.client
        leave.set()
        await supervisor.ready()


async def test_a_refused_bundle_ends_the_first_start_with_its_reason(tmp_path):
    async with supervised(tmp_path, bundle=str(tmp_path / "missing")) as (_, task):
        with pytest.raises(StartError, match="There is no bundle"):
            await task


async def test_a_bundle_that_is_lost_later_does_not_end_the_service(tmp_path, until):
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    async with supervised(tmp_path, bundle=str(bundle)) as (supervisor, task):
        await supervisor.ready()
        bundle.rmdir()
        os.kill(supervisor.client.pid, signal.SIGKILL)
        await until(lambda: supervisor.restarts >= 2)
        assert (supervisor.state, task.done()) == ("degraded", False)
        bundle.mkdir()
        await supervisor.ready()


async def test_a_request_that_is_given_up_does_not_cost_the_process_its_life(tmp_path):
    async with supervised(tmp_path) as (supervisor, _):
        await supervisor.ready()
        work = asyncio.create_task(supervisor.client.ids())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        assert (await supervisor.client.ids()).tolist() == []
        assert supervisor.restarts == 0


async def test_an_error_inside_is_an_answer_and_not_the_end(tmp_path, caplog):
    async with supervised(tmp_path) as (supervisor, _):
        await supervisor.ready()
        with pytest.raises(InferenceFailedError, match="ValueError: cannot reshape"):
            await supervisor.client.add([1], np.zeros((1, 5), np.float32))
        assert (await supervisor.client.ids()).tolist() == []
    assert "cannot reshape" in caplog.text


async def test_the_process_ends_when_it_is_no_longer_wanted(tmp_path):
    async with supervised(tmp_path) as (supervisor, _):
        await supervisor.ready()
        pid = supervisor.client.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_another_process_takes_the_place_in_one_moment(tmp_path, until):
    starts = []

    async def note(client):
        starts.append(client.pid)

    async with supervised(tmp_path, note) as (supervisor, task):
        await supervisor.ready()
        old = supervisor.client

        async def silent(_client):
            """Is not told of."""

        options = replace(supervisor.options, index_dir=str(tmp_path / "other"), bundle="")
        process = supervisor.beside(options, silent)
        await process.ready()
        assert supervisor.client is old
        assert supervisor.switch(process).client is old
        new = supervisor.client
        assert new.pid != old.pid
        assert (await old.ids()).tolist() == []
        os.kill(old.pid, signal.SIGKILL)
        os.kill(new.pid, signal.SIGKILL)
        with pytest.raises(UnavailableError):
            await new.ids()
        await until(lambda: len(starts) == 2)
        await supervisor.ready()
        # The new one is kept running from now on, the old one is not.
        assert starts == [old.pid, supervisor.client.pid]
        assert (supervisor.restarts, supervisor.options) == (1, options)
        assert not task.done()


async def test_who_waits_for_a_process_that_is_lost_is_served_by_its_successor(tmp_path, until):
    async with supervised(tmp_path) as (supervisor, _):
        await supervisor.ready()
        os.kill(supervisor.client.pid, signal.SIGSTOP)
        stuck = supervisor.client.pid
        options = replace(supervisor.options, index_dir=str(tmp_path / "other"))

        async def nothing(_client):
            """Leaves the index as it is."""

        process = supervisor.beside(options, nothing)
        await process.ready()
        os.kill(stuck, signal.SIGKILL)
        await until(lambda: supervisor.state != "ready")
        waiting = asyncio.create_task(supervisor.ready())
        await asyncio.sleep(0)
        supervisor.switch(process)
        await waiting
        assert supervisor.client is process.client


async def test_a_refused_bundle_is_replaced_by_the_other_one_if_there_is_one(tmp_path, caplog):
    async def nothing(_client):
        """Leaves the index as it is."""

    good = InferenceOptions("", str(tmp_path / "index"), 50, FAKE)
    bad = replace(good, bundle=str(tmp_path / "missing"))
    supervisor = InferenceSupervisor(bad, nothing, or_else=good)
    assert supervisor.bundle == tmp_path / "missing"
    task = asyncio.create_task(supervisor.run())
    await supervisor.ready()
    assert supervisor.options == good
    assert "There is no bundle" in caplog.text
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_work_that_can_wait_waits_for_answers_but_not_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr("bot.inference.supervisor.MOST_LOOKS", 3)
    async with supervised(tmp_path) as (supervisor, _):
        await supervisor.ready()
        await supervisor.calm()
        asking = asyncio.create_task(supervisor.client.ids())
        await asyncio.sleep(0)
        assert supervisor.busy
        await supervisor.calm()
        await asking
        assert not supervisor.busy
        os.kill(supervisor.client.pid, signal.SIGSTOP)
        asking = asyncio.create_task(supervisor.client.ids())
        await asyncio.sleep(0)
        await supervisor.calm()
        assert supervisor.busy
        os.kill(supervisor.client.pid, signal.SIGCONT)
        await asking


async def test_a_real_bundle_is_served_without_a_word_of_tensorflow(
    tmp_path, tiny_bundle, capfd, caplog
):
    changes = {"bundle": str(tiny_bundle), "tagger": InferenceOptions.tagger}
    async with supervised(tmp_path, **changes) as (supervisor, _):
        await supervisor.ready()
        size_px = supervisor.facts.image_size_px
        images = [np.full((size_px, size_px, 3), grey, np.uint8) for grey in (0, 255)]
        black, white = await supervisor.client.describe(images, Query(4, 5))
        assert len(black.tags) == 4
        assert black.similar == ()
        await supervisor.client.add([1, 2], np.stack([black.embedding, white.embedding]))
        (found,) = await supervisor.client.search(white.embedding[None], Query(0, 1))
        assert (found[0].id, round(found[0].distance, 3)) == (2, 0.0)
    assert capfd.readouterr() == ("", "")
    assert caplog.text == ""
