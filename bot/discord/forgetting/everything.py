"""Everything that is kept of a channel or of a guild goes."""

import logging

from bot.discord.face import Face

log = logging.getLogger(__name__)


async def forget_channel(face: Face, guild_id: int, channel_id: int) -> None:
    """Forget a channel with its threads, or a thread."""
    ids = await face.catalogue.posts.ids_of(guild_id=guild_id, channel_id=channel_id)
    gone = await face.library.forget_posts(ids)
    await face.catalogue.guilds.forget_channel(guild_id, channel_id)
    if gone:
        log.info("channel %d is gone: %d illustrations forgotten", channel_id, gone)


async def forget_guild(face: Face, guild_id: int) -> None:
    """Forget a guild that the bot is not in any more."""
    ids = await face.catalogue.posts.ids_of(guild_id=guild_id)
    gone = await face.library.forget_posts(ids)
    await face.catalogue.guilds.forget(guild_id)
    await face.teaching.left(guild_id)
    log.info("guild %d was left: %d illustrations forgotten", guild_id, gone)
