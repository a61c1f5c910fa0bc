"""How good new tags are that a community teaches from a few examples, by the encoder.

What is measured is what ``python -m train heads`` measures, with the encoder in the place of the
number of examples. The withheld tags and their relatives are not in the vocabulary, so neither an
encoder that learns from tags nor the prior has heard of them. The fitting rows are halved by
groups: background, known tags and metric are of the one half, the examples of the other.

The encoder has seen the examples' pictures, as it has seen all fitting rows; without those tags.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from model.head import Floats
from train.compare.space import SPLITS, Space
from train.few_examples import (
    FEWEST_TESTED,
    HEADS,
    Bench,
    Measuring,
    fit_prior,
    in_half,
    measure_precisions,
)
from train.withholding import Wanted, choose_tags


def measure_new_tags(
    space: Space,
    seed: int = 0,
    draws: int = 5,
    examples: tuple[int, ...] = (5, 20),
    jobs: int = 0,
) -> dict[str, Any]:
    """Teach every withheld tag that has enough illustrations, with every head.

    Args:
        space: The encoder's embeddings.
        seed: Fixes halves, draws and metric.
        draws: How often examples are drawn for each tag.
        examples: How many are drawn; a tag of fewer than the most in its half is left out.
        jobs: Processes side by side; 0: one for each core.

    Returns:
        For each of ``SPLITS`` the number of ``tags`` (with at least 5 illustrations there), and for
        each head of ``train.few_examples.HEADS`` the mean average precision by the number of
        examples, a string; None where there is no tag.
    """
    tags = len(space.labelled.withheld)
    measuring = Measuring(tags, draws, examples, seed, jobs)
    bench = _set_up(space, measuring)
    precisions = np.full((0, len(examples), len(HEADS), len(SPLITS)), np.nan, np.float32)
    if bench is not None:
        precisions = measure_precisions(bench, measuring)
    return {split: _means(precisions[..., number], examples) for number, split in enumerate(SPLITS)}


def _set_up(space: Space, measuring: Measuring) -> Bench | None:
    """Halve the fitting rows; None where no tag has enough illustrations."""
    labelled, seed = space.labelled, measuring.seed
    rows, truth = labelled.rows, labelled.withheld_labels.tocsc()
    given = np.array([in_half(rows[i].group, seed) for i in labelled.fitting], dtype=np.bool_)
    variant = np.array([rows[i].variant for i in labelled.fitting], dtype=np.bool_)
    pool, own = labelled.fitting[given & ~variant], labelled.fitting[~given]
    wanted = Wanted(max(measuring.examples), FEWEST_TESTED)
    tags = choose_tags(truth[pool], truth[labelled.test], wanted, measuring.tags, seed)
    if not len(tags):
        return None
    background = np.ascontiguousarray(space.embeddings[own])
    prior = fit_prior(background, labelled.labels[own], space.encoder_id, seed)
    splits = (labelled.test, labelled.holdout)
    return Bench(space.embeddings, truth, tags, pool, prior, splits)


def _means(precisions: Floats, examples: Sequence[int]) -> dict[str, Any]:
    """Means over the tags of (tags, numbers of examples, heads)."""
    told = precisions[np.isfinite(precisions).all(axis=(1, 2))]
    means = told.mean(axis=0, dtype=np.float64) if len(told) else None
    return {
        "tags": len(told),
        **{
            head: {
                str(count): None if means is None else float(means[place, column])
                for place, count in enumerate(examples)
            }
            for column, head in enumerate(HEADS)
        },
    }
