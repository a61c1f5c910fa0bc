"""What the bot may reach: lookups that refuse as Discord does."""

from typing import TYPE_CHECKING

from tests.bot.discord.standin.errors import (
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    UNKNOWN_CHANNEL,
    UNKNOWN_GUILD,
    UNKNOWN_MESSAGE,
)
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.permissions import P, in_channel

if TYPE_CHECKING:
    from tests.bot.discord.standin.server import StandIn
    from tests.bot.discord.standin.world import Channel, Guild


def reach_guild(standin: "StandIn", guild_id: int) -> "Guild":
    """A guild that the bot is in."""
    guild = standin.world.guilds.get(guild_id)
    if guild is None or not guild.has_bot:
        raise UNKNOWN_GUILD
    if not guild.available:
        raise MISSING_ACCESS
    return guild


def reach_channel(standin: "StandIn", channel_id: int) -> "Channel":
    """A channel that the bot may see."""
    channel = standin.world.channel(channel_id)
    if channel is None:
        raise UNKNOWN_CHANNEL
    if channel.guild is not None and not channel.guild.bot_sees(channel):
        raise MISSING_ACCESS
    return channel


def require(channel: "Channel", *permissions: P) -> None:
    """Refuse what the bot has no permission for; direct messages ask for none."""
    if channel.guild is None:
        return
    granted = in_channel(channel.guild.me, channel)
    if any(not granted & one for one in permissions):
        raise MISSING_PERMISSIONS


def may(channel: "Channel", permission: P) -> bool:
    """Whether the bot has a permission in a channel."""
    return channel.guild is None or bool(in_channel(channel.guild.me, channel) & permission)


def reach_message(channel: "Channel", message_id: int) -> Message:
    """A message that still exists."""
    message = channel.message(message_id)
    if message is None:
        raise UNKNOWN_MESSAGE
    return message
