"""The first version: illustrations with their embeddings, tags and neighbours."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _key_of_illustration(table: str) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    return sa.Column("illustration_id", _ID, nullable=False), sa.ForeignKeyConstraint(
        ["illustration_id"],
        ["illustrations.id"],
        name=f"fk_{table}_illustration_id",
        ondelete="CASCADE",
    )


def upgrade() -> None:
    op.create_table(
        "illustrations",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_ja", sa.Text(), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("thumbnail", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_illustrations"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_illustrations_guild_id_illustrations_origin_illustrations_id",
        "illustrations",
        ["guild_id", "origin", "id"],
    )
    op.create_table(
        "embeddings",
        *_key_of_illustration("embeddings"),
        sa.Column("encoder_id", sa.String(64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("illustration_id", "encoder_id", name="pk_embeddings"),
    )
    _create_tags("scored_tags", sa.Column("score", sa.Float(), nullable=False))
    _create_tags("given_tags")
    op.create_table(
        "neighbours",
        *_key_of_illustration("neighbours"),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("neighbour_id", _ID, nullable=False),
        sa.Column("distance", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["neighbour_id"],
            ["illustrations.id"],
            name="fk_neighbours_neighbour_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("illustration_id", "rank", name="pk_neighbours"),
    )
    op.create_index("ix_neighbours_neighbour_id", "neighbours", ["neighbour_id"])
    op.create_table(
        "imported",
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint", name="pk_imported"),
    )


def _create_tags(table: str, *more: sa.Column[float]) -> None:
    if more:
        more = (*more, sa.Column("threshold", sa.Float(), nullable=False))
    op.create_table(
        table,
        *_key_of_illustration(table),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_ja", sa.Text(), nullable=False),
        *more,
        sa.PrimaryKeyConstraint("illustration_id", "rank", name=f"pk_{table}"),
    )
    op.create_index(f"ix_{table}_name", table, ["name"])


def downgrade() -> None:
    for table in ("imported", "neighbours", "given_tags", "scored_tags", "embeddings"):
        op.drop_table(table)
    op.drop_table("illustrations")
