"""Fitting boosters against the article's setting: how soon, how good, and how long for 30,000.

The article draws ten negatives for each positive, grows trees without limit by exact splits, and
leaves out tags of fewer than 600 images. So common tags are compared with it as it is, and rare
ones as if it fitted them.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
import xgboost
from joblib import Parallel, delayed
from numpy.typing import NDArray

from benchmarks.forest import exported, spread
from benchmarks.material import Bench
from benchmarks.refitting import FEWEST_POSITIVES, fitting_of, labels_of
from benchmarks.table import Goal, Row, usable_cores
from model.config import read_section
from model.head import find_neighbourhood
from model.trees import leaf_sums
from train.boosters import Fitting, fit_tag
from train.config import BoostersConfig
from train.metrics import average_precision

Floats = NDArray[np.float32]
# "exact" is how XGBoost split when the article was written.
ARTICLE = {
    "objective": "binary:logistic",
    "max_depth": 1000,
    "eta": 0.025,
    "tree_method": "exact",
    "nthread": 1,
}
ARTICLE_ROUNDS, ARTICLE_NEGATIVES = 300, 10
ARTICLE_POSITIVES = 600  # Tags of fewer images the article leaves out.
HELD_OUT = 4  # Every so manieth background row is measured on.
COMPARED = {"common": 4, "rare": 12}
SAMPLE, SAMPLE_WHEN_QUICK = 500, 20
EXPORTED_TAGS = 200
WORTH_A_ROW = 0.005  # Of the whole bundle.
MANY, MANY_HOURS = 30_000, 3
HOUR = 3600


@dataclass(frozen=True)
class Contest:
    """One way's fitting of some tags.

    Attributes:
        seconds: Of one core, for a tag.
        precision: The mean average precision on rows that were held out.
    """

    seconds: float
    precision: float


def measure_fitting(bench: Bench) -> Iterator[Row]:
    """Against the article's setting; then a sample of the tags, on one core and on all."""
    config = boosters_of(bench)
    yield from _beside_article(bench, config)
    yield from _many(bench, config)
    yield from bytes_per_tag(bench)


def boosters_of(bench: Bench) -> BoostersConfig:
    """How the bundle's own boosters were fitted; its other options may be of another version."""
    return read_section(bench.bundle.manifest.get("settings", {}), "boosters", BoostersConfig)


def _beside_article(bench: Bench, config: BoostersConfig) -> Iterator[Row]:
    rows = np.arange(len(bench.scorer.background))
    held = rows[rows % HELD_OUT == 0]
    fitting = fitting_of(bench.scorer, rows[rows % HELD_OUT != 0])
    names = {tag.name: column for column, tag in enumerate(bench.scorer.vocabulary)}
    columns = [names[tag.name] for tag in fitting.vocabulary]
    truth = labels_of(bench.scorer)[held][:, columns].tocsc()
    asked = bench.scorer.background[held]
    for kind, tags in compared_tags(fitting, truth, quick=bench.quick).items():
        if not len(tags):
            continue
        ours = fit_ours(fitting, tags, config, asked, truth)
        article = fit_article(fitting, tags, asked, truth)
        what = f"{len(tags)} {kind} tags"
        yield Row(
            f"boosters a core-hour, {what}",
            HOUR / ours.seconds,
            "",
            rival="the article's setting",
            rival_value=HOUR / article.seconds,
            more_is_better=True,
            goal=Goal(20, "ratio"),
            note=f"sampling included; rounds {config.rounds}, depth {config.depth}. The "
            f"article's: {ARTICLE_ROUNDS} rounds, depth 1000, eta 0.025, exact splits, "
            f"{ARTICLE_NEGATIVES} negatives for each positive"
            + ("; tags that the article leaves out" if kind == "rare" else ""),
        )
        yield Row(
            f"average precision, {what}",
            ours.precision,
            "",
            rival="the article's setting",
            rival_value=article.precision,
            more_is_better=True,
            goal=Goal(1, "ratio"),
            note=f"mean; {len(held):,} background rows that neither was fitted on",
        )


def compared_tags(
    fitting: Fitting, truth: sp.csc_matrix, *, quick: bool
) -> dict[str, NDArray[np.int64]]:
    """Columns that can be measured: common ones, which the article fits, and rare ones."""
    support = np.diff(fitting.labels.indptr)
    told = np.diff(truth.indptr) >= FEWEST_POSITIVES
    random = np.random.default_rng(0)
    kinds = {"common": support >= ARTICLE_POSITIVES, "rare": support < ARTICLE_POSITIVES}
    return {
        kind: np.sort(
            random.permutation(np.flatnonzero(told & mask))[: 1 if quick else COMPARED[kind]]
        )
        for kind, mask in kinds.items()
    }


