"""Sending the answer to a post, or the reaction that stands for it in a quiet channel."""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import discord

from bot.catalogue import Catalogue
from bot.discord.channels import MessageChannel, as_it_is_now
from bot.discord.languages import language_of
from bot.discord.noticing import Noticing, missing_permissions
from bot.discord.posting.answering import Answering
from bot.discord.trouble import says_that_it_is_gone
from bot.metrics import Metrics, Stopwatch
from bot.posts import Language, Mode, Post, PostState

log = logging.getLogger(__name__)

Buttons = Callable[[Post, Language], discord.ui.View]
UNKNOWN_REFERENCE = 50035  # "Invalid Form Body": the message that is replied to is gone
NEVER = datetime.min.replace(tzinfo=UTC)


class Outbox:
    """Delivers what there is to say about a post, once."""

    def __init__(
        self,
        catalogue: Catalogue,
        answering: Answering,
        noticing: Noticing,
        buttons: Buttons,
        metrics: Metrics,
        *,
        reaction: str,
    ) -> None:
        self._catalogue = catalogue
        self._answering = answering
        self._noticing = noticing
        self._buttons = buttons
        self._metrics = metrics
        self._reaction = reaction

    async def deliver(
        self, message: discord.Message, post: Post, mode: Mode, watch: Stopwatch
    ) -> PostState:
        """Answer a post or react to it, as its channel has it.

        Returns:
            How the post was settled.

        Raises:
            discord.HTTPException: If Discord does not take it; the post is as it was.
            UnavailableError: If the guild or inference is away; the same.
        """
        channel: MessageChannel | None = None
        if isinstance(message.channel, MessageChannel):
            channel = await as_it_is_now(message.channel)
        if channel is None or mode == "off":
            return await self._settle(post, "silent")
        if missing := missing_permissions(channel, mode):
            await self._noticing.missing(channel.guild, post.place, missing)
            return await self._settle(post, "silent")
        if mode == "quiet":
            await message.add_reaction(self._reaction)
            return await self._settle(post, "quiet")
        return await self._answer(channel, post, watch)

    async def render_again(
        self, guild: discord.Guild, post: Post, reply: discord.PartialMessage
    ) -> None:
        """Say again what is said about a post, without what was forgotten since.

        Args:
            guild: Where.
            post: As it stands now.
            reply: The bot's own message.

        Raises:
            discord.HTTPException: If Discord does not take it.
        """
        if not post.attachments:
            # The message first: were it noted as gone and yet stood, nothing would ever delete it.
            try:
                await reply.delete()
            except discord.NotFound as error:
                if not says_that_it_is_gone(error):
                    raise
            await self._settle(post, "silent")
            return
        rendered = await self._answering.again(guild, post)
        settings = await self._catalogue.guilds.settings(guild.id)
        await reply.edit(
            embeds=rendered.embeds,
            attachments=rendered.files(),
            view=self._buttons(post, language_of(guild, settings)),
        )

    async def adopt(
        self, channel: MessageChannel, posts: Sequence[Post], since: datetime | None
    ) -> set[int]:
        """Find answers that were sent but not noted: something came between the two.

        Args:
            channel: Where the posts stand.
            posts: At least one.
            since: The answer to a click is no older; None: nobody knows.

        Returns:
            Which of the posts were answered.
        """
        waiting = {post.id: post for post in posts}
        # By Discord's own clock where that is possible: only a click comes long after its post.
        begun = min(
            post.created_at if post.state == "pending" else max(post.created_at, since or NEVER)
            for post in posts
        )
        after = discord.Object(discord.utils.time_snowflake(begun))
        async for message in channel.history(limit=None, after=after, oldest_first=True):
            if message.author.id != channel.guild.me.id or message.reference is None:
                continue
            post = waiting.pop(message.reference.message_id or 0, None)
            if post is not None:
                await self._settle(post, "answered", message.id)
            if not waiting:
                break
        return {post.id for post in posts} - waiting.keys()

    async def _answer(self, channel: MessageChannel, post: Post, watch: Stopwatch) -> PostState:
        rendered = await self._answering.fresh(channel.guild, post, watch)
        settings = await self._catalogue.guilds.settings(channel.guild.id)
        language = language_of(channel.guild, settings)
        with watch.stage("send"):
            try:
                sent = await channel.send(
                    embeds=rendered.embeds,
                    files=rendered.files(),
                    view=self._buttons(post, language),
                    reference=discord.MessageReference(
                        message_id=post.id,
                        channel_id=post.place.channel_id,
                        guild_id=post.place.guild_id,
                    ),
                    mention_author=False,
                    nonce=post.id,
                )
            except discord.HTTPException as error:
                if error.code == UNKNOWN_REFERENCE:
                    await channel.fetch_message(post.id)  # raises NotFound when that is the reason
                raise
        self._metrics.answer.observe((datetime.now(UTC) - post.created_at).total_seconds())
        return await self._settle(post, "answered", sent.id)

    async def _settle(self, post: Post, state: PostState, reply_id: int | None = None) -> PostState:
        known = await self._catalogue.posts.settle(post.id, state, reply_id)
        if not known and reply_id is not None:
            # Forgotten while its answer was on the way: the answer goes too.
            await self._catalogue.errands.add("delete", post.place, reply_id)
        return state
