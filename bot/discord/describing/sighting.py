"""From a message that somebody points at to the images that they mean."""

import discord

from bot.catalogue import Catalogue
from bot.discord.describing.images import SentImage, message_images
from bot.discord.describing.looking import Sight
from bot.posts import Post


async def sight_of(
    message: discord.Message, catalogue: Catalogue, own: discord.abc.User | None
) -> Sight:
    """What is meant by pointing at a message; without images where it has none.

    Who points at the bot's own reply means the post that it answers: the picture in the reply is
    no illustration, but a drawing of several.

    Args:
        message: The message.
        catalogue: Knows posts.
        own: The bot itself.
    """
    if own is None or message.author.id != own.id:
        post = await catalogue.posts.get(message.id)
        return Sight(message_images(message), message.id, post)
    post = await catalogue.posts.of_reply(message.id)
    if post is None:
        return Sight(())
    return Sight(_known_images(post), post.id, post)


def _known_images(post: Post) -> list[SentImage]:
    return [
        SentImage("", 0, one.title, one.spoiler, one.attachment_id, one.error)
        for one in post.attachments
    ]
