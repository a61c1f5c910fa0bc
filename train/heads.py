"""``python -m train heads``: how good a new tag is, by its number of examples and by its head.

Command: python -m train heads --data DIR
Expected, on 2 cores: 200 tags × 5 draws in about half an hour, of which the embedding takes three
minutes (``--embeddings FILE`` keeps it) and the metric two.

Everything is as it would be for a community that teaches a tag. The encoder saw no labels at all.
The training illustrations are halved by groups: one half is the bundle's (background, known tags,
metric), the other one the community's, from which the examples are drawn: so nothing has seen them
before. The tags that are measured are withheld from the bundle's half with their synonyms and
translations, and the illustrations there that have the tag stay in as if they had it not.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from numpy.typing import NDArray
from tqdm import tqdm

from model.errors import DatasetError
from model.head import Floats
from model.teaching import Asked, Prior
from model.trees import BinEdges
from train.embedded import Embedded
from train.head import as_labels
from train.metric import fit_metric
from train.metrics import average_precision
from train.rivals import RIVALS, Field
from train.vocabulary import build_vocabulary, labels
from train.withholding import Wanted, choose_tags, relatives

OURS = "ours"
SPLITS = ("test", "vendor_holdout")
FEWEST_TESTED = 5
RESAMPLES = 2000
NEGATIVES = 2000  # Of the background, that the other heads are fitted against.
TAGS_AT_ONCE = 5
Head = Callable[[Floats], Floats]  # (n, D) examples → (N,) scores of everything tested
RARE = 5  # Rows below which a tag is not in the vocabulary.


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
        embedded: All rows of the dataset.
        labels: (rows, T) ones.
        tags: The columns that are measured.
        pool: Rows to draw examples from.
        prior: What teaching knows: nothing of those tags.
        asked: Rows of both splits, the test split first, as the prior looks at them.
        tested: Their numbers.
        first_holdout: Where the holdout begins in ``tested``.
    """

    embedded: Embedded
    labels: sp.csc_matrix
    tags: NDArray[np.int64]
    pool: NDArray[np.int64]
    prior: Prior
    asked: Asked
    tested: NDArray[np.int64]
    first_holdout: int


def set_up(embedded: Embedded, measuring: Measuring, *, permissive: bool) -> Bench:
    """Choose the tags, withhold them, and fit what a bundle would know without them.

    Args:
        embedded: All rows.
        measuring: What is measured.
        permissive: Whether the bundle's half has rows of permissive licences only.

    Raises:
        DatasetError: If no tag has enough illustrations.
    """
    rows = embedded.rows
    train = np.array([row.split == "train" for row in rows], dtype=np.bool_)
    given = np.array([_in_half(row.group, measuring.seed) for row in rows], dtype=np.bool_)
    vocabulary = build_vocabulary([rows[i] for i in np.flatnonzero(train)], RARE, 0)
    truth = labels(rows, vocabulary).tocsc()
    pool = np.flatnonzero(train & given & ~np.array([row.variant for row in rows]))
    test = np.flatnonzero([row.split == SPLITS[0] for row in rows])
    holdout = np.flatnonzero([row.split == SPLITS[1] for row in rows])
    wanted = Wanted(max(measuring.examples), FEWEST_TESTED)
    tags = choose_tags(truth[pool], truth[test], wanted, measuring.tags, measuring.seed)
    if not len(tags):
        raise DatasetError(
            f"No tag has {wanted.examples} illustrations to draw examples from and "
            f"{wanted.tested} in the test split. Heads can only be compared on a larger dataset."
        )
    allowed = np.array([row.permissive or not permissive for row in rows])
    own = np.flatnonzero(train & ~given & allowed)
    names = [tag.name for tag in vocabulary]
    withheld = relatives(truth[np.flatnonzero(train)], names, tags)
    known = np.setdiff1d(np.arange(truth.shape[1]), withheld)
    known_labels = truth[own][:, known].tocsr().astype(np.float32)
    background = np.ascontiguousarray(embedded.embeddings[own])
    prior = Prior.of(
        embedded.encoder_id,
        background,
        as_labels(known_labels),
        BinEdges.fit(background),
        fit_metric(background, known_labels, measuring.seed),
    )
    tested = np.concatenate([test, holdout])
    asked = prior.look(embedded.embeddings[tested])
    return Bench(embedded, truth, tags, pool, prior, asked, tested, len(test))


def measure_heads(bench: Bench, measuring: Measuring) -> dict[str, Any]:
    """Measure every head on every tag and draw.

    Returns:
        ``tags``, ``draws``, ``known_tags``, ``background``, and for each split ``tags`` (with at
        least 5 illustrations there) and ``by_examples``: for each number of examples, the mean
        average precision of every head, the ``best_rival``, and the ``gain`` over it with the
        bounds of its paired 95 % interval over the tags.
    """
    run = Parallel(n_jobs=measuring.jobs or -1, return_as="generator")
    parts = [bench.tags[at : at + TAGS_AT_ONCE] for at in range(0, len(bench.tags), TAGS_AT_ONCE)]
    results: list[Floats] = []
    with tqdm(total=len(bench.tags), desc="heads", unit="tag") as bar:
        for part in run(delayed(_measure_tags)(bench, part, measuring) for part in parts):
            results += part
            bar.update(len(part))
    precisions = np.stack(results)
    heads = [OURS, *RIVALS]
    return {
        "tags": len(bench.tags),
        "draws": measuring.draws,
        "background": len(bench.prior.background),
        **{
            split: _summary(precisions[:, :, :, number], heads, measuring.examples)
            for number, split in enumerate(SPLITS)
        },
    }


