"""Guilds' own tags as they are live: which of them count where.

A taught tag is an overlay on the bundle. It is known in the guild that taught it alone, unless the
operator promoted it: then everywhere, except where a guild has a tag of its own by that name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from bot.illustrations import VocabularyTag


class Owned(Protocol):
    """What decides where a taught tag counts."""

    @property
    def tag_id(self) -> int:
        """Its number in the catalogue."""
        ...

    @property
    def guild_id(self) -> int:
        """Who taught it."""
        ...

    @property
    def promoted(self) -> bool:
        """Whether it counts in every guild."""
        ...

    @property
    def name(self) -> str:
        """What it is called; unique in its guild."""
        ...


OwnedTag = TypeVar("OwnedTag", bound=Owned)


@dataclass(frozen=True)
class OwnTag(VocabularyTag):
    """A taught tag as it answers now.

    Attributes:
        tag_id: Its number in the catalogue.
        guild_id: Who taught it.
        promoted: Whether it counts in every guild.
        number: Which of its versions answers.
    """

    tag_id: int
    guild_id: int
    promoted: bool
    number: int


@dataclass(frozen=True)
class LiveTag:
    """One version of a taught tag with everything that scores it.

    Attributes:
        tag: What people see of it.
        prior_id: Which bundles it can be said by.
        model: ``Taught.to_bytes()``.
    """

    tag: OwnTag
    prior_id: str
    model: bytes


def known_in(tags: Iterable[OwnedTag], guild_id: int | None) -> tuple[OwnedTag, ...]:
    """The taught tags that count in a guild: its own, then what was promoted elsewhere.

    Args:
        tags: All that are live.
        guild_id: Where; None: in a direct message, where only promoted ones count.

    Returns:
        One for each name; of several promoted ones the one that was taught first.
    """
    ordered = sorted(tags, key=lambda tag: tag.tag_id)
    own = [tag for tag in ordered if tag.guild_id == guild_id]
    everywhere = [tag for tag in ordered if tag.promoted and tag.guild_id != guild_id]
    found: dict[str, OwnedTag] = {}
    for tag in (*own, *everywhere):
        found.setdefault(tag.name, tag)
    return tuple(found.values())
