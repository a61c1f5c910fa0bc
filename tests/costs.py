"""What a piece of work costs, in a measure that other work on the machine does not change."""

import time
from collections.abc import Callable

ROUNDS = 100_000


def loops(work: Callable[[], object], times: int = 5) -> float:
    """How long a piece of work takes, against a plain loop timed just before it.

    Args:
        work: Runs in this thread alone.
        times: How often it is tried; the cheapest counts.

    Returns:
        Its processor time in multiples of the loop's, which is about 3 ms where nothing else runs.
    """
    return min(_seconds(work) / _seconds(_loop) for _ in range(times))


def _seconds(work: Callable[[], object]) -> float:
    begun = time.thread_time()
    work()
    return time.thread_time() - begun


def _loop() -> None:
    total = 0
    for number in range(ROUNDS):
        total += number % 7
