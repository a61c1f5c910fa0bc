"""Tombstones: that a message or a person's past is to stay forgotten, without saying whose.

Messages on Discord outlive what was kept of them, and an import, or the catching up, would bring
them back. So something must be remembered. Of an id only a seal is: a keyed hash, which tells
whether a message that comes along is one of them, and in which nobody reads the id.

Why the key lies in the same database: a backup must hold both. So this hides ids from whoever looks
through the files; it does not stop one who has the whole database and tries number after number.
"""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.database import Database, Part, insert_new, put

KEY = "tombstone_key"
KEY_BYTES, SEAL_BYTES = 32, 16

Kind = Literal["post", "person"]

_KEPT_KEY = sa.select(tables.states.c.value).where(tables.states.c.key == KEY)


class Tombstones(Part):
    """Which posts, and whose past, are to stay forgotten."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        # The catalogue's own key, once it was read: every post asks twice, and it never changes.
        self._key: bytes | None = None

    async def wish(self, user_id: int, moment: datetime) -> None:
        """Note that whatever a person posted until a moment is to stay forgotten."""
        async with self._database.writing() as connection:
            key = await _made_key(connection)
            row = {"seal": _seal(key, "person", user_id), "wished_at": moment}
            await put(connection, tables.tombstones, [row])

    async def wished_at(self, user_id: int) -> datetime | None:
        """Until when whatever a person posted is to stay forgotten; None: they wished nothing."""
        async with self._database.reading() as connection:
            of_person = await self._find(connection, "person", user_id)
        return None if of_person is None else of_person.wished_at

    async def bury(self, connection: AsyncConnection, post_ids: Collection[int]) -> None:
        """Note, within a transaction, that posts may never be taken on again."""
        key = await _made_key(connection)
        rows = [{"seal": _seal(key, "post", id_), "wished_at": None} for id_ in post_ids]
        await insert_new(connection, tables.tombstones, rows)

    async def is_buried(self, connection: AsyncConnection, post_id: int) -> bool:
        """Whether a post may never be taken on again."""
        return await self._find(connection, "post", post_id) is not None

    async def _find(
        self, connection: AsyncConnection, kind: Kind, id_: int
    ) -> sa.Row[tuple[datetime | None]] | None:
        """The tombstone of something, if it has one."""
        if self._key is None:
            kept = await connection.scalar(_KEPT_KEY)
            if kept is None:
                return None  # It is made with the first tombstone.
            self._key = bytes.fromhex(kept)
        table = tables.tombstones
        of_it = sa.select(table.c.wished_at).where(table.c.seal == _seal(self._key, kind, id_))
        return (await connection.execute(of_it)).first()


def _seal(key: bytes, kind: Kind, id_: int) -> bytes:
    return hashlib.blake2b(f"{kind}:{id_}".encode(), key=key, digest_size=SEAL_BYTES).digest()


async def _made_key(connection: AsyncConnection) -> bytes:
    """The key, made if there is none yet: by a transaction that may still fail, so read anew."""
    row = {"key": KEY, "value": secrets.token_hex(KEY_BYTES)}
    await insert_new(connection, tables.states, [row])
    return bytes.fromhex((await connection.execute(_KEPT_KEY)).scalar_one())
