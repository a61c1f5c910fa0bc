"""The group ``/tag-admin`` itself, and what the handlers of its commands share.

Why a group that stands by itself: its commands are many, and each of the files beside this one
handles some of them.
"""

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord.face import Face
from bot.discord.jobs.boards import Boards
from bot.discord.translator import named

TAG_ADMIN = app_commands.Group(
    name=named("tag-admin", "タグ管理"),
    description=named("Decide about tags on this server", "このサーバーのタグを管理します"),
    guild_only=True,
    allowed_contexts=app_commands.AppCommandContext(guild=True),
    default_permissions=discord.Permissions(manage_guild=True),
)
# Of options that several commands have.
NAME = named("name", "名前")
OWN_TAG = named("One of this server's own tags", "このサーバーで教えたタグの名前")


class Handlers(commands.Cog):
    """Handlers of some of its commands: a part of the one cog that is loaded."""

    def __init__(self, client: discord.Client, face: Face) -> None:
        self._client = client
        self._face = face
        self._boards = Boards(client, face)
