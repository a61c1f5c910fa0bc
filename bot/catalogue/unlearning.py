"""Unlearning: what may not be learnt from any more is taken out of everything that was fitted.

Everything here runs within the transaction that forgets: no kill between the two leaves a model
that has learnt from what is gone.
"""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.database import portions
from bot.catalogue.learnable import learnable
from bot.catalogue.news import announce_rows
from bot.catalogue.refits import NewRefit, insert_refits

_EXAMPLES, _VERSIONS, _TAGS = tables.version_examples, tables.tag_versions, tables.taught_tags


async def unlearn_illustrations(connection: AsyncConnection, ids: Collection[int]) -> None:
    """Take away what was fitted on illustrations that are about to be deleted."""
    await _unlearn(connection, ids, sa.true())


async def unlearn_unwanted(connection: AsyncConnection, ids: Collection[int]) -> None:
    """Take away what was fitted on those illustrations that may not be learnt from now."""
    await _unlearn(connection, ids, ~learnable(_EXAMPLES.c.illustration_id))


async def unlearn_unsaid(connection: AsyncConnection, ids: Collection[int]) -> None:
    """Take away what was fitted on what nobody says any more of some illustrations."""
    marks = tables.marks
    said = (
        sa.select(marks.c.illustration_id)
        .join(_TAGS, _TAGS.c.name == marks.c.name)
        .join(_VERSIONS, _VERSIONS.c.tag_id == _TAGS.c.id)
        .where(
            _VERSIONS.c.id == _EXAMPLES.c.version_id,
            marks.c.illustration_id == _EXAMPLES.c.illustration_id,
            marks.c.right == _EXAMPLES.c.right,
        )
        .correlate(_EXAMPLES)
    )
    await _unlearn(connection, ids, ~sa.exists(said))


async def _unlearn(
    connection: AsyncConnection, ids: Collection[int], lost: sa.ColumnElement[bool]
) -> None:
    touched: set[int] = set()
    for some in portions(ids):
        chosen = _EXAMPLES.c.illustration_id.in_(some) & lost
        touched.update(
            await connection.scalars(
                sa.delete(_EXAMPLES).where(chosen).returning(_EXAMPLES.c.version_id)
            )
        )
    tags: set[int] = set()
    for versions in portions(sorted(touched)):
        await connection.execute(
            sa.update(_VERSIONS).where(_VERSIONS.c.id.in_(versions)).values(model=None)
        )
        tags.update(await connection.scalars(_newest_among(versions)))
    announce_rows(connection, "tags", sorted(tags))
    await insert_refits(connection, [NewRefit(tag_id, "forgotten") for tag_id in sorted(tags)])


def _newest_among(ids: Collection[int]) -> sa.Select[tuple[int]]:
    """The tags of those versions after which none came for the same tag and prior."""
    later = _VERSIONS.alias()
    superseded = sa.exists().where(
        later.c.tag_id == _VERSIONS.c.tag_id,
        later.c.prior_id == _VERSIONS.c.prior_id,
        later.c.number > _VERSIONS.c.number,
    )
    return sa.select(_VERSIONS.c.tag_id).where(_VERSIONS.c.id.in_(ids), ~superseded)
