"""Claims: which process leads a job, or fits a tag, and until when.

The columns may be empty, so SQLite adds them in place.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_CLAIMED = ("jobs", "refits")


def upgrade() -> None:
    for table in _CLAIMED:
        worker: sa.Column[str] = sa.Column("worker", sa.String(64), nullable=True)
        until: sa.Column[object] = sa.Column(
            "claimed_until", sa.DateTime(timezone=True), nullable=True
        )
        op.add_column(table, worker)
        op.add_column(table, until)


def downgrade() -> None:
    for table in _CLAIMED:
        op.drop_column(table, "claimed_until")
        op.drop_column(table, "worker")
