"""The tables of the processes that share a catalogue: who they are, and who has which turn.

Importing ``bot.catalogue.tables`` gives the whole schema. What stands here is about processes that
run now: another database has others, so it is not moved (``bot.catalogue.moving``).
"""

import sqlalchemy as sa

from bot.catalogue.columns import Moment, metadata

# Processes that were heard of. first_shard to last_shard of shard_count are theirs alone.
# run: one start of the process; place: its machine and directory, for people; encoder_id: of the
# bundle that it serves, empty before it serves one.
processes = sa.Table(
    "processes",
    metadata,
    sa.Column("worker", sa.String(64), primary_key=True),
    sa.Column("run", sa.String(64), nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("first_shard", sa.Integer, nullable=False),
    sa.Column("last_shard", sa.Integer, nullable=False),
    sa.Column("shard_count", sa.Integer, nullable=False),
    sa.Column("encoder_id", sa.String(64), nullable=False),
    sa.Column("claimed_until", Moment, nullable=False),
)

# What one process does at a time, by what it is called.
turns = sa.Table(
    "turns",
    metadata,
    sa.Column("name", sa.String(128), primary_key=True),
    sa.Column("worker", sa.String(64), nullable=False),
    sa.Column("claimed_until", Moment, nullable=False),
)
