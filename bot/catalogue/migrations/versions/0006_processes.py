"""Processes that share a catalogue: which shards each has, and whose turn something is."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "processes",
        sa.Column("worker", sa.String(64), nullable=False),
        sa.Column("run", sa.String(64), nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("first_shard", sa.Integer, nullable=False),
        sa.Column("last_shard", sa.Integer, nullable=False),
        sa.Column("shard_count", sa.Integer, nullable=False),
        sa.Column("encoder_id", sa.String(64), nullable=False),
        sa.Column("claimed_until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("worker", name="pk_processes"),
    )
    op.create_table(
        "turns",
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("worker", sa.String(64), nullable=False),
        sa.Column("claimed_until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_turns"),
    )


def downgrade() -> None:
    op.drop_table("turns")
    op.drop_table("processes")
