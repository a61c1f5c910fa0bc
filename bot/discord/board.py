"""The message that shows how far something is that takes long: an import, a job."""

import logging

import discord

from bot.catalogue.guilds import Guilds
from bot.discord.channels import MessageChannel
from bot.discord.languages import language_of
from bot.discord.own import own_message
from bot.discord.trouble import TROUBLE
from bot.posts import Language

log = logging.getLogger(__name__)

# With these there is no such message any more, or none that the bot may touch.
FINAL = (discord.NotFound, discord.Forbidden)


def may_write(channel: object) -> bool:
    """Whether the bot may write where a command was given."""
    if not isinstance(channel, MessageChannel):
        return False
    allowed = channel.permissions_for(channel.guild.me)
    if isinstance(channel, discord.Thread):
        return allowed.view_channel and allowed.send_messages_in_threads and not channel.locked
    return allowed.view_channel and allowed.send_messages


async def board_language(client: discord.Client, guilds: Guilds, guild_id: int) -> Language:
    """In which language such a message is written: the guild's."""
    settings, guild = await guilds.settings(guild_id), client.get_guild(guild_id)
    return language_of(guild, settings) if guild else settings.language or "en"


class Board:
    """A message of the bot's own that is edited in place; what shows there is never essential."""

    def __init__(self, client: discord.Client, channel_id: int, message_id: int | None) -> None:
        self._client = client
        self._channel_id = channel_id
        self._message_id = message_id

    async def open(self, content: str, view: discord.ui.View | None = None) -> int | None:
        """Send the message.

        Returns:
            Its id; None: Discord did not take it, so there is no board.
        """
        channel = self._client.get_partial_messageable(self._channel_id)
        try:
            message = await channel.send(content, view=view or discord.ui.View())
            self._message_id = message.id
        except TROUBLE as error:
            log.info("channel %d: progress is not shown there: %s", self._channel_id, error)
        return self._message_id

    async def show(self, content: str, view: discord.ui.View | None) -> None:
        """Show something else; when the message is gone, nothing from then on."""
        if self._message_id is None:
            return
        message = own_message(self._client, self._channel_id, self._message_id)
        try:
            await message.edit(content=content, view=view)
        except FINAL as error:
            log.info("message %d: progress is not shown any more: %s", self._message_id, error)
            self._message_id = None
        except TROUBLE as error:
            log.warning("message %d: progress could not be shown: %s", self._message_id, error)
