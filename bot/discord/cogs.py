"""Every cog of the bot, built from the parts of the face."""

import discord
from discord.ext import commands

from bot.discord.catching_up.checking import Checking
from bot.discord.catching_up.cog import CatchingUp
from bot.discord.face import Face
from bot.discord.forgetting.cog import Forgetting
from bot.discord.forgetting.errands import Errands
from bot.discord.posting.cog import Posting


def make_cogs(client: discord.AutoShardedClient, face: Face) -> list[commands.Cog]:
    """One of each: what is posted, what is deleted, what was missed, what is asked."""
    return [
        Posting(face),
        Forgetting(client, face),
        Errands(client, face),
        CatchingUp(client, face),
        Checking(client, face),
    ]
