"""Who runs the bot: the owner of the application, or its team."""

import discord
from discord.ext import commands

from bot.discord.errors import RefusalError
from bot.texts import Text

OPERATOR_ONLY = Text(
    en="Only the operator of this bot can do that: the owner of its application, or its team.",
    ja="この操作ができるのは、ボットの運営者（アプリケーションの所有者かそのチーム）だけです。",
)


async def is_operator(interaction: discord.Interaction) -> bool:
    """Whether the person who asks runs the bot; acknowledge before: Discord may be asked.

    Raises:
        discord.HTTPException: If Discord does not say.
    """
    client = interaction.client
    return isinstance(client, commands.AutoShardedBot) and await client.is_owner(interaction.user)


async def require_operator(interaction: discord.Interaction) -> None:
    """Let nobody but the operator on.

    Raises:
        RefusalError: If the person who asks is somebody else.
    """
    if not await is_operator(interaction):
        raise RefusalError(OPERATOR_ONLY)
