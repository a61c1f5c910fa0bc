"""The real bot as a process, with a bundle and a data directory: started, asked, weighed."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from model.errors import TrainingError

START_SECONDS = 300.0
_KIB = 1024


@dataclass(frozen=True)
class Served:
    """A running bot.

    Attributes:
        url: The local channel's address.
        pid: Of its first process; the others are its children.
    """

    url: str
    pid: int


@dataclass(frozen=True)
class Memory:
    """Of a process and all that it has started, in bytes.

    Attributes:
        own: What no file stands for.
        mapped: What lies in memory of files, which the system takes back when it needs to.
    """

    own: int
    mapped: int


@asynccontextmanager
async def served(bundle: Path, data: Path, log: Path) -> AsyncIterator[Served]:
    """Start the bot; it answers images when this returns, and ends with the context.

    Raises:
        TrainingError: If it does not get ready; the end of its log is in the message.
    """
    settings = {"bot.data_dir": data, "bot.gallery.count": 0, "model.bundle": bundle}
    command = [sys.executable, "-m", "bot", "--local", "--port", "0"]
    for key, value in settings.items():
        command += ["--set", f"{key}={value}"]
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(*command, stdout=output, stderr=output)
    try:
        yield Served(await _address(process, log), process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def memory_of(pid: int) -> Memory:
    """Read what the system says of a process and all that it has started; Linux alone tells it."""
    own = mapped = 0
    for each in _family(pid):
        found = _rollup(each)
        own += found.get("Anonymous", 0)
        mapped += found.get("Pss", 0) - found.get("Pss_Anon", 0)
    return Memory(own * _KIB, mapped * _KIB)


def _family(pid: int) -> list[int]:
    family = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text(encoding="ascii").split():
            family += _family(int(child))
    return family


def _rollup(pid: int) -> dict[str, int]:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    pairs = (line.split()[:2] for line in lines[1:])
    return {name.rstrip(":"): int(size) for name, size in pairs}


async def _address(process: asyncio.subprocess.Process, log: Path) -> str:
    loop = asyncio.get_running_loop()
    end = loop.time() + START_SECONDS
    text = ""
    while process.returncode is None and loop.time() < end:
        text = (await asyncio.to_thread(log.read_bytes)).decode(errors="replace")
        address = re.search(r"the local channel is at (http://\S+)/\n", text)
        if address and "inference is ready" in text:
            return address[1]
        await asyncio.sleep(0.1)
    raise TrainingError(f"The bot has not begun to serve. The end of its log: {text[-1000:]}")
