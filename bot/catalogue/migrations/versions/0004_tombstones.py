"""Tombstones: what is to stay forgotten is remembered by seals, and no more by ids.

What ids were kept of people and messages that were forgotten before goes with it: under jobs,
settings and tags of those who had everything about them deleted, in imports that are over, and in
replies that are still to be taken back. The seals are those of ``bot.catalogue.tombstones``, as of
this version.

Going back loses them: no id can be made of a seal.
"""

import hashlib
import json
import secrets
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_WISH = "deleted_at:"
# Whose doing something is, and since when.
_DONE_BY = (
    ("channels", "changed_by", "changed_at"),
    ("jobs", "asker_id", "created_at"),
    ("taught_tags", "created_by", "created_at"),
    ("tag_versions", "created_by", "created_at"),
    ("refits", "asked_by", "created_at"),
)

_states = sa.table("states", sa.column("key", sa.Text), sa.column("value", sa.Text))
_forgotten = sa.table("forgotten", sa.column("post_id", sa.BigInteger))
_tombstones = sa.table(
    "tombstones", sa.column("seal", sa.LargeBinary), sa.column("wished_at", _MOMENT)
)
_jobs = sa.table(
    "jobs", sa.column("id"), sa.column("kind"), sa.column("state"), sa.column("cursor")
)
_errands = sa.table("errands", sa.column("kind"), sa.column("post_id", sa.BigInteger))


def upgrade() -> None:
    op.create_table(
        "tombstones",
        sa.Column("seal", sa.LargeBinary(16), nullable=False),
        sa.Column("wished_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("seal", name="pk_tombstones"),
    )
    connection = op.get_bind()
    _seal_everything(connection)
    op.drop_table("forgotten")
    connection.execute(sa.delete(_states).where(_states.c.key.startswith(_WISH)))
    connection.execute(sa.update(_errands).where(_errands.c.kind == "delete").values(post_id=None))
    _forget_where_imports_ended(connection)


def _seal_everything(connection: sa.Connection) -> None:
    wishes = {
        int(row.key.removeprefix(_WISH)): datetime.fromisoformat(row.value).astimezone(UTC)
        for row in connection.execute(sa.select(_states).where(_states.c.key.startswith(_WISH)))
    }
    posts = connection.scalars(sa.select(_forgotten.c.post_id)).all()
    if not wishes and not posts:
        return
    key = secrets.token_bytes(32)
    connection.execute(sa.insert(_states), [{"key": "tombstone_key", "value": key.hex()}])
    sealed: list[dict[str, Any]] = [
        {"seal": _seal(key, f"post:{id_}"), "wished_at": None} for id_ in posts
    ]
    for user_id, moment in wishes.items():
        sealed.append({"seal": _seal(key, f"person:{user_id}"), "wished_at": moment})
        _forget_name(connection, user_id, moment)
    connection.execute(sa.insert(_tombstones), sealed)


def _seal(key: bytes, text: str) -> bytes:
    return hashlib.blake2b(text.encode(), key=key, digest_size=16).digest()


def _forget_name(connection: sa.Connection, user_id: int, moment: datetime) -> None:
    """What they did after their wish stays theirs."""
    for name, by, at in _DONE_BY:
        table = sa.table(name, sa.column(by, sa.BigInteger), sa.column(at, _MOMENT))
        theirs = (table.c[by] == user_id) & (table.c[at] <= moment)
        connection.execute(sa.update(table).where(theirs).values({by: 0}))


def _forget_where_imports_ended(connection: sa.Connection) -> None:
    over = (_jobs.c.kind == "import") & _jobs.c.state.in_(("done", "failed", "cancelled"))
    for job in connection.execute(sa.select(_jobs).where(over, _jobs.c.cursor != "")).all():
        cursor = json.dumps(json.loads(job.cursor) | {"place_id": 0, "message_id": 0})
        connection.execute(sa.update(_jobs).where(_jobs.c.id == job.id).values(cursor=cursor))


def downgrade() -> None:
    op.drop_table("tombstones")
    op.create_table(
        "forgotten",
        sa.Column("post_id", _ID, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("post_id", name="pk_forgotten"),
    )
    op.execute(sa.delete(_states).where(_states.c.key == "tombstone_key"))
