"""Reading in a channel's history what was posted and clicked there without the bot."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import discord

from bot.discord.catching_up.deciding import missed_since
from bot.discord.channels import MessageChannel
from bot.discord.face import Face
from bot.discord.posting.qualifying import should_tag
from bot.discord.standing import place_of


@dataclass
class Missed:
    """An absence.

    Attributes:
        since: When it began; None: the bot was never there before.
        taken: How many posts of that time were taken on so far.
    """

    since: datetime | None
    taken: int = 0


class Reading:
    """Takes on what was missed."""

    def __init__(self, face: Face) -> None:
        self._posts = face.catalogue.posts
        self._guilds = face.catalogue.guilds
        self._intake = face.intake
        self._clock = face.clock
        self._default = face.config.autotag.default
        self._reaction = face.config.discord.reaction
        self._at_most = timedelta(minutes=face.config.discord.catch_up_minutes)

    async def read(self, channel: MessageChannel, missed: Missed) -> None:
        """Take on what was posted in a channel without the bot."""
        place, now = place_of(channel), self._clock.now()
        settings = await self._guilds.settings(place.guild_id)
        mode = settings.mode(place, self._default)
        chosen = settings.chosen(place)
        since = missed_since(
            missed.since, now, self._at_most, chosen.changed_at if chosen else None
        )
        if mode == "off" or since is None:
            return
        # What was posted before the bot was invited is none of its business.
        since = max(since, channel.guild.me.joined_at or since)
        # In a quiet channel older posts may have been clicked meanwhile.
        read_from = now - self._at_most if mode == "quiet" else since
        after = discord.Object(discord.utils.time_snowflake(read_from))
        if (channel.last_message_id or 0) < after.id:
            return  # nothing was posted there since
        async for message in channel.history(limit=None, after=after, oldest_first=True):
            if not should_tag(message):
                continue
            if message.created_at >= since and await self._intake.take(message, place, mode):
                missed.taken += 1
            elif self._was_clicked(message) and await self._posts.ask(message.id):
                self._intake.go_on(message, "reply")

    def _was_clicked(self, message: discord.Message) -> bool:
        """Whether somebody beside the bot has asked for the answer."""
        return any(
            str(one.emoji) == self._reaction and one.count - one.me > 0 for one in message.reactions
        )


def channels_of(guild: discord.Guild) -> list[MessageChannel]:
    """The channels and open threads of a guild that hold messages."""
    return [
        *guild.text_channels,
        *guild.voice_channels,
        *guild.stage_channels,
        *guild.threads,
    ]
