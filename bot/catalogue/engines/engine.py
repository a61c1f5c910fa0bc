"""What a kind of database has to offer beside SQL: the seam between the catalogue and an engine."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

# How often everything is written anew after something was forgotten. What follows from that, such
# as taking a reply back, may be over only after the first time.
ERASURES = 2
ANYTHING = ""


class Engine(ABC):
    """One database of some kind.

    Attributes:
        hint: What to do when it cannot be opened.
        locks_rows: Whether who claims a row can pass over those that others are about to claim,
            and need not wait for who writes.
        is_shared: Whether several processes may have it open at once.
        writers: Connections that write, in transactions that see what others have committed.
        readers: Connections whose transactions see one moment, whatever happens meanwhile.
    """

    hint: ClassVar[str]
    locks_rows: ClassVar[bool]
    is_shared: ClassVar[bool]

    def __init__(self, connections: AsyncEngine) -> None:
        self.writers = self.readers = connections

    @property
    def shown(self) -> str:
        """Where it is, in words for people."""
        return self.writers.url.render_as_string()

    def is_there(self) -> bool:
        """Whether there is a database to open; False: opening would make one."""
        return True

    @abstractmethod
    async def announce(self, connection: AsyncConnection, news: str) -> None:
        """Tell other processes something, as soon as the transaction is through."""

    @abstractmethod
    async def listen(self, heard: Callable[[str], None], listening: asyncio.Event) -> None:
        """Hear what other processes announce, until cancelled.

        Args:
            heard: Hears it; ``ANYTHING``: something may have been missed.
            listening: Set as soon as nothing is missed.
        """

    async def dispose(self) -> None:
        """Close every connection."""
        await self.writers.dispose()

    @staticmethod
    @abstractmethod
    def insert(table: sa.Table) -> "postgresql.Insert | sqlite.Insert":
        """An INSERT that can say what happens to a row whose key is there."""

    @abstractmethod
    async def wait_for_turn(self, connection: AsyncConnection) -> None:
        """Wait, at the beginning of a transaction, until no other process writes.

        Why: what a transaction has read still holds when it writes. It is over with it.
        """

    @abstractmethod
    async def changes(self, connection: AsyncConnection) -> int:
        """A number that is another one after the transaction has changed something."""

    @abstractmethod
    async def note_forgetting(self, connection: AsyncConnection) -> None:
        """Note, in the transaction in which something was forgotten, that ``erase`` has work."""

    @abstractmethod
    async def forgotten(self) -> None:
        """Take away, after that transaction, what can be taken away at once."""

    @abstractmethod
    async def erase(self) -> bool:
        """Write everything anew if anything was forgotten, so that none of it is left.

        Returns:
            Whether it is done; False: something was in the way, and it is to be tried again.
        """

    @abstractmethod
    async def highest_ids(self, connection: AsyncConnection) -> dict[str, int]:
        """The highest id that was ever given, of each table that counts and has given one."""

    @abstractmethod
    async def set_highest_ids(
        self, connection: AsyncConnection, highest: Mapping[str, int]
    ) -> None:
        """Let ids go on behind these, within a transaction."""
