"""Step ``boosters``: one XGBoost booster per tag, in parallel, resumable a few tags at a time.

Command: python -m train boosters --data DIR --workdir W
Expected, on 2 cores: some 500 boosters a minute at 21,000 rows and the default settings.

Negatives are sampled: the hardest ones (by base margin) all count once, random ones stand for
several each through their weight, so that margins speak of the whole population and no prior needs
to be corrected afterwards.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from numpy.typing import NDArray
from tqdm import tqdm

from model.boosters import BoosterOptions, fit_booster
from model.errors import TrainingError
from model.forest import Forest
from model.trees import BinEdges, Booster
from train.cluster import Shared, share
from train.config import BoostersConfig, TrainConfig
from train.head import TrainingHead, fit_edges, fit_head
from train.judges import fit_judges, folds_of
from train.metric import MetricOptions
from train.pack import Pack
from train.vocabulary import NamedTag, build_vocabulary, labels
from train.workdir import Workdir

TAGS_AT_ONCE = 32
# The fewer positives, the more a tag's trees are held back towards the base margin: at this many
# their leaves are penalised twice as much as those of a very common tag.
CAUTIOUS_BELOW = 200
# So many rows of one's own make a background sample without any that was lent.
ENOUGH_BACKGROUND = 1000


@dataclass(frozen=True)
class Fitting:
    """Everything that fitting one tag reads.

    Attributes:
        vocabulary: T tags.
        labels: (n, T) sparse by columns.
        head: What the boosters start from.
        edges: The shared bins.
        bins: (n, D) uint8 of the embeddings.
    """

    vocabulary: tuple[NamedTag, ...]
    labels: sp.csc_matrix
    head: TrainingHead
    edges: BinEdges
    bins: NDArray[np.uint8]


def prepare_fitting(
    pack: Pack, embeddings: NDArray[np.float32], config: TrainConfig, kept: Path | None = None
) -> Fitting:
    """Choose the tags and fit what their boosters share.

    Args:
        pack: The rows.
        embeddings: (N, D) theirs.
        config: How.
        kept: Where the metrics are kept, which take minutes; None: nowhere.

    Raises:
        TrainingError: If no tag has enough positives.
    """
    rows = [row for row, usable in zip(pack.rows, pack.usable, strict=True) if usable]
    vocabulary = build_vocabulary(rows, config.boosters.min_positives, config.boosters.max_tags)
    if not vocabulary:
        raise TrainingError(
            f"No tag has {config.boosters.min_positives} or more training images. "
            "Add images, or lower train.boosters.min_positives."
        )
    told = pack.fitting & pack.tagged
    fitting = [row for row, used in zip(pack.rows, told, strict=True) if used]
    truth = labels(fitting, vocabulary)
    groups = np.unique([row.group for row in fitting], return_inverse=True)[1].astype(np.int64)
    fitted_embeddings = np.ascontiguousarray(embeddings[told])
    background = background_rows(pack.lent[told], config)
    how = config.seed, MetricOptions(epochs=config.metric.epochs)
    judges = fit_judges(fitted_embeddings, truth, folds_of(groups, config.seed), how, kept)
    head = fit_head(fitted_embeddings, truth, groups, background, config.seed, judges=judges)
    edges = fit_edges(head, truth, config.seed)
    return Fitting(vocabulary, truth.tocsc(), head, edges, edges.quantise(fitted_embeddings))


def background_rows(lent: NDArray[np.bool_], config: TrainConfig) -> int | NDArray[np.int64]:
    """Which rows make the background sample: none that was lent, where there are enough others.

    Args:
        lent: (n,) which of the rows that are fitted on were lent.
        config: How many the sample may hold.

    Returns:
        How many, drawn from all; or which ones, rising.
    """
    if not lent.any():
        return config.bundle.background
    own = np.flatnonzero(~lent)
    if len(own) < ENOUGH_BACKGROUND:
        return config.bundle.background
    drawn = np.random.default_rng(config.seed).permutation(own)[: config.bundle.background]
    return np.sort(drawn)


def fit_boosters(fitting: Fitting, config: TrainConfig, work: Workdir, mark: str) -> None:
    """Run the step under a fingerprint; a killed run goes on after the last finished part."""
    names = [tag.name for tag in fitting.vocabulary]
    directory = work.begin("boosters") / mark
    directory.mkdir(exist_ok=True)
    for old in directory.parent.iterdir():
        if old.is_dir() and old != directory:
            shutil.rmtree(old)
    parts = [
        range(at, min(at + TAGS_AT_ONCE, len(names))) for at in range(0, len(names), TAGS_AT_ONCE)
    ]
    todo = [part for part in parts if not _part(directory, part).is_dir()]
    done = len(names) - sum(map(len, todo))
    with tqdm(total=len(names), initial=done, desc="boosters", unit="tag") as bar:
        for part, forest in _fit_parts(fitting, todo, config):
            _keep(forest, _part(directory, part))
            bar.update(len(part))
            work.note("boosters", bar.n, len(names))
    work.mark_done("boosters", mark, {"tags": len(names)})


def load_boosters(work: Workdir, width: int) -> list[Booster]:
    """All T boosters, in the order of the vocabulary.

    Raises:
        TrainingError: If the step has not finished.
    """
    facts = work.facts("boosters")
    if not facts:
        raise TrainingError("The boosters are not fitted yet. Run: python -m train boosters")
    boosters: list[Booster] = []
    for part in sorted((work.root / "boosters" / facts["fingerprint"]).glob("tags-*")):
        forest = Forest.load(part, width)
        boosters += [forest.booster(tag) for tag in range(len(forest))]
    return boosters


def fit_tag(fitting: Fitting, tag: int, config: BoostersConfig, seed: int) -> Booster:
    """Fit the booster of one column."""
    votes, ridge, base = fitting.head.column(tag)
    truth = np.zeros(len(base), dtype=np.bool_)
    column = fitting.labels
    truth[column.indices[column.indptr[tag] : column.indptr[tag + 1]]] = True
    rows, weights = sample_rows(truth, base, config, np.random.default_rng((seed, tag)))
    extra = fitting.edges.quantise(
        np.column_stack([votes[rows], ridge[rows]]), first=fitting.bins.shape[1]
    )
    options = BoosterOptions(
        rounds=config.rounds,
        depth=config.depth,
        learning_rate=config.learning_rate,
        reg_lambda=config.reg_lambda * (1 + CAUTIOUS_BELOW / max(1, truth.sum())),
        min_child_weight=config.min_child_weight,
        column_share=config.column_share,
        seed=seed,
    )
    bins = np.hstack([fitting.bins[rows], extra])
    return fit_booster(bins, truth[rows].astype(np.float32), weights, base[rows], options)


def sample_rows(
    truth: NDArray[np.bool_],
    base: NDArray[np.float32],
    config: BoostersConfig,
    random: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Choose the rows to fit one tag on.

    Args:
        truth: (n,) which rows have the tag.
        base: (n,) base margins: the hardest negatives are those of the highest.
        config: How many of each.
        random: Where the draws come from.

    Returns:
        Row numbers, and their weights; the weights of positives and of negatives each sum to how
        many there are.
    """
    positives, negatives = np.flatnonzero(truth), np.flatnonzero(~truth)
    kept = random.permutation(positives)[: config.max_positives]
    by_hardness = negatives[np.argsort(-base[negatives], kind="stable")]
    hard, rest = np.split(by_hardness, [config.hard_negatives])
    drawn = random.permutation(rest)[: config.random_negatives]
    weights = [
        np.full(len(kept), len(positives) / max(1, len(kept))),
        np.ones(len(hard)),
        np.full(len(drawn), len(rest) / max(1, len(drawn))),
    ]
    return np.concatenate([kept, hard, drawn]), np.concatenate(weights).astype(np.float32)


def _fit_parts(
    fitting: Fitting, parts: list[range], config: TrainConfig
) -> Iterator[tuple[range, Forest]]:
    run = Parallel(n_jobs=config.jobs or -1, return_as="generator_unordered")
    shared = share(fitting)
    yield from run(delayed(_fit_part)(shared, part, config) for part in parts)


def _fit_part(shared: Shared[Fitting], part: range, config: TrainConfig) -> tuple[range, Forest]:
    """Fit a few tags; what they become hangs on nothing but the tags and the seed."""
    fitting = shared.get()
    boosters = [fit_tag(fitting, tag, config.boosters, config.seed) for tag in part]
    return part, Forest.compile(boosters, fitting.bins.shape[1])


def _keep(forest: Forest, target: Path) -> None:
    """Let the files of a few tags appear at once."""
    partial = target.with_name(f".{target.name}")
    partial.mkdir(exist_ok=True)
    forest.save(partial)
    partial.rename(target)


def _part(directory: Path, part: range) -> Path:
    return directory / f"tags-{part.start:07d}"
