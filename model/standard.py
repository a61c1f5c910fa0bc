"""Likeness → base margins → scores: what a value means for one taught tag.

Likeness is measured in standard deviations of the background sample, which speaks for "does not
have it". What that is worth in log odds was found by logistic regression over known tags treated as
if they were new, of which an illustration had one in 170; so a taught tag's scores can stand beside
the bundle's own.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from model.head import LARGEST_MARGIN, MARGIN_STEP, Floats

INTERCEPT, SLOPE = -5.5, 0.77
ALONE_SLOPE = 0.64  # With a single example.
SMALLEST_SPREAD = 0.3
SAID_FROM = 0.2  # Of what is said from there on, about one in three was right.
OWN_MARGIN, MOST_SAID = 0.0, 0.02


@dataclass(frozen=True)
class Standard:
    """What likeness to one tag's examples is compared with.

    Attributes:
        usual: Its mean over the background.
        spread: Its standard deviation there.
        support: The tag's examples.
    """

    usual: float
    spread: float
    support: int

    @classmethod
    def of(cls, background: Floats, support: int) -> Self:
        """Measure the background's likeness, at least one value."""
        spread = max(float(background.std()), SMALLEST_SPREAD)
        return cls(float(background.mean()), spread, support)

    def margins(self, likeness: Floats) -> Floats:
        """Base margins, multiples of 2**-10 so that sums with leaves are exact."""
        slope = SLOPE if self.support > 1 else ALONE_SLOPE
        margins = INTERCEPT + slope * (likeness - self.usual) / self.spread
        margins = np.clip(margins, -LARGEST_MARGIN, LARGEST_MARGIN)
        rounded: Floats = (np.rint(margins / MARGIN_STEP) * MARGIN_STEP).astype(np.float32)
        return rounded

    def stretch(self, background: Floats, own: Floats) -> float:
        """How far margins are stretched so that a tag's own examples reach ``OWN_MARGIN``.

        Seldom needed (then 1): where no illustration of the background is far from the others,
        none can be many standard deviations more like the examples, and the tag would stay silent.
        But never so far that it would be said of more than ``MOST_SAID`` of the background.

        Args:
            background: The background's likeness.
            own: The examples' likeness, each to all of them.
        """
        said = float(np.log(SAID_FROM / (1 - SAID_FROM)))
        highest = float(np.quantile(self.margins(background), 1 - MOST_SAID))
        reached = float(np.median(self.margins(own)))
        wanted = (OWN_MARGIN - INTERCEPT) / max(reached - INTERCEPT, 1e-3)
        return max(1.0, min(wanted, (said - INTERCEPT) / max(highest - INTERCEPT, 1e-3)))


def scores_of(margins: Floats, stretch: Floats) -> Floats:
    """(N, T) margins and the T tags' stretch → (N, T) float32 probabilities."""
    stretched = INTERCEPT + stretch * (margins - INTERCEPT)
    return (1 / (1 + np.exp(-np.clip(stretched, -60, 60)))).astype(np.float32)
