"""Teaching: taught tags with their versions, what is to be fitted, and bundles.

Why a column is added to ``marks`` and no more: SQLite adds a column with a default in place; for
anything else it would copy the table.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def _column(name: str, kind: sa.types.TypeEngine[Any], *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable)


def _counted() -> sa.Column[Any]:
    return sa.Column("id", _ID, autoincrement=True, nullable=False)


def _to(table: str, column: str, target: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [target], name=f"fk_{table}_{column}", ondelete=ondelete
    )


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _index(table: str, *columns: str, unique: bool = False) -> None:
    name = "_".join([f"ix_{table}_{columns[0]}", *(f"{table}_{other}" for other in columns[1:])])
    op.create_index(name, table, list(columns), unique=unique)


def upgrade() -> None:
    by_teacher: sa.Column[bool] = sa.Column(
        "by_teacher", sa.Boolean(), server_default=sa.false(), nullable=False
    )
    op.add_column("marks", by_teacher)
    _create_tags()
    _create_examples()
    _create_refits()
    _create_bundles()


def _create_tags() -> None:
    op.create_table(
        "taught_tags",
        _counted(),
        _column("guild_id", sa.BigInteger()),
        _column("name", sa.Text()),
        _column("name_ja", sa.Text()),
        _column("promoted", sa.Boolean()),
        _column("created_at", _MOMENT),
        _column("created_by", sa.BigInteger()),
        _key("taught_tags", "id"),
        sqlite_autoincrement=True,
    )
    _index("taught_tags", "created_by")
    _index("taught_tags", "guild_id", "name", unique=True)
    op.create_table(
        "tag_versions",
        _counted(),
        _column("tag_id", _ID),
        _column("number", sa.Integer()),
        _column("reason", sa.String(16)),
        _column("prior_id", sa.String(64)),
        _column("positives", sa.Integer()),
        _column("negatives", sa.Integer()),
        _column("threshold", sa.Float()),
        _column("model", sa.LargeBinary(), nullable=True),
        _column("created_at", _MOMENT),
        _column("created_by", sa.BigInteger()),
        _key("tag_versions", "id"),
        _to("tag_versions", "tag_id", "taught_tags.id"),
        sqlite_autoincrement=True,
    )
    _index("tag_versions", "created_by")
    _index("tag_versions", "tag_id", "number", unique=True)


def _create_examples() -> None:
    op.create_table(
        "version_examples",
        _column("version_id", _ID),
        _column("illustration_id", _ID),
        _column("right", sa.Boolean()),
        _key("version_examples", "version_id", "illustration_id"),
        _to("version_examples", "version_id", "tag_versions.id"),
        _to("version_examples", "illustration_id", "illustrations.id"),
    )
    _index("version_examples", "illustration_id")
    op.create_table(
        "handed_in",
        _column("illustration_id", _ID),
        _column("user_id", sa.BigInteger()),
        _column("created_at", _MOMENT),
        _key("handed_in", "illustration_id"),
        _to("handed_in", "illustration_id", "illustrations.id"),
    )
    _index("handed_in", "user_id")
    op.create_table(
        "rescored_tags",
        _column("illustration_id", _ID),
        _column("name", sa.Text()),
        _column("score", sa.Float()),
        _column("threshold", sa.Float()),
        _key("rescored_tags", "illustration_id", "name"),
        _to("rescored_tags", "illustration_id", "illustrations.id"),
    )
    _index("rescored_tags", "name")


def _create_refits() -> None:
    op.create_table(
        "refits",
        _counted(),
        _column("tag_id", _ID),
        _column("reason", sa.String(16)),
        _column("asked_by", sa.BigInteger()),
        _column("job_id", _ID, nullable=True),
        _column("created_at", _MOMENT),
        _key("refits", "id"),
        _to("refits", "tag_id", "taught_tags.id"),
        _to("refits", "job_id", "jobs.id", "SET NULL"),
        sqlite_autoincrement=True,
    )
    _index("refits", "tag_id")
    _index("refits", "job_id")


def _create_bundles() -> None:
    op.create_table(
        "bundles",
        _counted(),
        _column("directory", sa.Text()),
        _column("checksum", sa.String(64)),
        _column("encoder_id", sa.String(64)),
        _column("state", sa.String(16)),
        _column("message", sa.Text()),
        _column("created_at", _MOMENT),
        _column("updated_at", _MOMENT),
        _key("bundles", "id"),
        sqlite_autoincrement=True,
    )
    _index("bundles", "directory", "checksum", unique=True)


def downgrade() -> None:
    for table in ("bundles", "refits", "rescored_tags", "handed_in", "version_examples"):
        op.drop_table(table)
    for table in ("tag_versions", "taught_tags"):
        op.drop_table(table)
    op.drop_column("marks", "by_teacher")
