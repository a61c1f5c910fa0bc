"""Public answers of commands. Answers to posts are part of their posts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from bot.catalogue import tables
from bot.catalogue.database import Part
from bot.catalogue.errands import insert_errands, of_answer
from bot.catalogue.reading import place_of
from bot.catalogue.writing import insert_neighbours
from bot.illustrations import Neighbour
from bot.places import Place


@dataclass(frozen=True)
class NewAnswer:
    """An answer that the bot has just given.

    Attributes:
        id: Its message.
        asker_id: Who gave the command, and may take the answer back.
    """

    id: int
    place: Place
    asker_id: int


@dataclass(frozen=True)
class Answer(NewAnswer):
    """An answer of the catalogue."""

    created_at: datetime


class Answers(Part):
    """What is stored of answers."""

    async def add(self, answer: NewAnswer, rows: Sequence[Neighbour]) -> None:
        """Store an answer with what it shows.

        If something of that was forgotten meanwhile, the answer gets an errand to be rendered
        again.
        """
        row = {
            "id": answer.id,
            **vars(answer.place),
            "asker_id": answer.asker_id,
            "created_at": datetime.now(UTC),
        }
        table = tables.answers
        async with self._database.writing() as connection:
            inserted = await connection.execute(sa.insert(table).returning(table), [row])
            stored = inserted.one()
            shown = {answer.id: rows}
            if not await insert_neighbours(connection, tables.answer_neighbours, shown):
                await insert_errands(connection, "render", [of_answer(stored)])

    async def get(self, id_: int) -> tuple[Answer, tuple[Neighbour, ...]] | None:
        """An answer and what it showed, as far as it still exists; None when there is none."""
        table, near = tables.answers, tables.answer_neighbours
        async with self._database.reading() as connection:
            found = await connection.execute(sa.select(table).where(table.c.id == id_))
            row = found.one_or_none()
            if row is None:
                return None
            shown = await connection.execute(
                sa.select(near).where(near.c.answer_id == id_).order_by(near.c.rank)
            )
            neighbours = tuple(Neighbour(one.neighbour_id, one.distance) for one in shown)
        return Answer(row.id, place_of(row), row.asker_id, row.created_at), neighbours

    async def remove(self, id_: int) -> None:
        """Forget an answer whose message is gone."""
        async with self._database.forgetting() as connection:
            await connection.execute(sa.delete(tables.answers).where(tables.answers.c.id == id_))
            await connection.execute(
                sa.delete(tables.errands).where(tables.errands.c.message_id == id_)
            )

    async def forget_asker(self, user_id: int) -> int:
        """Forget every answer that a person asked for; the messages get an errand to be deleted.

        Returns:
            How many there were.
        """
        table = tables.answers
        async with self._database.forgetting() as connection:
            removed = await connection.execute(
                sa.delete(table).where(table.c.asker_id == user_id).returning(table)
            )
            targets = [of_answer(row) for row in removed]
            await insert_errands(connection, "delete", targets)
        return len(targets)
