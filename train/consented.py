"""What of a catalogue may be learnt from, and what people say is on it.

An illustration may be learnt from when its author consents now, when an admin handed it in as an
example, or when it is of the local channel, where the person at the keyboard is everyone. Its tags
are those that came with it and those that people marked as right; nothing that the bot itself said
is among them. A guild's own tags exist in that guild alone, so marks on them count only once the
operator has promoted the tag (or in the local channel): a bundle speaks to every guild.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from train.catalogue import Tables, read_catalogue

LOCAL_GUILD = 0


@dataclass(frozen=True)
class Consented:
    """An illustration that may be learnt from.

    Attributes:
        thumbnail: The key of its thumbnail.
        post_id: The post that it came with; None: none.
        tags: English names, as people and datasets gave them.
        tags_ja: Japanese names.
    """

    id: int
    thumbnail: str
    post_id: int | None
    tags: tuple[str, ...]
    tags_ja: tuple[str, ...]


@dataclass(frozen=True)
class Snapshot:
    """Everything that may be learnt from, as of one moment.

    Attributes:
        illustrations: N of them, oldest first.
        embeddings: (N, D) float32 of the encoder that has embedded the most; NaN where it has not
            embedded one.
    """

    illustrations: tuple[Consented, ...]
    embeddings: NDArray[np.float32]


@dataclass(frozen=True)
class Verdicts:
    """What people said of one tag of one illustration."""

    right: int = 0
    wrong: int = 0
    by_teacher: bool = False

    def with_(self, right: bool, by_teacher: bool) -> "Verdicts":  # noqa: FBT001 - a table's row
        """Count one more; where teachers spoke, only they count."""
        if by_teacher != self.by_teacher and self.by_teacher:
            return self
        before = self if by_teacher == self.by_teacher else Verdicts(by_teacher=True)
        return Verdicts(before.right + right, before.wrong + (not right), by_teacher)


def read_consented(catalogue: str) -> Snapshot:
    """Read a catalogue, in one moment and without changing anything in it.

    Args:
        catalogue: Its URL, or the file of a SQLite database.

    Raises:
        DatasetError: If there is none, or it is none of this version.
    """
    return read_catalogue(catalogue, _snapshot)


def consented_ids(catalogue: str) -> set[int]:
    """Which illustrations may be learnt from now.

    Raises:
        DatasetError: As ``read_consented``.
    """

    def ids(connection: sa.Connection, tables: Tables) -> set[int]:
        return set(connection.scalars(sa.select(_chosen(tables).c.id)))

    return read_catalogue(catalogue, ids)


def _snapshot(connection: sa.Connection, tables: Tables) -> Snapshot:
    chosen = _chosen(tables)
    rows = connection.execute(sa.select(chosen).order_by(chosen.c.id)).all()
    names = _names(connection, tables, chosen)
    illustrations = tuple(
        Consented(
            row.id,
            row.thumbnail,
            row.post_id,
            tuple(name for name, name_ja in names[row.id].items() if name != name_ja),
            tuple(dict.fromkeys(name_ja for name_ja in names[row.id].values() if name_ja)),
        )
        for row in rows
    )
    return Snapshot(illustrations, _embeddings(connection, tables, chosen))


def _chosen(tables: Tables) -> sa.Subquery:
    """The illustrations that may be learnt from: id, guild, thumbnail and post."""
    table, attachments, posts = tables["illustrations"], tables["attachments"], tables["posts"]
    consents, handed_in = tables["consents"], tables["handed_in"]
    return (
        sa.select(table.c.id, table.c.guild_id, table.c.thumbnail, attachments.c.post_id)
        .outerjoin(attachments, attachments.c.illustration_id == table.c.id)
        .outerjoin(posts, posts.c.id == attachments.c.post_id)
        .outerjoin(consents, consents.c.user_id == posts.c.author_id)
        .outerjoin(handed_in, handed_in.c.illustration_id == table.c.id)
        .where(
            sa.or_(
                table.c.guild_id == LOCAL_GUILD,
                consents.c.user_id.is_not(None),
                handed_in.c.illustration_id.is_not(None),
            )
        )
        .subquery()
    )


def _names(
    connection: sa.Connection, tables: Tables, chosen: sa.Subquery
) -> defaultdict[int, dict[str, str]]:
    """Of each illustration its tags, each with its Japanese name (or an empty one)."""
    given = tables["given_tags"]
    named: defaultdict[int, dict[str, str]] = defaultdict(dict)
    statement = (sa.select(given).join(chosen, chosen.c.id == given.c.illustration_id)).order_by(
        given.c.illustration_id, given.c.rank
    )
    for row in connection.execute(statement):
        named[row.illustration_id][row.name] = row.name_ja
    japanese = _japanese(connection, tables)
    for (id_, guild_id, name), verdicts in _verdicts(connection, tables, chosen).items():
        if verdicts.right > verdicts.wrong:
            known = japanese.get((guild_id, name)) or japanese.get((None, name), "")
            named[id_].setdefault(name, known)
        elif verdicts.wrong > verdicts.right:
            named[id_].pop(name, None)
    return named


def _verdicts(
    connection: sa.Connection, tables: Tables, chosen: sa.Subquery
) -> dict[tuple[int, int, str], Verdicts]:
    """What people said, by illustration, guild and tag; own tags of guilds are left out."""
    marks, taught = tables["marks"], tables["taught_tags"]
    own = sa.exists().where(
        taught.c.guild_id == chosen.c.guild_id,
        taught.c.guild_id != LOCAL_GUILD,
        taught.c.name == marks.c.name,
        taught.c.promoted.is_(False),
    )
    statement = (
        sa.select(marks, chosen.c.guild_id)
        .join(chosen, chosen.c.id == marks.c.illustration_id)
        .where(~own)
        .order_by(marks.c.illustration_id, marks.c.name, marks.c.user_id)
    )
    found: defaultdict[tuple[int, int, str], Verdicts] = defaultdict(Verdicts)
    for row in connection.execute(statement):
        key = (row.illustration_id, row.guild_id, row.name)
        found[key] = found[key].with_(row.right, row.by_teacher)
    return found


def _japanese(connection: sa.Connection, tables: Tables) -> dict[tuple[int | None, str], str]:
    """Japanese names of tags, by guild where it taught them itself; only names are read here."""
    scored, marks, taught = tables["scored_tags"], tables["marks"], tables["taught_tags"]
    marked = sa.select(marks.c.name).distinct()
    known = sa.select(scored.c.name, scored.c.name_ja).where(scored.c.name.in_(marked)).distinct()
    names: dict[tuple[int | None, str], str] = {
        (None, row.name): row.name_ja for row in connection.execute(known) if row.name_ja
    }
    for row in connection.execute(sa.select(taught)):
        names[row.guild_id, row.name] = row.name_ja
    return names


def _embeddings(
    connection: sa.Connection, tables: Tables, chosen: sa.Subquery
) -> NDArray[np.float32]:
    table = tables["embeddings"]
    most = connection.execute(
        sa.select(table.c.encoder_id)
        .group_by(table.c.encoder_id)
        .order_by(sa.func.count().desc(), table.c.encoder_id)
        .limit(1)
    ).scalar()
    of_encoder = sa.and_(table.c.illustration_id == chosen.c.id, table.c.encoder_id == most)
    statement = sa.select(table.c.vector).select_from(chosen.outerjoin(table, of_encoder))
    vectors = [
        None if vector is None else np.frombuffer(vector, np.float32)
        for vector in connection.scalars(statement.order_by(chosen.c.id))
    ]
    width = next((len(vector) for vector in vectors if vector is not None), 0)
    missing = np.full(width, np.nan, np.float32)
    lines = [missing if vector is None else vector for vector in vectors]
    return np.array(lines, np.float32).reshape(len(lines), width)
