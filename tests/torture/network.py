"""Discord in trouble: 429 storms, 5xx for ten minutes, dropped sessions, a CDN that lies.

What the bot waits for passes ten times as fast, so that ten minutes of an outage are one. While
each kind of trouble lasts people go on posting; when it is over everybody gets their answer, once.
Meanwhile the bot asks less and less often, and its memory is bounded.
"""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tqdm import tqdm

from tests.bot.discord.figures import answered
from tests.bot.discord.load import pictures
from tests.bot.discord.process import BotProcess
from tests.bot.discord.standin.channels import Channel
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.server import StandIn
from tests.torture.bot_program import FASTER
from tests.torture.outcome import Outcome
from tests.torture.processes import peak_mib
from tests.torture.waiting import until

SPEED = 10.0
MINUTES = 10.0
# A small run is through in a minute or two, and so are its outages.
SMALL_RUN, SMALL_SHARE = 600, 0.03
CHANNELS = 5
PATIENCE_SECONDS = 240.0
# After the last answer: time for a second one that should not come.
AFTERWARDS_SECONDS = 2.0
MOST_REQUESTS_EACH = 40  # for a post, in ten minutes of an outage
MOST_MIB = 512.0
MESSAGES = r"/channels/\d+/messages"
OPTIONS = (
    "bot.autotag.default=reply",
    "bot.decoders.processes=1",
    "bot.decoders.timeout_seconds=300",  # by the fast clock
)


async def run(seed: int, size: int) -> Outcome:
    """Post so many images, evenly over all kinds of trouble."""
    outcome = Outcome("network")
    with tempfile.TemporaryDirectory(prefix="torture-") as directory:
        async with StandIn() as discord:
            program = FASTER.format(SPEED)
            bot = BotProcess(discord, Path(directory), *OPTIONS, program=program)
            seconds = MINUTES * 60 / SPEED * (SMALL_SHARE if size < SMALL_RUN else 1.0)
            network = Network(discord, bot, outcome, Random(seed), seconds)
            try:
                await bot.start()
                await network.torture(size)
                await bot.stop()
            finally:
                await bot.kill()
    return outcome


@dataclass
class Network:
    """Puts a bot's Discord into trouble, one kind after another.

    Attributes:
        seconds: How long each kind of trouble lasts.
    """

    discord: StandIn
    bot: BotProcess
    outcome: Outcome
    chance: Random
    seconds: float
    posts: list[Message] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.guild = self.discord.add_guild("Art")
        self.channels = [self.guild.add_channel(f"art-{n}") for n in range(CHANNELS)]
        self._files = [File(f"{n}.png", one) for n, one in enumerate(pictures(24))]

    async def torture(self, size: int) -> None:
        """All kinds of trouble, with their share of the posts each."""
        kinds: Sequence[Callable[[], Awaitable[None]]] = (
            self._storm,
            self._outage,
            self._half_heard,
            self._drops,
            self._bad_downloads,
        )
        with tqdm(total=size, unit=" posts", desc="network") as shown:
            for place, trouble in enumerate(kinds):
                share = size * (place + 1) // len(kinds) - size * place // len(kinds)
                await self._endure(trouble, share, shown)
        await asyncio.sleep(AFTERWARDS_SECONDS)
        twice = [one.id for one, found in self._answers().items() if len(found) > 1]
        self.outcome.found("doubled", f"posts {twice}", len(twice))
        self.outcome.inputs = len(self.posts)
        pids = [self.bot.pid, *(pid for pids in self.bot.children().values() for pid in pids)]
        kept = max(map(peak_mib, pids))
        self.outcome.took(0.0, kept)
        if kept > MOST_MIB:
            self.outcome.found("leaked", f"a process held {kept:.0f} MiB")

    async def _endure(
        self, trouble: Callable[[], Awaitable[None]], posts: int, shown: "tqdm[int]"
    ) -> None:
        """Post while trouble lasts, end it, and wait until everybody has their answer."""
        name = trouble.__name__.strip("_")
        ill = asyncio.create_task(trouble())
        try:
            for _ in range(posts):
                where: Channel = self.chance.choice(self.channels)
                files = [self.chance.choice(self._files)]
                self.posts.append(await self.guild.owner.post(where, files=files))
                shown.update()
                await asyncio.sleep(self.seconds / max(1, posts))
        finally:
            await ill
            self.discord.faults.clear()
        begun = time.monotonic()
        if not await until(lambda: all(self._answers().values()), PATIENCE_SECONDS):
            left = [one.id for one, found in self._answers().items() if not found]
            self.outcome.found("lost", f"{name}: posts {left}", len(left))
            return
        took = time.monotonic() - begun
        self.outcome.took(took)
        self.outcome.notes.append(f"{name}: {posts} posts, all answered {took:.1f} s after its end")

    def _answers(self) -> dict[Message, list[Message]]:
        found = answered(self.posts)
        return {one: found[one.id] for one in self.posts}

    # --- kinds of trouble

    async def _storm(self) -> None:
        """Most requests are one too many."""
        rule = self.discord.faults.http(
            status=429, retry_after=2.0, probability=0.7, seed=self.chance.randrange(9999)
        )
        await asyncio.sleep(self.seconds)
        self.outcome.faults += rule.hits

    async def _outage(self) -> None:
        """Every message is refused, for ten minutes."""
        begun, faults = len(self.posts), self.discord.faults
        rules = [
            faults.http(method="POST", path=MESSAGES, status=502, probability=0.5, seed=5),
            faults.http(method="POST", path=MESSAGES, status=503),
        ]
        await asyncio.sleep(self.seconds)
        hits = sum(rule.hits for rule in rules)
        self.outcome.faults += hits
        each = hits / max(1, len(self.posts) - begun)
        self.outcome.notes.append(f"outage: {each:.1f} requests for each post while it lasted")
        if each > MOST_REQUESTS_EACH:
            self.outcome.found("hangs", f"{each:.0f} requests for each post of an outage")

    async def _half_heard(self) -> None:
        """Messages are taken, but the bot is told that they are not; or the connection is cut."""
        rules = [
            self.discord.faults.http(
                method="POST",
                path=MESSAGES,
                status=status,
                took_effect=True,
                probability=0.4,
                seed=self.chance.randrange(9999),
            )
            for status in (502, 0)
        ]
        await asyncio.sleep(self.seconds)
        self.outcome.faults += sum(rule.hits for rule in rules)

    async def _drops(self) -> None:
        """Sessions end in every way that there is, and events come twice."""
        gateway = self.discord.gateway
        ways: Sequence[Callable[[], None]] = (
            lambda: gateway.drop(resumable=True),
            lambda: gateway.drop(resumable=False),
            gateway.reconnect,
            lambda: gateway.invalidate(resumable=True),
            lambda: gateway.invalidate(resumable=False),
            lambda: gateway.duplicate(3),
        )
        ends = time.monotonic() + self.seconds
        while time.monotonic() < ends:
            self.chance.choice(ways)()
            self.outcome.faults += 1
            await asyncio.sleep(self.chance.uniform(0.2, max(0.4, self.seconds / 10)))

    async def _bad_downloads(self) -> None:
        """Images hang, end in the middle, are shorter than they say, slow, or not to be had."""
        rules = [
            self.discord.faults.cdn(
                kind, probability=0.2, seconds=1.0, seed=self.chance.randrange(9999)
            )
            for kind in ("hang", "truncated", "wrong_length", "slow", "error")
        ]
        await asyncio.sleep(self.seconds)
        self.outcome.faults += sum(rule.hits for rule in rules)
