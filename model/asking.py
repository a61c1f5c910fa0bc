"""What a teaching dialogue asks next: where an answer teaches most.

A grid of the likeliest illustrations is a poor lesson: they look like what was marked already, and
the tag learns nothing from hearing it again. So a question is worth its *uncertainty* (how close
its score is to the threshold) times its *novelty* (how far it is from everything marked and from
the other questions of the grid). A share of the grid goes to the likely ones: while a tag is rare,
a right one is the rarer and the dearer answer, and a round without any tires the person.

Choosing greedily by quality times novelty is how a determinantal point process is commonly
approximated (Kulesza and Taskar, Determinantal Point Processes for Machine Learning, 2012); both
sides of the threshold counting alike is uncertainty sampling (Lewis and Gale, 1994).
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

LIKELY_SHARE = 1 / 3
CONSIDERED = 1000  # the best by each quality; novelty alone makes nothing worth a question
# Squared distances, as shares of the usual one between two candidates.
REACH = 0.25  # how far a marked illustration speaks for its surroundings
NEAR_COPY = 0.02  # of the drawings that Hoshizora was made on, 95 % of such pairs are one
SPREAD_ROWS = 2000
ROUNDING = 1e-4  # of an embedding's squared length: less is float32's rounding, no distance
SMALLEST_SPREAD = 1e-12
SMALLEST_SCORE = 1e-7


def choose(
    candidates: Floats, scores: Floats, threshold: float, marked: Floats, count: int
) -> NDArray[np.int64]:
    """Choose the illustrations of the next round.

    Args:
        candidates: (N, D) embeddings of what may be asked about, nothing marked among them. N may
            be 0.
        scores: (N,) what the tag's current version says of them.
        threshold: From which score on it says the tag.
        marked: (M, D) what was marked or handed in already, right or wrong. M may be 0.
        count: How many to choose.

    Returns:
        Positions in ``candidates``, likely ones first. Near-copies of each other are asked about
        once, those of something marked not at all, so there may be fewer than ``count``.
    """
    chances = _chances(scores, threshold)
    qualities = (chances, chances * (1 - chances))
    pool = _considered(qualities)
    near, usual = candidates[pool], _usual_distance(candidates)
    closest = _distances(near, marked).min(axis=1, initial=np.inf)
    likely = max(1, round(count * LIKELY_SHARE)) if count > 0 else 0
    chosen: list[int] = []
    for quality, until in zip(qualities, (likely, count), strict=True):
        while len(chosen) < until and (closest > NEAR_COPY * usual).any():
            novelty = 1 - np.exp(-closest / (REACH * usual))
            worth = np.where(closest > NEAR_COPY * usual, quality[pool] * novelty, -1.0)
            best = int(np.argmax(worth))
            chosen.append(best)
            closest = np.minimum(closest, _distances(near, near[best : best + 1])[:, 0])
            closest[best] = 0.0  # rounding must not let it look new
    return pool[np.array(chosen, dtype=np.int64)]


def _chances(scores: Floats, threshold: float) -> NDArray[np.float64]:
    """How likely each is right, if at the threshold right and wrong are as likely."""
    clipped = np.clip(scores.astype(np.float64), SMALLEST_SCORE, 1 - SMALLEST_SCORE)
    limit = min(max(threshold, SMALLEST_SCORE), 1 - SMALLEST_SCORE)
    ahead, behind = clipped * (1 - limit), limit * (1 - clipped)
    chances: NDArray[np.float64] = ahead / (ahead + behind)
    return chances


def _considered(qualities: tuple[NDArray[np.float64], ...]) -> NDArray[np.int64]:
    """Positions of the best by any of the qualities, rising."""
    best = [np.argsort(-quality, kind="stable")[:CONSIDERED] for quality in qualities]
    return np.unique(np.concatenate(best))


def _usual_distance(candidates: Floats) -> float:
    """The mean squared distance between two of them, twice their variance; never 0."""
    sample = candidates[:: max(1, len(candidates) // SPREAD_ROWS)].astype(np.float64)
    if not len(sample):
        return 1.0
    spread = 2 * float(sample.var(axis=0).sum())
    return max(spread, ROUNDING * float(np.square(sample).sum(axis=1).mean()), SMALLEST_SPREAD)


def _distances(one: Floats, other: Floats) -> NDArray[np.float64]:
    """(N, M) squared."""
    squares = np.square(one).sum(axis=1)[:, None] + np.square(other).sum(axis=1)
    distances: NDArray[np.float64] = np.maximum(squares - 2.0 * (one @ other.T), 0.0)
    return distances.astype(np.float64)
