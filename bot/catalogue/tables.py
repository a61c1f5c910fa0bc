"""The tables of the catalogue, as the newest migration leaves them.

Why ids are never used twice (AUTOINCREMENT): the vector index remembers deleted ids as tombstones,
and a link to a forgotten illustration must not show another one.
"""

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite counts up a column only when it is declared INTEGER.
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _of_illustration(name: str = "illustration_id") -> sa.Column[int]:
    return sa.Column(
        name, _ID, sa.ForeignKey("illustrations.id", ondelete="CASCADE"), primary_key=True
    )


illustrations = sa.Table(
    "illustrations",
    metadata,
    sa.Column("id", _ID, primary_key=True, autoincrement=True),
    sa.Column("guild_id", sa.BigInteger, nullable=False),
    sa.Column("origin", sa.String(16), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("title_ja", sa.Text, nullable=False),
    sa.Column("width_px", sa.Integer, nullable=False),
    sa.Column("height_px", sa.Integer, nullable=False),
    sa.Column("thumbnail", sa.String(64), nullable=False),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Index(None, "guild_id", "origin", "id"),
    sqlite_autoincrement=True,
)

embeddings = sa.Table(
    "embeddings",
    metadata,
    _of_illustration(),
    sa.Column("encoder_id", sa.String(64), primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
)

# What the bot said, best first, with the threshold that held at that time.
scored_tags = sa.Table(
    "scored_tags",
    metadata,
    _of_illustration(),
    sa.Column("rank", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False, index=True),
    sa.Column("name_ja", sa.Text, nullable=False),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("threshold", sa.Float, nullable=False),
)

# What people and datasets said.
given_tags = sa.Table(
    "given_tags",
    metadata,
    _of_illustration(),
    sa.Column("rank", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False, index=True),
    sa.Column("name_ja", sa.Text, nullable=False),
)

# What a reply showed as similar. Rows, and not a search at reading time: a reply is a record of
# what was said, it can be read while inference is down, and the cascade takes a forgotten
# illustration out of every reply (and tells Discord which replies to render again).
neighbours = sa.Table(
    "neighbours",
    metadata,
    _of_illustration(),
    sa.Column("rank", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column(
        "neighbour_id",
        _ID,
        sa.ForeignKey("illustrations.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    sa.Column("distance", sa.Float, nullable=False),
)

# Fingerprints of what was imported once; they outlive the illustration, so that what a person
# deleted does not come back with the next start.
imported = sa.Table("imported", metadata, sa.Column("fingerprint", sa.String(64), primary_key=True))
