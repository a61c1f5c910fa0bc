"""Many posts in one run, at the highest steady rate: memory, queue and times.

First the rate is found: so many posts wait at any time, and the next one comes when one is
answered. Then posts come at four fifths of that, whether the others are answered or not. (Bot and
stand-in share the machine, so the rate is that of both.)
"""

import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
from tqdm import tqdm

from tests.bot.discord.figures import percentile
from tests.bot.discord.load import pictures
from tests.bot.discord.process import BotProcess
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.server import StandIn
from tests.torture.outcome import Outcome
from tests.torture.waiting import until

CHANNELS = 20
FINDING_SHARE, LEAST_FINDING = 0.05, 20
OUTSTANDING = 16
STEADY = 0.8
SAMPLES = 40
# Until caches are full and the allocator has what it wants, memory grows.
WARM_SHARE = 0.25
MOST_GROWTH_MIB = 24.0
MOST_QUEUE_SECONDS = 15.0
PATIENCE_SECONDS = 300.0
LOOK_SECONDS = 0.05
OPTIONS = ("bot.autotag.default=reply", "bot.index.tail_limit=500", "bot.max_queue=64")


async def run(seed: int, size: int) -> Outcome:
    """Post so many images."""
    outcome = Outcome("soak")
    with tempfile.TemporaryDirectory(prefix="torture-") as directory:
        async with StandIn() as discord:
            discord.checks_requests = False  # the load is the bot's, as far as that can be
            bot = BotProcess(discord, Path(directory), *OPTIONS)
            soak = Soak(discord, bot, outcome, Random(seed))
            try:
                await bot.start()
                await soak.torture(size)
                await bot.stop()
            finally:
                await bot.kill()
    return outcome


@dataclass
class Soak:
    """Posts, and follows what becomes of each.

    Attributes:
        waiting: Posts without an answer, and when they were made.
        seconds: Until the answer of each.
        held: By process, what it held (USS, in MiB) after how many posts.
    """

    discord: StandIn
    bot: BotProcess
    outcome: Outcome
    chance: Random
    waiting: dict[int, float] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    held: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))
    longest_queue: int = 0

    def __post_init__(self) -> None:
        self.guild = self.discord.add_guild("Art")
        self.channels = [self.guild.add_channel(f"art-{n}") for n in range(CHANNELS)]
        self._files = [File(f"{n}.png", one) for n, one in enumerate(pictures(24))]
        self._answered: set[int] = set()

    async def torture(self, size: int) -> None:
        """Find the rate, hold it, and judge."""
        with tqdm(total=size, unit=" posts", desc="soak") as shown:
            async with self._looking():
                first = min(size, max(LEAST_FINDING, int(size * FINDING_SHARE)))
                rate = STEADY * await self._find_rate(first, shown)
                self.seconds.clear()
                await self._hold(rate, size - first, shown)
                await until(lambda: not self.waiting, PATIENCE_SECONDS)
        lost = len(self.waiting)
        self.outcome.found("lost", f"{lost} posts without an answer", lost)
        self._judge(rate)

    async def _find_rate(self, posts: int, shown: "tqdm[int]") -> float:
        """Posts a second, if the next one comes when another is answered."""
        begun = time.monotonic()
        for _ in range(posts):
            await until(lambda: len(self.waiting) < OUTSTANDING, PATIENCE_SECONDS)
            await self._post(shown)
        await until(lambda: not self.waiting, PATIENCE_SECONDS)
        return posts / (time.monotonic() - begun)

    async def _hold(self, rate: float, posts: int, shown: "tqdm[int]") -> None:
        begun, every = time.monotonic(), max(1, posts // SAMPLES)
        for number in range(posts):
            await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
            await self._post(shown)
            self.longest_queue = max(self.longest_queue, len(self.waiting))
            if number % every == 0:
                self._weigh(number)

    async def _post(self, shown: "tqdm[int]") -> None:
        where = self.chance.choice(self.channels)
        message = await self.guild.owner.post(where, files=[self.chance.choice(self._files)])
        self.waiting[message.id] = time.monotonic()
        self.outcome.inputs += 1
        shown.update()

    @asynccontextmanager
    async def _looking(self) -> AsyncIterator[None]:
        async def look() -> None:
            while True:
                for channel in self.channels:
                    self._look_at(channel.messages)
                # What was asked is not looked into here, and would be all that grows.
                self.discord.requests.clear()
                await asyncio.sleep(LOOK_SECONDS)

        looking = asyncio.create_task(look())
        try:
            yield
        finally:
            looking.cancel()
            (error,) = await asyncio.gather(looking, return_exceptions=True)
            if not isinstance(error, asyncio.CancelledError):
                raise error

    def _look_at(self, messages: list) -> None:
        """Note which posts are answered; what is settled leaves the stand-in's memory."""
        now, kept = time.monotonic(), []
        for message in messages:
            post = int(message.reference["message_id"]) if message.reference else 0
            if not post:
                if message.id not in self._answered:
                    kept.append(message)
                continue
            if post in self._answered:
                self.outcome.found("doubled", f"post {post}")
            self._answered.add(post)
            self.seconds.append(now - self.waiting.pop(post, now))
            for attachment in message.attachments:
                attachment.file = self._files[0]
        messages[:] = kept

    def _weigh(self, posts: int) -> None:
        for name, memory in self.bot.memory().items():
            self.held[name].append((posts, memory.uss))
            self.outcome.took(0.0, memory.rss)

    def _judge(self, rate: float) -> None:
        outcome = self.outcome
        slowest = percentile(self.seconds, 99)
        outcome.took(max(self.seconds, default=0.0))
        said = f"{rate:.1f} posts a second, answered after {percentile(self.seconds, 50):.2f} s"
        outcome.notes.append(f"{said}, 99th percentile {slowest:.2f} s")
        outcome.notes.append(f"posts that waited at the same time: {self.longest_queue} at most")
        if self.longest_queue > max(2 * OUTSTANDING, rate * MOST_QUEUE_SECONDS):
            outcome.found("hangs", f"{self.longest_queue} posts waited at {rate:.1f} a second")
        for name, held in self.held.items():
            self._judge_memory(name, held)

    def _judge_memory(self, name: str, held: list[tuple[int, float]]) -> None:
        """Whether memory is flat, once all is warm."""
        warm = held[int(len(held) * WARM_SHARE) :]
        if len(warm) < 3:
            return
        posts, mib = np.array(warm).T
        slope, _ = np.polyfit(posts, mib, 1)
        half = len(warm) // 2
        late, _ = np.polyfit(posts[half:], mib[half:], 1)
        said = (
            f"{mib[0]:.0f} → {mib[-1]:.0f} MiB, {1000 * slope:+.2f} MiB for 1,000 posts "
            f"({1000 * late:+.2f} in the second half)"
        )
        self.outcome.notes.append(f"{name}: {said}")
        if slope * (posts[-1] - posts[0]) > MOST_GROWTH_MIB:
            self.outcome.found("leaked", f"the memory of {name} grows: {said}")
