"""How far an import is: what a restart goes on from, and what people are told."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Literal

import discord

Waiting = Literal["", "discord", "inference"]


@dataclass(frozen=True)
class Cursor:
    """Where an import stands. Places are read by rising id, so everything before this was read.

    Attributes:
        place_id: The channel or thread that is being read; 0: none yet.
        message_id: The last message there that was dealt with.
        read: Messages so far.
        taken: Illustrations so far.
        failed: Messages so far with images that could not be fetched.
    """

    place_id: int = 0
    message_id: int = 0
    read: int = 0
    taken: int = 0
    failed: int = 0

    @classmethod
    def of(cls, text: str) -> "Cursor":
        """What ``text`` wrote; empty: the beginning."""
        return cls(**json.loads(text)) if text else cls()

    def ended(self) -> "Cursor":
        """What an import came to that is over: nobody goes on from its last message."""
        return replace(self, place_id=0, message_id=0)

    def text(self) -> str:
        """As it is kept."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Standing:
    """How far a walk is, to be shown.

    Attributes:
        share: From 0 to 1.
        place: Which place is being read, from one on.
        places: How many there are.
        waiting: For what, if for anything.
    """

    cursor: Cursor
    share: float = 0.0
    place: int = 1
    places: int = 1
    waiting: Waiting = ""


def share(places: Sequence[int], cursor: Cursor, until: datetime) -> float:
    """How much of an import is done, from 0 to 1, by time: nobody knows how many messages follow.

    Args:
        places: Ids of the channel and its threads, rising, as they are read. With threads the
            first counts as much as all the others: it is the channel itself.
        cursor: Where it stands.
        until: When the import was asked for; later messages are none of its business.
    """
    number = sum(one < cursor.place_id for one in places)
    if number >= len(places):
        return 1.0 if places else 0.0
    weights = [max(1, len(places) - 1)] + [1] * (len(places) - 1)
    begun = discord.utils.snowflake_time(places[number])
    within = 0.0
    if places[number] == cursor.place_id and cursor.message_id and until > begun:
        now = discord.utils.snowflake_time(cursor.message_id)
        within = min(max((now - begun) / (until - begun), 0.0), 1.0)
    return (sum(weights[:number]) + weights[number] * within) / sum(weights)
