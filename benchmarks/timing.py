"""Clocks: the median of many calls, and the share of each stage of one."""

import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

WARM_UP = 3
MILLISECONDS = 1000


@dataclass(frozen=True)
class Timing:
    """How long the calls took, in seconds."""

    seconds: tuple[float, ...]

    @property
    def median_ms(self) -> float:
        """In milliseconds; half of the calls were faster."""
        return float(np.median(self.seconds)) * MILLISECONDS

    @property
    def p95_ms(self) -> float:
        """In milliseconds; 95 % of the calls were faster."""
        return float(np.percentile(self.seconds, 95)) * MILLISECONDS


def time_calls(call: Callable[[], object], repeats: int, warm_up: int = WARM_UP) -> Timing:
    """Call ``warm_up`` times uncounted, then ``repeats`` times on the clock."""
    for _ in range(warm_up):
        call()
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return Timing(tuple(seconds))


class Laps:
    """A stopwatch: each ``lap`` books the time since the last one under a name."""

    def __init__(self) -> None:
        self._seconds: defaultdict[str, list[float]] = defaultdict(list)
        self._last = time.perf_counter()

    def start(self) -> None:
        """Begin a round; what passed before it counts for nobody."""
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        """End the stage of this name."""
        now = time.perf_counter()
        self._seconds[name].append(now - self._last)
        self._last = now

    def timings(self) -> dict[str, Timing]:
        """By name, in the order of their first laps."""
        return {name: Timing(tuple(seconds)) for name, seconds in self._seconds.items()}
