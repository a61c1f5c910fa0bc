"""The tables of the catalogue, as the newest migration leaves them.

Why ids are never used twice (AUTOINCREMENT): the vector index remembers deleted ids as tombstones,
and a link to a forgotten illustration must not show another one.
"""

import sqlalchemy as sa

from bot.catalogue.columns import (
    ID,
    Moment,
    claim_columns,
    given_key,
    metadata,
    neighbour_columns,
    of_illustration,
    place_columns,
)
from bot.catalogue.sharing_tables import processes, turns
from bot.catalogue.teaching_tables import (
    bundles,
    handed_in,
    refits,
    rescored_tags,
    tag_versions,
    taught_tags,
    version_examples,
)

__all__ = [
    "answer_neighbours",
    "answers",
    "attachments",
    "bundles",
    "channels",
    "consents",
    "embeddings",
    "errands",
    "given_tags",
    "guild_tags",
    "guilds",
    "handed_in",
    "illustrations",
    "imported",
    "jobs",
    "marks",
    "metadata",
    "neighbours",
    "notices",
    "posts",
    "processes",
    "refits",
    "rescored_tags",
    "scored_tags",
    "states",
    "tag_versions",
    "taught_tags",
    "tombstones",
    "turns",
    "version_examples",
]

illustrations = sa.Table(
    "illustrations",
    metadata,
    sa.Column("id", ID, primary_key=True, autoincrement=True),
    sa.Column("guild_id", sa.BigInteger, nullable=False),
    sa.Column("origin", sa.String(16), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("title_ja", sa.Text, nullable=False),
    sa.Column("width_px", sa.Integer, nullable=False),
    sa.Column("height_px", sa.Integer, nullable=False),
    sa.Column("thumbnail", sa.String(64), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Index(None, "guild_id", "origin", "id"),
    sqlite_autoincrement=True,
)

embeddings = sa.Table(
    "embeddings",
    metadata,
    of_illustration(),
    sa.Column("encoder_id", sa.String(64), primary_key=True),
    sa.Column("vector", sa.LargeBinary, nullable=False),
)

# What the bot said, best first, with the threshold that held at that time.
scored_tags = sa.Table(
    "scored_tags",
    metadata,
    of_illustration(),
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
    of_illustration(),
    sa.Column("rank", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, nullable=False, index=True),
    sa.Column("name_ja", sa.Text, nullable=False),
)

# What a reply showed as similar. Rows, and not a search at reading time: a reply is a record of
# what was said, it can be read while inference is down, and the cascade takes a forgotten
# illustration out of every reply (and tells Discord which replies to render again).
neighbours = sa.Table("neighbours", metadata, of_illustration(), *neighbour_columns())

# Fingerprints of what was imported once; they outlive the illustration, so that what a person
# deleted does not come back with the next start.
imported = sa.Table("imported", metadata, sa.Column("fingerprint", sa.String(64), primary_key=True))

# A guild's posts. The row is the claim: a message that is here is never taken on again.
# outdated: something that the reply shows was forgotten before the reply's id was known.
posts = sa.Table(
    "posts",
    metadata,
    given_key("id"),
    *place_columns(),
    sa.Column("author_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("reply_id", sa.BigInteger, index=True),
    sa.Column("outdated", sa.Boolean, nullable=False),
    # Every answer asks where its guild has posts. PostgreSQL allows names of 63 characters.
    sa.Index("ix_posts_place", "guild_id", "channel_id", "parent_id", "private"),
    sa.Index(None, "channel_id", "id"),
    sa.Index(None, "parent_id"),
)

# What is to stay forgotten although Discord still has it (``bot.catalogue.tombstones``): a message,
# or whatever a person posted until a moment. Nothing else is kept of them.
tombstones = sa.Table(
    "tombstones",
    metadata,
    sa.Column("seal", sa.LargeBinary(16), primary_key=True),
    sa.Column("wished_at", Moment),
)

# What became of a post's attachments: an illustration, or an error.
attachments = sa.Table(
    "attachments",
    metadata,
    sa.Column("post_id", ID, sa.ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("attachment_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("spoiler", sa.Boolean, nullable=False),
    sa.Column("illustration_id", ID, sa.ForeignKey("illustrations.id", ondelete="CASCADE")),
    sa.Column("error", sa.String(32), nullable=False),
    sa.Index(None, "illustration_id", unique=True),
    # Found without looking at the row: every search asks for all of a guild's.
    sa.Index(None, "post_id", "illustration_id"),
)

# What guilds chose.
guilds = sa.Table(
    "guilds",
    metadata,
    given_key("guild_id"),
    sa.Column("language", sa.String(8), nullable=False),
    sa.Column("threshold", sa.Float),
)

channels = sa.Table(
    "channels",
    metadata,
    sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("channel_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("mode", sa.String(16), nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    sa.Column("changed_by", sa.BigInteger, nullable=False, index=True),
)

guild_tags = sa.Table(
    "guild_tags",
    metadata,
    sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("hidden", sa.Boolean, nullable=False),
    sa.Column("alias", sa.Text, nullable=False),
    sa.Column("threshold", sa.Float),
)

# People who want their illustrations to be learnt from.
consents = sa.Table(
    "consents",
    metadata,
    given_key("user_id"),
    sa.Column("created_at", Moment, nullable=False),
)

# What people said about the bot's tags. by_teacher: while teaching the tag; that weighs more.
marks = sa.Table(
    "marks",
    metadata,
    of_illustration(),
    sa.Column("user_id", sa.BigInteger, primary_key=True, autoincrement=False, index=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("right", sa.Boolean, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("by_teacher", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index(None, "name", "illustration_id"),
)

# Public answers of commands, by their message; those of posts stand in their posts.
answers = sa.Table(
    "answers",
    metadata,
    given_key("id"),
    *place_columns(),
    sa.Column("asker_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("created_at", Moment, nullable=False),
    sa.Index(None, "guild_id", "channel_id"),
)

answer_neighbours = sa.Table(
    "answer_neighbours",
    metadata,
    sa.Column("answer_id", ID, sa.ForeignKey("answers.id", ondelete="CASCADE"), primary_key=True),
    *neighbour_columns(),
)

# What is to be done to messages of the bot's own, because something was forgotten. Written with the
# forgetting itself, so that no restart loses it. A second reason for the same gets a new id: the
# first may be under way already.
errands = sa.Table(
    "errands",
    metadata,
    sa.Column("id", ID, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("guild_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("channel_id", sa.BigInteger, nullable=False),
    sa.Column("message_id", sa.BigInteger, nullable=False),
    sa.Column("post_id", sa.BigInteger),
    sa.Index(None, "message_id", "kind", unique=True),
    sqlite_autoincrement=True,
)

# Long work that outlives a restart.
jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("id", ID, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("guild_id", sa.BigInteger, nullable=False),
    sa.Column("channel_id", sa.BigInteger, nullable=False),
    sa.Column("asker_id", sa.BigInteger, nullable=False, index=True),
    sa.Column("notice_channel_id", sa.BigInteger, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("progress", sa.Float, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("cursor", sa.Text, nullable=False),
    sa.Column("notice", sa.BigInteger),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    *claim_columns(),
    sa.Index(None, "guild_id", "id"),
    sa.Index(None, "kind", "state"),
    sqlite_autoincrement=True,
)

# What an admin was told once about a channel.
notices = sa.Table(
    "notices",
    metadata,
    sa.Column("guild_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("channel_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.String(32), primary_key=True),
)

# Small facts about the bot itself.
states = sa.Table(
    "states",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
