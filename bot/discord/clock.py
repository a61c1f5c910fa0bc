"""Discord's clock: by it what people post is dated, and this machine's may be off, or be set.

Every answer of Discord's says what time it is there. From one to the next a clock goes on that
nobody sets, so a wrong clock of this machine costs no post its answer.
"""

import logging
import time
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from types import SimpleNamespace

import aiohttp

log = logging.getLogger(__name__)

# What goes on while the machine sleeps, where there is such a clock.
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
# From so far apart on the operator is told, once.
FAR_APART = timedelta(minutes=1)


class Clock:
    """Tells the time as Discord does; before its first answer, as this machine does."""

    def __init__(self) -> None:
        self._told: datetime | None = None
        self._told_at = 0.0
        self._warned = False

    def now(self) -> datetime:
        """The time, in UTC, to about a second."""
        if self._told is None:
            return datetime.now(UTC)
        return self._told + timedelta(seconds=_steady() - self._told_at)

    def trace(self) -> aiohttp.TraceConfig:
        """What a session needs so that its answers set this clock."""
        config = aiohttp.TraceConfig()
        config.on_request_end.append(self._answered)
        return config

    async def _answered(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        answer: aiohttp.TraceRequestEndParams,
    ) -> None:
        self.hear(answer.response.headers.get("Date", ""))

    def hear(self, date: str) -> None:
        """Set it by an answer's ``Date``; what is no date is ignored."""
        try:
            told = parsedate_to_datetime(date).astimezone(UTC)
        except ValueError:
            return
        self._told, self._told_at = told, _steady()
        off = datetime.now(UTC) - told
        if abs(off) > FAR_APART and not self._warned:
            self._warned = True
            log.warning(
                "this machine's clock is %.0f s off from Discord's, which is gone by; set it (NTP)",
                off.total_seconds(),
            )


def _steady() -> float:
    return time.clock_gettime(_STEADY)
