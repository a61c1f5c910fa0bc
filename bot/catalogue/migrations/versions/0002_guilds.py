"""Guilds: their posts, choices and people.

Why it only creates: SQLite changes a table by copying it, and dropping the old one would take
everything with it that refers to its rows.
"""

from typing import Any, Literal

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def _column(
    name: str,
    kind: sa.types.TypeEngine[Any],
    *,
    nullable: bool = False,
    autoincrement: Literal["auto"] | bool = "auto",
) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable, autoincrement=autoincrement)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [target], name=f"fk_{table}_{column}", ondelete="CASCADE"
    )


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _index(table: str, *columns: str, unique: bool = False) -> None:
    name = "_".join([f"ix_{table}_{columns[0]}", *(f"{table}_{other}" for other in columns[1:])])
    op.create_index(name, table, list(columns), unique=unique)


def _place() -> list[sa.Column[Any]]:
    return [
        _column("guild_id", sa.BigInteger()),
        _column("channel_id", sa.BigInteger()),
        _column("parent_id", sa.BigInteger()),
        _column("private", sa.Boolean()),
    ]


def upgrade() -> None:
    _create_posts()
    _create_choices()
    _create_people()
    _create_answers()
    _create_work()


def _create_posts() -> None:
    op.create_table(
        "posts",
        _column("id", _ID, autoincrement=False),
        *_place(),
        _column("author_id", sa.BigInteger()),
        _column("created_at", _MOMENT),
        _column("state", sa.String(16)),
        _column("reply_id", sa.BigInteger(), nullable=True),
        _column("outdated", sa.Boolean()),
        _key("posts", "id"),
    )
    for columns in (
        ("author_id",),
        ("state",),
        ("reply_id",),
        ("channel_id", "id"),
        ("parent_id",),
    ):
        _index("posts", *columns)
    op.create_index("ix_posts_place", "posts", ["guild_id", "channel_id", "parent_id", "private"])
    op.create_table(
        "forgotten", _column("post_id", _ID, autoincrement=False), _key("forgotten", "post_id")
    )
    op.create_table(
        "attachments",
        _column("post_id", _ID),
        _column("attachment_id", sa.BigInteger(), autoincrement=False),
        _column("place", sa.Integer()),
        _column("title", sa.Text()),
        _column("spoiler", sa.Boolean()),
        _column("illustration_id", _ID, nullable=True),
        _column("error", sa.String(32)),
        _key("attachments", "post_id", "attachment_id"),
        _to("attachments", "post_id", "posts.id"),
        _to("attachments", "illustration_id", "illustrations.id"),
    )
    _index("attachments", "illustration_id", unique=True)
    _index("attachments", "post_id", "illustration_id")


def _create_choices() -> None:
    op.create_table(
        "guilds",
        _column("guild_id", _ID, autoincrement=False),
        _column("language", sa.String(8)),
        _column("threshold", sa.Float(), nullable=True),
        _key("guilds", "guild_id"),
    )
    op.create_table(
        "channels",
        _column("guild_id", sa.BigInteger(), autoincrement=False),
        _column("channel_id", sa.BigInteger(), autoincrement=False),
        _column("mode", sa.String(16)),
        _column("changed_at", _MOMENT),
        _column("changed_by", sa.BigInteger()),
        _key("channels", "guild_id", "channel_id"),
    )
    _index("channels", "changed_by")
    op.create_table(
        "guild_tags",
        _column("guild_id", sa.BigInteger(), autoincrement=False),
        _column("name", sa.Text()),
        _column("hidden", sa.Boolean()),
        _column("alias", sa.Text()),
        _column("threshold", sa.Float(), nullable=True),
        _key("guild_tags", "guild_id", "name"),
    )


def _create_people() -> None:
    op.create_table(
        "consents",
        _column("user_id", _ID, autoincrement=False),
        _column("created_at", _MOMENT),
        _key("consents", "user_id"),
    )
    op.create_table(
        "marks",
        _column("illustration_id", _ID),
        _column("user_id", sa.BigInteger(), autoincrement=False),
        _column("name", sa.Text()),
        _column("right", sa.Boolean()),
        _column("created_at", _MOMENT),
        _key("marks", "illustration_id", "user_id", "name"),
        _to("marks", "illustration_id", "illustrations.id"),
    )
    _index("marks", "user_id")
    _index("marks", "name", "illustration_id")


def _create_answers() -> None:
    op.create_table(
        "answers",
        _column("id", _ID, autoincrement=False),
        *_place(),
        _column("asker_id", sa.BigInteger()),
        _column("created_at", _MOMENT),
        _key("answers", "id"),
    )
    _index("answers", "asker_id")
    _index("answers", "guild_id", "channel_id")
    op.create_table(
        "answer_neighbours",
        _column("answer_id", _ID),
        _column("rank", sa.Integer(), autoincrement=False),
        _column("neighbour_id", _ID),
        _column("distance", sa.Float()),
        _key("answer_neighbours", "answer_id", "rank"),
        _to("answer_neighbours", "answer_id", "answers.id"),
        _to("answer_neighbours", "neighbour_id", "illustrations.id"),
    )
    _index("answer_neighbours", "neighbour_id")


def _create_work() -> None:
    op.create_table(
        "errands",
        _column("id", _ID, autoincrement=True),
        _column("kind", sa.String(16)),
        _column("guild_id", sa.BigInteger()),
        _column("channel_id", sa.BigInteger()),
        _column("message_id", sa.BigInteger()),
        _column("post_id", sa.BigInteger(), nullable=True),
        _key("errands", "id"),
        sqlite_autoincrement=True,
    )
    _index("errands", "guild_id")
    _index("errands", "message_id", "kind", unique=True)
    op.create_table(
        "jobs",
        _column("id", _ID, autoincrement=True),
        _column("kind", sa.String(32)),
        _column("guild_id", sa.BigInteger()),
        _column("channel_id", sa.BigInteger()),
        _column("asker_id", sa.BigInteger()),
        _column("notice_channel_id", sa.BigInteger()),
        _column("state", sa.String(16)),
        _column("progress", sa.Float()),
        _column("message", sa.Text()),
        _column("cursor", sa.Text()),
        _column("notice", sa.BigInteger(), nullable=True),
        _column("created_at", _MOMENT),
        _column("updated_at", _MOMENT),
        _key("jobs", "id"),
        sqlite_autoincrement=True,
    )
    _index("jobs", "asker_id")
    _index("jobs", "guild_id", "id")
    _index("jobs", "kind", "state")
    op.create_table(
        "notices",
        _column("guild_id", sa.BigInteger(), autoincrement=False),
        _column("channel_id", sa.BigInteger(), autoincrement=False),
        _column("kind", sa.String(32)),
        _key("notices", "guild_id", "channel_id", "kind"),
    )
    op.create_table(
        "states",
        _column("key", sa.String(64)),
        _column("value", sa.Text()),
        _key("states", "key"),
    )


def downgrade() -> None:
    for table in ("states", "notices", "jobs", "errands", "answer_neighbours", "answers"):
        op.drop_table(table)
    for table in ("marks", "consents", "guild_tags", "channels", "guilds", "attachments"):
        op.drop_table(table)
    for table in ("forgotten", "posts"):
        op.drop_table(table)
