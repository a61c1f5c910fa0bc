"""A command runs beside the bot, and never longer than it."""

import asyncio
import sys
from pathlib import Path

import pytest

from bot.processes import commands as commands_module
from bot.processes.commands import Commands, RunningCommand

# Starts a process of its own and says the ids of both.
PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"])
print(os.getpid(), child.pid, os.nice(0), os.environ.get("DISCORD_TOKEN", "-"), flush=True)
time.sleep(120)
"""
BOT = """
import asyncio, sys
from pathlib import Path
from bot.processes.commands import Commands

async def run():
    async with Commands((sys.executable, "-c")).running((sys.argv[1],), Path(sys.argv[2])) as one:
        await asyncio.sleep(120)

asyncio.run(run())
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log.txt"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands_module, "LOOK_SECONDS", 0.02)


def running(code: str, log: Path):
    return Commands((sys.executable, "-c")).running((code,), log)


def alive(process_id: int) -> bool:
    """Whether it runs; what has ended and waits to be noticed does not."""
    try:
        stat = Path(f"/proc/{process_id}/stat").read_text()
    except FileNotFoundError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


async def said(log: Path, until) -> list[str]:
    content = ""

    def has_spoken() -> bool:
        nonlocal content
        content = log.read_text() if log.is_file() else ""
        return content.endswith("\n")

    await until(has_spoken)
    return content.split()


@pytest.mark.parametrize(("code", "status"), [("exit(0)", 0), ("exit(3)", 3)])
async def test_a_command_ends_with_its_status(log, code, status) -> None:
    async with running(code, log) as command:
        while (found := await command.ended()) is None:
            pass
    assert found == status


async def test_what_it_prints_goes_to_the_end_of_the_log(log) -> None:
    log.write_text("before\n")
    async with running("import sys; print('out'); print('err', file=sys.stderr)", log) as command:
        while await command.ended() is None:
            pass
    assert sorted(log.read_text().split()) == ["before", "err", "out"]


async def test_leaving_ends_it_with_everything_that_it_has_started(log, until) -> None:
    async with running(PARENT, log):
        one, other, *_ = await said(log, until)
        assert alive(int(one))
        assert alive(int(other))
    await until(lambda: not alive(int(one)) and not alive(int(other)))


async def test_it_runs_at_the_lowest_priority_and_without_the_bots_secrets(
    log, until, monkeypatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    async with running(PARENT, log):
        _, _, priority, token = await said(log, until)
    assert int(priority) == 19
    assert token == "-"


async def test_it_gets_the_secret_that_it_needs_and_no_other(log, until, monkeypatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    monkeypatch.setenv("PGPASSWORD", "needed")
    say = 'import os; print(*map(os.environ.get, ("DISCORD_TOKEN", "PGPASSWORD")), flush=True)'
    commands = Commands((sys.executable, "-c"))
    async with commands.running((say,), log, ("PGPASSWORD",)):
        assert await said(log, until) == ["None", "needed"]


async def test_it_ends_with_a_bot_that_is_killed(log, until, repository) -> None:
    bot = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BOT, PARENT, str(log), cwd=repository
    )
    try:
        one, other, *_ = await said(log, until)
    finally:
        bot.kill()
        await bot.wait()
    await until(lambda: not alive(int(one)) and not alive(int(other)))


@pytest.mark.parametrize("steps", range(4))
async def test_who_cancels_in_the_moment_in_which_it_ends_does_not_cancel_in_vain(
    steps, monkeypatch
):
    monkeypatch.setattr(commands_module, "LOOK_SECONDS", 10.0)
    end: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    class Process:
        async def wait(self) -> int:
            return await end

    waiting = asyncio.create_task(RunningCommand(Process()).ended())
    await asyncio.sleep(0.01)
    end.set_result(0)
    for _ in range(steps):
        await asyncio.sleep(0)
    if waiting.cancel():
        with pytest.raises(asyncio.CancelledError):
            await waiting
    else:
        assert await waiting == 0
