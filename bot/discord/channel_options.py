"""Channels as options of commands: every kind in which images are posted, threads included.

Why not discord.py's own: it knows the channels in its cache alone, and an archived thread is in
none, so that naming one would end in "not understood".
"""

from typing import Any

import discord
from discord import AppCommandOptionType, ChannelType, app_commands

from bot.discord.channels import PostChannel
from bot.discord.errors import RefusalError
from bot.texts import Text

Named = app_commands.AppCommandChannel | app_commands.AppCommandThread

UNSEEN = Text(
    en="I cannot see <#{channel}>. Give my role the permission **View Channel** there.",
    ja="<#{channel}> がボットから見えません。"
    "ボットのロールに「チャンネルを見る」権限を付けてください。",
)


class PostChannels(app_commands.Transformer):
    """Offers the channels in which images are posted; ``found`` makes one of what was chosen."""

    @property
    def type(self) -> AppCommandOptionType:
        """A channel."""
        return AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[ChannelType]:
        """All that Discord's description has for options, but categories and directories."""
        return [
            ChannelType.text,
            ChannelType.news,
            ChannelType.voice,
            ChannelType.stage_voice,
            ChannelType.forum,
            ChannelType.public_thread,
            ChannelType.private_thread,
            ChannelType.news_thread,
        ]

    async def transform(
        self,
        interaction: discord.Interaction,  # noqa: ARG002 - discord.py hands it over
        value: Any,  # noqa: ANN401 - as discord.py declares it
        /,
    ) -> Any:  # noqa: ANN401 - the same
        """What Discord says of the channel, as it is."""
        return value


ChannelOption = app_commands.Transform[Named, PostChannels]


async def found(option: Named) -> PostChannel:
    """The channel that a person chose.

    Raises:
        RefusalError: If the bot cannot see it.
    """
    channel = option.resolve()
    if channel is None:
        try:
            channel = await option.fetch()
        except (discord.NotFound, discord.Forbidden) as error:
            raise RefusalError(UNSEEN, channel=option.id) from error
    if not isinstance(channel, PostChannel):
        raise RefusalError(UNSEEN, channel=option.id)
    return channel
