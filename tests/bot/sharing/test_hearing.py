"""Hearing of what other processes commit, without any: its parts note what they are asked for."""

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest

from bot.sharing import hearing
from bot.sharing.hearing import Hearing


class Parts:
    """Library, taught tags and catalogue in one, which keep what they were asked for."""

    def __init__(self) -> None:
        self.catalogue = SimpleNamespace(on_news_of_others=self._listen)
        self.rows: list[int] = []
        self.compared = 0

    def _listen(self, hear) -> None:
        self.tell = hear

    async def reread(self, ids=()) -> None:
        """Of the library: some rows. Of the tags: all of them."""
        self.rows += ids

    async def reread_all(self) -> None:
        self.compared += 1


@asynccontextmanager
async def following():
    parts = Parts()
    task = asyncio.create_task(Hearing(parts, parts, parts).run())
    try:
        yield parts
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_everything_is_compared_in_time_also_where_something_is_always_heard(
    monkeypatch, until
):
    monkeypatch.setattr(hearing, "GATHER_SECONDS", 0.001)
    monkeypatch.setattr(hearing, "COMPARE_SECONDS", 0.3)
    async with following() as parts:

        async def hear_more() -> None:
            while True:
                parts.tell("illustrations 5")
                await asyncio.sleep(0)

        always = asyncio.create_task(hear_more())
        try:
            await until(lambda: parts.compared > 1)
        finally:
            always.cancel()
        assert parts.rows


@pytest.mark.parametrize("quiet", [True, False])
async def test_not_more_often_than_that(monkeypatch, until, quiet):
    monkeypatch.setattr(hearing, "GATHER_SECONDS", 0.001)
    async with following() as parts:
        if not quiet:
            parts.tell("illustrations 5")
            await until(lambda: parts.rows == [5])
        parts.tell("")
        await until(lambda: parts.compared == 1)
        parts.tell("illustrations 7")
        await until(lambda: 7 in parts.rows)
        assert parts.compared == 1
