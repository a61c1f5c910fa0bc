"""``Tagger.describe`` of a large PNG, stage by stage, against the article's own way."""

from collections.abc import Iterator

import numpy as np
import xgboost
from numpy.typing import NDArray

from benchmarks.forest import exported, spread
from benchmarks.material import Bench, large_png
from benchmarks.table import Goal, Row
from benchmarks.timing import Laps, time_calls
from model.image import image_from_bytes
from model.scorer import Scorer
from model.tagger import Description, Tagger

TOP, NEIGHBOURS = 10, 5
LOOPED_TAGS = 200
STARTER_MS, LARGE_MS = 60, 130


def measure_describe(bench: Bench) -> Iterator[Row]:
    """The bundle with a small library; then as many tags and illustrations as the article has."""
    tagger = Tagger(bench.bundle, bench.encoder, bench.scorer, bench.index, bench.limits)
    library = bench.scorer.background[: len(bench.index)]
    yield from _measured(bench, tagger, bench.scorer, library, STARTER_MS)
    scorer, library = bench.large_scorer, bench.library.embeddings
    large = Tagger(bench.large_bundle, bench.encoder, scorer, bench.library.index, bench.limits)
    yield from _measured(bench, large, scorer, library, LARGE_MS)


def _measured(
    bench: Bench, tagger: Tagger, scorer: Scorer, library: NDArray[np.float32], goal_ms: float
) -> Iterator[Row]:
    """Median and 95th percentile, the rival, then the share of each stage."""
    png = large_png()
    repeats = 10 if bench.quick else 100
    whole = time_calls(lambda: tagger.describe([png], TOP, NEIGHBOURS), repeats)
    laps = Laps()
    for _ in range(repeats):
        describe_in_stages(bench, tagger, scorer, png, laps)
    stages = laps.timings()
    decode_ms = stages["decode and prepare"].median_ms
    article_ms = decode_ms + sum(article_ms_by_stage(bench, scorer, library).values())
    tags = len(tagger.vocabulary)
    scale = f"{tags:,} tags, {len(library):,} illustrations"
    yield Row(
        f"describe a 1024×1024 PNG, {scale}",
        whole.median_ms,
        "ms",
        rival="the article's way",
        rival_value=article_ms,
        goal=Goal(goal_ms),
        note=f"median; {len(png) / 1e6:.1f} MB. The article's way: Keras predict, a DMatrix and a "
        f"predict for each tag ({min(LOOPED_TAGS, tags)} timed and scaled, one thread), a full L1 "
        "scan; the same decoding",
    )
    yield Row("of it: 95th percentile", whole.p95_ms, "ms")
    total = sum(timing.median_ms for timing in stages.values())
    for name, timing in stages.items():
        note = f"{timing.median_ms / total:.1%} of the whole"
        yield Row(f"of it: {name}", timing.median_ms, "ms", note=note)


def describe_in_stages(
    bench: Bench, tagger: Tagger, scorer: Scorer, png: bytes, laps: Laps
) -> Description:
    """Do what ``Tagger.describe`` does of one image, with a lap after each stage."""
    laps.start()
    image = image_from_bytes(png, bench.limits, tagger.image_size_px)
    laps.lap("decode and prepare")
    embedding = bench.encoder.embed(image[np.newaxis])
    laps.lap("encode")
    inputs = scorer.inputs(embedding)
    laps.lap("neighbours' vote and ridge")
    ((columns, scores),) = scorer.best_from(embedding, inputs, TOP)
    tags = tagger.named(columns, scores, TOP)
    laps.lap("base margins, forest and selection")
    similar = tagger.similar(embedding, NEIGHBOURS)[0]
    laps.lap("similar")
    return Description(tags, tuple(similar))


def article_ms_by_stage(
    bench: Bench, scorer: Scorer, library: NDArray[np.float32]
) -> dict[str, float]:
    """Milliseconds of encoding, scoring and searching in the article's own way.

    The boosters are ours, exported, and get the head's two inputs for nothing.
    """
    size_px = bench.encoder.options.image_size_px
    image = np.zeros((1, size_px, size_px, 3), dtype=np.uint8)
    repeats = 3 if bench.quick else 10
    predict = time_calls(lambda: bench.network.predict(image, verbose=0), repeats)
    query = scorer.background[0]
    scan = time_calls(lambda: np.argsort(np.abs(library - query).sum(axis=1)), repeats, warm_up=1)
    tags = len(scorer.vocabulary)
    boosters = exported(scorer, spread(tags, LOOPED_TAGS))
    row = np.pad(query[np.newaxis], ((0, 0), (0, 2)))
    loop = time_calls(lambda: score_one_by_one(boosters, row), repeats)
    return {
        "encode": predict.median_ms,
        "score": loop.median_ms * tags / len(boosters),
        "search": scan.median_ms,
    }


def score_one_by_one(boosters: list[xgboost.Booster], row: NDArray[np.float32]) -> list[float]:
    """Score each tag with a matrix of its own, as the article does."""
    return [float(booster.predict(xgboost.DMatrix(row, nthread=1))[0]) for booster in boosters]
