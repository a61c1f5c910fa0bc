"""What is done to a running bot: kill -9 of its processes, a full disk, a locked database.

Why a disk is filled by a limit on the size of files: it needs no file system of its own and
nobody's permission, and what the bot and its children hear is as good: no file grows.
"""

import asyncio
import os
import resource
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from random import Random

from tests.bot.discord.process import BotProcess

INFERENCE, GUARDIAN = "bot.inference.process", "bot.processes.guardian"
WRITER_SECONDS = 60.0  # longer than the bot ever writes at once
# Less than the two hours after which a post is too old to be answered.
LONGEST_JUMP_SECONDS = 3600.0


def kill(bot: BotProcess, module: str) -> bool:
    """End a child with -9; False: there is none."""
    pids = bot.children().get(module, [])
    if module == GUARDIAN:  # the job is its child, or not started yet
        pids = [job for one in pids for job in _children(one) or [one]]
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return False
    return bool(pids)


@asynccontextmanager
async def full_disk(bot: BotProcess) -> AsyncIterator[None]:
    """Within it no file of the bot and of its inference grows."""
    pids = [bot.pid, *bot.children().get(INFERENCE, [])]
    _limit_files(pids, 0)
    try:
        yield
    finally:
        _limit_files(pids, resource.RLIM_INFINITY)


@asynccontextmanager
async def locked(database: Path) -> AsyncIterator[None]:
    """Within it somebody else writes to the database."""
    other = sqlite3.connect(
        database, isolation_level=None, timeout=WRITER_SECONDS, check_same_thread=False
    )
    with closing(other):
        # In a thread: while it waits for the bot's own writing, the bot's Discord must answer.
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def jump(clock: Path, chance: Random) -> None:
    """Set the bot's clock, an hour off at most."""
    partial = clock.with_suffix(".new")
    partial.write_text(str(chance.uniform(-LONGEST_JUMP_SECONDS, LONGEST_JUMP_SECONDS)))
    partial.rename(clock)


def _limit_files(pids: list[int], most_bytes: int) -> None:
    for pid in pids:
        try:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY))
        except ProcessLookupError:
            continue


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(one) for task in tasks for one in task.read_text().split()]
