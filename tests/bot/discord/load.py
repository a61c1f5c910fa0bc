"""Many posts at once, with faults: how the bot stands it, in figures."""

import asyncio
import contextlib
import io
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from random import Random

from PIL import Image

from bot.gallery import draw_gallery
from tests.bot.discord.figures import (
    Figures,
    answered,
    count,
    left_thinking,
    percentile,
    stages,
)
from tests.bot.discord.process import BotProcess
from tests.bot.discord.standin.channels import Channel
from tests.bot.discord.standin.faults import Rule
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.server import StandIn
from tests.bot.discord.standin.world import Guild

GUILDS = (("Art", "en-US"), ("お絵描き", "ja"), ("Kunst", "de"))
CHANNELS_EACH = 5
DRAWINGS = 44
SIDES_PX = (384, 448, 512, 576, 640)
# Discord's own limit on messages; here for every operation and channel.
MESSAGES, WINDOW_SECONDS = 5, 5.0
HEARTBEAT_SECONDS = 1.0
SLOW_SECONDS = 2.0
# After the last answer: time for a second one that should not come.
AFTERWARDS_SECONDS = 3.0
COMMANDS_EACH_SECONDS = 0.7


@dataclass(frozen=True)
class Load:
    """What is thrown at the bot.

    Attributes:
        posts: How many, evenly over ``seconds``.
        faults: Share of the requests and of the downloads that go wrong.
        patience_seconds: How long the last answer may take; a slow machine is no lost post.
    """

    posts: int = 300
    seconds: float = 30.0
    faults: float = 0.05
    patience_seconds: float = 240.0


def pictures(count: int) -> list[bytes]:
    """PNGs of some 512 px, all different; drawn before the clock runs."""
    random = Random(1)
    drawn = list(draw_gallery(min(count, DRAWINGS), seed=5))
    made = []
    for drawing in islice(cycle(drawn), count):
        side = random.choice(SIDES_PX)
        turned = drawing.image.rotate(random.uniform(-4, 4), Image.Resampling.BILINEAR)
        file = io.BytesIO()
        turned.resize((side, side - 40)).save(file, "PNG", compress_level=1)
        made.append(file.getvalue())
    return made


async def run_load(discord: StandIn, bot: BotProcess, load: Load) -> Figures:
    """Throw a load at a bot that is not running yet, and let it run on afterwards."""
    discord.gateway.heartbeat_seconds = HEARTBEAT_SECONDS
    discord.rate_limits.limit, discord.rate_limits.window_seconds = MESSAGES, WINDOW_SECONDS
    files = [File(f"drawing {n}.png", one) for n, one in enumerate(pictures(load.posts), 1)]
    guilds = [discord.add_guild(name, locale=locale) for name, locale in GUILDS]
    channels = [guild.add_channel(f"art-{n}") for guild in guilds for n in range(CHANNELS_EACH)]
    await bot.start()
    figures = Figures(posts=load.posts, memory_before=bot.memory())
    busy_before, begun = bot.cpu_seconds(), time.monotonic()
    strikes = faults(discord, load.faults)
    async with measured_delay() as delays, asking(discord, guilds, files[0]):
        posts, unheard = await post(discord, channels, files, load.seconds)
        await answers(posts, load.patience_seconds)
        figures.last_answer_after = round(time.monotonic() - begun - load.seconds, 2)
        figures.cpu_seconds = {
            name: round(seconds - busy_before.get(name, 0.0), 2)
            for name, seconds in bot.cpu_seconds().items()
        }
        await asyncio.sleep(AFTERWARDS_SECONDS)
    with contextlib.suppress(AssertionError):  # then the figures say so
        await discord.wait_for(lambda: not left_thinking(discord), load.patience_seconds / 10)
    figures.faults = {name: rule.hits for name, rule in strikes.items()}
    discord.faults.clear()
    figures.standin_delay_p99 = percentile(delays, 99)
    figures.standin_delay_longest = percentile(delays, 100)
    figures.stages = stages(bot.log())
    figures.memory_after = bot.memory()
    count(figures, discord, posts, unheard)
    return figures


def faults(discord: StandIn, share: float) -> dict[str, Rule]:
    """What goes wrong with a share of the requests and of the downloads, by what it is."""
    http, cdn = discord.faults.http, discord.faults.cdn
    return {
        "429": http(status=429, retry_after=0.5, probability=0.2 * share, seed=1),
        "502": http(status=502, probability=0.3 * share, seed=2),
        "502 although done": http(status=502, took_effect=True, probability=0.3 * share, seed=3),
        "cut connection": http(status=0, took_effect=True, probability=0.2 * share, seed=6),
        "slow download": cdn("slow", seconds=SLOW_SECONDS, probability=0.6 * share, seed=4),
        "cut download": cdn("truncated", probability=0.4 * share, seed=5),
    }


async def post(
    discord: StandIn, channels: Sequence[Channel], files: Sequence[File], seconds: float
) -> tuple[list[Message], set[int]]:
    """Post evenly, whatever becomes of it, and cut the gateway's connection twice.

    Returns:
        The posts, and the ids of those that came while nobody was connected.
    """
    random, begun = Random(7), time.monotonic()
    posts: list[Message] = []
    unheard: set[int] = set()
    cuts = {len(files) // 3: True, 2 * len(files) // 3: False}
    for number, file in enumerate(files):
        await asyncio.sleep(max(0.0, begun + seconds * number / len(files) - time.monotonic()))
        if number in cuts:
            discord.gateway.drop(resumable=cuts[number])
            await asyncio.sleep(0.01)  # until it is noticed
        channel = random.choice(channels)
        assert channel.guild is not None
        connected = discord.gateway.ready
        posts.append(await channel.guild.owner.post(channel, files=[file]))
        if not connected:
            unheard.add(posts[-1].id)
    return posts, unheard


async def answers(posts: Sequence[Message], patience_seconds: float) -> None:
    """Wait until every post has an answer, or patience is at its end."""
    ends = time.monotonic() + patience_seconds
    while time.monotonic() < ends:
        if all(answered(posts).values()):
            return
        await asyncio.sleep(0.1)


@asynccontextmanager
async def asking(discord: StandIn, guilds: Sequence[Guild], file: File) -> AsyncIterator[None]:
    """Meanwhile people use commands, as long as the bot is connected."""

    async def ask() -> None:
        kinds = cycle(
            [
                ("about", {}),
                ("tags list", {}),
                ("describe", {"image": file}),
                ("tags info", {"name": "sea"}),
                ("similar", {"image": file}),
                ("search", {"tags": "sea"}),
            ]
        )
        for guild, (name, options) in zip(cycle(guilds), kinds):
            await asyncio.sleep(COMMANDS_EACH_SECONDS)
            if discord.gateway.ready:
                channel = next(iter(guild.channels.values()))
                await guild.owner.command(channel, name, **options)

    task = asyncio.create_task(ask())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def measured_delay() -> AsyncIterator[list[float]]:
    """How much later than wanted this process gets its turn, again and again."""
    delays: list[float] = []

    async def measure() -> None:
        while True:
            wanted = time.monotonic() + 0.02
            await asyncio.sleep(0.02)
            delays.append(time.monotonic() - wanted)

    task = asyncio.create_task(measure())
    try:
        yield delays
    finally:
        task.cancel()
