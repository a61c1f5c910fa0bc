"""Shards: Discord spreads a bot's guilds over them, and a process of the bot has some of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shards:
    """Some of the shards that Discord spreads a bot's guilds over.

    Attributes:
        first: The first one; 0 also gets direct messages.
        last: The last one.
        count: How many there are in all; the same for all processes of a bot.
    """

    first: int
    last: int
    count: int

    @property
    def ids(self) -> range:
        """Their numbers."""
        return range(self.first, self.last + 1)

    @property
    def is_all(self) -> bool:
        """Whether there are no others."""
        return len(self.ids) == self.count

    def owns(self, guild_id: int) -> bool:
        """Whether a guild is on one of them; 0, the local channel, counts as one on the first."""
        return (guild_id >> 22) % self.count in self.ids

    def __str__(self) -> str:
        return f"{self.first}-{self.last}/{self.count}"


ALL_SHARDS = Shards(0, 0, 1)
"""However many Discord asks for."""
