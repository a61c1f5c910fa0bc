"""What a run of the bot came to, in figures: for a line of JSON and for people."""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from tests.bot.discord.process import Memory
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.server import StandIn

STAGE = re.compile(r"(\w+) (\d+) ms")
POST_LINE = re.compile(r" post \d+ in channel \d+: answered, .*\((.*)\)$", re.MULTILINE)


@dataclass
class Figures:
    """What came of it. Times in seconds.

    Attributes:
        faults: How often each kind struck.
        answer_p99_connected: Of those posts alone for which the bot was connected when they came.
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
    answer_p99_connected: float = 0.0
    posted_unconnected: int = 0
    heartbeat_asked: float = 0.0
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
    standin_delay_longest: float = 0.0
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


def count(figures: Figures, discord: StandIn, posts: Sequence[Message], unheard: set[int]) -> None:
    """Count and measure what there was."""
    found = answered(posts)
    waits = {
        one.id: (found[one.id][0].created_at - one.created_at).total_seconds()
        for one in posts
        if found[one.id]
    }
    seconds = list(waits.values())
    figures.answered = len(waits)
    figures.answered_twice = sum(len(one) > 1 for one in found.values())
    figures.lost = len(posts) - len(waits)
    figures.answer_median, figures.answer_p99 = percentile(seconds, 50), percentile(seconds, 99)
    heard = [waits[id_] for id_ in waits.keys() - unheard]
    figures.answer_p99_connected, figures.posted_unconnected = percentile(heard, 99), len(unheard)
    figures.heartbeat_asked = discord.gateway.heartbeat_seconds
    figures.heartbeat_longest_gap = round(max(discord.gateway.heartbeat_gaps()), 3)
    asked = discord.interactions
    acks = [one.acked_after_seconds for one in asked if one.acked_after_seconds is not None]
    figures.interactions, figures.interactions_failed = len(asked), len(discord.failures)
    figures.interactions_left_thinking = left_thinking(discord)
    figures.interaction_ack_median = percentile(acks, 50)
    figures.interaction_ack_p99 = percentile(acks, 99)
    figures.sessions = len(discord.gateway.identifies)
    figures.resumes = sum(one["replayed"] is not None for one in discord.gateway.resumes)
    figures.requests = len(discord.requests)


def left_thinking(discord: StandIn) -> int:
    """How many answers that were promised have not come."""
    asked = [one.original for one in discord.interactions if one.deferred]
    return sum(one is not None and one.loading for one in asked)


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


def answered(posts: Sequence[Message]) -> dict[int, list[Message]]:
    """The bot's answers to each post."""
    found: dict[int, list[Message]] = {one.id: [] for one in posts}
    for channel in {one.channel for one in posts}:
        for message in channel.bot_messages():
            if message.reference is not None:
                found[int(message.reference["message_id"])].append(message)
    return found
