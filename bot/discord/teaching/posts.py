"""From a message that somebody points at to a post whose images can be examples."""

import asyncio

import discord

from bot.discord.buttons.subject import NOTHING_KNOWN
from bot.discord.channels import MessageChannel
from bot.discord.errors import NOT_IN_DIRECT_MESSAGES, RefusalError
from bot.discord.face import Face
from bot.discord.library.taking import Taking, answered_since, is_answered_live
from bot.discord.posting.qualifying import should_tag
from bot.discord.standing import place_of
from bot.discord.teaching import texts
from bot.errors import UnavailableError
from bot.places import Place
from bot.posts import Post

# A post may be on its way to its answer.
PATIENCE_SECONDS = 60.0


async def post_with_examples(
    face: Face, message: discord.Message, own: discord.abc.User | None
) -> Post:
    """The post that is meant; one that is not in the library yet is taken on first.

    Who points at the bot's own reply means the post that it answers.

    Args:
        face: The face.
        message: What somebody points at.
        own: The bot itself.

    Raises:
        RefusalError: If there is none, or none of its images can be read.
        UnavailableError: If inference is not there.
    """
    posts = face.catalogue.posts
    if own is not None and message.author.id == own.id:
        post = await posts.of_reply(message.id)
        if post is None:
            raise RefusalError(texts.NO_POST)
    else:
        post = await _taken(face, message)
    if not post.illustration_ids:
        raise RefusalError(NOTHING_KNOWN)
    return post


async def _taken(face: Face, message: discord.Message) -> Post:
    posts, channel = face.catalogue.posts, message.channel
    if message.guild is None:
        raise RefusalError(NOT_IN_DIRECT_MESSAGES)
    known = await posts.get(message.id)
    # One that was given up on, as after a long absence, is known but was never read.
    if known is None or (known.state == "silent" and not known.attachments):
        if not should_tag(message) or not isinstance(channel, MessageChannel):
            raise RefusalError(texts.NO_POST)
        if face.service.inference.state != "ready":
            raise UnavailableError("The bot's model is starting. Try again in a few seconds.")
        await _take(face, message, message.guild, place_of(channel))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await face.intake.finished(message.id)
    except TimeoutError as error:
        raise UnavailableError("This post is still being read. Try again in a moment.") from error
    post = await posts.get(message.id)
    if post is None:
        raise RefusalError(texts.FORGOTTEN_FOR_GOOD)
    return post


async def _take(face: Face, message: discord.Message, guild: discord.Guild, place: Place) -> None:
    """Take a message on: as its channel has it where that answers posts, else as an import does."""
    settings = await face.catalogue.guilds.settings(guild.id)
    default, since = face.config.autotag.default, answered_since(face, guild)
    if is_answered_live(message.created_at, settings, place, default, since):
        await face.intake.take(message, place, settings.mode(place, default))
    else:
        await Taking(face, guild).take(message, place)
