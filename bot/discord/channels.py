"""Which channels of a guild hold messages, themselves or in their threads."""

import discord

from bot.errors import UnavailableError

MessageChannel = discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
PostChannel = MessageChannel | discord.ForumChannel


async def channel_of(
    guild: discord.Guild, channel_id: int
) -> discord.abc.GuildChannel | discord.Thread:
    """A channel or thread by its number, also a thread that was archived and is in no cache.

    Raises:
        discord.HTTPException: If it is gone, or the bot may not know of it.
        discord.InvalidData: If it is of a kind that the library does not know.
    """
    return guild.get_channel_or_thread(channel_id) or await guild.fetch_channel(channel_id)


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
    found = await channel_of(guild, channel.id)
    return found if isinstance(found, MessageChannel) else None
