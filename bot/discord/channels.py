"""Which channels of a guild hold messages, themselves or in their threads."""

import discord

from bot.errors import UnavailableError

MessageChannel = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
PostChannel = MessageChannel | discord.ForumChannel


async def as_it_is_now(channel: MessageChannel) -> MessageChannel | None:
    """A channel with what is known by now of it and of its guild; None: it holds none any more.

    A new session makes every object anew; who holds an old one sees the permissions of its time.

    Raises:
        UnavailableError: If its guild is away.
        discord.NotFound: If it is gone.
    """
    guild = channel.guild._state._get_guild(channel.guild.id)
    if guild is None or guild.unavailable:
        raise UnavailableError(f"The guild {channel.guild.id} is away.")
    found = guild.get_channel_or_thread(channel.id)
    if found is None:
        found = await guild.fetch_channel(channel.id)  # a thread that was archived
    return found if isinstance(found, MessageChannel) else None
