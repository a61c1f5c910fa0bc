"""New versions → rows, within one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.database import portions
from bot.catalogue.learnable import Examples, learnable
from bot.catalogue.refits import THE_BOT, RefitReason
from bot.catalogue.tag_queries import TaughtTag

# How many versions of a tag can still be looked into; of older ones the model is not kept.
KEPT_MODELS = 20

_TABLE = tables.tag_versions


@dataclass(frozen=True)
class NewVersion:
    """What was just fitted.

    Attributes:
        threshold: From which score on the tag counts.
        model: What scores; None: there was nothing to fit on, and the tag is said of nothing.
        created_by: Who asked for it.
    """

    tag_id: int
    reason: RefitReason
    prior_id: str
    threshold: float
    model: bytes | None
    created_by: int = THE_BOT


async def still_hold(connection: AsyncConnection, tag: TaughtTag, examples: Examples) -> bool:
    """Whether every example may still be learnt from, and is still said to be one."""
    for ids, right in ((examples.positives, True), (examples.negatives, False)):
        for some in portions(ids):
            statement = _holding(tag, some, right=right)
            if len((await connection.scalars(statement)).all()) < len(some):
                return False
    return True


async def still_named(
    connection: AsyncConnection, new: NewVersion, done: Collection[int]
) -> NewVersion:
    """The version; nobody's, if who asked for it had themselves forgotten while it was fitted.

    Args:
        connection: Within a transaction.
        new: The version.
        done: The refits that are done with it, which say who asked.
    """
    table = tables.refits
    for some in portions(done):
        asked = sa.select(table.c.id).where(
            table.c.id.in_(some), table.c.asked_by == new.created_by
        )
        if (await connection.execute(asked)).first() is not None:
            return new
    return replace(new, created_by=THE_BOT)


def _holding(tag: TaughtTag, ids: Sequence[int], *, right: bool) -> sa.Select[Any]:
    own, marks = tables.illustrations, tables.marks
    said = sa.exists().where(
        marks.c.illustration_id == own.c.id, marks.c.name == tag.name, marks.c.right.is_(right)
    )
    return sa.select(own.c.id).where(
        own.c.id.in_(ids), own.c.guild_id == tag.guild_id, learnable(own.c.id), said
    )


async def insert_version(connection: AsyncConnection, new: NewVersion, examples: Examples) -> int:
    """Insert the next version of a tag with what it was fitted on.

    Returns:
        Its number.
    """
    of_tag = _TABLE.c.tag_id == new.tag_id
    last = await connection.scalar(sa.select(sa.func.max(_TABLE.c.number)).where(of_tag))
    number = (last or 0) + 1
    row = vars(new) | {
        "number": number,
        "positives": len(examples.positives),
        "negatives": len(examples.negatives),
        "created_at": datetime.now(UTC),
    }
    inserted = await connection.execute(sa.insert(_TABLE).returning(_TABLE.c.id), [row])
    version_id = int(inserted.scalar_one())
    rows = [
        {"version_id": version_id, "illustration_id": id_, "right": right}
        for ids, right in ((examples.positives, True), (examples.negatives, False))
        for id_ in ids
    ]
    if rows:
        await connection.execute(sa.insert(tables.version_examples), rows)
    return number


async def prune(connection: AsyncConnection, new: NewVersion) -> None:
    """Let go of models that are too old; the facts about their versions stay."""
    old = await connection.scalars(
        sa.select(_TABLE.c.id)
        .where(
            _TABLE.c.tag_id == new.tag_id,
            _TABLE.c.prior_id == new.prior_id,
            _TABLE.c.model.is_not(None),
        )
        .order_by(_TABLE.c.number.desc())
        .offset(KEPT_MODELS)
    )
    await connection.execute(sa.update(_TABLE).where(_TABLE.c.id.in_(old.all())).values(model=None))
