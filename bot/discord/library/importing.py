"""Walking a channel's history, oldest message first, and then its public threads.

Nothing here gives up because of a bad minute: when Discord or inference is away, the walk waits
and goes on where it was. It ends early only when reading on is impossible.

Places are read by rising id. A thread is younger than its channel, and a thread that is opened
during the import is younger than all: so one place and one message say how far the import is.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal, Protocol

import discord

from bot.discord.channels import MessageChannel, PostChannel
from bot.discord.library.cursor import Cursor, Standing, share
from bot.discord.permissions import unreadable
from bot.discord.standing import place_of
from bot.discord.trouble import TROUBLE, said, spread
from bot.discord.waiting import rest, unless_ending
from bot.errors import UnavailableError
from bot.places import Place
from model.errors import HoshizoraError

log = logging.getLogger(__name__)

# After a message has failed after each of these, it is left out; a channel is tried on and on.
PAUSES_SECONDS = (1.0, 5.0, 20.0, 60.0, 180.0)

StopReason = Literal["forbidden", "gone"]


class StoppedError(HoshizoraError):
    """An import cannot go on."""

    def __init__(self, reason: StopReason) -> None:
        super().__init__(f"The import cannot go on: {reason}.")
        self.reason = reason


class Taker(Protocol):
    """What is done with each message."""

    async def take(self, message: discord.Message, place: Place) -> int:
        """Bring a message's images, if it is a post; how many illustrations came."""
        ...

    async def ready(self) -> None:
        """Wait until images can be brought."""
        ...


async def places_of(channel: PostChannel) -> list[MessageChannel]:
    """A channel with its public threads, archived ones too, by rising id: the oldest first."""
    found: dict[int, MessageChannel] = {}
    if not isinstance(channel, discord.ForumChannel):
        found[channel.id] = channel
    if isinstance(channel, discord.ForumChannel | discord.TextChannel):
        found |= {one.id: one for one in channel.threads if not one.is_private()}
        async for thread in channel.archived_threads(limit=None):
            found[thread.id] = thread
    return [found[id_] for id_ in sorted(found)]


class Walk:
    """One import, from where its cursor stands to the moment when it was asked for.

    Attributes:
        standing: How far it is.
        pauses: Seconds before the next attempt after trouble.
    """

    def __init__(
        self,
        channel: PostChannel,
        until: datetime,
        cursor: Cursor,
        taker: Taker,
        report: Callable[[Standing], Awaitable[None]],
    ) -> None:
        self._channel = channel
        self._until = until
        self._last_id = discord.utils.time_snowflake(until)
        self._taker = taker
        self._report = report
        self._places: Sequence[int] = ()
        self._stopping = asyncio.Event()
        self.standing = Standing(cursor)
        self.pauses: Sequence[float] = PAUSES_SECONDS

    def stop(self) -> None:
        """End after the message that is being dealt with."""
        self._stopping.set()

    async def run(self) -> bool:
        """Walk.

        Returns:
            Whether it came to the end; else it was stopped.

        Raises:
            StoppedError: If the channel cannot be read, or is gone.
        """
        failures, before = 0, self.standing.cursor
        while not self._stopping.is_set():
            try:
                await self._walk()
                return not self._stopping.is_set()
            except discord.Forbidden as error:
                raise StoppedError("forbidden") from error
            except discord.NotFound as error:
                raise StoppedError("gone") from error
            except TROUBLE as error:
                log.warning("importing channel %d: %s; trying again", self._channel.id, said(error))
            failures = failures + 1 if self.standing.cursor == before else 1
            before = self.standing.cursor
            await self._rest(spread(self.pauses[min(failures, len(self.pauses)) - 1]))
        return False

    async def _walk(self) -> None:
        places = await places_of(self._channel)
        self._places = [one.id for one in places]
        for place in places:
            if place.id >= self.standing.cursor.place_id and not self._stopping.is_set():
                try:
                    await self._read(place)
                except (discord.Forbidden, discord.NotFound):
                    if place.id == self._channel.id:
                        raise
                    log.info("importing: the thread %d cannot be read; left out", place.id)

    async def _read(self, place: MessageChannel) -> None:
        cursor = self.standing.cursor
        if cursor.place_id != place.id:
            await self._moved(replace(cursor, place_id=place.id, message_id=0))
        after = discord.Object(self.standing.cursor.message_id)
        async for message in place.history(limit=None, after=after, oldest_first=True):
            if message.id > self._last_id or self._stopping.is_set():
                return
            taken = await self._deal_with(message, place_of(place))
            if taken is None and self._stopping.is_set():
                return  # the next run begins with this message
            cursor = self.standing.cursor
            await self._moved(
                replace(
                    cursor,
                    message_id=message.id,
                    read=cursor.read + 1,
                    taken=cursor.taken + (taken or 0),
                    failed=cursor.failed + (taken is None),
                )
            )
        # Without the permission Discord refuses nothing: the history then looks as if it ended.
        if unreadable(place):
            raise StoppedError("forbidden")

    async def _deal_with(self, message: discord.Message, place: Place) -> int | None:
        """How many illustrations a message brought; None: it could not be dealt with."""
        failures = 0
        while not self._stopping.is_set():
            try:
                return await self._taker.take(message, place)
            except UnavailableError:
                await self._until_ready()
                continue
            except discord.Forbidden:
                raise
            except TROUBLE as error:
                log.warning("importing message %d: %s", message.id, said(error))
            except Exception:
                log.exception("importing message %d: an unexpected error; left out", message.id)
                return None
            if failures == len(self.pauses):
                return None
            await self._rest(spread(self.pauses[failures]))
            failures += 1
        return None

    async def _moved(self, cursor: Cursor) -> None:
        await self._show(
            Standing(
                cursor,
                share(self._places, cursor, self._until),
                sum(one < cursor.place_id for one in self._places) + 1,
                len(self._places),
            )
        )

    async def _show(self, standing: Standing) -> None:
        self.standing = standing
        await self._report(standing)

    async def _rest(self, seconds: float) -> None:
        """Wait for Discord, unless it is time to end."""
        await self._show(replace(self.standing, waiting="discord"))
        await rest(seconds, self._stopping)

    async def _until_ready(self) -> None:
        """Wait for inference, unless it is time to end."""
        await self._show(replace(self.standing, waiting="inference"))
        await unless_ending(self._taker.ready(), self._stopping)
