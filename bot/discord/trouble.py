"""What may go wrong between the bot and Discord, and which of it passes."""

import aiohttp
import discord

TROUBLE = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError)
_SERVER_ERROR, _TOO_MANY = 500, 429
_UNKNOWN_CHANNEL, _UNKNOWN_MESSAGE = 10003, 10008
_UNKNOWN_MEMBER, _UNKNOWN_USER = 10007, 10013


def passes(error: Exception) -> bool:
    """Whether the same request may go through later; a refusal stays a refusal."""
    if isinstance(error, discord.HTTPException):
        return error.status >= _SERVER_ERROR or error.status == _TOO_MANY
    return True


def said(error: Exception) -> str:
    """An error for the log, without the signed address of an image that some of them name."""
    if isinstance(error, aiohttp.ClientResponseError):
        return f"{type(error).__name__} {error.status}"
    return str(error) or type(error).__name__


def says_that_it_is_gone(error: discord.NotFound) -> bool:
    """Whether Discord says of a channel or a message that there is none.

    Whatever stands between may say 404 as well, and knows nothing.
    """
    return error.code in (_UNKNOWN_CHANNEL, _UNKNOWN_MESSAGE)


def says_that_they_left(error: discord.NotFound) -> bool:
    """Whether Discord says of a person, and of nothing else, that they are not in the guild."""
    return error.code in (_UNKNOWN_MEMBER, _UNKNOWN_USER)