def fit_ours(
    fitting: Fitting,
    tags: NDArray[np.int64],
    config: BoostersConfig,
    asked: Floats,
    truth: sp.csc_matrix,
) -> Contest:
    """Fit some tags as for a bundle, and ask (N, D) embeddings with (N, T) ``truth``."""
    began = time.process_time()
    boosters = [fit_tag(fitting, tag, config, seed=0) for tag in tags.tolist()]
    seconds = (time.process_time() - began) / len(tags)
    head = fitting.head.head
    inputs = head.inputs(asked, find_neighbourhood(asked, head.background.embeddings()))
    base, features = head.margins(inputs), inputs.features()
    bins = fitting.edges.quantise(asked)
    precisions = []
    for tag, booster in zip(tags.tolist(), boosters, strict=True):
        extra = fitting.edges.quantise(features[:, tag], first=bins.shape[1])
        margins = base[:, tag] + leaf_sums(booster, np.hstack([bins, extra]))
        precisions.append(_precision(margins, truth, tag))
    return Contest(seconds, float(np.mean(precisions)))


def fit_article(
    fitting: Fitting,
    tags: NDArray[np.int64],
    asked: Floats,
    truth: sp.csc_matrix,
    rounds: int = ARTICLE_ROUNDS,
) -> Contest:
    """The same in the article's setting."""
    embeddings, matrix = fitting.head.embeddings, xgboost.DMatrix(asked, nthread=1)
    precisions = []
    seconds = 0.0
    for tag in tags.tolist():
        random = np.random.default_rng((0, tag))
        has = np.zeros(len(embeddings), np.bool_)
        has[_having(fitting.labels, tag)] = True
        with xgboost.config_context(nthread=1):
            began = time.process_time()
            positives, rest = np.flatnonzero(has), random.permutation(np.flatnonzero(~has))
            rows = np.concatenate([positives, rest[: ARTICLE_NEGATIVES * len(positives)]])
            known = xgboost.DMatrix(embeddings[rows], has[rows].astype(np.float32), nthread=1)
            booster = xgboost.train(ARTICLE, known, rounds)
            seconds += time.process_time() - began
        precisions.append(_precision(booster.predict(matrix), truth, tag))
    return Contest(seconds / len(tags), float(np.mean(precisions)))


def _precision(scores: Floats, truth: sp.csc_matrix, tag: int) -> float:
    return average_precision(_having(truth, tag), scores)


def _having(labels: sp.csc_matrix, tag: int) -> NDArray[np.int32]:
    """The rows that have a tag."""
    rows: NDArray[np.int32] = labels.indices[labels.indptr[tag] : labels.indptr[tag + 1]]
    return rows


def _many(bench: Bench, config: BoostersConfig) -> Iterator[Row]:
    """A uniform sample of the tags, on one core and on all."""
    fitting = fitting_of(bench.scorer)
    count = SAMPLE_WHEN_QUICK if bench.quick else SAMPLE
    drawn = np.random.default_rng(0).permutation(len(fitting.vocabulary))[:count]
    cores = usable_cores()
    few = drawn[: max(1, len(drawn) // 5)]
    alone = _seconds_a_tag(fitting, few, config, 1)
    together = _seconds_a_tag(fitting, drawn, config, cores)
    positives = int(np.median(np.diff(fitting.labels.indptr)[drawn]))
    yield Row(
        f"hours for {MANY:,} boosters on {cores} cores",
        together * MANY / HOUR,
        "h",
        goal=Goal(MANY_HOURS),
        note=f"from {len(drawn)} tags drawn uniformly (median: {positives} positives) of "
        f"{fitting.bins.shape[0]:,} rows; rounds {config.rounds}, depth {config.depth}",
    )
    yield Row(
        f"boosters a second on {cores} cores",
        1 / together,
        "",
        rival="on one",
        rival_value=1 / alone,
        more_is_better=True,
        goal=Goal(0.8 * cores, "ratio"),
        note="the processes' own start left out",
    )


def _seconds_a_tag(
    fitting: Fitting, tags: NDArray[np.int64], config: BoostersConfig, processes: int
) -> float:
    with Parallel(n_jobs=processes) as run:
        run(delayed(fit_tag)(fitting, tag, config, 0) for tag in tags[:processes].tolist())
        began = time.perf_counter()
        run(delayed(fit_tag)(fitting, tag, config, 0) for tag in tags.tolist())
        return (time.perf_counter() - began) / len(tags)


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
