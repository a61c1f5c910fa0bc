"""The cog that carries out what a deletion leaves to do on Discord.

The catalogue notes these errands in the transaction that forgets, so none is lost to a kill: the
bot's own reply goes, and whatever showed something that was forgotten is rendered without it.
What cannot be done now is put off, and holds up nothing else.
"""

import logging
import time

import discord
from discord.ext import commands, tasks

from bot.catalogue import Errand
from bot.discord.face import Face
from bot.discord.own import own_message
from bot.discord.trouble import TROUBLE, passes, says_that_it_is_gone

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
# An errand is put off for so long when Discord is in trouble, and all of a channel when the bot has
# no access there: others see the messages, and the bot may be let in again.
TROUBLE_SECONDS = 5.0
NO_ACCESS_SECONDS = 3600.0


class Errands(commands.Cog):
    """Deletes replies and renders them again."""

    def __init__(self, client: discord.Client, face: Face) -> None:
        self._client = client
        self._face = face
        self._catalogue = face.catalogue
        # By errand, or by channel.
        self._put_off_until: dict[int, float] = {}

    async def cog_load(self) -> None:
        """Begin."""
        self._run.start()

    async def cog_unload(self) -> None:
        """End; what is left is noted in the catalogue."""
        self._run.cancel()

    @tasks.loop(seconds=LOOK_SECONDS)
    async def _run(self) -> None:
        try:
            now = time.monotonic()
            put_off = {key: until for key, until in self._put_off_until.items() if until > now}
            self._put_off_until = put_off
            for errand in await self._catalogue.errands.pending():
                guild = self._client.get_guild(errand.guild_id)
                # Without: another process's errand, or one for later.
                if guild is None or guild.unavailable:
                    continue
                if errand.id in put_off or errand.channel_id in put_off:
                    continue
                if not await self._try(guild, errand):
                    return  # one request in trouble is enough for now
        except Exception:
            log.exception("errands: an unexpected error; trying again")

    async def _try(self, guild: discord.Guild, errand: Errand) -> bool:
        """Carry an errand out, or put it off; whether Discord was not in trouble."""
        try:
            await self._carry_out(guild, errand)
        except TROUBLE as error:
            if passes(error):
                self._put_off(errand.id, TROUBLE_SECONDS)
                log.warning("message %d: %s; trying again", errand.message_id, error)
                return False
            if isinstance(error, discord.Forbidden):
                self._put_off(errand.channel_id, NO_ACCESS_SECONDS)
                log.warning("channel %d: %s; trying again later", errand.channel_id, error)
                return True
            log.info("message %d: nothing left to do there (%s)", errand.message_id, error)
        await self._catalogue.errands.done(errand.id)
        return True

    def _put_off(self, key: int, seconds: float) -> None:
        self._put_off_until[key] = time.monotonic() + seconds

    @_run.before_loop
    async def _until_ready(self) -> None:
        await self._client.wait_until_ready()

    async def _carry_out(self, guild: discord.Guild, errand: Errand) -> None:
        message = own_message(self._client, errand.channel_id, errand.message_id)
        if errand.kind == "delete":
            await message.delete()
            return
        try:
            await self._render(guild, message, errand.post_id)
        except Exception as error:
            if says_that_it_is_gone(error) or (isinstance(error, TROUBLE) and passes(error)):
                raise
            # It cannot be changed (its thread is archived, say), or not be made anew (a moderator
            # has hidden its embeds): then it goes as a whole.
            log.warning("message %d cannot be edited (%r); deleting it", message.id, error)
            await message.delete()

    async def _render(
        self, guild: discord.Guild, message: discord.PartialMessage, post_id: int | None
    ) -> None:
        if post_id is None:
            await self._face.public_answers.render_again(guild, message)
            return
        post = await self._catalogue.posts.get(post_id)
        if post is not None and post.reply_id == message.id:
            await self._face.outbox.render_again(guild, post, message)
