"""Sessions, which a resume goes on with, and the connections that come and go under them."""

import asyncio
import json
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from aiohttp import web

from tests.bot.discord.standin.compression import Compressor

Json = dict[str, Any]

DISPATCH = 0
_KEPT_EVENTS = 5000


@dataclass(eq=False)
class Session:
    """What a resume goes on with: the shard, its intents, the events so far.

    Attributes:
        sent: The last events with their sequence numbers, ready to be sent again.
    """

    id: str
    shard: tuple[int, int]
    intents: int
    sequence: int = 0
    sent: deque[tuple[int, Json]] = field(default_factory=lambda: deque(maxlen=_KEPT_EVENTS))
    connection: "Connection | None" = None

    def owns(self, guild_id: int | None) -> bool:
        number, count = self.shard
        return number == ((guild_id or 0) >> 22) % count

    def dispatch(self, event: str, data: Any) -> None:
        self.sequence += 1
        packet = {"op": DISPATCH, "t": event, "s": self.sequence, "d": data}
        self.sent.append((self.sequence, packet))
        if self.connection is not None:
            self.connection.send(packet)


@dataclass(eq=False)
class Connection:
    """One WebSocket. Packets leave it in the order in which they were put in.

    Attributes:
        beats: When heartbeats came, by ``time.monotonic()``; the first is the connection's start.
        ended: When it ended; None while it is open.
    """

    socket: web.WebSocketResponse
    request: web.Request
    compressor: Compressor
    session: Session | None = None
    beats: list[float] = field(default_factory=lambda: [time.monotonic()])
    ended: float | None = None
    silent_until: float = 0.0
    _outgoing: "asyncio.Queue[Json | int]" = field(default_factory=asyncio.Queue)

    def send(self, packet: Json) -> None:
        self._outgoing.put_nowait(packet)

    def close(self, code: int) -> None:
        """Close after what has been put in already."""
        self._outgoing.put_nowait(code)

    def cut(self) -> None:
        """End the TCP connection without a word."""
        if self.request.transport is not None:
            self.request.transport.abort()

    @property
    def is_silent(self) -> bool:
        return time.monotonic() < self.silent_until

    async def write(self) -> None:
        """Send what is put in, until the connection ends."""
        while True:
            packet = await self._outgoing.get()
            await asyncio.sleep(max(0.0, self.silent_until - time.monotonic()))
            if isinstance(packet, int):
                await self.socket.close(code=packet)
                return
            text = json.dumps(packet, ensure_ascii=False)
            compressed = self.compressor.compress(text)
            try:
                if compressed is None:
                    await self.socket.send_str(text)
                else:
                    await self.socket.send_bytes(compressed)
            except ConnectionError:
                return  # the reader notices

    def longest_gap(self) -> float:
        """The longest time without a heartbeat, in seconds."""
        moments = [*self.beats, self.ended if self.ended is not None else time.monotonic()]
        return max(later - earlier for earlier, later in pairwise(moments))
