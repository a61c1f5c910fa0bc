"""The compiled forest against XGBoost: the same margins, and how much sooner."""

from collections.abc import Iterator

import numpy as np
import xgboost
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.material import Bench
from benchmarks.table import Row
from benchmarks.timing import time_calls
from model.boosters import to_xgboost
from model.head import HeadInputs
from model.scorer import Scorer

LOOPED_TAGS = 500
BLOCK = 250


def measure_forest(bench: Bench) -> Iterator[Row]:
    """Largest differences of margins over all tags, then the time for one embedding."""
    count = 50 if bench.quick else 1000
    real = bench.embeddings(count)
    random = random_embeddings(count, bench.encoder.width)
    worst = largest_differences(bench.scorer, np.concatenate([random, real]))
    tags, trees = len(bench.scorer.forest), len(bench.scorer.forest.leaves)
    for kind, part in (("random", worst[: len(random)]), ("real", worst[len(random) :])):
        yield Row(
            f"forest − XGBoost, largest margin difference, {kind}",
            float(part.max()),
            "",
            note=f"{len(part):,} {kind} embeddings × {tags:,} tags; allowed: 1e-5",
        )
    ours = forest_ms(bench, real[:1])
    yield Row(
        "forest, one embedding, all tags",
        ours,
        "ms",
        rival="XGBoost in a loop",
        rival_value=loop_ms(bench, real[:1]),
        note=f"{trees:,} trees. The loop: predict of {min(LOOPED_TAGS, tags)} different boosters "
        "on one shared DMatrix, one thread, scaled to all tags",
    )


def random_embeddings(count: int, width: int) -> NDArray[np.float32]:
    """(count, width) random directions of length 1."""
    values = np.random.default_rng(0).normal(size=(count, width)).astype(np.float32)
    unit: NDArray[np.float32] = values / np.linalg.norm(values, axis=1, keepdims=True)
    return unit


def largest_differences(scorer: Scorer, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
    """For each embedding, the largest difference of a margin from XGBoost's over all tags.

    Args:
        scorer: Its boosters are exported one by one; XGBoost reads the raw numbers.
        embeddings: (N, D) with N ≥ 1.

    Returns:
        (N,) absolute differences.
    """
    inputs = _head_inputs(scorer, embeddings)
    ours = scorer.margins_from(embeddings, inputs)
    base = scorer.head.margins(inputs)
    worst = np.zeros(len(embeddings), dtype=np.float32)
    values = np.empty((len(embeddings), embeddings.shape[1] + 2), dtype=np.float32)
    values[:, :-2] = embeddings
    for tag in tqdm(range(len(scorer.forest)), desc="XGBoost", unit="tag", leave=False):
        values[:, -2], values[:, -1] = inputs.votes[:, tag], inputs.ridge[:, tag]
        exported = to_xgboost(scorer.booster(tag), scorer.edges)
        with xgboost.config_context(nthread=1):
            matrix = xgboost.DMatrix(values, base_margin=base[:, tag])
            theirs = exported.predict(matrix, output_margin=True)
        np.maximum(worst, np.abs(theirs - ours[:, tag]), out=worst)
    return worst


def forest_ms(bench: Bench, embedding: NDArray[np.float32]) -> float:
    """Median time from one (1, D) embedding and its head inputs to the margins of all tags."""
    scorer = bench.scorer
    inputs = _head_inputs(scorer, embedding)
    extra = scorer.edges.quantise(inputs.features()[0], first=scorer.forest.width)[np.newaxis]
    base = scorer.head.margins(inputs)
    repeats = 50 if bench.quick else 500
    return time_calls(
        lambda: scorer.forest.margins(scorer.edges.quantise(embedding), extra, base), repeats
    ).median_ms


def loop_ms(bench: Bench, embedding: NDArray[np.float32]) -> float:
    """The same through XGBoost, booster after booster; a matrix is shared by all."""
    scorer = bench.scorer
    tags = len(scorer.forest)
    boosters = []
    for tag in range(0, tags, max(1, tags // LOOPED_TAGS)):
        booster = to_xgboost(scorer.booster(tag), scorer.edges)
        booster.set_param({"nthread": 1})  # Waking a second thread takes longer than a booster.
        boosters.append(booster)
    matrix = xgboost.DMatrix(np.pad(embedding, ((0, 0), (0, 2))), nthread=1)
    looped = time_calls(
        lambda: [booster.predict(matrix, output_margin=True) for booster in boosters],
        3 if bench.quick else 10,
    )
    return looped.median_ms * tags / len(boosters)


def _head_inputs(scorer: Scorer, embeddings: NDArray[np.float32]) -> HeadInputs:
    blocks = [
        scorer.head.inputs(embeddings[at : at + BLOCK], scorer.background)
        for at in range(0, len(embeddings), BLOCK)
    ]
    return HeadInputs(
        np.concatenate([block.votes for block in blocks]),
        np.concatenate([block.ridge for block in blocks]),
    )
