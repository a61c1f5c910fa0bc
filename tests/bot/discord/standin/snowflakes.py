"""Discord's ids: 42 bits of milliseconds since 2015, then 22 bits that make them unique."""

import time
from datetime import UTC, datetime, timedelta

EPOCH_MS = 1_420_070_400_000


class Snowflakes:
    """Makes ids whose time is true and whose order is the order of making.

    Attributes:
        ahead: How far Discord's clock is ahead of this machine's.
    """

    def __init__(self) -> None:
        self._last_ms = 0
        self._count = 0
        self.ahead = timedelta()

    def now(self) -> datetime:
        """The time by Discord's clock, in UTC."""
        return datetime.now(UTC) + self.ahead

    def make(self, at: datetime | None = None) -> int:
        """A new id: of now, or of a moment in the past."""
        if at is None:
            # Never backwards, or a clock that is set would reorder messages.
            self._last_ms = max(self._last_ms, time.time_ns() // 1_000_000)
            ms = self._last_ms + self.ahead // timedelta(milliseconds=1)
        else:
            ms = int(at.timestamp() * 1000)
        self._count += 1
        return ((ms - EPOCH_MS) << 22) | (self._count & 0x3FFFFF)


def moment(snowflake: int) -> datetime:
    """When an id was made, in UTC."""
    return datetime.fromtimestamp(((snowflake >> 22) + EPOCH_MS) / 1000, UTC)


def timestamp(at: datetime) -> str:
    """As Discord writes a moment: ISO 8601 with microseconds and an offset."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
