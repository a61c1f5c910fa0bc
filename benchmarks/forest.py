"""The compiled forest against XGBoost: the same margins, and how much sooner."""

from collections.abc import Iterator, Sequence

import numpy as np
import xgboost
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.material import Bench
from benchmarks.table import Row
from benchmarks.timing import time_calls
from model.boosters import to_xgboost
from model.scorer import Scorer

LOOPED_TAGS = 500
COMPARED_WHEN_QUICK = 1000
BLOCK = 250


def measure_forest(bench: Bench) -> Iterator[Row]:
    """Largest differences of margins over all tags, then the time for one embedding."""
    count = 100 if bench.quick else 1000
    real = bench.embeddings(count)
    random = random_embeddings(count, bench.encoder.width)
    tags, trees = len(bench.scorer.forest), len(bench.scorer.forest.leaves)
    compared = spread(tags, COMPARED_WHEN_QUICK if bench.quick else tags)
    worst = largest_differences(bench.scorer, np.concatenate([random, real]), compared)
    for kind, part in (("random", worst[: len(random)]), ("real", worst[len(random) :])):
        yield Row(
            f"forest − XGBoost, largest margin difference, {kind}",
            float(part.max()),
            "",
            note=f"{len(part):,} {kind} embeddings × {len(compared):,} tags; allowed: 1e-5",
        )
    ours = forest_ms(bench, real[:1])
    yield Row(
        "forest, one embedding, all tags",
        ours,
        "ms",
        rival="XGBoost in a loop",
        rival_value=loop_ms(bench, real[:1]),
        note=f"{trees:,} trees. The loop: predict of {len(spread(tags, LOOPED_TAGS))} different "
        "boosters on one shared DMatrix, one thread, scaled to all tags",
    )


def random_embeddings(count: int, width: int) -> NDArray[np.float32]:
    """(count, width) random directions of length 1."""
    values = np.random.default_rng(0).normal(size=(count, width)).astype(np.float32)
    unit: NDArray[np.float32] = values / np.linalg.norm(values, axis=1, keepdims=True)
    return unit


def spread(tags: int, most: int) -> list[int]:
    """``most`` columns of ``tags`` (or all), evenly from the most frequent tag to the rarest."""
    columns: list[int] = np.linspace(0, tags - 1, min(tags, most)).astype(int).tolist()
    return columns


def largest_differences(
    scorer: Scorer, embeddings: NDArray[np.float32], tags: Sequence[int]
) -> NDArray[np.float32]:
    """For each embedding, the largest difference of a margin from XGBoost's over these tags.

    Args:
        scorer: Its boosters are exported one by one; XGBoost reads the raw numbers.
        embeddings: (N, D) with N ≥ 1.
        tags: Columns.

    Returns:
        (N,) absolute differences.
    """
    votes, ridge, base, ours = _margins_and_what_they_read(scorer, embeddings)
    worst = np.zeros(len(embeddings), dtype=np.float32)
    values = np.empty((len(embeddings), embeddings.shape[1] + 2), dtype=np.float32)
    values[:, :-2] = embeddings
    for tag in tqdm(tags, desc="XGBoost", unit="tag", leave=False, disable=None):
        values[:, -2], values[:, -1] = votes[:, tag], ridge[:, tag]
        with xgboost.config_context(nthread=1):
            matrix = xgboost.DMatrix(values, base_margin=base[:, tag])
            [booster] = exported(scorer, [tag])
            theirs = booster.predict(matrix, output_margin=True)
        np.maximum(worst, np.abs(theirs - ours[:, tag]), out=worst)
    return worst


def forest_ms(bench: Bench, embedding: NDArray[np.float32]) -> float:
    """Median time from one (1, D) embedding and its head inputs to the margins of all tags."""
    scorer = bench.scorer
    inputs = scorer.inputs(embedding)
    extra = scorer.edges.quantise(inputs.features()[0], first=scorer.forest.width)[np.newaxis]
    base = scorer.head.margins(inputs)
    repeats = 50 if bench.quick else 500
    return time_calls(
        lambda: scorer.forest.margins(scorer.edges.quantise(embedding), extra, base), repeats
    ).median_ms


def loop_ms(bench: Bench, embedding: NDArray[np.float32]) -> float:
    """The same through XGBoost, booster after booster; a matrix is shared by all."""
    tags = len(bench.scorer.forest)
    boosters = exported(bench.scorer, spread(tags, LOOPED_TAGS))
    matrix = xgboost.DMatrix(np.pad(embedding, ((0, 0), (0, 2))), nthread=1)
    looped = time_calls(
        lambda: [booster.predict(matrix, output_margin=True) for booster in boosters],
        3 if bench.quick else 10,
    )
    return looped.median_ms * tags / len(boosters)


def exported(scorer: Scorer, tags: Sequence[int]) -> list[xgboost.Booster]:
    """Some boosters as XGBoost's own; one thread each, since waking a second takes longer."""
    boosters = [to_xgboost(scorer.booster(tag), scorer.edges) for tag in tags]
    for booster in boosters:
        booster.set_param({"nthread": 1})
    return boosters


def _margins_and_what_they_read(
    scorer: Scorer, embeddings: NDArray[np.float32]
) -> tuple[NDArray[np.float32], ...]:
    """Votes, ridge scores, base margins and margins, each (N, T); block by block for memory."""
    blocks = []
    for at in range(0, len(embeddings), BLOCK):
        block = embeddings[at : at + BLOCK]
        inputs = scorer.inputs(block)
        margins = scorer.margins_from(block, inputs)
        blocks.append((inputs.votes, inputs.ridge, scorer.head.margins(inputs), margins))
    return tuple(np.concatenate(parts) for parts in zip(*blocks, strict=True))
