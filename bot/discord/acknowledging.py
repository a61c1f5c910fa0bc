"""Telling Discord within its 3 seconds that an answer will come.

Why not the library's ``defer`` alone: a connection can be cut, or Discord can fail, after it has
taken the word. Whoever says it again is refused, and whoever took that for an error would leave the
person with "is thinking" for ever. The other reason for a refusal is an event that came twice,
which must not be answered twice: hence the memory of what this process has taken on.
"""

import aiohttp
import discord

from bot.discord.errors import ACKNOWLEDGED, ALREADY_ANSWERED
from bot.discord.face import face_of

# A connection that was cut is tried again at once: there are 3 seconds in all.
TRIES = 3


async def defer(
    interaction: discord.Interaction, *, ephemeral: bool = False, thinking: bool = False
) -> None:
    """Acknowledge an interaction; the answer follows.

    Args:
        interaction: What came.
        ephemeral: Whether only the person who asks sees what follows.
        thinking: Of a component: whether a message of its own follows.

    Raises:
        discord.InteractionResponded: If it came twice; the first time is being answered.
        discord.HTTPException: If Discord refuses.
        aiohttp.ClientError: If it cannot be reached.
    """
    acknowledged = face_of(interaction).acknowledged
    if not acknowledged.is_first(interaction.id):
        raise discord.InteractionResponded(interaction)
    acknowledged.begin()
    for attempt in range(1, TRIES + 1):
        try:
            await interaction.response.defer(ephemeral=ephemeral, thinking=thinking)
        except discord.HTTPException as error:
            if error.code != ALREADY_ANSWERED:
                raise
            interaction.extras[ACKNOWLEDGED] = True  # by an attempt that seemed to fail
        except (aiohttp.ClientError, OSError):
            if attempt == TRIES:
                raise
            continue
        return
