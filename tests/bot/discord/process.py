"""The bot as a process of its own, connected to the stand-in of Discord: what operators run."""

import asyncio
import os
import re
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from bot.shards import Shards
from tests.bot.discord.standin.server import StandIn

ROOT = Path(__file__).parents[3]
FAKE_TAGGER, REAL_TAGGER = "bot.fakes:FakeTagger", "model.tagger:Tagger"
# ``python -m bot`` but for the tagger, which no option names: it is for tests alone.
PROGRAM = """
import sys
from bot.__main__ import main
sys.exit(main(sys.argv[2:], tagger=sys.argv[1]))
"""
START_SECONDS = 120.0
END_SECONDS = 10.0
# What a log holds when something went wrong that nobody had thought of.
TROUBLE = re.compile(r"Traceback|never retrieved|never awaited|was destroyed| (ERROR|CRITICAL) ")


@dataclass(frozen=True)
class Memory:
    """What a process holds, in MiB.

    Attributes:
        rss: Everything mapped and present, what others share included.
        pss: The same, each shared page divided among those who share it.
        uss: What would be free if this process ended.
    """

    rss: float
    pss: float
    uss: float

    @classmethod
    def of(cls, pid: int) -> "Memory":
        """As Linux tells it now."""
        rows = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        kib = {row.split()[0].rstrip(":"): int(row.split()[1]) for row in rows}
        own = kib["Private_Clean"] + kib["Private_Dirty"]
        return cls(*(round(one / 1024, 1) for one in (kib["Rss"], kib["Pss"], own)))


class BotProcess:
    """A bot that can be started again and again on the same data.

    Attributes:
        options: ``--set`` of each start; change it before the next one.
        token: Of the application, as the bot is told it.
        logs: What each start wrote, one file each.
        process: The running one.
    """

    def __init__(
        self,
        discord: StandIn,
        place: Path,
        *options: str,
        tagger: str = FAKE_TAGGER,
        program: str = PROGRAM,
        shards: Shards | None = None,
    ) -> None:
        self.token = discord.token
        self._place = place
        self._tagger = tagger
        self._program = program
        self._shards = shards
        self.options = [
            f"bot.data_dir={place / 'data'}",
            f"bot.discord.api_url={discord.api_url}",
            f"bot.discord.gateway_url={discord.gateway_url}",
            *options,
        ]
        self.logs: list[Path] = []
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it, and wait until it is connected and its model can be asked."""
        self.logs.append(self._place / f"log-{len(self.logs) + 1}.txt")
        command = [sys.executable, "-c", self._program, self._tagger, "--port", "0"]
        if self._shards is not None:
            command += ["--shards", str(self._shards)]
        for option in self.options:
            command += ["--set", option]
        with self.logs[-1].open("w") as output:
            self.process = await asyncio.create_subprocess_exec(
                *command,
                stdout=output,
                stderr=output,
                cwd=self._place,
                env={**os.environ, "PYTHONPATH": str(ROOT), "DISCORD_TOKEN": self.token},
            )
        await self.says("inference is ready", START_SECONDS)
        first = 0 if self._shards is None else self._shards.first
        await self.says(f"shard {first} is connected", START_SECONDS)

    async def says(self, pattern: str, seconds: float = 30.0) -> str:
        """Wait until the running bot has logged something; the part in parentheses, or all."""
        ends = time.monotonic() + seconds
        while (match := re.search(pattern, self.log())) is None:
            assert self.running, f"it has ended:\n{self.log()}"
            assert time.monotonic() < ends, f"no {pattern!r} within {seconds} s:\n{self.log()}"
            await asyncio.sleep(0.02)
        return match[1] if match.re.groups else match[0]

    def log(self) -> str:
        """What the last start wrote."""
        return self.logs[-1].read_text()

    def troubles(self) -> list[str]:
        """Lines of all logs that no operator should have to read."""
        lines = [line for file in self.logs for line in file.read_text().splitlines()]
        return [line for line in lines if TROUBLE.search(line)]

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.process is not None and self.process.returncode is None

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self.process is not None
        return self.process.pid

    async def stop(self, seconds: float = END_SECONDS) -> float:
        """SIGTERM; it must end cleanly within so long. The seconds that it took."""
        assert self.process is not None
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        status = await asyncio.wait_for(self.process.wait(), seconds)
        assert status == 0, f"exit status {status}:\n{self.log()}"
        return time.monotonic() - begun

    async def kill(self) -> None:
        """SIGKILL: no time for a last word."""
        assert self.process is not None
        if self.running:
            self.process.kill()
        await self.process.wait()

    def children(self) -> dict[str, list[int]]:
        """Process ids of its children, by the module that they run."""
        found: dict[str, list[int]] = {}
        for file in Path(f"/proc/{self.pid}/task").glob("*/children"):
            for pid in map(int, file.read_text().split()):
                arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
                if "-m" in arguments:
                    module = arguments[arguments.index("-m") + 1]
                    found.setdefault(module, []).append(pid)
        return found

    def memory(self) -> dict[str, Memory]:
        """What each of its processes holds: "bot", "inference", "decoder 1" and so on."""
        children = self.children()
        held = {"bot": Memory.of(self.pid)}
        (inference,) = children["bot.inference.process"]
        held["inference"] = Memory.of(inference)
        decoders = sorted(children["bot.decoding.process"])
        return held | {f"decoder {n}": Memory.of(pid) for n, pid in enumerate(decoders, 1)}

    def cpu_seconds(self) -> dict[str, float]:
        """What its processes have computed since their start, by the module that they run."""
        spent: dict[str, float] = {}
        for module, pids in {"bot": [self.pid], **self.children()}.items():
            parts = [
                Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids
            ]
            ticks = sum(int(one[11]) + int(one[12]) for one in parts)
            spent[module.removeprefix("bot.")] = ticks / os.sysconf("SC_CLK_TCK")
        return spent
