"""When something was done last for each shard, kept in the catalogue.

Why for each shard and not for the bot: of several processes each knows its own shards alone. And
how many there are is a part of the name: with another number each has other guilds.
"""

from datetime import datetime

import discord

from bot.catalogue.state import State


class Moments:
    """A moment for each shard."""

    def __init__(self, client: discord.AutoShardedClient, state: State, what: str) -> None:
        """Nothing is read yet.

        Args:
            client: Knows how many shards there are.
            state: Keeps them.
            what: What was done.
        """
        self._client = client
        self._state = state
        self._what = f"{what}:"

    async def get(self, shard_id: int) -> datetime | None:
        """When it was done last for the guilds of a shard, or earlier; None: never.

        Where the number of shards has changed since, nobody knows which of them had these guilds:
        then it is the earliest moment of all.
        """
        noted = await self._state.get(self._key(shard_id))
        if noted is not None:
            return datetime.fromisoformat(noted)
        others = await self._state.starting_with(self._what)
        moments = [
            datetime.fromisoformat(value)
            for key, value in others.items()
            if not key.endswith(f"/{self._count}")
        ]
        return min(moments, default=None)

    async def put(self, shard_id: int, moment: datetime) -> None:
        """Note that it was done for the guilds of a shard."""
        await self._state.put(self._key(shard_id), moment.isoformat())

    @property
    def _count(self) -> int:
        return self._client.shard_count or 1

    def _key(self, shard_id: int) -> str:
        return f"{self._what}{shard_id}/{self._count}"
