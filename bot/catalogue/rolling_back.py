"""Going back to a version of a taught tag: its examples are what is taught again.

Why marks are changed, and not only a model exchanged: one goes back because of what was marked
since. If those marks stayed, the next one would bring all of them back. The versions keep what they
were fitted on, so one can go forward again.
"""

from collections import defaultdict

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.learnable import learnable
from bot.catalogue.marks import mark_as_teacher
from bot.catalogue.tag_queries import TaughtTag


async def restore_marks(
    connection: AsyncConnection, tag: TaughtTag, version_id: int, user_id: int
) -> None:
    """Let what teachers say of a tag be what a version was fitted on, within a transaction.

    Marks that say something else are deleted. What nobody says any more, this person says.

    Args:
        connection: Within a transaction.
        tag: The tag.
        version_id: One of its versions.
        user_id: Who goes back.
    """
    fitted = tables.version_examples
    rows = await connection.execute(
        sa.select(fitted.c.illustration_id, fitted.c.right).where(
            fitted.c.version_id == version_id, learnable(fitted.c.illustration_id)
        )
    )
    wanted = {row.illustration_id: row.right for row in rows}
    said = await connection.execute(_said(tag))
    agreed: set[int] = set()
    others: defaultdict[int, list[int]] = defaultdict(list)
    for row in said:
        if wanted.get(row.illustration_id) is row.right:
            agreed.add(row.illustration_id)
        else:
            others[row.user_id].append(row.illustration_id)
    for of_user, ids in others.items():
        await mark_as_teacher(connection, tag.name, of_user, dict.fromkeys(ids))
    missing = {id_: right for id_, right in wanted.items() if id_ not in agreed}
    await mark_as_teacher(connection, tag.name, user_id, missing)


def _said(tag: TaughtTag) -> sa.Select[tuple[int, int, bool]]:
    """What teachers say of a tag."""
    marks, own = tables.marks, tables.illustrations
    return (
        sa.select(marks.c.illustration_id, marks.c.user_id, marks.c.right)
        .join(own, own.c.id == marks.c.illustration_id)
        .where(marks.c.name == tag.name, own.c.guild_id == tag.guild_id, marks.c.by_teacher)
    )
