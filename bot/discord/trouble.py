"""What may go wrong between the bot and Discord, or on its own disk, and which of it passes."""

import random

import aiohttp
import discord

from bot.catalogue import DatabaseTroubleError

TROUBLE = (
    discord.HTTPException,
    discord.RateLimited,
    aiohttp.ClientError,
    OSError,
    DatabaseTroubleError,
)
# Before what met trouble is tried again, each time; then it is left for another occasion.
PAUSES_SECONDS = (1.0, 5.0, 20.0, 60.0, 180.0, 600.0, 1800.0)
_SERVER_ERROR, _TOO_MANY = 500, 429
_NO_CODE = 0
_UNKNOWN_CHANNEL, _UNKNOWN_MESSAGE = 10003, 10008
_UNKNOWN_MEMBER, _UNKNOWN_USER = 10007, 10013


def spread(seconds: float) -> float:
    """A pause of about so long: those who met the same trouble shall not come back all at once."""
    return seconds * random.uniform(0.5, 1.5)


def passes(error: Exception) -> bool:
    """Whether the same request may go through later; a refusal stays a refusal.

    Discord's own refusals carry a code. One without comes from something that stands between, or is
    about a token that will be another one after the next start.
    """
    if isinstance(error, discord.HTTPException):
        own = error.status < _SERVER_ERROR and error.code != _NO_CODE
        return error.status == _TOO_MANY or not own
    return True


def said(error: Exception) -> str:
    """An error for the log, without a signed address or what was to be stored."""
    if isinstance(error, aiohttp.ClientResponseError):
        return f"{type(error).__name__} {error.status}"
    if isinstance(error, DatabaseTroubleError):
        return f"the catalogue is in trouble: {error.orig}"
    return str(error) or type(error).__name__


def says_that_it_is_gone(error: Exception) -> bool:
    """Whether Discord says of a channel or a message that there is none.

    Whatever stands between may say 404 as well, and knows nothing.
    """
    gone = (_UNKNOWN_CHANNEL, _UNKNOWN_MESSAGE)
    return isinstance(error, discord.NotFound) and error.code in gone


def says_that_they_left(error: discord.NotFound) -> bool:
    """Whether Discord says of a person, and of nothing else, that they are not in the guild."""
    return error.code in (_UNKNOWN_MEMBER, _UNKNOWN_USER)
