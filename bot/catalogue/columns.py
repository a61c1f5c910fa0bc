"""What the tables of the catalogue share: the schema they belong to, and kinds of columns."""

from datetime import UTC, datetime

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts up a column, and finds its rows by it directly, only when it is declared INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class Moment(sa.TypeDecorator[datetime]):
    """A moment in UTC: SQLite itself keeps no time zone, and PostgreSQL gives the session's."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        """What is written."""
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: sa.Dialect) -> datetime | None:
        """What is read."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def of_illustration() -> sa.Column[int]:
    """The first part of the key of what belongs to an illustration and goes with it."""
    return sa.Column(
        "illustration_id",
        ID,
        sa.ForeignKey("illustrations.id", ondelete="CASCADE"),
        primary_key=True,
    )


def neighbour_columns() -> tuple[sa.Column[int], sa.Column[int], sa.Column[float]]:
    """What is shown as similar, nearest first; the rank is a part of the key."""
    return (
        sa.Column("rank", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column(
            "neighbour_id",
            ID,
            sa.ForeignKey("illustrations.id", ondelete="CASCADE"),
            nullable=False,
            index=True,
        ),
        sa.Column("distance", sa.Float, nullable=False),
    )


def place_columns() -> tuple[sa.Column[int], sa.Column[int], sa.Column[int], sa.Column[bool]]:
    """Where a message stands, as ``bot.places.Place`` has it."""
    return (
        sa.Column("guild_id", sa.BigInteger, nullable=False),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("parent_id", sa.BigInteger, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
    )


def claim_columns() -> tuple[sa.Column[str], sa.Column[datetime]]:
    """Which process works on what a row says, and until when (``bot.catalogue.claiming``)."""
    return sa.Column("worker", sa.String(64)), sa.Column("claimed_until", Moment)


def given_key(name: str) -> sa.Column[int]:
    """A key that Discord gives."""
    return sa.Column(name, ID, primary_key=True, autoincrement=False)
