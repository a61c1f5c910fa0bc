"""What is left of illustrations and people in files, whatever form it was written in.

A search that finds nothing proves nothing unless it finds the same things while they are there:
so a test looks twice.
"""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from bot.catalogue import tables
from bot.library import GRACE_SECONDS, Library
from bot.posts import Post

DAY_SECONDS = 86_400.0
# Numbers of illustrations as no other number in a file: else 17 would be found everywhere.
FIRST_ID = 0x5A17_C0DE_0000
WINDOW_BYTES = 32

# By what they are of, the byte sequences that give each thing away.
Traces = dict[str, frozenset[bytes]]


async def begin_at_high_ids(library: Library) -> None:
    """Give the illustrations that are to come ids by which they can be found."""
    async with library.catalogue._database.writing() as connection:
        counted = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq"))
        row = {"name": "illustrations", "seq": FIRST_ID}
        await connection.execute(sa.insert(counted), [row])


def rows_of_posts(ids: Collection[int]) -> list[dict[str, object]]:
    """Posts as the catalogue keeps them, by authors of their own."""
    post = {
        "guild_id": 7,
        "channel_id": 70,
        "parent_id": 0,
        "private": False,
        "created_at": datetime.now(UTC),
        "state": "pending",
        "outdated": False,
    }
    return [post | {"id": id_, "author_id": id_ + 1} for id_ in ids]


async def traces_of_illustrations(library: Library, ids: Collection[int]) -> Traces:
    """What gives illustrations away: their ids, thumbnails and embeddings."""
    traces = {f"illustration {id_}": forms_of_id(id_) for id_ in ids}
    for one in await library.catalogue.illustrations(ids):
        content = library.thumbnails.get(one.thumbnail)
        assert content is not None
        traces[f"thumbnail of {one.id}"] = frozenset(_windows(content))
        traces[f"thumbnail's key of {one.id}"] = frozenset({one.thumbnail.encode()})
    table = tables.embeddings
    async with library.catalogue._database.reading() as connection:
        found = await connection.execute(sa.select(table).where(table.c.illustration_id.in_(ids)))
        for row in found:
            vector = np.frombuffer(row.vector, np.float32)
            forms = (vector.astype(kind).tobytes() for kind in (np.float16, np.float32, np.float64))
            traces[f"embedding of {row.illustration_id}"] = frozenset(forms)
    return traces


async def traces_of_posts(library: Library, posts: Collection[Post]) -> Traces:
    """What gives posts away: they, the replies to them, and all that came with them."""
    traces: Traces = {}
    for post in posts:
        traces[f"post {post.id}"] = forms_of_id(post.id)
        if post.reply_id is not None:
            traces[f"reply to {post.id}"] = forms_of_id(post.reply_id)
        traces |= {
            f"attachment {one.attachment_id}": forms_of_id(one.attachment_id)
            for one in post.attachments
        }
        traces |= await traces_of_illustrations(library, post.illustration_ids)
    return traces


async def traces_of_models(library: Library) -> Traces:
    """What gives away the models of taught tags, which hold their examples' embeddings."""
    table = tables.tag_versions
    async with library.catalogue._database.reading() as connection:
        rows = await connection.execute(sa.select(table).where(table.c.model.is_not(None)))
        return {f"model of version {row.id}": frozenset(_windows(row.model)) for row in rows}


def forms_of_id(id_: int) -> frozenset[bytes]:
    """An id as text, as numpy and SQLite write integers, and as a key of SQLite's tables."""
    plain = {id_.to_bytes(8, order) for order in ("big", "little")}
    short = {id_.to_bytes(6, "big")} if id_ < 2**47 else set()
    return frozenset({str(id_).encode(), sqlite_key(id_), *plain, *short})


def sqlite_key(id_: int) -> bytes:
    """The id of a row as a page of a table has it: seven bits a byte, the highest first."""
    last, rest = (id_ & 0xFF, id_ >> 8) if id_ >= 2**56 else (id_ & 0x7F, id_ >> 7)
    digits = [last]
    while rest:
        digits.insert(0, rest & 0x7F | 0x80)
        rest >>= 7
    return bytes(digits)


def remains(directory: Path, traces: Traces) -> dict[str, set[str]]:
    """Those of the traces that are in some file below a directory, and in which."""
    found: dict[str, set[str]] = {}
    for place, _, names in os.walk(directory):
        for file in (Path(place, name) for name in names):
            with contextlib.suppress(FileNotFoundError):  # The index makes segments meanwhile.
                content = file.read_bytes()
                for name, forms in traces.items():
                    if any(form in content for form in forms):
                        found.setdefault(name, set()).add(str(file.relative_to(directory)))
    return found


async def pass_a_day(
    library: Library, data_dir: Path, until: Callable[[Callable[[], object]], Awaitable[None]]
) -> None:
    """Let the library keep tidy for a day of a clock that does not wait."""
    passed = 0.0

    async def pass_(seconds: float) -> None:
        nonlocal passed
        if passed:  # The index makes its segments by no clock, and behind the scenes.
            complete = seconds > GRACE_SECONDS
            await until(lambda: not _to_be_made(data_dir, complete=complete))
        passed += seconds
        if passed > DAY_SECONDS:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await library.keep_tidy(pass_)


def _to_be_made(data_dir: Path, *, complete: bool) -> list[Path]:
    """Segments that are being made, and, if all are to be, those that hold something deleted."""
    found = list(data_dir.glob("index/*/*/*.part"))
    return [*found, *data_dir.glob("index/*/*/*/removed.bin")] if complete else found


def _windows(content: bytes) -> Iterator[bytes]:
    """Pieces of a file behind its heading, which others have as well."""
    for first in range(WINDOW_BYTES, len(content) - WINDOW_BYTES, WINDOW_BYTES):
        yield content[first : first + WINDOW_BYTES]
