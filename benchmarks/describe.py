"""``Tagger.describe`` of a large PNG, stage by stage, against the article's own way."""

from collections.abc import Iterator

import numpy as np
import xgboost
from numpy.typing import NDArray

from benchmarks.forest import exported, spread
from benchmarks.material import Bench, large_png
from benchmarks.table import Row
from benchmarks.timing import Laps, time_calls
from model.image import image_from_bytes
from model.tagger import Description, Tagger

TOP, NEIGHBOURS = 10, 5
LOOPED_TAGS = 200


def measure_describe(bench: Bench) -> Iterator[Row]:
    """Median and 95th percentile, the rival, then the share of each stage."""
    png = large_png()
    tagger = Tagger(bench.bundle, bench.encoder, bench.scorer, bench.index, bench.limits)
    repeats = 30 if bench.quick else 200
    whole = time_calls(lambda: tagger.describe([png], TOP, NEIGHBOURS), repeats)
    laps = Laps()
    for _ in range(repeats):
        describe_in_stages(bench, tagger, png, laps)
    stages = laps.timings()
    decode_ms = stages["decode and prepare"].median_ms
    article_ms = decode_ms + sum(article_ms_by_stage(bench).values())
    tags = len(tagger.vocabulary)
    yield Row(
        "describe a 1024×1024 PNG, median",
        whole.median_ms,
        "ms",
        rival="the article's way",
        rival_value=article_ms,
        note=f"{len(png) / 1e6:.1f} MB, {tags:,} tags, {len(bench.index):,} illustrations to "
        f"search; goal: 60. The article's way: Keras predict, a DMatrix and a predict for each "
        f"tag ({min(LOOPED_TAGS, tags)} timed and scaled, one thread), a full L1 scan; the same "
        "decoding",
    )
    yield Row("describe a 1024×1024 PNG, 95th percentile", whole.p95_ms, "ms")
    total = sum(timing.median_ms for timing in stages.values())
    for name, timing in stages.items():
        note = f"{timing.median_ms / total:.1%} of the whole"
        yield Row(f"of it: {name}", timing.median_ms, "ms", note=note)


def describe_in_stages(bench: Bench, tagger: Tagger, png: bytes, laps: Laps) -> Description:
    """Do what ``Tagger.describe`` does of one image, with a lap after each stage."""
    encoder, scorer = bench.encoder, bench.scorer
    laps.start()
    image = image_from_bytes(png, bench.limits, tagger.image_size_px)
    laps.lap("decode and prepare")
    embedding = encoder.embed(image[np.newaxis])
    laps.lap("encode")
    inputs = scorer.inputs(embedding)
    laps.lap("neighbours' vote and ridge")
    ((columns, scores),) = scorer.best_from(embedding, inputs, TOP)
    tags = tagger.named(columns, scores, TOP)
    laps.lap("base margins, forest and selection")
    similar = tagger.similar(embedding, NEIGHBOURS)[0]
    laps.lap("similar")
    return Description(tags, tuple(similar))


def article_ms_by_stage(bench: Bench) -> dict[str, float]:
    """Milliseconds of encoding, scoring and searching in the article's own way.

    The boosters are ours, exported, and get the head's two inputs for nothing.
    """
    size_px = bench.encoder.options.image_size_px
    image = np.zeros((1, size_px, size_px, 3), dtype=np.uint8)
    repeats = 5 if bench.quick else 20
    predict = time_calls(lambda: bench.network.predict(image, verbose=0), repeats)
    library, query = bench.scorer.background[: len(bench.index)], bench.scorer.background[0]
    scan = time_calls(lambda: np.argsort(np.abs(library - query).sum(axis=1)), repeats)
    tags = len(bench.scorer.vocabulary)
    boosters = exported(bench.scorer, spread(tags, LOOPED_TAGS))
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
