"""What the article found, measured again: on one encoder's embeddings, with the served head.

* Moods and scenes were found better than characters. Both kinds stand beside tags of the vocabulary
  that are about as common, since that alone decides much.
* Pixiv allows ten tags an image, so what is missing there may well be true. Here labels are capped
  at ten, at random, and the head is fitted again.
* Boosters were fitted on embeddings of images that the encoder had seen. Here they are fitted on as
  many that it has not seen, the validation split, as well: an encoder that was told labels may
  place what it has seen better than it will place what comes.

Everything is scored on the test split. The heads are fitted with every n-th tag of the vocabulary:
the others would hardly move the few coefficients that all tags share.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from train.compare.measures.refitting import MARGIN, Bench, cap_labels, counts_of, draw_groups
from train.compare.measures.tagging import spread
from train.compare.measures.trials import Columns, Doubles, TaggingOptions
from train.compare.space import FEWEST_OF_A_TAG, Labelled, Space

KINDS = {
    "moods and scenes": (
        *("night sky", "starry sky", "sea", "ocean", "heart", "night", "sky", "landscape"),
        *("sunset", "love", "happy", "sad", "angry", "夜空", "星空", "海", "ハート", "空", "愛"),
    ),
    "characters": (
        *("fairy", "superhero", "supervillain", "prince", "princess", "king", "queen", "witch"),
        *("wizard", "elf", "vampire", "mermaid", "zombie", "angel", "demon", "devil", "dragon"),
        *("santa", "pirate", "ninja", "knight", "alien", "robot", "ghost", "skeleton", "clown"),
    ),
}
ALIKE = 20  # Tags of like support that each tag of a kind stands beside.
FITTED_TAGS, MEASURED_TAGS = 1200, 100
SEEN_DRAWS = 3  # How far apart they are tells what a difference from the unseen is worth.


def measure_findings(space: Space, options: TaggingOptions) -> dict[str, Any]:
    """Measure all three.

    Args:
        space: The embeddings.
        options: How the served head is fitted; its seed fixes the tags, the labels that are kept,
            and the rows as well.

    Returns:
        ``kinds``, ``capped`` and ``seen``. Every figure is a mean average precision over tags, of
        the served ``boosters`` and of ``vote and ridge``, which they start from; None without any
        tag. In ``kinds``, ``alike`` is ``vote and ridge`` over the tags of like support;
        in ``seen``, ``seen_deviation`` is the standard deviation over several draws of rows.
    """
    labelled, seed = space.labelled, options.seed
    full, fitting, unseen = labelled.labels, labelled.fitting, labelled.validation
    capped = cap_labels(full, fitting, seed)
    seen = [draw_groups(labelled, len(unseen), seed + draw) for draw in range(SEEN_DRAWS)]
    counts = [counts_of(full, rows) for rows in (*seen, unseen, labelled.test)]
    counts.append(counts_of(capped, fitting))
    enough = np.flatnonzero(np.min(counts, axis=0) >= FEWEST_OF_A_TAG)
    measured = spread(labelled.support, enough, MEASURED_TAGS, seed)
    kinds = {kind: _named(labelled, names) for kind, names in KINDS.items()}
    named = np.concatenate([measured, *kinds.values()])
    known = np.flatnonzero(labelled.support)
    fitted = [spread(labelled.support, known, FITTED_TAGS, seed), named]
    bench = Bench(space, np.unique(np.concatenate(fitted)), options)
    whole = bench.precisions(full, fitting, named)
    with_cap = bench.precisions(capped, fitting, measured)
    anew = [bench.precisions(full, rows, measured) for rows in (*seen, unseen)]
    return {
        "kinds": {kind: _kind(labelled, whole, columns) for kind, columns in kinds.items()},
        "capped": {
            "tags": len(measured),
            "labels_kept": float(capped[fitting].sum() / max(1, full[fitting].sum())),
            "all": _means(whole, measured),
            "capped": _means(with_cap, measured),
        },
        "seen": {
            "tags": len(measured),
            "rows": len(unseen),
            **_over_draws(anew[:-1], measured),
            "unseen": _means(anew[-1], measured),
        },
    }


def _kind(labelled: Labelled, found: Mapping[str, Doubles], columns: Columns) -> dict[str, Any]:
    """One kind of tags, each beside those of the vocabulary that are about as common."""
    support = np.log(np.maximum(1, labelled.support))
    others = np.setdiff1d(np.flatnonzero(np.isfinite(found[MARGIN])), columns)
    alike = [
        found[MARGIN][others[np.argsort(np.abs(support[others] - support[t]))[:ALIKE]]].mean()
        for t in columns.tolist()
        if len(others)
    ]
    names = {
        labelled.vocabulary[t].name: {
            "support": int(labelled.support[t]),
            **{head: float(precisions[t]) for head, precisions in found.items()},
        }
        for t in columns.tolist()
    }
    means = _means(found, columns)
    beside = float(np.mean(alike)) if alike else None
    return {"tags": len(columns), **means, "alike": beside, "names": names}


def _means(found: Mapping[str, Doubles], columns: Columns) -> dict[str, float | None]:
    return {
        head: float(precisions[columns].mean()) if len(columns) else None
        for head, precisions in found.items()
    }


def _over_draws(draws: Sequence[Mapping[str, Doubles]], columns: Columns) -> dict[str, Any]:
    """``seen``, the mean of all draws, and ``seen_deviation``, how far they differ."""
    means = [_means(one, columns) for one in draws]
    if not len(columns):
        return {"seen": means[0], "seen_deviation": means[0]}
    figures = {head: np.array([one[head] for one in means], np.float64) for head in means[0]}
    return {
        "seen": {head: float(one.mean()) for head, one in figures.items()},
        "seen_deviation": {head: float(one.std(ddof=1)) for head, one in figures.items()},
    }


def _named(labelled: Labelled, names: Iterable[str]) -> Columns:
    """The columns of tags of these names, in either language, that can be fitted and tested."""
    wanted = set(names)
    enough = counts_of(labelled.labels, labelled.test) >= FEWEST_OF_A_TAG
    enough &= labelled.support >= FEWEST_OF_A_TAG
    called = [bool(wanted & {tag.name, tag.name_ja}) for tag in labelled.vocabulary]
    return np.flatnonzero(enough & np.array(called, dtype=np.bool_))
