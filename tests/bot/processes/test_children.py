"""Child processes: answers, bounds, and an end with the parent."""

import asyncio
import subprocess
import sys
import time
from contextlib import asynccontextmanager

import pytest

from bot.processes.children import Child, ChildDiedError
from bot.processes.frames import Frame, frame_parts

# Says what it was asked, noises included; "sleep" and "die" do so.
ECHO = """
import os, time
from bot.processes.child import ParentPipe
from bot.processes.frames import Frame

pipe = ParentPipe.take_over()
print("a library that prints")
for request in pipe.requests():
    if "sleep" in request.header:
        time.sleep(request.header["sleep"])
    if "die" in request.header:
        os._exit(3)
    pipe.answer(Frame(request.header, request.blobs))
"""


@pytest.fixture
def echo(tmp_path, monkeypatch):
    (tmp_path / "echo_process.py").write_text(ECHO)
    search = [str(tmp_path), *(path for path in sys.path if path)]
    environment = {"PYTHONPATH": ":".join(search)}

    @asynccontextmanager
    async def start():
        child = await Child.start("echo_process", (), environment)
        try:
            yield child
        finally:
            child.kill()
            await child.close(1.0)

    start.environment = environment
    return start


async def test_an_answer_belongs_to_its_question_also_side_by_side(echo):
    async with echo() as child:
        frames = [Frame({"number": number}, (bytes([number]) * 300_000,)) for number in range(9)]
        answers = await asyncio.gather(*(child.exchange(one, 10, 10**6) for one in frames))
        assert answers == frames


async def test_killing_a_child_that_has_just_ended_leaves_its_exit_status_to_be_heard(echo):
    for _ in range(4):
        async with echo() as child:
            with pytest.raises(ChildDiedError):
                await child.exchange(Frame({"die": True}), 10, 1000)
            assert await child.ended() == 3


async def test_a_child_that_dies_is_told_apart_from_one_that_is_slow(echo):
    async with echo() as child:
        with pytest.raises(ChildDiedError):
            await child.exchange(Frame({"die": True}), 10, 1000)
        assert await child.ended() == 3
    async with echo() as child:
        with pytest.raises(TimeoutError):
            await child.exchange(Frame({"sleep": 60}), 0.5, 1000)
        assert await child.ended() == -9


async def test_an_answer_beyond_the_bound_ends_the_child(echo):
    async with echo() as child:
        with pytest.raises(ChildDiedError, match="blobs of more than 1000 bytes"):
            await child.exchange(Frame({}, (bytes(2000),)), 10, 1000)
        assert await child.ended() == -9


async def test_asking_a_dead_child_is_an_error_and_no_hang(echo):
    async with echo() as child:
        child.kill()
        await child.ended()
        with pytest.raises(ChildDiedError):
            await child.exchange(Frame({}, (bytes(1_000_000),)), 5, 1000)


async def test_what_a_child_prints_is_told_line_by_line(echo):
    lines = []
    child = await Child.start("echo_process", (), echo.environment, lines.append)
    await child.exchange(Frame({}), 10, 1000)
    await child.close(5)
    assert lines == ["a library that prints"]


async def test_closing_lets_a_child_finish_and_kills_one_that_does_not(echo):
    async with echo() as child:
        await child.exchange(Frame({}), 10, 1000)
        await child.close(5)
        assert await child.ended() == 0


async def test_a_child_whose_closing_is_given_up_is_not_left_behind(echo):
    async with echo() as child:
        await child.exchange(Frame({}), 10, 1000)
        asking = asyncio.create_task(child.exchange(Frame({"sleep": 60}), 60, 1000))
        await asyncio.sleep(0.1)
        closing = asyncio.create_task(child.close(60))
        await asyncio.sleep(0.1)
        closing.cancel()
        await asyncio.gather(closing, return_exceptions=True)
        assert not child.alive
        await asyncio.gather(asking, return_exceptions=True)


def test_a_busy_child_ends_soon_after_its_parent(echo):
    child = subprocess.Popen(
        [sys.executable, "-m", "echo_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=echo.environment,
    )
    with child:
        child.stdin.write(b"".join(frame_parts(Frame({"sleep": 60}))))
        child.stdin.close()
        begun = time.monotonic()
        assert child.wait(10) == 1
        assert time.monotonic() - begun < 6
