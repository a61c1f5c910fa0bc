"""The cog that listens for posts, and for the click that asks for an answer in a quiet channel."""

import discord
from discord.ext import commands

from bot.discord.channels import MessageChannel
from bot.discord.face import Face
from bot.discord.posting.qualifying import should_tag
from bot.discord.standing import place_of
from bot.posts import Mode


class Posting(commands.Cog):
    """Answers posted images in channels where auto-tagging is on."""

    def __init__(self, face: Face) -> None:
        self._intake = face.intake
        self._default: Mode = face.config.autotag.default
        self._reaction = face.config.discord.reaction

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """A message was posted."""
        if not isinstance(message.channel, MessageChannel) or not should_tag(message):
            return
        await self._intake.hear(message, place_of(message.channel), self._default)

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """Somebody clicked a reaction; in a quiet channel that asks for the answer."""
        if str(payload.emoji) != self._reaction or payload.member is None or payload.member.bot:
            return
        channel = payload.member.guild.get_channel_or_thread(payload.channel_id)
        if not isinstance(channel, MessageChannel):
            return
        await self._intake.hear_click(payload.message_id, channel)
