"""The runs of torture, and how large each is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.torture import chaos, images, network, soak, visibility
from tests.torture.outcome import Outcome


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        unit: What its size counts.
        full: Its size in ``make torture``.
        quick: Its size with ``QUICK=1``.
        torture: Takes the seed and the size.
    """

    name: str
    unit: str
    full: int
    quick: int
    torture: Callable[[int, int], Awaitable[Outcome]]


RUNS = {
    run.name: run
    for run in (
        Run("images", "hostile images", 20_000, 600, images.run),
        Run("chaos", "strikes", 200, 6, chaos.run),
        Run("network", "posts", 1200, 60, network.run),
        Run("soak", "posts", 20_000, 200, soak.run),
        Run("visibility", "questions", 4000, 80, visibility.run),
    )
}
