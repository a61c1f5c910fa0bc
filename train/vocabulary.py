"""Which tags exist, what they are called, and which rows have them.

A Japanese tag without an English partner is a tag of its own, named in Japanese in both languages.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import scipy.sparse as sp

from model.datasets import Row
from train.pairing import incidence, pair_names


class KnownTag(Protocol):
    """What figures and labels need to know of a tag; ``model.Tag`` and ``NamedTag`` say it."""

    @property
    def name(self) -> str:
        """English, or Japanese where it has no English name."""

    @property
    def name_ja(self) -> str:
        """Japanese, or empty."""

    @property
    def support(self) -> int:
        """Training rows that have the tag."""


@dataclass(frozen=True)
class NamedTag:
    """A tag of the vocabulary.

    Attributes:
        name: English, or the Japanese text where no English name is known.
        name_ja: Japanese; empty where none is known.
        support: Training rows that have the tag.
    """

    name: str
    name_ja: str
    support: int


def build_vocabulary(
    rows: Sequence[Row], min_positives: int, max_tags: int
) -> tuple[NamedTag, ...]:
    """Choose and name the tags.

    Args:
        rows: The usable training rows.
        min_positives: Tags of fewer rows are left out.
        max_tags: Keep only the most frequent; 0 keeps all.

    Returns:
        The tags, the most frequent first, ties by name.
    """
    english = _frequent((row.tags for row in rows), min_positives)
    japanese = _frequent((row.tags_ja for row in rows), min_positives)
    pairs = pair_names(rows, sorted(english), sorted(japanese))
    tags = [NamedTag(name, pairs.get(name, ""), count) for name, count in english.items()]
    paired = set(pairs.values())
    tags += [NamedTag(name, name, n) for name, n in japanese.items() if name not in paired]
    tags.sort(key=lambda tag: (-tag.support, tag.name))
    return tuple(tags[:max_tags] if max_tags else tags)


def labels(rows: Sequence[Row], vocabulary: Sequence[KnownTag]) -> sp.csr_matrix:
    """Which rows have which tags.

    A paired tag's label is its English occurrence: the Japanese word is often broader, and the
    English list is what an evaluation asks for. A tag of one name for both languages counts in
    either list.

    Returns:
        (N, T) uint8, ones where row n has ``vocabulary[t]``.
    """
    shared = {tag.name for tag in vocabulary if tag.name == tag.name_ja}
    names = (set(row.tags).union(shared.intersection(row.tags_ja)) for row in rows)
    return incidence(enumerate(names), [tag.name for tag in vocabulary], len(rows)).astype(np.uint8)


def _frequent(lists: Iterable[tuple[str, ...]], at_least: int) -> dict[str, int]:
    counts = Counter(tag for tags in lists for tag in tags)
    return {tag: count for tag, count in counts.items() if count >= at_least}
