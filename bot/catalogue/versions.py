"""Versions: everything that was ever fitted for a taught tag, and which of it holds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.catalogue import tables
from bot.catalogue.database import Part, portions
from bot.catalogue.learnable import Examples, learnable
from bot.catalogue.news import announce_rows
from bot.catalogue.publishing import (
    NewVersion,
    insert_version,
    prune,
    still_hold,
    still_named,
)
from bot.catalogue.refits import RefitReason, strike_off
from bot.catalogue.tag_queries import TaughtTag, known_tag
from bot.errors import UnknownTagError


@dataclass(frozen=True)
class Version:
    """A version of a tag.

    Attributes:
        number: From 1 on, for each tag.
        positives: How many illustrations with the tag it was fitted on.
        negatives: How many without.
        kept: Whether its model is still there.
    """

    id: int
    tag_id: int
    number: int
    reason: RefitReason
    prior_id: str
    positives: int
    negatives: int
    threshold: float
    created_at: datetime
    created_by: int
    kept: bool


@dataclass(frozen=True)
class CurrentVersion:
    """The version of a tag that holds."""

    tag: TaughtTag
    version: Version
    model: bytes


_VERSIONS = tables.tag_versions
_FACTS = (
    *(column for column in _VERSIONS.c if column is not _VERSIONS.c.model),
    _VERSIONS.c.model.is_not(None).label("kept"),
)


class Versions(Part):
    """What is stored of versions."""

    async def versions(self, tag_id: int) -> list[Version]:
        """A tag's history, newest first."""
        statement = sa.select(*_FACTS).where(_VERSIONS.c.tag_id == tag_id)
        async with self._database.reading() as connection:
            rows = await connection.execute(statement.order_by(_VERSIONS.c.number.desc()))
            return [Version(**row._mapping) for row in rows]

    async def version_examples(self, version_id: int) -> Examples:
        """What a version was fitted on, as far as it may still be learnt from."""
        table = tables.version_examples
        statement = sa.select(table.c.illustration_id, table.c.right).where(
            table.c.version_id == version_id, learnable(table.c.illustration_id)
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(statement)
            return Examples.of((row.illustration_id, row.right) for row in rows)

    async def restorable(self, tag_id: int) -> set[int]:
        """Ids of the versions of a tag that one can go back to: an example with it is left."""
        table = tables.version_examples
        example = sa.exists().where(
            table.c.version_id == _VERSIONS.c.id,
            table.c.right,
            learnable(table.c.illustration_id),
        )
        statement = sa.select(_VERSIONS.c.id).where(_VERSIONS.c.tag_id == tag_id, example)
        async with self._database.reading() as connection:
            return set(await connection.scalars(statement))

    async def current(self, tag_id: int, prior_id: str) -> CurrentVersion | None:
        """The version of a tag that was fitted for a bundle's prior, None where none does."""
        found = await self._current(prior_id, _VERSIONS.c.tag_id == tag_id)
        return found[0] if found else None

    async def all_current(self, prior_id: str) -> list[CurrentVersion]:
        """The versions of all tags that were fitted for a bundle's prior, by the tag's id."""
        return await self._current(prior_id, sa.true())

    async def publish(
        self, new: NewVersion, examples: Examples, done: Collection[int]
    ) -> int | None:
        """Make what was fitted the version that holds.

        All in one transaction: the version, what it was fitted on, the refits that it does and how
        far their jobs are.

        Args:
            new: What was fitted.
            examples: On what.
            done: The refits that are done with it.

        Returns:
            Its number. None: nothing was written, because the tag was removed meanwhile or an
            example may not be learnt from any more; the refits still wait.
        """
        async with self._database.writing() as connection:
            try:
                tag = await known_tag(connection, new.tag_id)
            except UnknownTagError:
                return None
            if not await still_hold(connection, tag, examples):
                return None
            new = await still_named(connection, new, done)
            number = await insert_version(connection, new, examples)
            await prune(connection, new)
            await strike_off(connection, done)
            announce_rows(connection, "tags", [new.tag_id])
        return number

    async def _current(self, prior_id: str, chosen: sa.ColumnElement[bool]) -> list[CurrentVersion]:
        tags = tables.taught_tags
        # One that was fitted on nothing holds too: it says that there is nothing to say.
        holds = (_VERSIONS.c.prior_id == prior_id) & (
            _VERSIONS.c.model.is_not(None) | (_VERSIONS.c.positives == 0)
        )
        newest = (
            sa.select(_VERSIONS.c.tag_id, sa.func.max(_VERSIONS.c.number).label("number"))
            .where(holds, chosen)
            .group_by(_VERSIONS.c.tag_id)
            .subquery()
        )
        statement = (
            sa.select(*_FACTS, _VERSIONS.c.model)
            .join(
                newest,
                (newest.c.tag_id == _VERSIONS.c.tag_id) & (newest.c.number == _VERSIONS.c.number),
            )
            .where(_VERSIONS.c.model.is_not(None))
            .order_by(_VERSIONS.c.tag_id)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(statement)).all()
            known: dict[int, TaughtTag] = {}
            for some in portions([row.tag_id for row in rows]):
                found = await connection.execute(sa.select(tags).where(tags.c.id.in_(some)))
                known.update({row.id: TaughtTag(**row._mapping) for row in found})
        return [_current_version(known[row.tag_id], dict(row._mapping)) for row in rows]


def _current_version(tag: TaughtTag, facts: dict[str, Any]) -> CurrentVersion:
    model: bytes = facts.pop("model")
    return CurrentVersion(tag, Version(**facts), model)
