"""``python -m train heads``: how good a new tag is, by its number of examples and by its head.

Command: python -m train heads --data DIR
Expected, on 2 cores: 200 tags × 5 draws in about half an hour, of which the embedding takes three
minutes (``--embeddings FILE`` keeps it) and the metric two.

Everything is as it would be for a community that teaches a tag. The encoder has not heard of it: it
saw no labels at all, or was trained without those (``train.unaware``). The training illustrations
are halved by groups: one half is the bundle's (background, known tags, metric), the other one the
community's, from which the examples are drawn: so nothing has seen them before. The tags that are
measured are withheld from the bundle's half with their synonyms and translations, and the
illustrations there that have the tag stay in as if they had it not.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from model.datasets import Row
from model.errors import DatasetError
from model.head import Floats
from train.embedded import Embedded
from train.few_examples import (
    FEWEST_TESTED,
    HEADS,
    Bench,
    Measuring,
    fit_prior,
    in_half,
    measure_precisions,
)
from train.vocabulary import build_vocabulary, labels
from train.withholding import Draw, Wanted, Withheld, withhold

SPLITS = ("test", "vendor_holdout")
RESAMPLES = 2000
RARE = 5  # Rows below which a tag is not in the vocabulary.


def choose(rows: Sequence[Row], measuring: Measuring) -> Withheld:
    """Choose the tags that are measured: those of enough illustrations in the community's half.

    Raises:
        DatasetError: If there is none.
    """
    train = [row for row in rows if row.split == "train"]
    pool = [row for row in train if in_half(row.group, measuring.seed) and not row.variant]
    tested = [row for row in rows if row.split == SPLITS[0]]
    wanted = Wanted(max(measuring.examples), FEWEST_TESTED)
    draw = Draw(wanted, measuring.tags, RARE, measuring.seed)
    withheld = withhold(train, pool, tested, draw)
    if not withheld.names:
        raise DatasetError(
            f"No tag has {wanted.examples} illustrations to draw examples from and "
            f"{wanted.tested} in the test split. Heads can only be compared on a larger dataset."
        )
    return withheld


def set_up(
    embedded: Embedded, withheld: Withheld, measuring: Measuring, *, permissive: bool
) -> Bench:
    """Fit what a bundle would know without some tags.

    Args:
        embedded: All rows.
        withheld: The tags that are measured.
        measuring: What is measured.
        permissive: Whether the bundle's half has rows of permissive licences only.
    """
    rows = embedded.rows
    train = np.array([row.split == "train" for row in rows], dtype=np.bool_)
    given = np.array([in_half(row.group, measuring.seed) for row in rows], dtype=np.bool_)
    vocabulary = build_vocabulary([rows[i] for i in np.flatnonzero(train)], RARE, 0)
    truth = labels(rows, vocabulary).tocsc()
    pool = np.flatnonzero(train & given & ~np.array([row.variant for row in rows]))
    test = np.flatnonzero([row.split == SPLITS[0] for row in rows])
    holdout = np.flatnonzero([row.split == SPLITS[1] for row in rows])
    allowed = np.array([row.permissive or not permissive for row in rows])
    own = np.flatnonzero(train & ~given & allowed)
    tags, known = withheld.columns(vocabulary)
    background = np.ascontiguousarray(embedded.embeddings[own])
    prior = fit_prior(background, truth[own][:, known].tocsr(), embedded.encoder_id, measuring.seed)
    return Bench(embedded.embeddings, truth, tags, pool, prior, (test, holdout))


def measure_heads(bench: Bench, measuring: Measuring) -> dict[str, Any]:
    """Measure every head on every tag and draw.

    Returns:
        ``tags``, ``draws``, ``known_tags``, ``background``, and for each split ``tags`` (with at
        least 5 illustrations there) and ``by_examples``: for each number of examples, the mean
        average precision of every head, the ``best_rival``, and the ``gain`` over it with the
        bounds of its paired 95 % interval over the tags.
    """
    precisions = measure_precisions(bench, measuring)
    return {
        "tags": len(bench.tags),
        "draws": measuring.draws,
        "background": len(bench.prior.background),
        **{
            split: _summary(precisions[:, :, :, number], measuring.examples)
            for number, split in enumerate(SPLITS)
        },
    }


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


def _summary(precisions: Floats, examples: Sequence[int]) -> dict[str, Any]:
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
                "map": {head: float(mean) for head, mean in zip(HEADS, means, strict=True)},
                "best_rival": HEADS[best],
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
