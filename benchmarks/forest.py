"""The compiled forest against XGBoost: the same margins, how much sooner, and how it grows."""

import shutil
import time
from collections.abc import Iterator, Sequence
from functools import partial

import numba
import numpy as np
import xgboost
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.large import repeated
from benchmarks.material import Bench
from benchmarks.table import Goal, Row
from benchmarks.timing import time_calls
from bot.inference.own_scoring import OwnScorer
from bot.tags.own import LiveTag, OwnTag
from model.boosters import to_xgboost
from model.forest import Forest
from model.scorer import Scorer
from model.teaching import Prior

Floats = NDArray[np.float32]
LOOPED_TAGS = 500
COMPARED_WHEN_QUICK = 1000
BLOCK = 250
TOGETHER = 16  # Posts in a micro-batch.
SIZES = (1000, 10_000, 30_000, 100_000)
SIZES_WHEN_QUICK = (500, 2000)
EXAMPLES = 20
NOBODY = -1  # A guild.


def measure_forest(bench: Bench) -> Iterator[Row]:
    """Margins of the bundle and of the large forest; then the large forest's times."""
    count = 100 if bench.quick else 1000
    real = bench.embeddings(count)
    random = random_embeddings(count, bench.encoder.width)
    large = bench.large_scorer
    most = COMPARED_WHEN_QUICK if bench.quick else len(large.forest)
    yield from _differences(bench.scorer, {"random": random, "real": real}, most)
    yield from _differences(large, {"real": bench.queries[: count // 50]}, most)
    yield from _times(bench, large)
    yield from _growth(bench)
    yield _replacing(bench, large)


def _differences(scorer: Scorer, kinds: dict[str, Floats], most: int) -> Iterator[Row]:
    tags = len(scorer.forest)
    compared = spread(tags, most)
    for kind, embeddings in kinds.items():
        worst = largest_differences(scorer, embeddings, compared)
        yield Row(
            f"forest − XGBoost, {tags:,} tags, {kind}",
            float(worst.max()),
            "",
            goal=Goal(1e-5),
            note=f"the largest difference of a margin; {len(worst):,} {kind} embeddings × "
            f"{len(compared):,} tags",
        )


def _times(bench: Bench, scorer: Scorer) -> Iterator[Row]:
    tags, trees = len(scorer.forest), len(scorer.forest.leaves)
    query, repeats = bench.queries[:1], 5 if bench.quick else 50
    ours = forest_ms(scorer, query, repeats)
    name = f"one embedding, {tags:,} tags"
    looped = len(spread(tags, LOOPED_TAGS))
    yield Row(
        f"score {name}",
        ours,
        "ms",
        rival="XGBoost in a loop",
        rival_value=loop_ms(scorer, query, max(3, repeats // 5)),
        goal=Goal(30, "ratio"),
        note=f"{trees:,} trees of depth {bench.scale.boosters.depth}. The loop: predict of "
        f"{looped} different boosters on one shared DMatrix, one thread, scaled to all tags",
    )
    yield Row(
        f"score {name}",
        ours,
        "ms",
        rival="streaming its bytes",
        rival_value=streaming_ms(scorer.forest, repeats),
        goal=Goal(1 / 1.5, "ratio"),
        note=f"{scorer.forest.nbytes / 1e6:.0f} MB summed by as many threads; goal: within 1.5 "
        "times that",
    )
    batch = bench.queries[:TOGETHER]
    together = forest_ms(scorer, batch, repeats) / len(batch)
    yield Row(
        f"score {len(batch)} embeddings together, each",
        together,
        "ms",
        rival="one at a time",
        rival_value=ours,
        goal=Goal(2, "ratio"),
    )
    inputs = scorer.inputs(query)
    every = time_calls(lambda: scorer.margins_from(query, inputs), repeats)
    best = time_calls(lambda: scorer.best_from(query, inputs, 10), repeats)
    yield Row(
        f"the ten best tags of {name}",
        best.median_ms,
        "ms",
        rival="scoring them all",
        rival_value=every.median_ms,
        note="the same ten: a tag whose trees cannot lift it among them is not read",
    )


def _growth(bench: Bench) -> Iterator[Row]:
    """How time, memory and opening grow with the number of tags."""
    query = bench.queries[:1]
    for tags in SIZES_WHEN_QUICK if bench.quick else SIZES:
        directory = bench.place / f"forest-{tags}"
        directory.mkdir()
        repeated(bench.boosters, tags, bench.encoder.width).save(directory)
        began = time.perf_counter()
        forest = Forest.load(directory, bench.encoder.width)
        opened = time.perf_counter() - began
        extra = np.zeros((1, tags, 2), np.uint8)
        base = np.zeros((1, tags), np.float32)
        bins = bench.scorer.edges.quantise(query)
        score = partial(forest.margins, bins, extra, base)
        timing = time_calls(score, 5 if bench.quick else 30)
        weight = forest.nbytes / tags
        yield Row(
            f"score {tags:,} tags",
            timing.median_ms,
            "ms",
            grows=("tags, each of a hundred trees", tags),
            note=f"{timing.median_ms / tags * 1000:.2f} µs a tag",
        )
        yield Row(f"memory of {tags:,} tags, each", weight, "B", goal=Goal(20_000))
        yield Row(f"open {tags:,} tags", opened, "s", goal=Goal(1), note="mapped, not read")
        shutil.rmtree(directory)


def _replacing(bench: Bench, scorer: Scorer) -> Row:
    """A tag that is taught or taught again lies beside the forest, which stays as it is."""
    labels = scorer.head.background.labels
    prior = Prior.of(bench.encoder.id, scorer.background, labels, scorer.edges, scorer.metric)
    taught = prior.teach(bench.queries[:EXAMPLES], bench.queries[EXAMPLES : 2 * EXAMPLES])
    tag = OwnTag("new", "", taught.threshold, taught.support, 1, NOBODY, promoted=False, number=1)
    live, query = LiveTag(tag, prior.id, taught.to_bytes()), bench.queries[-1:]
    prior.score([taught], query)

    def swap() -> None:
        swapped, unread = OwnScorer(prior).swapped([live], ())
        if unread or not swapped.score(query, NOBODY)[0]:
            raise AssertionError("the taught tag is not said")

    timing = time_calls(swap, 5 if bench.quick else 50)
    return Row(
        f"add or replace one tag beside {len(scorer.forest):,}",
        timing.median_ms,
        "ms",
        goal=Goal(50),
        note="from a fitted tag's bytes to its first score; nothing of the others is touched",
    )


def random_embeddings(count: int, width: int) -> Floats:
    """(count, width) random directions of length 1."""
    values = np.random.default_rng(0).normal(size=(count, width)).astype(np.float32)
    unit: Floats = values / np.linalg.norm(values, axis=1, keepdims=True)
    return unit


def spread(tags: int, most: int) -> list[int]:
    """``most`` columns of ``tags`` (or all), evenly from the most frequent tag to the rarest."""
    columns: list[int] = np.linspace(0, tags - 1, min(tags, most)).astype(int).tolist()
    return columns


def largest_differences(scorer: Scorer, embeddings: Floats, tags: Sequence[int]) -> Floats:
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


def forest_ms(scorer: Scorer, embeddings: Floats, repeats: int) -> float:
    """Median time from (N, D) embeddings and their head inputs to the margins of all tags."""
    inputs, forest = scorer.inputs(embeddings), scorer.forest
    features = inputs.features()
    extra = scorer.edges.quantise(features.reshape(-1, 2), first=forest.width)
    extra, base = extra.reshape(features.shape), scorer.head.margins(inputs)
    return time_calls(
        lambda: forest.margins(scorer.edges.quantise(embeddings), extra, base), repeats
    ).median_ms


def streaming_ms(forest: Forest, repeats: int) -> float:
    """Median time to read a forest's bytes once, in their order, on as many threads."""
    arrays = [np.ascontiguousarray(each).reshape(-1) for each in (forest.nodes, forest.leaves)]
    words = [each[: len(each) // 8 * 8].view(np.uint64) for each in arrays]
    return time_calls(lambda: [_sum(each) for each in words], repeats).median_ms


def loop_ms(scorer: Scorer, embedding: Floats, repeats: int) -> float:
    """The same through XGBoost, booster after booster; a matrix is shared by all."""
    tags = len(scorer.forest)
    boosters = exported(scorer, spread(tags, LOOPED_TAGS))
    matrix = xgboost.DMatrix(np.pad(embedding, ((0, 0), (0, 2))), nthread=1)
    looped = time_calls(
        lambda: [booster.predict(matrix, output_margin=True) for booster in boosters], repeats
    )
    return looped.median_ms * tags / len(boosters)


def exported(scorer: Scorer, tags: Sequence[int]) -> list[xgboost.Booster]:
    """Some boosters as XGBoost's own; one thread each, since waking a second takes longer."""
    boosters = [to_xgboost(scorer.booster(tag), scorer.edges) for tag in tags]
    for booster in boosters:
        booster.set_param({"nthread": 1})
    return boosters


@numba.njit(parallel=True)  # type: ignore[untyped-decorator]
def _sum(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    total = np.uint64(0)
    for place in numba.prange(len(words)):
        total += words[place]
    return np.array([total])


def _margins_and_what_they_read(scorer: Scorer, embeddings: Floats) -> tuple[Floats, ...]:
    """Votes, ridge scores, base margins and margins, each (N, T); block by block for memory."""
    blocks = []
    for at in range(0, len(embeddings), BLOCK):
        block = embeddings[at : at + BLOCK]
        inputs = scorer.inputs(block)
        margins = scorer.margins_from(block, inputs)
        blocks.append((inputs.votes, inputs.ridge, scorer.head.margins(inputs), margins))
    return tuple(np.concatenate(parts) for parts in zip(*blocks, strict=True))
