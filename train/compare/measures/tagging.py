"""How well tags are told from one encoder's embeddings, by the head.

Heads are fitted on the fitting rows; their settings are chosen on ``validation`` alone, of which
the figures are therefore a little too good. The whole heads are measured on every tag that enough
illustrations have; those that take a while for each tag on a sample, the same for all encoders.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp

from model.head import Floats
from train.compare.measures.footing import ASKED, Footing
from train.compare.measures.heads import Nearest, nearest, ridge, vote_and_ridge
from train.compare.measures.trials import (
    CHOSEN_ON,
    Columns,
    Doubles,
    TaggingOptions,
    choose,
    fit_tags,
    mean,
    precisions,
)
from train.compare.space import Labelled, Space
from train.metrics import MIN_LABELLED, map_by_support, top_scores

__all__ = ["TaggingOptions", "measure_tagging"]

FREQUENT = 20  # Fitting rows from which a tag counts for ``map_20``.
PRECISION_AT = 5
DIGITS = 5


@dataclass(frozen=True)
class Measured:
    """Average precisions in one split.

    Attributes:
        every: The tags that enough of its illustrations have.
        few: Those of the sample among them.
        whole: By whole head, of ``every``.
        first_right: By whole head, the precision of an illustration's first five tags.
        alone: By tag head, of ``few``.
    """

    every: Columns
    few: Columns
    whole: Mapping[str, Doubles]
    first_right: Mapping[str, float | None]
    alone: Mapping[str, Doubles]

    @property
    def sampled(self) -> dict[str, Doubles]:
        """By any head, of ``few``."""
        held = np.isin(self.every, self.few)
        return {**self.alone, **{head: found[held] for head, found in self.whole.items()}}


def measure_tagging(
    space: Space, options: TaggingOptions, outputs: Floats | None = None
) -> dict[str, Any]:
    """Measure every head.

    Args:
        space: The encoder's embeddings.
        options: What is measured.
        outputs: (N, T) an encoder's own scores of the vocabulary, -inf for tags that it was not
            trained to tell; None where it tells none.

    Returns:
        For each split of ``ASKED`` and each head ``sample``: the number of ``tags``, ``map``,
        ``map_20`` (of the tags with 20 or more fitting rows) and ``map_by_support``; for the whole
        heads also ``all``, which has ``precision_at_5`` too. Beside the splits, ``settings``: what
        was chosen for each head, and the ``map`` of everything ``tried``; and ``per_tag``, for each
        split ``all`` and ``sample``: the ``names`` and ``support`` of the tags and each head's
        average precisions, for paired comparisons. A figure without any case is None.
    """
    labelled = space.labelled
    footing = Footing.of(space, options.seed, options.metric)
    told = {split: _told(footing.truth[part]) for split, part in footing.parts.items()}
    sample = spread(labelled.support, told["test"], options.sample, options.seed)
    tried = spread(labelled.support, told[CHOSEN_ON], options.tried, options.seed)
    chosen = choose(footing, told[CHOSEN_ON], tried, options)
    settings = {head: (setting,) for head, setting in chosen.tag_heads.items()}
    found = fit_tags(footing, sample, settings, options)
    result: dict[str, Any] = {}
    per_tag: dict[str, Any] = {}
    for number, split in enumerate(ASKED):
        few = np.intersect1d(sample, told[split])
        scores = _whole_scores(footing, footing.parts[split], chosen.nearest)
        if outputs is not None:
            scores["own outputs"] = outputs[labelled.split(split)]
        truth = footing.truth[footing.parts[split]].tocsc()
        measured = Measured(
            told[split],
            few,
            {head: precisions(one, truth, told[split]) for head, one in scores.items()},
            {head: _first_right(one, truth) for head, one in scores.items()},
            {head: found[np.isin(sample, few), at, number] for at, head in enumerate(settings)},
        )
        result[split] = _figures(measured, labelled.support)
        per_tag[split] = _per_tag(measured, labelled)
    return {**result, "settings": dict(chosen.report), "per_tag": per_tag}


def spread(support: Columns, among: Columns, count: int, seed: int) -> Columns:
    """At most ``count`` of some tags, evenly over their support, so that they stand for all.

    Args:
        support: (T,) fitting rows of every tag.
        among: The columns to choose from.
        count: How many.
        seed: Where to begin.

    Returns:
        Rising columns.
    """
    ranked = among[np.lexsort((among, -support[among]))]
    step = max(1.0, len(ranked) / max(1, count))
    first = np.random.default_rng(seed).random() * (step - 1)
    places = (first + step * np.arange(min(count, len(ranked)))).astype(np.int64)
    return np.sort(ranked[places])


def _told(truth: sp.csc_matrix) -> Columns:
    """The tags that enough illustrations have."""
    counts = np.asarray(truth.astype(np.int64).sum(axis=0)).ravel()
    return np.flatnonzero(counts >= MIN_LABELLED)


def _whole_scores(footing: Footing, part: slice, neighbours: Nearest) -> dict[str, Floats]:
    return {
        "vote and ridge": vote_and_ridge(footing, part),
        "k-NN": nearest(footing, part, neighbours),
        "ridge": ridge(footing, part),
    }


def _first_right(scores: Floats, truth: sp.csc_matrix) -> float | None:
    """The precision of each illustration's first five tags."""
    right = top_scores(scores, truth.tocsr())[0][:, :PRECISION_AT]
    return float(right.mean()) if right.size else None


def _figures(measured: Measured, support: Columns) -> dict[str, Any]:
    figures: dict[str, Any] = {
        head: {"sample": _summary(found, support[measured.few])}
        for head, found in measured.sampled.items()
    }
    for head, found in measured.whole.items():
        of_all = _summary(found, support[measured.every])
        figures[head]["all"] = {**of_all, "precision_at_5": measured.first_right[head]}
    return figures


def _summary(found: Doubles, support: Columns) -> dict[str, Any]:
    return {
        "tags": len(found),
        "map": mean(found),
        "map_20": mean(found[support >= FREQUENT]),
        "map_by_support": map_by_support(found, support),
    }


def _per_tag(measured: Measured, labelled: Labelled) -> dict[str, dict[str, list[Any]]]:
    parts = {
        "all": (measured.every, measured.whole),
        "sample": (measured.few, measured.sampled),
    }
    return {
        name: {
            "names": [labelled.vocabulary[tag].name for tag in tags.tolist()],
            "support": labelled.support[tags].tolist(),
            **{head: np.round(found, DIGITS).tolist() for head, found in by_head.items()},
        }
        for name, (tags, by_head) in parts.items()
    }
