"""One message of a history → the library: to be found from then on, never to be answered.

What must not come in: what the bot answers by itself (its posts are claimed when they arrive, and
an import that is faster would leave them without their answer), what people who have left had
posted, what somebody has wished forgotten, and what is deleted or edited while it waits here: a
history comes in pages of a hundred.
"""

import asyncio
from collections.abc import Collection
from datetime import datetime, timedelta

import discord

from bot.discord.face import Face
from bot.discord.posting.qualifying import images_of, should_tag
from bot.discord.trouble import says_that_they_left
from bot.errors import UnavailableError, UnknownPostError
from bot.metrics import Stopwatch
from bot.places import Place
from bot.posts import GuildSettings, Mode, NewPost, Post

# What posts that are being answered get before the next image.
COURTESY_SECONDS = 0.5


def is_answered_live(
    created_at: datetime,
    settings: GuildSettings,
    place: Place,
    default: Mode,
    since: datetime,
) -> bool:
    """Whether a post is one that the bot answers by itself, if it has not done so already.

    Args:
        created_at: When it was posted.
        settings: Of its guild.
        place: Where it stands.
        default: What channels do that have no mode of their own.
        since: What is older is not answered any more.
    """
    if settings.mode(place, default) == "off":
        return False
    chosen = settings.chosen(place)
    return created_at >= (max(since, chosen.changed_at) if chosen else since)


def answered_since(face: Face, guild: discord.Guild) -> datetime:
    """What is older is not answered any more, and what was posted before the bot came never is."""
    joined_at = guild.me.joined_at or guild.me.created_at
    at_most = timedelta(minutes=face.config.discord.catch_up_minutes)
    return max(face.clock.now() - at_most, joined_at)


class Taking:
    """Takes the posts of one guild's histories."""

    def __init__(self, face: Face, guild: discord.Guild) -> None:
        self._face = face
        self._guild = guild
        self._catalogue = face.catalogue
        self._is_member: dict[int, bool] = {}
        self._touched: set[int] = set()
        self._left: set[int] = set()

    def touch(self, message_ids: Collection[int]) -> None:
        """Note messages that were deleted or edited: what is known of them may be wrong now."""
        self._touched.update(message_ids)

    def leave(self, id_: int) -> None:
        """Note a thread, a channel or the guild itself that is gone."""
        self._left.add(id_)

    async def ready(self) -> None:
        """Wait until inference is there."""
        await self._face.service.inference.ready()

    async def take(self, message: discord.Message, place: Place) -> int:
        """Bring a message's images, if it is a post that may come in.

        Args:
            message: As the history has it.
            place: Where it stands.

        Returns:
            How many illustrations came.

        Raises:
            UnavailableError: If inference is not there.
            discord.HTTPException: If Discord does not answer.
            aiohttp.ClientError: If it does not hand a file out.
        """
        if not should_tag(message) or await self._stays_out(message, place):
            return 0
        if self._face.service.inference.state != "ready":
            # Before anything is downloaded in vain.
            raise UnavailableError("The bot's model is starting. Try again in a few seconds.")
        before = await self._claimed(message, place)
        if before is None:
            return 0
        current = await self._current(message, place)
        if current is None or await self._is_unwanted(message):
            await self._face.library.forget_posts([message.id])
            return 0
        if self._face.intake.waiting:
            await asyncio.sleep(COURTESY_SECONDS)
        try:
            await self._face.bringing.bring(current, Stopwatch(self._face.service.metrics))
        except (UnknownPostError, discord.NotFound):
            await self._face.library.forget_posts([message.id])
            return 0
        after = await self._catalogue.posts.get(message.id)
        return len(after.illustration_ids) - len(before.illustration_ids) if after else 0

    async def _stays_out(self, message: discord.Message, place: Place) -> bool:
        settings = await self._catalogue.guilds.settings(self._guild.id)
        since = answered_since(self._face, self._guild)
        default = self._face.config.autotag.default
        return (
            is_answered_live(message.created_at, settings, place, default, since)
            or await self._is_unwanted(message)
            or not await self._has_stayed(message.author.id)
        )

    async def _claimed(self, message: discord.Message, place: Place) -> Post | None:
        """The post, to be completed; None: there is nothing to do for an import."""
        posts = self._catalogue.posts
        new = NewPost(message.id, place, message.author.id, message.created_at)
        await posts.claim(new, "imported")
        post = await posts.get(new.id)
        if post is None or post.state not in ("imported", "silent"):
            return None
        known = {one.attachment_id for one in post.attachments}
        return post if any(one.id not in known for one in images_of(message.attachments)) else None

    async def _current(self, message: discord.Message, place: Place) -> discord.Message | None:
        """The message as it stands now; None: it is gone, or no post any more.

        Asked only after the claim: what is deleted from now on is forgotten like every post.
        """
        if self._left & {place.channel_id, place.parent_id, place.guild_id}:
            return None
        if message.id not in self._touched:
            return message
        try:
            found = await message.channel.fetch_message(message.id)
        except discord.NotFound:
            return None
        return found if should_tag(found) else None

    async def _is_unwanted(self, message: discord.Message) -> bool:
        """Whether its author had everything deleted after posting it."""
        wish = await self._catalogue.tombstones.wished_at(message.author.id)
        return wish is not None and message.created_at <= wish

    async def _has_stayed(self, user_id: int) -> bool:
        """Whether somebody is in the guild; asked once for each."""
        if user_id not in self._is_member:
            try:
                await self._guild.fetch_member(user_id)
                self._is_member[user_id] = True
            except discord.NotFound as error:
                if not says_that_they_left(error):
                    raise
                self._is_member[user_id] = False
        return self._is_member[user_id]
