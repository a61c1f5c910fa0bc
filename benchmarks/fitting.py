"""Boosters fitted per core-minute, and what a tag weighs in the bundle."""

import time
from collections import Counter
from collections.abc import Iterator

import numpy as np
import xgboost
from numpy.typing import NDArray

from benchmarks.forest import exported, spread
from benchmarks.material import Bench
from benchmarks.refitting import FEWEST_POSITIVES, fitting_of
from benchmarks.table import Row
from model.config import read_section
from train.boosters import Fitting, fit_tag, sample_rows
from train.config import BoostersConfig, TrainConfig

# "exact" is how XGBoost split when the article was written.
ARTICLE = {
    "objective": "binary:logistic",
    "max_depth": 1000,
    "eta": 0.025,
    "tree_method": "exact",
    "nthread": 1,
}
ARTICLE_ROUNDS = 300
EXPORTED_TAGS = 200
WORTH_A_ROW = 0.005  # Of the whole bundle.
MINUTE = 60


def measure_fitting(bench: Bench) -> Iterator[Row]:
    """Fit tags drawn uniformly, on what the bundle's background sample knows of them."""
    settings = {"train": bench.bundle.manifest.get("settings", {})}
    config = read_section(settings, "train", TrainConfig).boosters
    fitting = fitting_of(bench.scorer)
    random = np.random.default_rng(0)
    drawn = random.permutation(len(fitting.vocabulary))[: 15 if bench.quick else 60]
    fit_tag(fitting, int(drawn[0]), config, seed=0)
    began = time.process_time()
    for tag in drawn.tolist():
        fit_tag(fitting, tag, config, seed=0)
    seconds = (time.process_time() - began) / len(drawn)
    rounds = 30 if bench.quick else ARTICLE_ROUNDS
    rivals = [article_seconds(fitting, tag, config, rounds) for tag in drawn[:3].tolist()]
    positives = int(np.median(np.diff(fitting.labels.indptr)[drawn]))
    yield Row(
        "boosters fitted per core-minute",
        MINUTE / seconds,
        "",
        rival="the article's setting",
        rival_value=MINUTE / float(np.mean(rivals)),
        more_is_better=True,
        note=f"{len(drawn)} tags drawn uniformly from those with {FEWEST_POSITIVES} or more of "
        f"{fitting.bins.shape[0]:,} background rows (median: {positives} positives), sampling "
        f"included; rounds {config.rounds}, depth {config.depth}. The article's: 300 rounds, "
        f"depth 1000, eta 0.025, exact splits, on the same rows ({len(rivals)} tags, "
        f"{rounds} rounds timed)",
    )
    yield from bytes_per_tag(bench)


def article_seconds(fitting: Fitting, tag: int, config: BoostersConfig, rounds: int) -> float:
    """Core-seconds of one booster in the article's setting, on the rows that ours would read."""
    truth = fitting.labels[:, [tag]].toarray().ravel() > 0
    base = fitting.head.column(tag)[2]
    rows, _ = sample_rows(truth, base, config, np.random.default_rng((0, tag)))
    embeddings: NDArray[np.float32] = fitting.head.embeddings[rows]
    with xgboost.config_context(nthread=1):
        began = time.process_time()
        matrix = xgboost.DMatrix(embeddings, truth[rows].astype(np.float32), nthread=1)
        xgboost.train(ARTICLE, matrix, rounds)
        return (time.process_time() - began) * ARTICLE_ROUNDS / rounds


def bytes_per_tag(bench: Bench) -> Iterator[Row]:
    """The boosters against XGBoost's own files of the same ones, then every file of the bundle."""
    scorer = bench.scorer
    tags = len(scorer.vocabulary)
    theirs = [len(each.save_raw("ubj")) for each in exported(scorer, spread(tags, EXPORTED_TAGS))]
    sizes: Counter[str] = Counter()
    for name, facts in bench.bundle.manifest["files"].items():
        sizes[name.partition("/")[0]] += int(facts["bytes"])
    forest = sum(size for name, size in sizes.items() if name.startswith("forest-"))
    yield Row(
        "bytes per tag, boosters",
        forest / tags,
        "B",
        rival="XGBoost's UBJSON",
        rival_value=float(np.mean(theirs)),
        note=f"the bundle's forest-*.npy; XGBoost's of {len(theirs)} of the same boosters",
    )
    total = bench.bundle.size_bytes
    yield Row("bytes per tag, whole bundle", total / tags, "B", note=f"{total / 1e6:.1f} MB")
    for name, size in sizes.most_common():
        if size >= WORTH_A_ROW * total:
            yield Row(f"of it: {name}", size / tags, "B", note=f"{size / 1e6:.2f} MB")
