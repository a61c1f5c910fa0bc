"""What the heads of one encoder are fitted on and asked about, and all that they share."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from model.head import Floats, Neighbourhood, find_neighbourhood
from train.boosters import Fitting
from train.compare.space import Space
from train.head import fit_edges, fit_head, join, votes_of
from train.judges import fit_judges, folds_of
from train.metric import MetricOptions

ASKED = ("test", "holdout", "validation")
JOINED_ROWS = 8000  # Enough for four coefficients; a bundle takes more.


@dataclass(frozen=True, eq=False)
class Footing:
    """What every head is fitted on and asked about.

    Attributes:
        fitting: What the served boosters are fitted on; its labels and embeddings are everybody's.
        asked: (N, D) illustrations to score, the splits of ``ASKED`` one after the other.
        parts: Where each of those lies.
        truth: (N, T) ones, sparse by columns.
        bins: (N, D) uint8 of ``asked``.
        near: The nearest fitting rows of ``asked``, by the embedding.
        votes: (N, T) the neighbours' votes that are served, sparse by columns.
    """

    fitting: Fitting
    asked: Floats
    parts: Mapping[str, slice]
    truth: sp.csc_matrix
    bins: NDArray[np.uint8]
    near: Neighbourhood
    votes: sp.csc_matrix

    @classmethod
    def of(cls, space: Space, seed: int, metric: MetricOptions | None = None) -> Self:
        """Fit what is shared: background, ridge scores, the coefficients that join them, bins.

        Args:
            space: The embeddings.
            seed: Fixes all draws.
            metric: How those are fitted that say whose votes count; None: the embedding says it.
        """
        labelled = space.labelled
        own, truth = labelled.fitting, labelled.labels[labelled.fitting]
        embeddings = np.ascontiguousarray(space.embeddings[own])
        everything, nothing = np.arange(len(own)), np.zeros(4, np.float32)
        groups = labelled.groups[own]
        judges = (
            fit_judges(embeddings, truth, folds_of(groups, seed), (seed, metric))
            if metric
            else None
        )
        head = fit_head(embeddings, truth, groups, everything, seed, nothing, judges)
        head = join(head, truth.astype(np.float32), np.random.default_rng(seed), JOINED_ROWS)
        edges = fit_edges(head, truth, seed)
        bins = edges.quantise(embeddings)
        fitting = Fitting(labelled.vocabulary, truth.tocsc(), head, edges, bins)
        splits = [labelled.split(name) for name in ASKED]
        ends = np.cumsum([len(split) for split in splits]).tolist()
        parts = {
            name: slice(end - len(split), end)
            for name, split, end in zip(ASKED, splits, ends, strict=True)
        }
        rows = np.concatenate(splits)
        asked = np.ascontiguousarray(space.embeddings[rows])
        known = head.head.background.embeddings()
        near = find_neighbourhood(asked, known)
        served = near
        if judges:
            served = find_neighbourhood(judges.served.places(asked), judges.served.places(known))
        votes = votes_of(served.rows, served.weights, truth)
        asked_truth = labelled.labels[rows].tocsc()
        asked_bins = edges.quantise(asked)
        return cls(fitting, asked, parts, asked_truth, asked_bins, near, votes.tocsc())
