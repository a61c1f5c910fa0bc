"""What guilds chose: language, thresholds, tags, and where the bot answers.

Why it is kept in memory too: every message in every channel asks whether the bot answers there.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.catalogue import tables
from bot.catalogue.database import Database, Part, announce, insert_new, put
from bot.catalogue.engines import ANYTHING
from bot.catalogue.removing import remove_tags_of
from bot.posts import ChannelMode, GuildSettings, Language, Mode
from bot.tags.rules import TagRules


class Unchanged(Enum):
    """Says of an argument whose None has a meaning that it was left out."""

    UNCHANGED = "unchanged"


_CHANGED = "choices of guild "
UNCHANGED: Final = Unchanged.UNCHANGED

# Everything that belongs to a guild as such; its posts are forgotten with their illustrations.
_OF_GUILDS = (
    tables.guilds,
    tables.channels,
    tables.guild_tags,
    tables.taught_tags,
    tables.notices,
    tables.jobs,
    tables.answers,
    tables.errands,
)


class Guilds(Part):
    """The choices of guilds."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._known: dict[int, GuildSettings] = {}
        self._changes = 0
        database.on_news(self._hear)

    async def settings(self, guild_id: int) -> GuildSettings:
        """What a guild chose; of one that chose nothing, what holds everywhere."""
        known = self._known.get(guild_id)
        if known is None:
            changes = self._changes
            async with self._database.reading() as connection:
                known = await _read(connection, guild_id)
            # What was written meanwhile may be missing in what was read.
            if changes == self._changes:
                self._known[guild_id] = known
        return known

    async def known(self) -> set[int]:
        """Every guild about which anything but posts is kept."""
        everyone = sa.union(*(sa.select(table.c.guild_id) for table in _OF_GUILDS))
        async with self._database.reading() as connection:
            return set(await connection.scalars(everyone))

    async def set_language(self, guild_id: int, language: Language | Literal[""]) -> None:
        """Choose the language of public replies; empty: the guild's own locale decides."""
        await self._choose(guild_id, {"language": language})

    async def set_threshold(self, guild_id: int, threshold: float | None) -> None:
        """Choose from which score on tags count; None: as the bundle has it."""
        await self._choose(guild_id, {"threshold": threshold})

    async def set_mode(
        self,
        guild_id: int,
        channel_id: int,
        mode: Mode,
        changed_by: int,
        changed_at: datetime | None = None,
    ) -> None:
        """Choose whether the bot answers in a channel, from a moment on; None: from now on."""
        row = {
            "guild_id": guild_id,
            "channel_id": channel_id,
            "mode": mode,
            "changed_at": changed_at or datetime.now(UTC),
            "changed_by": changed_by,
        }
        async with self._database.writing() as connection:
            announce_choice(connection, guild_id)
            await put(connection, tables.channels, [row])

    async def set_tag(
        self,
        guild_id: int,
        name: str,
        *,
        hidden: bool | None = None,
        alias: str | None = None,
        threshold: float | Unchanged | None = UNCHANGED,
    ) -> None:
        """Change a guild's rules on a tag; what is left out stays as it is.

        Args:
            guild_id: The guild.
            name: The tag.
            hidden: Whether it never shows there.
            alias: What it is called there; empty: by its own name.
            threshold: From which score on it counts there; None: like every other tag.
        """
        table = tables.guild_tags
        changes: dict[str, Any] = {}
        if hidden is not None:
            changes["hidden"] = hidden
        if alias is not None:
            changes["alias"] = alias
        if threshold is not UNCHANGED:
            changes["threshold"] = threshold
        fresh = {
            "guild_id": guild_id,
            "name": name,
            "hidden": False,
            "alias": "",
            "threshold": None,
        }
        of_tag = (table.c.guild_id == guild_id) & (table.c.name == name)
        without_rules = (
            table.c.hidden.is_(False) & (table.c.alias == "") & table.c.threshold.is_(None)
        )
        async with self._database.writing() as connection:
            announce_choice(connection, guild_id)
            await insert_new(connection, table, [fresh])
            if changes:
                await connection.execute(sa.update(table).where(of_tag).values(changes))
            await connection.execute(sa.delete(table).where(of_tag, without_rules))

    async def forget_channel(self, guild_id: int, channel_id: int) -> None:
        """Forget what was chosen, told and answered in a channel that is gone; its posts stay."""
        async with self._database.forgetting() as connection:
            announce_choice(connection, guild_id)
            for table in (tables.channels, tables.notices, tables.answers):
                there = table.c.channel_id == channel_id
                if "parent_id" in table.c:
                    there |= table.c.parent_id == channel_id
                await connection.execute(
                    sa.delete(table).where(table.c.guild_id == guild_id, there)
                )

    async def forget(self, guild_id: int) -> None:
        """Forget everything about a guild that the bot has left, except its posts.

        Errands too: where the bot is not, it can do none.
        """
        async with self._database.forgetting() as connection:
            announce_choice(connection, guild_id)
            await remove_tags_of(connection, guild_id)
            for table in _OF_GUILDS:
                await connection.execute(sa.delete(table).where(table.c.guild_id == guild_id))

    async def _choose(self, guild_id: int, changes: Mapping[str, Any]) -> None:
        table = tables.guilds
        fresh = {"guild_id": guild_id, "language": "", "threshold": None}
        async with self._database.writing() as connection:
            announce_choice(connection, guild_id)
            await insert_new(connection, table, [fresh])
            await connection.execute(
                sa.update(table).where(table.c.guild_id == guild_id).values(changes)
            )

    def _hear(self, news: str) -> None:
        """What a guild chose was changed: here, by another part of the catalogue or process."""
        if news == ANYTHING:
            self._changes += 1
            self._known.clear()
        elif news.startswith(_CHANGED):
            self._changes += 1
            self._known.pop(int(news.removeprefix(_CHANGED)), None)


def announce_choice(connection: AsyncConnection, guild_id: int) -> None:
    """Have everybody know, once a transaction is through, that it changed what a guild chose."""
    announce(connection, f"{_CHANGED}{guild_id}")


async def _read(connection: AsyncConnection, guild_id: int) -> GuildSettings:
    guilds, channels, tags = tables.guilds, tables.channels, tables.guild_tags
    found = await connection.execute(sa.select(guilds).where(guilds.c.guild_id == guild_id))
    chosen = found.one_or_none()
    modes = await connection.execute(sa.select(channels).where(channels.c.guild_id == guild_id))
    rules = (await connection.execute(sa.select(tags).where(tags.c.guild_id == guild_id))).all()
    return GuildSettings(
        language="" if chosen is None else chosen.language,
        rules=TagRules(
            hidden=frozenset(row.name for row in rules if row.hidden),
            aliases={row.name: row.alias for row in rules if row.alias},
            thresholds={row.name: row.threshold for row in rules if row.threshold is not None},
            threshold=None if chosen is None else chosen.threshold,
        ),
        modes={
            row.channel_id: ChannelMode(row.mode, row.changed_at, row.changed_by) for row in modes
        },
    )
