"""Telling an admin, once, that the bot cannot do what was asked of it in a channel.

A channel without permissions would otherwise fill the log with the same line, and those who could
change it do not read the log.
"""

import logging
from collections.abc import Sequence

import discord

from bot.catalogue import Catalogue
from bot.discord.channels import PostChannel
from bot.discord.languages import language_of
from bot.discord.permissions import READING, permission_names
from bot.places import Place
from bot.posts import Mode
from bot.texts import Text

log = logging.getLogger(__name__)

MISSING = Text(
    en=(
        "I should answer images in <#{channel}> ({guild}), but I lack permissions there: "
        "**{permissions}**. Give them to my role in the channel's settings, or turn me off there "
        "with `/settings autotag`. I will not mention it again."
    ),
    ja=(
        "{guild} の <#{channel}> で画像に返信する設定になっていますが、ボットの権限が足りません："
        "{permissions}。チャンネルの設定でボットのロールに権限を付けるか、"
        "`/設定 自動タグ付け` でオフにしてください。このお知らせは一度だけです。"
    ),
)
NEEDED: dict[Mode, tuple[str, ...]] = {
    "off": (),
    "quiet": (*READING, "add_reactions"),
    "reply": (*READING, "send_messages", "embed_links", "attach_files"),
}


def missing_permissions(channel: PostChannel, mode: Mode) -> list[str]:
    """What the bot lacks in a channel for what it is to do there, in Discord's own words."""
    allowed, needed = channel.permissions_for(channel.guild.me), NEEDED[mode]
    if isinstance(channel, discord.ForumChannel):
        # Its own ``permissions_for`` is about opening posts; answers stand in their threads.
        allowed = discord.abc.GuildChannel.permissions_for(channel, channel.guild.me)
    if isinstance(channel, discord.Thread | discord.ForumChannel):
        in_threads = {"send_messages": "send_messages_in_threads"}
        needed = tuple(in_threads.get(one, one) for one in needed)
    return [one for one in needed if not getattr(allowed, one)]


class Noticing:
    """Tells admins what is missing."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def missing(self, guild: discord.Guild, place: Place, permissions: Sequence[str]) -> None:
        """Tell that permissions are missing where a post stands; the first time only."""
        # Threads have the permissions of their channel: one word for all of them.
        channel_id = place.parent_id or place.channel_id
        if not await self._catalogue.notices.told(guild.id, channel_id, "permissions"):
            return
        log.warning(
            "guild %d, channel %d: I lack %s; posts there stay unanswered until that changes",
            guild.id,
            place.channel_id,
            permission_names(permissions, "en"),
        )
        settings = await self._catalogue.guilds.settings(guild.id)
        chosen = settings.chosen(place)
        admin_id = (chosen and chosen.changed_by) or guild.owner_id or 0
        language = language_of(guild, settings)
        text = MISSING(
            language,
            channel=place.channel_id,
            guild=discord.utils.escape_markdown(guild.name),
            permissions=permission_names(permissions, language),
        )
        try:
            admin = await guild.fetch_member(admin_id)
            await admin.send(text)
        except discord.HTTPException as error:
            log.warning("guild %d: its admin cannot be told (%s)", guild.id, error)
