"""Reading a channel's history again: which of the posts known there are gone or have lost images.

In doubt nothing is lost. A history may look empty because a permission has just gone, and a message
because Discord hides what it holds: so of each message that is missing Discord is asked by its
number, and a message without anything in it is not taken for one without images.
"""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

import discord

from bot.catalogue.posts import Posts
from bot.discord.channels import MessageChannel
from bot.discord.forgetting.comparing import compare
from bot.discord.posting.qualifying import shows_content
from bot.discord.trouble import says_that_it_is_gone

# Between two requests: the check is in no hurry, and Discord has limits.
PAUSE_SECONDS = 0.5
PAGE = 100


@dataclass(frozen=True)
class Lost:
    """What a part of a history lacks.

    Attributes:
        posts: Those whose message is gone or has no image any more.
        illustrations: Of other posts: those whose attachment is gone.
    """

    posts: Sequence[int]
    illustrations: Sequence[int]


async def read_again(
    channel: MessageChannel, ids: Sequence[int], posts: Posts
) -> AsyncIterator[Lost]:
    """Compare known posts, by rising id, with the history that they stand in, part by part.

    Raises:
        discord.HTTPException: If the channel is gone or cannot be read.
    """
    first = 0
    while first < len(ids):
        after = discord.Object(ids[first] - 1)
        history = channel.history(limit=PAGE, after=after, oldest_first=True)
        page = {message.id: message async for message in history}
        # A short page is the end of the history: everything up to now has been read.
        end = bisect_right(ids, max(page)) if len(page) == PAGE else len(ids)
        yield await _lost(channel, ids[first:end], page, posts)
        first = end
        await asyncio.sleep(PAUSE_SECONDS)


async def _lost(
    channel: MessageChannel,
    ids: Sequence[int],
    page: Mapping[int, discord.Message],
    posts: Posts,
) -> Lost:
    gone = [id_ for id_ in ids if id_ not in page and await _is_gone(channel, id_)]
    illustrations: list[int] = []
    for post in await posts.some([id_ for id_ in ids if id_ in page]):
        if not shows_content(page[post.id]):
            continue
        change = compare(post, page[post.id].attachments)
        if change.nothing_left:
            gone.append(post.id)
        else:
            illustrations += change.removed
    return Lost(gone, illustrations)


async def _is_gone(channel: MessageChannel, message_id: int) -> bool:
    await asyncio.sleep(PAUSE_SECONDS)
    try:
        await channel.fetch_message(message_id)
    except discord.NotFound as error:
        if says_that_it_is_gone(error):
            return True
        raise
    return False
