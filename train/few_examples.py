"""How good a tag is after its first examples: every head on tags that nothing has heard of.

``python -m train heads`` and ``python -m train compare`` both measure this, the one by the number
of examples, the other by the encoder. They choose the tags and what is known without them; here
examples are drawn and heads are fitted and scored.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from numpy.typing import NDArray
from tqdm import tqdm

from model.head import Floats
from model.teaching import Asked, Prior
from model.trees import BinEdges
from train.head import as_labels
from train.metric import fit_metric
from train.metrics import average_precision
from train.rivals import RIVALS, Field

OURS = "ours"
HEADS = (OURS, *RIVALS)
FEWEST_TESTED = 5
NEGATIVES = 2000  # Of the background, that the other heads are fitted against.
TAGS_AT_ONCE = 5
Head = Callable[[Floats], Floats]  # (n, D) examples → (N,) scores of everything tested


@dataclass(frozen=True)
class Measuring:
    """What is measured.

    Attributes:
        tags: How many tags.
        draws: How often examples are drawn for each.
        examples: Numbers of examples.
        seed: Fixes tags, draws and halves.
        jobs: Processes side by side; 0: one for each core.
    """

    tags: int = 200
    draws: int = 5
    examples: tuple[int, ...] = (1, 2, 5, 10, 20, 50)
    seed: int = 0
    jobs: int = 0


@dataclass(frozen=True)
class Bench:
    """Everything that one tag's measurement reads.

    Attributes:
        embeddings: (rows, D) of the whole dataset.
        labels: (rows, T) ones.
        tags: The columns that are measured.
        pool: Rows to draw examples from.
        prior: What teaching knows: nothing of those tags.
        splits: The rows of the test split, and of the holdout.
    """

    embeddings: Floats
    labels: sp.csc_matrix
    tags: NDArray[np.int64]
    pool: NDArray[np.int64]
    prior: Prior
    splits: tuple[NDArray[np.int64], NDArray[np.int64]]

    @cached_property
    def tested(self) -> NDArray[np.int64]:
        """The rows of both splits, the test split first."""
        return np.concatenate(self.splits)


def in_half(group: str, seed: int) -> bool:
    """Whether a group is the community's: a fixed property of its name and the seed."""
    text = f"heads:{seed}:{group}".encode("utf-8", "backslashreplace")
    return zlib.crc32(text) % 2 == 0


def fit_prior(background: Floats, labels: sp.csr_matrix, encoder_id: str, seed: int) -> Prior:
    """Fit what a bundle would know.

    Args:
        background: (M, D) illustrations.
        labels: (M, T) ones of the tags that are known.
        encoder_id: Whose embeddings they are.
        seed: Fixes the metric.
    """
    known = labels.astype(np.float32)
    metric = fit_metric(background, known, seed)
    edges = BinEdges.fit(background)
    return Prior.of(encoder_id, background, as_labels(known), edges, metric)


def measure_precisions(bench: Bench, measuring: Measuring) -> Floats:
    """Fit and score every head on every tag and draw, in parallel.

    Returns:
        (tags, numbers of examples, heads, 2): average precisions in the test split and in the
        holdout, the mean of the draws, in the order of ``HEADS``. NaN where a split has less than
        ``FEWEST_TESTED`` illustrations of the tag.
    """
    asked = bench.prior.look(bench.embeddings[bench.tested])
    run = Parallel(n_jobs=measuring.jobs or -1, return_as="generator")
    parts = [bench.tags[at : at + TAGS_AT_ONCE] for at in range(0, len(bench.tags), TAGS_AT_ONCE)]
    results: list[Floats] = []
    with tqdm(total=len(bench.tags), desc="heads", unit="tag") as bar:
        for part in run(delayed(_measure_tags)(bench, asked, part, measuring) for part in parts):
            results += part
            bar.update(len(part))
    return np.stack(results)


def _measure_tags(
    bench: Bench, asked: Asked, tags: NDArray[np.int64], measuring: Measuring
) -> list[Floats]:
    heads = _heads(bench, asked, measuring.seed)
    return [_measure_tag(bench, tag, heads, measuring) for tag in tags.tolist()]


def _measure_tag(bench: Bench, tag: int, heads: Sequence[Head], measuring: Measuring) -> Floats:
    """(numbers of examples, heads, splits): one tag's average precision, the mean of its draws."""
    having = np.asarray(bench.labels[:, [tag]].toarray()).ravel() > 0
    mine = bench.pool[having[bench.pool]]
    right = having[bench.tested]
    begin = len(bench.splits[0])
    parts = (slice(0, begin), slice(begin, None))
    truths = [np.flatnonzero(right[part]) for part in parts]
    found = np.full((measuring.draws, len(measuring.examples), len(heads), 2), np.nan, np.float32)
    for draw in range(measuring.draws):
        order = np.random.default_rng((measuring.seed, tag, draw)).permutation(mine)
        for place, count in enumerate(measuring.examples):
            examples = bench.embeddings[order[:count]]
            for head, fit in enumerate(heads):
                scores = fit(examples)
                for split, (part, truth) in enumerate(zip(parts, truths, strict=True)):
                    if len(truth) >= FEWEST_TESTED:
                        found[draw, place, head, split] = average_precision(truth, scores[part])
    means: Floats = found.mean(axis=0)
    return means


def _heads(bench: Bench, seen: Asked, seed: int) -> list[Head]:
    """Ours and the rivals, each from examples to the scores of all tested rows."""
    prior = bench.prior
    nothing = np.zeros((0, prior.width), np.float32)
    drawn = np.random.default_rng(seed).permutation(len(prior.background))[:NEGATIVES]
    asked = bench.embeddings[bench.tested]
    field = Field(prior.background[drawn], asked)

    def ours(examples: Floats) -> Floats:
        return prior.margins([prior.teach(examples, nothing)], seen)[:, 0]

    def rival(name: str) -> Head:
        return lambda examples: RIVALS[name](examples, field)

    return [ours, *map(rival, RIVALS)]
