"""Tags to be treated as if nobody knew them: which, and what else must be forgotten with them."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from model.datasets import Row
from train.vocabulary import NamedTag, build_vocabulary, labels

ALIKE = 0.4  # Jaccard index of two tags' illustrations from which they count as synonyms.
_ENDING = re.compile(r"(ies|es|s|y|ing|ed)$")


@dataclass(frozen=True)
class Wanted:
    """What a tag must have to be measured.

    Attributes:
        examples: Illustrations to draw examples from.
        tested: Illustrations of the test split.
    """

    examples: int
    tested: int = 5


@dataclass(frozen=True)
class Draw:
    """Which tags are drawn.

    Attributes:
        wanted: What each must have.
        most: How many.
        rare: Illustrations that a tag needs to be in the vocabulary.
        seed: Which.
    """

    wanted: Wanted
    most: int
    rare: int
    seed: int


@dataclass(frozen=True)
class Withheld:
    """Tags that nothing may hear of before they are taught.

    Attributes:
        names: Those that are measured.
        relatives: They, their synonyms and their translations, in both languages: as
            ``train.withheld`` takes them.
    """

    names: tuple[str, ...]
    relatives: tuple[str, ...]

    @classmethod
    def of(
        cls, labels: sp.csr_matrix, vocabulary: Sequence[NamedTag], chosen: NDArray[np.int64]
    ) -> Self:
        """Find what would give some tags away.

        Args:
            labels: (N, T) ones, of the illustrations that anything learns from.
            vocabulary: T tags.
            chosen: Columns.
        """
        names = [tag.name for tag in vocabulary]
        found = relatives(labels, names, chosen).tolist()
        both = {name for i in found for name in (vocabulary[i].name, vocabulary[i].name_ja)}
        return cls(tuple(names[i] for i in chosen.tolist()), tuple(sorted(both - {""})))

    def columns(
        self, vocabulary: Sequence[NamedTag]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rising columns of a vocabulary: those of ``names``, and those that may be known."""
        measured, hidden = set(self.names), set(self.relatives)
        named = list(enumerate(vocabulary))
        chosen = [i for i, tag in named if tag.name in measured]
        known = [i for i, tag in named if hidden.isdisjoint((tag.name, tag.name_ja))]
        return np.array(chosen, dtype=np.int64), np.array(known, dtype=np.int64)


def withhold(
    learning: Sequence[Row],
    examples: Sequence[Row],
    tested: Sequence[Row],
    draw: Draw,
    spared: Collection[str] = (),
) -> Withheld:
    """Draw tags that have enough illustrations, and find what would give them away.

    Args:
        learning: What anything learns from; tags of fewer than ``draw.rare`` of them do not count.
        examples: Illustrations to draw examples from.
        tested: The test split.
        draw: Which tags, and how many.
        spared: Names that are not drawn.

    Returns:
        Without a name where no tag has enough.
    """
    vocabulary = build_vocabulary(learning, draw.rare, 0)
    free = np.array([i for i, tag in enumerate(vocabulary) if tag.name not in spared], np.int64)
    having = [labels(part, vocabulary).tocsc()[:, free] for part in (examples, tested)]
    chosen = free[choose_tags(having[0], having[1], draw.wanted, draw.most, draw.seed)]
    return Withheld.of(labels(learning, vocabulary), vocabulary, chosen)


def choose_tags(
    examples: sp.csc_matrix, tested: sp.csc_matrix, wanted: Wanted, most: int, seed: int
) -> NDArray[np.int64]:
    """At most ``most`` random tags that have enough illustrations, by rising column.

    Args:
        examples: (N, T) ones, the illustrations that examples are drawn from.
        tested: (N', T) ones, the test split.
        wanted: How many are enough.
        most: How many tags.
        seed: Which.
    """
    enough = np.asarray(examples.sum(axis=0)).ravel() >= wanted.examples
    enough &= np.asarray(tested.sum(axis=0)).ravel() >= wanted.tested
    chosen = np.random.default_rng(seed).permutation(np.flatnonzero(enough))[:most]
    return np.sort(chosen)


def relatives(
    labels: sp.csr_matrix, names: Sequence[str], chosen: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Tags, and every tag that would give one of them away.

    That is: whose illustrations are mostly the same (synonyms, translations, words of one title),
    or whose name is the same but for its ending.

    Args:
        labels: (N, T) ones.
        names: T names; a Japanese name that is paired with an English one has no column.
        chosen: Columns.

    Returns:
        Rising columns, the chosen ones among them.
    """
    told = sp.csc_matrix(labels, dtype=np.int64)
    counts = np.asarray(told.sum(axis=0)).ravel()
    common = (told[:, chosen].T @ told).tocoo()
    union = counts[chosen][common.row] + counts[common.col] - common.data
    found = {*chosen.tolist(), *common.col[common.data >= ALIKE * union].tolist()}
    stems = {_stem(names[t]) for t in chosen.tolist()}
    found |= {t for t, name in enumerate(names) if _stem(name) in stems}
    return np.array(sorted(found), dtype=np.int64)


def _stem(name: str) -> str:
    return _ENDING.sub("", name.casefold())
