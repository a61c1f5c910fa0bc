"""A guild's own rules on tags: which never show, what they are called, when they count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.illustrations import ScoredTag


@dataclass(frozen=True)
class TagRules:
    """What a guild decided about tags.

    Attributes:
        hidden: Names of tags that never show here.
        aliases: What this guild calls a tag, by its name.
        thresholds: From which score on a tag counts here, by its name.
        threshold: The same for every other tag; None: as the bundle has it.
    """

    hidden: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    threshold: float | None = None

    def apply(self, tags: Sequence[ScoredTag]) -> tuple[ScoredTag, ...]:
        """The tags that may show here, in their order, with the thresholds that hold here."""
        return tuple(
            replace(tag, threshold=self.threshold_of(tag.name, tag.threshold))
            for tag in tags
            if tag.name not in self.hidden
        )

    def threshold_of(self, name: str, bundle_threshold: float) -> float:
        """From which score on a tag counts here."""
        general = bundle_threshold if self.threshold is None else self.threshold
        return self.thresholds.get(name, general)


NO_RULES = TagRules()
