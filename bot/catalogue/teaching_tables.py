"""The tables of teaching: what guilds taught, on what, and what is still to be fitted.

Importing ``bot.catalogue.tables`` gives the whole schema; these stand apart because that file is
long enough.
"""

import sqlalchemy as sa

from bot.catalogue.columns import ID, Moment, claim_columns, metadata, of_illustration


def _of(table: str, name: str, *, key: bool = False) -> sa.Column[int]:
    """A column of what belongs to a row of another table and goes with it."""
    return sa.Column(
        name, ID, sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), primary_key=key, nullable=False
    )


# Tags that a guild taught. Such a tag is the guild's, not the person's who began it.
# promoted: an operator lets every guild have it.
taught_tags = sa.Table(
    "taught_tags",
    metadata,
    sa.Column("id", ID, primary_key=True, autoincrement=True),
    sa.Column("guild_id", sa.BigInteger, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_ja", sa.Text, nullable=False),
    sa.Column("promoted", sa.Boolean, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.BigInteger, nullable=False, index=True),
    sa.Index(None, "guild_id", "name", unique=True),
    sqlite_autoincrement=True,
)

# What was ever fitted for a tag. The row is history; its model can be taken away: because one of
# its examples was forgotten, or because it is old.
tag_versions = sa.Table(
    "tag_versions",
    metadata,
    sa.Column("id", ID, primary_key=True, autoincrement=True),
    _of("taught_tags", "tag_id"),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("reason", sa.String(16), nullable=False),
    sa.Column("prior_id", sa.String(64), nullable=False),
    sa.Column("positives", sa.Integer, nullable=False),
    sa.Column("negatives", sa.Integer, nullable=False),
    sa.Column("threshold", sa.Float, nullable=False),
    sa.Column("model", sa.LargeBinary),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("created_by", sa.BigInteger, nullable=False, index=True),
    sa.Index(None, "tag_id", "number", unique=True),
    sqlite_autoincrement=True,
)

# What each version was fitted on, as far as it may still be learnt from.
version_examples = sa.Table(
    "version_examples",
    metadata,
    _of("tag_versions", "version_id", key=True),
    of_illustration(),
    sa.Column("right", sa.Boolean, nullable=False),
    sa.Index(None, "illustration_id"),
)

# Illustrations that an admin gave as examples; the row is what lets them be learnt from.
handed_in = sa.Table(
    "handed_in",
    metadata,
    of_illustration(),
    sa.Column("user_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("created_at", Moment, nullable=False),
)

# Tags that are to be fitted again. Written in the transaction that gives the reason, so that no
# kill loses it. A second reason for the same tag is a second row: the first may be under way.
refits = sa.Table(
    "refits",
    metadata,
    sa.Column("id", ID, primary_key=True, autoincrement=True),
    _of("taught_tags", "tag_id"),
    sa.Column("reason", sa.String(16), nullable=False),
    sa.Column("asked_by", sa.BigInteger, nullable=False),
    sa.Column("job_id", ID, sa.ForeignKey("jobs.id", ondelete="SET NULL"), index=True),
    sa.Column("created_at", Moment, nullable=False),
    *claim_columns(),
    sa.Index(None, "tag_id"),
    sqlite_autoincrement=True,
)

# What taught tags say now of illustrations that came before them, in place of ``scored_tags``.
rescored_tags = sa.Table(
    "rescored_tags",
    metadata,
    of_illustration(),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("threshold", sa.Float, nullable=False),
    sa.Index(None, "name"),
)

# Bundles that appeared in the bundles directory, and what became of them.
bundles = sa.Table(
    "bundles",
    metadata,
    sa.Column("id", ID, primary_key=True, autoincrement=True),
    sa.Column("directory", sa.Text, nullable=False),
    sa.Column("checksum", sa.String(64), nullable=False),
    sa.Column("encoder_id", sa.String(64), nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.Index(None, "directory", "checksum", unique=True),
    sqlite_autoincrement=True,
)
