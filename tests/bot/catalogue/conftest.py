"""What the tests put into a catalogue."""

import sqlite3
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import numpy as np
import pytest
import sqlalchemy as sa

from bot.catalogue import Catalogue, Examples, NewTag, NewVersion
from bot.illustrations import (
    LOCAL_GUILD,
    Impression,
    Neighbour,
    NewIllustration,
    ScoredTag,
    TagName,
)
from bot.places import NOWHERE, AttachmentKey, Place
from bot.posts import NewPost
from tests.bot.postgresql import CATALOGUE, Server

TAGS = (ScoredTag("starry sky", "星空", 0.9, 0.5), ScoredTag("sea", "海", 0.2, 0.4))
GUILD, CHANNEL, AUTHOR = 7, 70, 5

Refuse = Callable[[str, str], object]
New = Callable[..., NewIllustration]
Posted = Callable[..., Awaitable[list[int]]]
Taught = Callable[..., Awaitable[int]]
Published = Callable[..., Awaitable[int | None]]


@pytest.fixture
def refuse(url: str, request: pytest.FixtureRequest) -> Iterator[Refuse]:
    """Has the database refuse what would be done to a table: ``refuse("INSERT", "errands")``."""
    if url.startswith("sqlite"):
        yield partial(_refuse_in_sqlite, sa.make_url(url).database)
        return
    server: Server = request.getfixturevalue("postgresql")
    server.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'full' USING ERRCODE = 'integrity_constraint_violation'; END $$",
        CATALOGUE,
    )
    yield lambda what, table: server.execute(
        f"CREATE TRIGGER refuse BEFORE {what} ON {table} EXECUTE FUNCTION refuse()", CATALOGUE
    )
    server.execute("DROP FUNCTION refuse CASCADE", CATALOGUE)


def _refuse_in_sqlite(file: str, what: str, table: str) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(
            f"CREATE TRIGGER refuse BEFORE {what} ON {table} BEGIN SELECT RAISE(ABORT, 'full'); END"
        )


@pytest.fixture(scope="session")
def new() -> New:
    """Makes an illustration of the local channel with some neighbours."""

    def make(title: str = "Moon", *near: int, **changes: object) -> NewIllustration:
        similar = tuple(Neighbour(id_, 0.25 * place) for place, id_ in enumerate(near))
        made = NewIllustration(
            guild_id=LOCAL_GUILD,
            origin="posted",
            title=title,
            title_ja="月",
            width_px=640,
            height_px=480,
            thumbnail=f"key-{title}",
            encoder_id="enc",
            impression=Impression(np.arange(4, dtype=np.float32), TAGS, similar),
            given_tags=(TagName("moon", "月"),),
        )
        return replace(made, **changes)

    return make


@pytest.fixture(scope="session")
def new_post() -> Callable[..., NewPost]:
    """Makes a post that is about to be claimed."""

    def make(
        post_id: int = 1, *, guild: int = GUILD, author: int = AUTHOR, **place: object
    ) -> NewPost:
        stands = Place(guild, **({"channel_id": CHANNEL} | place))
        return NewPost(post_id, stands, author, datetime(2025, 5, 5, 5, 5, tzinfo=UTC))

    return make


@pytest.fixture
def posted(catalogue: Catalogue, new: New, new_post: Callable[..., NewPost]) -> Posted:
    """Claims a post and stores its illustrations; each shows the ``near`` ones as similar."""

    async def post(
        post_id: int,
        *titles: str,
        near: tuple[int, ...] = (),
        reply: int | None = None,
        changes: dict[str, object] | None = None,
        **where: object,
    ) -> list[int]:
        claimed = new_post(post_id, **where)
        stands = claimed.place.channel_id != NOWHERE
        await catalogue.posts.claim(claimed, "pending" if stands else "example")
        made = [
            new(
                title,
                *near,
                guild_id=claimed.place.guild_id,
                attachment=AttachmentKey(post_id, post_id * 10 + place, place, title, False),
                **(changes or {}),
            )
            for place, title in enumerate(titles)
        ]
        ids = await catalogue.add(made) if made else []
        if reply is not None:
            await catalogue.posts.settle(post_id, "answered", reply)
        return ids

    return post


@pytest.fixture
def taught(catalogue: Catalogue) -> Taught:
    """Registers a tag with examples; nothing is fitted yet."""

    async def teach(name: str = "dusk", *examples: int, guild: int = GUILD, by: int = 9) -> int:
        tag = NewTag(guild, name, "夕暮れ", by)
        return (await catalogue.taught.register(tag, examples))[0]

    return teach


@pytest.fixture
def published(catalogue: Catalogue) -> Published:
    """Publishes a version of a tag, fitted on what counts now, and strikes off all its refits."""

    async def publish(tag_id: int, **changes: object) -> int | None:
        new = NewVersion(tag_id, "taught", "enc", 0.5, b"model", 9)
        waiting = await catalogue.taught.pending_refits()
        examples = await catalogue.taught.examples(tag_id)
        if "examples" in changes:
            examples = changes.pop("examples")
            assert isinstance(examples, Examples)
        return await catalogue.taught.publish(
            replace(new, **changes), examples, [one.id for one in waiting if one.tag_id == tag_id]
        )

    return publish
