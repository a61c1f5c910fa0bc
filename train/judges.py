"""Who is a neighbour: the metric that is served, and others that judge the training rows.

A metric has seen the rows that it was fitted on: in its eyes they lie with what has their tags, as
no posted illustration does. So the votes that boosters learn from are those of other metrics, each
of which judges the rows of one fold and was fitted on the rest.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from model.head import Floats
from model.metric import Metric
from train.metric import MetricOptions, fit_metric

FOLDS = 5


@dataclass(frozen=True)
class Judges:
    """Fitted metrics.

    Attributes:
        served: Fitted on all rows.
        by_fold: ``FOLDS`` of them; the k-th has not seen the rows of fold k.
    """

    served: Metric
    by_fold: tuple[Metric, ...]


def folds_of(groups: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """(n,) the fold of each row; rows of one group are in one fold."""
    drawn = np.random.default_rng((seed, FOLDS)).integers(0, FOLDS, groups.max(initial=0) + 1)
    folds: NDArray[np.int64] = drawn[groups]
    return folds


def fit_judges(
    embeddings: Floats,
    labels: sp.csr_matrix,
    folds: NDArray[np.int64],
    fitting: tuple[int, MetricOptions],
    kept: Path | None = None,
) -> Judges | None:
    """Fit all metrics, or read those that an earlier run has fitted already.

    Args:
        embeddings: (n, D) of the training rows.
        labels: (n, T) of ones.
        folds: (n,) as ``folds_of`` says.
        fitting: The seed, and how.
        kept: A directory for each of them, of this run alone; None: they are not kept.

    Returns:
        None where there is nothing to learn from, or no epoch to do it in.
    """
    if not fitting[1].epochs:
        return None
    names = ["served", *(f"fold-{fold}" for fold in range(FOLDS))]
    found: list[Metric] = []
    for fold, name in enumerate(names, start=-1):
        place = kept / name if kept else None
        metric = Metric.load(place) if place else None
        if metric is None:
            rows = np.flatnonzero(folds != fold)
            metric = fit_metric(embeddings[rows], labels[rows], *fitting)
            if metric is None:
                return None
            if place:
                place.mkdir(parents=True, exist_ok=True)
                metric.save(place)
        found.append(metric)
    return Judges(found[0], tuple(found[1:]))
