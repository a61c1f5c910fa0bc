"""Many posts at once, with faults: how the bot stands it, in figures."""

import asyncio
import io
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from itertools import cycle, islice
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from bot.gallery import draw_gallery
from tests.bot.discord.process import BotProcess, Memory
from tests.bot.discord.standin.channels import Channel
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
STAGE = re.compile(r"(\w+) (\d+) ms")
POST_LINE = re.compile(r" post \d+ in channel \d+: answered, .*\((.*)\)$", re.MULTILINE)


@dataclass(frozen=True)
class Load:
    """What is thrown at the bot.

    Attributes:
        posts: How many, evenly over ``seconds``.
        patience_seconds: How long the last answer may take; a slow machine is no lost post.
    """

    posts: int = 300
    seconds: float = 30.0
    patience_seconds: float = 240.0


@dataclass
class Figures:
    """What came of it. Times in seconds.

    Attributes:
        faults: How often each kind struck.
        standin_delay_p99: How late the stand-in itself was; what it measures is off by that.
        stages: Medians of what the bot logs of each post, in milliseconds.
        cpu_seconds: Of each process, from the first post to the last answer.
    """

    posts: int = 0
    answered: int = 0
    answered_twice: int = 0
    lost: int = 0
    last_answer_after: float = 0.0
    answer_median: float = 0.0
    answer_p99: float = 0.0
    heartbeat_asked: float = HEARTBEAT_SECONDS
    heartbeat_longest_gap: float = 0.0
    interactions: int = 0
    interactions_failed: int = 0
    interactions_left_thinking: int = 0
    interaction_ack_median: float = 0.0
    interaction_ack_p99: float = 0.0
    sessions: int = 0
    resumes: int = 0
    requests: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    standin_delay_p99: float = 0.0
    stages: dict[str, float] = field(default_factory=dict)
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    memory_before: dict[str, Memory] = field(default_factory=dict)
    memory_after: dict[str, Memory] = field(default_factory=dict)

    def line(self) -> str:
        """All of it as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    def table(self) -> str:
        """All of it for people."""
        plain = [(key, value) for key, value in asdict(self).items() if not isinstance(value, dict)]
        rows = [f"{key.replace('_', ' '):28} {value:>10}" for key, value in plain]
        for name in ("faults", "stages", "cpu_seconds"):
            parts = ", ".join(f"{key} {value}" for key, value in getattr(self, name).items())
            rows.append(f"{name.replace('_', ' '):28} {parts}")
        rows.append(f"{'memory in MiB, before → after':32} {'RSS':>16} {'PSS':>16} {'USS':>16}")
        for name, after in self.memory_after.items():
            before = self.memory_before[name]
            pairs = zip(asdict(before).values(), asdict(after).values(), strict=True)
            cells = " ".join(f"{one:>7.1f} →{other:>7.1f}" for one, other in pairs)
            rows.append(f"  {name:30} {cells}")
        return "\n".join(rows)


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
    busy_before, begun = cpu_seconds(bot), time.monotonic()
    strikes = faults(discord)
    async with measured_delay() as delays, asking(discord, guilds, files[0]):
        posts = await post(discord, channels, files, load.seconds)
        await answers(posts, load.patience_seconds)
        figures.last_answer_after = round(time.monotonic() - begun - load.seconds, 2)
        figures.cpu_seconds = {
            name: round(seconds - busy_before.get(name, 0.0), 2)
            for name, seconds in cpu_seconds(bot).items()
        }
        await asyncio.sleep(AFTERWARDS_SECONDS)
    figures.faults = {name: rule.hits for name, rule in strikes.items()}
    discord.faults.clear()
    figures.standin_delay_p99 = percentile(delays, 99)
    figures.stages = stages(bot.log())
    figures.memory_after = bot.memory()
    count(figures, discord, posts)
    return figures


def faults(discord: StandIn) -> dict[str, object]:
    """5 % of the API's requests and 5 % of the downloads, each kind with a chance of its own."""
    http, cdn = discord.faults.http, discord.faults.cdn
    return {
        "429": http(status=429, retry_after=0.5, probability=0.01, seed=1),
        "502": http(status=502, probability=0.015, seed=2),
        "502 although done": http(status=502, took_effect=True, probability=0.015, seed=3),
        "cut connection": http(status=0, took_effect=True, probability=0.01, seed=6),
        "slow download": cdn("slow", seconds=SLOW_SECONDS, probability=0.03, seed=4),
        "cut download": cdn("truncated", probability=0.02, seed=5),
    }


