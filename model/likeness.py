"""How like the examples of one tag an illustration is: what the tag's booster starts from.

Three kernels, each the mean over the examples that have the tag, in logs:

* on the embedding itself, which also holds for drawings in a style never seen before,
* on the metric's places, learnt from what the bundle's tags tell apart,
* on the metric's profiles of known tags: where an example looks like night, moon and cloud, so do
  others;

less how well the known tags explain the illustration by themselves, once there are examples enough
to tell, and less where examples without the tag are closer.

Why kernels and not one direction: a tag of a community is seldom one cluster, and the mean of its
examples lies between them. How the terms are weighed was chosen on illustrations held out of the
training split, never on those that ``python -m train heads`` tests.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from model.head import Floats
from model.metric import Metric, Views

PLACE, EMBEDDING, PROFILE = 8.0, 12.0, 8.0  # The kernels' sharpness, per unit of 1 - cosine.
EMBEDDING_WEIGHT, PROFILE_WEIGHT = 0.8, 0.6  # The places' weighs 1.
FAMILIARITY_WEIGHT = 0.3
ENOUGH = 5  # At this many examples familiarity counts half.


@dataclass(frozen=True)
class Seen:
    """Embeddings with what a metric sees in them: (N, D) float32 and N views."""

    embeddings: Floats
    views: Views

    @classmethod
    def by(cls, metric: Metric, embeddings: Floats) -> Self:
        """Look at (N, D) embeddings."""
        return cls(embeddings, metric.views(embeddings))

    def __len__(self) -> int:
        return len(self.embeddings)

    def part(self, rows: NDArray[np.int64]) -> "Seen":
        """Some of them."""
        views = self.views
        few = Views(views.places[rows], views.profiles[rows], views.familiarity[rows])
        return Seen(self.embeddings[rows], few)


@dataclass(frozen=True, eq=False)
class Likeness:
    """What new illustrations are compared with.

    Attributes:
        positives: n ≥ 1 examples that have the tag.
        negatives: m ≥ 0 examples that have it not.
        size: The embeddings' mean squared distance from their mean.
    """

    positives: Seen
    negatives: Seen
    size: float

    @classmethod
    def to(cls, metric: Metric, positives: Floats, negatives: Floats) -> Self:
        """Compare with (n, D) and (m, D) examples."""
        size = len(metric.mean) * metric.spread**2
        return cls(Seen.by(metric, positives), Seen.by(metric, negatives), size)

    def of(self, asked: Seen) -> Floats:
        """(N,) float32: how like the examples N illustrations are."""
        return self._joined(
            asked, self._kernels(asked, self.positives), self._kernels(asked, self.negatives)
        )

    def of_positives(self) -> Floats:
        """(n,) the same of the positives, each compared with all but itself; n ≥ 2."""
        own = [
            _without_diagonal(kernel) for kernel in self._kernels(self.positives, self.positives)
        ]
        return self._joined(self.positives, own, self._kernels(self.positives, self.negatives))

    def of_negatives(self) -> Floats:
        """(m,) the same of the negatives, each compared with all but itself."""
        own = [
            _without_diagonal(kernel) for kernel in self._kernels(self.negatives, self.negatives)
        ]
        return self._joined(self.negatives, self._kernels(self.negatives, self.positives), own)

    def _kernels(self, asked: Seen, examples: Seen) -> list[Floats]:
        """Logs of the three kernels, each (N, n): of the places, the embeddings, the profiles."""
        near = asked.embeddings @ examples.embeddings.T
        near -= np.square(asked.embeddings).sum(axis=1)[:, None] / 2
        near -= np.square(examples.embeddings).sum(axis=1) / 2
        places = asked.views.places @ examples.views.places.T - 1
        profiles = asked.views.profiles @ examples.views.profiles.T - 1
        return [PLACE * places, EMBEDDING / self.size * near, PROFILE * profiles]

    def _joined(self, asked: Seen, having: list[Floats], lacking: list[Floats]) -> Floats:
        places, near, profiles = (_log_mean(kernel) for kernel in having)
        count = having[0].shape[1]
        familiarity = FAMILIARITY_WEIGHT * count / (count + ENOUGH) * asked.views.familiarity
        likeness = places + EMBEDDING_WEIGHT * near + PROFILE_WEIGHT * profiles - familiarity
        if lacking[0].shape[1]:
            # The logarithm of the share that the positives have of all examples' voices.
            voices, against = (_log_sum(_voice(kernels)) for kernels in (having, lacking))
            likeness -= np.logaddexp(0, against - voices)
        joined: Floats = likeness.astype(np.float32)
        return joined


def _voice(kernels: list[Floats]) -> Floats:
    return kernels[0] + EMBEDDING_WEIGHT * kernels[1]


def _log_sum(kernel: Floats) -> Floats:
    highest = np.maximum(kernel.max(axis=1, keepdims=True, initial=-80.0), -80.0)
    total: Floats = np.log(np.exp(kernel - highest).sum(axis=1) + 1e-30) + highest[:, 0]
    return total


def _log_mean(kernel: Floats) -> Floats:
    finite = np.isfinite(kernel).sum(axis=1)
    mean: Floats = _log_sum(kernel) - np.log(np.maximum(finite, 1))
    return mean


def _without_diagonal(kernel: Floats) -> Floats:
    np.fill_diagonal(kernel, -np.inf)
    return kernel
