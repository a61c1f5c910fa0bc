"""Counters and histograms for Prometheus, and the stopwatch that feeds them.

One registry per service and none of the module's globals: tests start services side by side.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

# From a search in an index to an image at the decoder's time limit.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """Everything that ``/metrics`` tells."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.images = Counter(
            "hoshizora_images",
            "Images handed in, by what was asked and how it ended.",
            ["operation", "outcome"],
            registry=self.registry,
        )
        self.stages = Histogram(
            "hoshizora_stage_seconds",
            "Seconds that a stage of the pipeline took.",
            ["stage"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.posts = Counter(
            "hoshizora_posts",
            "Posts in guilds, by how they ended.",
            ["outcome"],
            registry=self.registry,
        )
        self.answer = Histogram(
            "hoshizora_answer_seconds",
            "Seconds from a post in a guild to its answer.",
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.interactions = Histogram(
            "hoshizora_interaction_seconds",
            "Seconds that a command, a button or a select took.",
            ["name"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.bundles = Counter(
            "hoshizora_bundles",
            "Bundles that appeared in the bundles directory, by what became of them.",
            ["outcome"],
            registry=self.registry,
        )
        self.in_flight = self._gauge("requests_in_flight", "Requests in the queue or in work.")
        self.library = self._gauge("library_illustrations", "Illustrations in the library.")
        self.inference_up = self._gauge("inference_up", "1 while inference answers.")
        self.inference_restarts = self._gauge("inference_restarts", "Restarts of inference.")
        self.decoders_replaced = self._gauge("decoders_replaced", "Decoders that were replaced.")

    def watch(self, name: str, description: str, value: Callable[[], float]) -> None:
        """Tell a figure that is looked up whenever somebody asks."""
        self._gauge(name, description).set_function(value)

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry)

    def _gauge(self, name: str, description: str) -> Gauge:
        return Gauge(f"hoshizora_{name}", description, registry=self.registry)


class Stopwatch:
    """Measures the stages of one request."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._begun = time.perf_counter()
        self._stages: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what happens inside the ``with``; counted also when it fails."""
        begun = time.perf_counter()
        try:
            yield
        finally:
            seconds = time.perf_counter() - begun
            self._stages[name] = self._stages.get(name, 0.0) + seconds
            self._metrics.stages.labels(name).observe(seconds)

    def __str__(self) -> str:
        parts = [f"{name} {1000 * seconds:.0f} ms" for name, seconds in self._stages.items()]
        total = 1000 * (time.perf_counter() - self._begun)
        return ", ".join([*parts, f"total {total:.0f} ms"])
