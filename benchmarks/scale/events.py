"""A queue of events, and the places at which posts wait: enough to simulate the service.

A post goes from station to station. A station has so many servers, and each of them takes one
post, or several that wait, and needs a core of its machine while it works.
"""

import heapq
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import numpy as np

Done = Callable[[], None]


class Clock:
    """Simulated seconds: calls what is due, in its order."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, Done]] = []
        self._numbers = count()

    def after(self, seconds: float, call: Done) -> None:
        """Call it in so many seconds."""
        heapq.heappush(self._due, (self.now + seconds, next(self._numbers), call))

    def run(self) -> None:
        """Until nothing is due any more."""
        while self._due:
            self.now, _, call = heapq.heappop(self._due)
            call()


@dataclass(frozen=True)
class Duration:
    """Seconds of a gamma distribution.

    Attributes:
        mean: Of one post.
        spread: The coefficient of variation: 0 is always the mean, 1 is exponential.
        shared: The part of the mean that posts which are served together cost only once.
    """

    mean: float
    spread: float = 0.0
    shared: float = 0.0

    def draw(self, random: np.random.Generator, posts: int = 1) -> float:
        """Of so many posts together."""
        mean = self.mean * (self.shared + (1 - self.shared) * posts)
        if not self.spread or not mean:
            return mean
        shape = 1 / self.spread**2
        return float(random.gamma(shape, mean / shape))


@dataclass
class Cores:
    """The processors of one machine; who finds none free waits in line."""

    clock: Clock
    free: int
    waiting: deque[Done] = field(default_factory=deque)

    def take(self, call: Done) -> None:
        """Call it as soon as a core is free, which it then has."""
        if self.free:
            self.free -= 1
            call()
        else:
            self.waiting.append(call)

    def give_back(self) -> None:
        """Let the next one have it."""
        if self.waiting:
            self.waiting.popleft()()
        else:
            self.free += 1


@dataclass
class Station:
    """Where posts are served in their order.

    Attributes:
        servers: None: as many as there are posts; then nobody waits.
        cores: Of its machine; None: it needs none, or has its own.
        most: So many posts that wait are served together.
        busy: Seconds that its servers worked, together.
    """

    name: str
    clock: Clock
    random: np.random.Generator
    duration: Duration
    servers: int | None = 1
    cores: Cores | None = None
    most: int = 1
    busy: float = 0.0
    _working: int = 0
    _waiting: deque[Done] = field(default_factory=deque)

    def serve(self, done: Done) -> None:
        """Serve a post, and call what comes then."""
        self._waiting.append(done)
        self._begin()

    def _begin(self) -> None:
        while self._waiting and (self.servers is None or self._working < self.servers):
            together = [self._waiting.popleft() for _ in range(min(self.most, len(self._waiting)))]
            self._working += 1
            if self.cores is None:
                self._work(together)
            else:
                self.cores.take(lambda together=together: self._work(together))  # type: ignore[misc]

    def _work(self, together: list[Done]) -> None:
        seconds = self.duration.draw(self.random, len(together))
        self.busy += seconds
        self.clock.after(seconds, lambda: self._finish(together))

    def _finish(self, together: list[Done]) -> None:
        if self.cores is not None:
            self.cores.give_back()
        self._working -= 1
        for done in together:
            done()
        self._begin()
