"""Scoring taught tags in the inference process, and joining them with what the bundle says."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bot.illustrations import ScoredTag
from bot.inference.taggers import FoundTag, PriorLike
from bot.tags.own import LiveTag, OwnTag, known_in
from model.errors import BundleError
from model.head import Evidence
from model.teaching import Taught

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Readable:
    """A taught tag with its model, read."""

    tag: OwnTag
    taught: Taught

    @property
    def tag_id(self) -> int:
        return self.tag.tag_id

    @property
    def guild_id(self) -> int:
        return self.tag.guild_id

    @property
    def promoted(self) -> bool:
        return self.tag.promoted

    @property
    def name(self) -> str:
        return self.tag.name


class OwnScorer:
    """The taught tags of all guilds at one moment; it never changes, another takes its place."""

    def __init__(
        self, prior: PriorLike, tags: Mapping[int, _Readable] = MappingProxyType({})
    ) -> None:
        self._prior = prior
        self._tags = tags
        self._known: dict[int | None, tuple[_Readable, ...]] = {}

    def swapped(
        self, tags: Iterable[LiveTag], gone: Collection[int]
    ) -> tuple[Self, frozenset[int]]:
        """The same with other versions of some tags, and without others.

        Args:
            tags: Each takes the place of the version before.
            gone: Numbers of tags that are not said any more; unknown ones are ignored.

        Returns:
            The scorer, and the numbers of tags that it has not, since their models are damaged or
            of another encoder. The version before is not said in their place: it may have learnt
            from something that was forgotten.
        """
        kept = {tag_id: tag for tag_id, tag in self._tags.items() if tag_id not in gone}
        unread = set()
        for one in tags:
            kept.pop(one.tag.tag_id, None)
            try:
                kept[one.tag.tag_id] = _Readable(one.tag, self._read(one))
            except BundleError as error:
                log.error("the taught tag %d is left out: %s", one.tag.tag_id, error)
                unread.add(one.tag.tag_id)
        return type(self)(self._prior, kept), frozenset(unread)

    def score(self, embeddings: NDArray[np.float32], guild_id: int | None) -> list[list[ScoredTag]]:
        """Score (N, D) embeddings by the taught tags that count in a guild.

        Returns:
            N lists. A tag whose scoring fails is left out and logged; the others are there.
        """
        known = self._known_in(guild_id)
        rows: list[list[ScoredTag]] = [[] for _ in embeddings]
        if not known:
            return rows
        for one, column in zip(known, self._columns(known, embeddings), strict=True):
            if column is None or not np.isfinite(column).all():
                log.error("the taught tag %d cannot be scored and is left out", one.tag_id)
                continue
            tag = one.tag
            for row, score in zip(rows, column.tolist(), strict=True):
                row.append(ScoredTag(tag.name, tag.name_ja, score, tag.threshold))
        return rows

    def evidence(
        self, embedding: NDArray[np.float32], name: str, guild_id: int | None
    ) -> Evidence | None:
        """What speaks for a taught tag of an embedding (D,); None: none by this name counts there.

        Args:
            embedding: Of the illustration.
            name: The tag's.
            guild_id: Where it is asked.
        """
        found = next((one for one in self._known_in(guild_id) if one.name == name), None)
        return None if found is None else self._prior.evidence(found.taught, embedding)

    def _known_in(self, guild_id: int | None) -> tuple[_Readable, ...]:
        if guild_id not in self._known:
            self._known[guild_id] = known_in(self._tags.values(), guild_id)
        return self._known[guild_id]

    def _read(self, one: LiveTag) -> Taught:
        if one.prior_id != self._prior.id:
            raise BundleError(
                f"It was fitted for the prior {one.prior_id}, the bundle has {self._prior.id}. "
                "Refit it."
            )
        return Taught.from_bytes(one.model)

    def _columns(
        self, known: Sequence[_Readable], embeddings: NDArray[np.float32]
    ) -> list[NDArray[np.float32] | None]:
        """For each tag its (N,) scores; None where they cannot be told."""
        try:
            return list(self._prior.score([one.taught for one in known], embeddings).T)
        except Exception:
            log.exception("taught tags could not be scored together")
        columns: list[NDArray[np.float32] | None] = []
        for one in known:
            try:
                columns.append(self._prior.score([one.taught], embeddings)[:, 0])
            except Exception:
                log.exception("the taught tag %d could not be scored", one.tag_id)
                columns.append(None)
        return columns


def joined(bundle: Sequence[FoundTag], own: Sequence[ScoredTag], top: int) -> list[FoundTag]:
    """The best ``top`` tags of the bundle and a guild's own, by falling score.

    A guild's own tag takes the place of the bundle's of the same name. One that is sure is never
    cut off by the bundle's guesses: thresholds differ, and it is what the guild has taught.

    Args:
        bundle: The best ``top + len(own)`` of the bundle's, by falling score.
        own: The guild's own.
        top: How many.
    """
    names = {tag.name for tag in own}
    others = [tag for tag in bundle if tag.name not in names]
    found: list[FoundTag] = sorted([*own, *others], key=_falling)
    kept, cut = found[:top], found[top:]
    late = [tag for tag in cut if tag.name in names and _sure(tag)]
    guesses = [tag for tag in kept if not _sure(tag)]
    if late and guesses:
        late = late[: len(guesses)]
        given_up = guesses[-len(late) :]
        kept = sorted([*(tag for tag in kept if tag not in given_up), *late], key=_falling)
    return kept


def _falling(tag: FoundTag) -> float:
    return -tag.score


def _sure(tag: FoundTag) -> bool:
    return tag.score >= tag.threshold
