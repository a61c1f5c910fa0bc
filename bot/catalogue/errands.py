"""Errands: what is to be done to the bot's own messages because something was forgotten.

They are written in the transaction that forgets (``bot.catalogue.forgetting``), done by a worker of
the Discord face, and survive a restart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.database import Part, portions
from bot.places import Place

ErrandKind = Literal["render", "delete"]


@dataclass(frozen=True)
class Target:
    """One of the bot's own messages.

    Attributes:
        post_id: The post that it answers; None: it answers a command, or a post that is gone.
    """

    guild_id: int
    channel_id: int
    message_id: int
    post_id: int | None


@dataclass(frozen=True)
class Errand(Target):
    """Something to be done.

    Attributes:
        id: Another one for each reason: one that comes while the errand is under way is not lost.
        kind: ``render``: say it again without what was forgotten; ``delete``: take it back.
    """

    id: int
    kind: ErrandKind


def of_post(row: sa.Row[Any]) -> Target:
    """The reply to a post; there must be one."""
    return Target(row.guild_id, row.channel_id, row.reply_id, row.id)


def of_answer(row: sa.Row[Any]) -> Target:
    """The answer to a command."""
    return Target(row.guild_id, row.channel_id, row.id, None)


async def insert_errands(
    connection: AsyncConnection, kind: ErrandKind, targets: Sequence[Target]
) -> None:
    """Note errands, in place of any older ones for the same messages.

    A message that is to be deleted needs no rendering, and one that is deleted will not be
    rendered: only the answers of what still exists are.
    """
    if not targets:
        return
    table = tables.errands
    for some in portions([one.message_id for one in targets]):
        await connection.execute(sa.delete(table).where(table.c.message_id.in_(some)))
    await connection.execute(sa.insert(table), [{"kind": kind, **vars(one)} for one in targets])


class Errands(Part):
    """What is to be done."""

    async def pending(self) -> list[Errand]:
        """Everything that is still to be done, oldest first."""
        table = tables.errands
        async with self._database.reading() as connection:
            rows = await connection.execute(sa.select(table).order_by(table.c.id))
            return [
                Errand(
                    guild_id=row.guild_id,
                    channel_id=row.channel_id,
                    message_id=row.message_id,
                    post_id=row.post_id,
                    id=row.id,
                    kind=row.kind,
                )
                for row in rows
            ]

    async def add(self, kind: ErrandKind, place: Place, message_id: int) -> None:
        """Note one for a message of which the catalogue knows nothing."""
        target = Target(place.guild_id, place.channel_id, message_id, None)
        async with self._database.writing() as connection:
            await insert_errands(connection, kind, [target])

    async def done(self, id_: int) -> None:
        """Strike one off."""
        async with self._database.writing() as connection:
            await connection.execute(sa.delete(tables.errands).where(tables.errands.c.id == id_))