def _measure_tags(bench: Bench, tags: NDArray[np.int64], measuring: Measuring) -> list[Floats]:
    heads = _heads(bench, measuring.seed)
    return [_measure_tag(bench, tag, heads, measuring) for tag in tags.tolist()]


def _measure_tag(bench: Bench, tag: int, heads: Sequence[Head], measuring: Measuring) -> Floats:
    """(numbers of examples, heads, splits): one tag's average precision, the mean of its draws.

    NaN where a split has too few illustrations of the tag.
    """
    having = np.asarray(bench.labels[:, [tag]].toarray()).ravel() > 0
    mine = bench.pool[having[bench.pool]]
    right = having[bench.tested]
    parts = (slice(0, bench.first_holdout), slice(bench.first_holdout, None))
    truths = [np.flatnonzero(right[part]) for part in parts]
    found = np.full((measuring.draws, len(measuring.examples), len(heads), 2), np.nan, np.float32)
    for draw in range(measuring.draws):
        order = np.random.default_rng((measuring.seed, tag, draw)).permutation(mine)
        for place, count in enumerate(measuring.examples):
            examples = bench.embedded.embeddings[order[:count]]
            for head, fit in enumerate(heads):
                scores = fit(examples)
                for split, (part, truth) in enumerate(zip(parts, truths, strict=True)):
                    if len(truth) >= FEWEST_TESTED:
                        found[draw, place, head, split] = average_precision(truth, scores[part])
    means: Floats = found.mean(axis=0)
    return means


def table(result: Mapping[str, Any], split: str) -> str:
    """One split's figures as a Markdown table."""
    by_examples = result[split]["by_examples"]
    heads = list(by_examples[0]["map"])
    lines = [
        "| head | " + " | ".join(str(one["examples"]) for one in by_examples) + " |",
        "|---|" + "---|" * len(by_examples),
    ]
    for head in heads:
        best = [max(one["map"].values()) for one in by_examples]
        cells = [
            f"**{one['map'][head]:.3f}**" if one["map"][head] == most else f"{one['map'][head]:.3f}"
            for one, most in zip(by_examples, best, strict=True)
        ]
        lines.append(f"| {head} | " + " | ".join(cells) + " |")
    gains = [f"{one['gain']:+.3f} ({one['low']:+.3f} … {one['high']:+.3f})" for one in by_examples]
    lines.append("| ours less the best other (95 %) | " + " | ".join(gains) + " |")
    return "\n".join(lines)


def _heads(bench: Bench, seed: int) -> list[Head]:
    """Ours and the rivals, each from examples to the scores of all tested rows."""
    prior = bench.prior
    nothing = np.zeros((0, prior.width), np.float32)
    drawn = np.random.default_rng(seed).permutation(len(prior.background))[:NEGATIVES]
    asked = bench.embedded.embeddings[bench.tested]
    field = Field(prior.background[drawn], asked)

    def ours(examples: Floats) -> Floats:
        return prior.margins([prior.teach(examples, nothing)], bench.asked)[:, 0]

    def rival(name: str) -> Head:
        return lambda examples: RIVALS[name](examples, field)

    return [ours, *map(rival, RIVALS)]


def _summary(precisions: Floats, heads: Sequence[str], examples: Sequence[int]) -> dict[str, Any]:
    """Means over the tags of (tags, numbers of examples, heads)."""
    told = precisions[np.isfinite(precisions).all(axis=(1, 2))]
    by_examples: list[dict[str, Any]] = []
    for place, count in enumerate(examples):
        if not len(told):
            continue
        means = told[:, place].mean(axis=0)
        best = 1 + int(means[1:].argmax())
        gains = told[:, place, 0] - told[:, place, best]
        low, high = _interval(gains)
        by_examples.append(
            {
                "examples": count,
                "map": {head: float(mean) for head, mean in zip(heads, means, strict=True)},
                "best_rival": heads[best],
                "gain": float(gains.mean()),
                "low": low,
                "high": high,
            }
        )
    return {"tags": len(told), "by_examples": by_examples}


def _interval(gains: Floats) -> tuple[float, float]:
    """95 % bounds of a mean, by drawing the tags again (the bootstrap)."""
    drawn = np.random.default_rng(0).integers(0, len(gains), (RESAMPLES, len(gains)))
    low, high = np.quantile(gains[drawn].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def _in_half(group: str, seed: int) -> bool:
    """Whether a group is the community's: a fixed property of its name and the seed."""
    text = f"heads:{seed}:{group}".encode("utf-8", "backslashreplace")
    return zlib.crc32(text) % 2 == 0
