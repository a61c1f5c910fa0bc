"""One bundle's process: given up when it cannot be started, ended when it is not asked any more."""

import asyncio
import os
import signal

import pytest

from bot.errors import StartError
from bot.inference.supervised import InferenceOptions, SupervisedProcess
from model.bundle import default_bundle

pytestmark = pytest.mark.usefixtures("children_from_nothing")


def process(tmp_path, on_start=None, most_failures=None, **changes):
    async def nothing(_client):
        """Leaves the index as it is."""

    options = {
        "bundle": "",
        "index_dir": str(tmp_path / "index"),
        "tail_limit": 50,
        "tagger": "bot.fakes:FakeTagger",
    }
    made = InferenceOptions(**(options | changes))
    return SupervisedProcess(made, on_start or nothing, most_failures=most_failures)


def test_the_directory_of_a_bundle_is_known_also_for_the_default_one(tmp_path):
    options = InferenceOptions("", "index", 50)
    assert options.directory == default_bundle()
    assert InferenceOptions(str(tmp_path), "index", 50).directory == tmp_path


async def test_waiting_for_a_process_ends_with_the_reason_why_it_never_comes(tmp_path):
    refused = process(tmp_path, bundle=str(tmp_path / "missing"))
    with pytest.raises(StartError, match="There is no bundle"):
        await refused.ready()
    await refused.close()


async def test_a_process_that_fails_again_and_again_is_given_up_if_that_is_wanted(tmp_path, caplog):
    starts = []

    async def broken(client):
        starts.append(client.pid)
        raise RuntimeError("no room")

    hopeless = process(tmp_path, broken, most_failures=2)
    with pytest.raises(StartError, match=r"did not start, or ended, 2 times"):
        await hopeless.ready()
    assert len(set(starts)) == 2
    await hopeless.close()
    assert "no room" in caplog.text


async def test_a_retired_process_answers_but_does_not_start_again(tmp_path):
    old = process(tmp_path)
    await old.ready()
    old.retire()
    assert (await old.client.ids()).tolist() == []
    assert not old.busy
    os.kill(old.client.pid, signal.SIGKILL)
    await old.start()
    assert (old.state, old.restarts) == ("degraded", 0)
    await old.close()


async def test_a_process_that_is_retired_while_it_starts_gives_that_up(tmp_path):
    entered, goes_on, served = asyncio.Event(), asyncio.Event(), []

    async def follow(client):
        pids.append(client.pid)
        entered.set()
        await goes_on.wait()
        served.append(client)

    pids: list[int] = []
    old = process(tmp_path, follow)
    old.start()
    await entered.wait()
    goes_on.set()
    old.retire()
    await asyncio.gather(old.start(), return_exceptions=True)
    assert served == []
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)
    await old.close()


async def test_closing_ends_a_process_also_while_it_starts(tmp_path):
    entered = asyncio.Event()

    async def slow(client):
        pids.append(client.pid)
        entered.set()
        await asyncio.Event().wait()

    pids: list[int] = []
    starting = process(tmp_path, slow)
    starting.start()
    await entered.wait()
    waiting = asyncio.create_task(starting.ready())
    await asyncio.sleep(0)
    await starting.close()
    with pytest.raises((StartError, asyncio.CancelledError)):
        await waiting
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)
