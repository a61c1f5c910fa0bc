"""Marks: what people said about the bot's tags."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.database import Part, portions, put
from bot.catalogue.writing import existing_ids
from bot.errors import UnknownPostError


@dataclass(frozen=True)
class Mark:
    """One person's verdict on one tag of one illustration.

    Attributes:
        name: The tag's.
        right: Whether the illustration has it.
        by_teacher: Whether they said so while teaching the tag.
    """

    illustration_id: int
    user_id: int
    name: str
    right: bool
    created_at: datetime
    by_teacher: bool


class Marks(Part):
    """What is stored of marks."""

    async def put(
        self, illustration_id: int, user_id: int, verdicts: Mapping[str, bool | None]
    ) -> None:
        """Store a person's verdicts, in place of theirs on the same tags of the illustration.

        What they said while teaching a tag, and change here, still counts as a teacher's word.

        Args:
            illustration_id: What it is about.
            user_id: Who says so.
            verdicts: By the tag's name, whether the illustration has it; None takes back what this
                person has said of it.

        Raises:
            UnknownPostError: If the illustration was forgotten.
        """
        now = datetime.now(UTC)
        rows = [
            {
                "illustration_id": illustration_id,
                "user_id": user_id,
                "name": name,
                "right": right,
                "created_at": now,
            }
            for name, right in verdicts.items()
            if right is not None
        ]
        taken_back = [name for name, right in verdicts.items() if right is None]
        async with self._database.writing() as connection:
            if not await existing_ids(connection, [illustration_id]):
                raise UnknownPostError(
                    f"There is no illustration {illustration_id}; it may have been deleted."
                )
            if rows:
                await put(connection, tables.marks, rows)
            if taken_back:
                table = tables.marks
                await connection.execute(
                    sa.delete(table).where(
                        table.c.illustration_id == illustration_id,
                        table.c.user_id == user_id,
                        table.c.name.in_(taken_back),
                    )
                )

    async def of(self, illustration_id: int) -> list[Mark]:
        """Everybody's marks on an illustration."""
        return await self._read(
            sa.select(tables.marks).where(tables.marks.c.illustration_id == illustration_id)
        )

    async def verdicts_of(self, illustration_id: int, user_id: int) -> dict[str, bool]:
        """What one person said about an illustration, by the tag's name."""
        table = tables.marks
        statement = sa.select(table).where(
            table.c.illustration_id == illustration_id, table.c.user_id == user_id
        )
        return {mark.name: mark.right for mark in await self._read(statement)}

    async def _read(self, statement: sa.Select[Any]) -> list[Mark]:
        table = tables.marks
        ordered = statement.order_by(table.c.illustration_id, table.c.user_id, table.c.name)
        async with self._database.reading() as connection:
            return [Mark(**row._mapping) for row in await connection.execute(ordered)]


async def mark_as_teacher(
    connection: AsyncConnection, name: str, user_id: int, verdicts: Mapping[int, bool | None]
) -> None:
    """Store what somebody says of a tag while teaching it, in place of theirs on the same.

    Args:
        connection: Within a transaction.
        name: The tag's.
        user_id: Who says so.
        verdicts: By illustration, all of which exist, whether it has the tag; None takes back what
            this person has said of it.
    """
    table, now = tables.marks, datetime.now(UTC)
    rows = [
        {
            "illustration_id": id_,
            "user_id": user_id,
            "name": name,
            "right": right,
            "created_at": now,
            "by_teacher": True,
        }
        for id_, right in verdicts.items()
        if right is not None
    ]
    if rows:
        await put(connection, table, rows)
    for some in portions([id_ for id_, right in verdicts.items() if right is None]):
        await connection.execute(
            sa.delete(table).where(
                table.c.illustration_id.in_(some),
                table.c.user_id == user_id,
                table.c.name == name,
            )
        )