async def post(
    discord: StandIn, channels: Sequence[Channel], files: Sequence[File], seconds: float
) -> list[Message]:
    """Post evenly, whatever becomes of it, and cut the gateway's connection twice."""
    random, posts, begun = Random(7), [], time.monotonic()
    cuts = {len(files) // 3: True, 2 * len(files) // 3: False}
    for number, file in enumerate(files):
        await asyncio.sleep(max(0.0, begun + seconds * number / len(files) - time.monotonic()))
        if number in cuts:
            discord.gateway.drop(resumable=cuts[number])
        channel = random.choice(channels)
        assert channel.guild is not None
        posts.append(await channel.guild.owner.post(channel, files=[file]))
    return posts


async def answers(posts: Sequence[Message], patience_seconds: float) -> None:
    """Wait until every post has an answer, or patience is at its end."""
    ends = time.monotonic() + patience_seconds
    while time.monotonic() < ends:
        if all(answered(posts)[one.id] for one in posts):
            return
        await asyncio.sleep(0.1)


def answered(posts: Sequence[Message]) -> dict[int, list[Message]]:
    """The bot's answers to each post."""
    found: dict[int, list[Message]] = {one.id: [] for one in posts}
    for channel in {one.channel for one in posts}:
        for message in channel.bot_messages():
            if message.reference is not None:
                found[int(message.reference["message_id"])].append(message)
    return found


@asynccontextmanager
async def asking(discord: StandIn, guilds: Sequence[Guild], file: File):
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
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def measured_delay():
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


def count(figures: Figures, discord: StandIn, posts: Sequence[Message]) -> None:
    """Count and measure what there was."""
    found = answered(posts)
    waits = [
        (found[one.id][0].created_at - one.created_at).total_seconds()
        for one in posts
        if found[one.id]
    ]
    figures.answered = len(waits)
    figures.answered_twice = sum(len(one) > 1 for one in found.values())
    figures.lost = len(posts) - len(waits)
    figures.answer_median, figures.answer_p99 = percentile(waits, 50), percentile(waits, 99)
    figures.heartbeat_longest_gap = round(max(discord.gateway.heartbeat_gaps()), 3)
    asked = discord.interactions
    acks = [one.acked_after_seconds for one in asked if one.acked_after_seconds is not None]
    figures.interactions, figures.interactions_failed = len(asked), len(discord.failures)
    figures.interactions_left_thinking = sum(
        one.deferred and one.original is not None and one.original.loading for one in asked
    )
    figures.interaction_ack_median = percentile(acks, 50)
    figures.interaction_ack_p99 = percentile(acks, 99)
    figures.sessions = len(discord.gateway.identifies)
    figures.resumes = sum(one["replayed"] is not None for one in discord.gateway.resumes)
    figures.requests = len(discord.requests)


def percentile(values: Sequence[float], percent: float) -> float:
    """Of no values: 0."""
    return round(float(np.percentile(values, percent)), 3) if values else 0.0


def stages(log: str) -> dict[str, float]:
    """Medians of the stages that the log tells of each answered post, in milliseconds."""
    found = defaultdict(list)
    for told in POST_LINE.findall(log):
        for name, milliseconds in STAGE.findall(told):
            found[name].append(float(milliseconds))
    return {name: percentile(values, 50) for name, values in found.items()}


def cpu_seconds(bot: BotProcess) -> dict[str, float]:
    """What each process has computed since its start."""
    pids = {"bot": [bot.pid], **bot.children()}
    ticks = 100
    spent: Counter[str] = Counter()
    for name, some in pids.items():
        for pid in some:
            parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            spent[name.removeprefix("bot.")] += (int(parts[11]) + int(parts[12])) / ticks
    return dict(spent)
