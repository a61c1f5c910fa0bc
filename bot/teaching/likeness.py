"""Duplicates by likeness: examples that nearly all have a tag which the bot knows already."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.illustrations import VocabularyTag

# Fewer say nothing.
FEWEST_EXAMPLES = 3
# As a share of the examples: so many have a tag that is likely meant.
LEAST_SHARE = 0.8
# A tag that more of the other illustrations have is no finding: most illustrations are "drawing".
MOST_COMMON = 0.3
# Among fewer others one cannot tell what is common.
FEWEST_OTHERS = 20


@dataclass(frozen=True)
class Likeness:
    """A tag that the examples of a new tag nearly all have.

    Attributes:
        have: How many of them have it.
        of: How many there are.
    """

    tag: VocabularyTag
    have: int
    of: int

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.have / self.of


@dataclass(frozen=True)
class Others:
    """How common tags are among a guild's other illustrations.

    Attributes:
        count: How many others there are.
        having: How many of them have a tag, by its name.
    """

    count: int
    having: Mapping[str, int]

    def common(self, name: str) -> bool:
        """Whether so many have a tag that it says nothing of an example."""
        return self.count >= FEWEST_OTHERS and self.having.get(name, 0) > MOST_COMMON * self.count


def frequent(names: Sequence[Collection[str]]) -> dict[str, int]:
    """The tags that nearly all examples have.

    Args:
        names: Of each example, the tags that the bot is sure of.

    Returns:
        How many have each; empty for too few examples.
    """
    if len(names) < FEWEST_EXAMPLES:
        return {}
    counts = Counter(name for one in names for name in set(one))
    return {name: times for name, times in counts.items() if times >= LEAST_SHARE * len(names)}


def find_likeness(
    counts: Mapping[str, int], of: int, vocabulary: Sequence[VocabularyTag], others: Others
) -> Likeness | None:
    """The tag that a new one most likely repeats: most examples have it, fewest others do.

    Args:
        counts: Of ``frequent``.
        of: How many examples there are.
        vocabulary: Where the tags are found by name.
        others: The guild's other illustrations.
    """
    found = [tag for tag in vocabulary if tag.name in counts and not others.common(tag.name)]
    if not found:
        return None
    best = max(found, key=lambda tag: (counts[tag.name], -tag.support))
    return Likeness(best, counts[best.name], of)
