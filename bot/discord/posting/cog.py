"""The cog that listens for posts, and for the click that asks for an answer in a quiet channel."""

import logging

import discord
from discord.ext import commands

from bot.discord.channels import MessageChannel
from bot.discord.face import Face
from bot.discord.posting.qualifying import should_tag
from bot.discord.standing import place_of
from bot.errors import UnavailableError
from bot.metrics import Stopwatch
from bot.posts import Mode

log = logging.getLogger(__name__)


class Posting(commands.Cog):
    """Answers posted images in channels where auto-tagging is on."""

    def __init__(self, face: Face) -> None:
        self._catalogue = face.catalogue
        self._intake = face.intake
        self._outbox = face.outbox
        self._metrics = face.service.metrics
        self._default: Mode = face.config.autotag.default
        self._reaction = face.config.discord.reaction

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """A message was posted."""
        if not isinstance(message.channel, MessageChannel) or not should_tag(message):
            return
        place = place_of(message.channel)
        mode = (await self._catalogue.guilds.settings(place.guild_id)).mode(place, self._default)
        if mode != "off":
            await self._intake.take(message, place, mode)

    @commands.Cog.listener()
    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        """Somebody clicked a reaction; in a quiet channel that asks for the answer."""
        if str(payload.emoji) != self._reaction or payload.member is None or payload.member.bot:
            return
        post = await self._catalogue.posts.get(payload.message_id)
        if post is None or post.state != "quiet":
            return
        guild = payload.member.guild
        channel = guild.get_channel_or_thread(payload.channel_id)
        if not isinstance(channel, MessageChannel):
            return
        watch = Stopwatch(self._metrics)
        try:
            state = await self._outbox.answer(channel, post, watch)
        except (discord.HTTPException, UnavailableError) as error:
            log.warning("post %d: the click could not be answered: %s", post.id, error)
            return
        log.info("post %d in channel %d: %s on a click (%s)", post.id, channel.id, state, watch)
