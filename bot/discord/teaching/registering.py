"""A new tag from attachments: download, register, and what to say of it."""

import asyncio
import logging
from collections.abc import Mapping

import aiohttp
import discord

from bot.discord.describing.images import option_image
from bot.discord.face import Face
from bot.discord.posting.downloading import Downloads
from bot.discord.teaching.saying import Failures, no_example_error
from bot.teaching.bringing import ExampleImage
from bot.teaching.registering import Registered
from model.errors import ImageError

log = logging.getLogger(__name__)

# For the downloads of one command together: who asked waits.
PATIENCE_SECONDS = 60.0


async def register_attachments(
    face: Face,
    interaction: discord.Interaction,
    names: tuple[str, str],
    attachments: Mapping[int, discord.Attachment],
) -> tuple[Registered, Failures]:
    """Register a tag with the attachments of a command as its examples.

    Args:
        face: The face.
        interaction: The command, given in a guild.
        names: Of the tag, English and Japanese, as they were written.
        attachments: The examples by their numbers; each may have 25 MiB.

    Returns:
        What came of it, and which examples could not be read.

    Raises:
        TeachingError: If the names will not do; then nothing was downloaded.
        RefusalError: If none of the examples can be read.
        BusyError: If there is no place in the queue.
        UnavailableError: If inference is not there.
    """
    guild_id, user_id = interaction.guild_id or 0, interaction.user.id
    await face.teaching.check_name(guild_id, *names)
    with face.service.admit():
        images, failures = await _fetched(face.downloads, attachments)
        if not images:
            raise no_example_error(failures)
        numbers = list(images)
        try:
            registered = await face.teaching.register_images(
                guild_id, *names, list(images.values()), user_id, interaction.id
            )
        except ImageError as error:
            if len(numbers) > 1 or failures:
                raise no_example_error([*failures, (numbers[0], error.code)]) from error
            raise
    failures += [(numbers[place], error.code) for place, error in registered.errors]
    return registered, sorted(failures)


async def _fetched(
    downloads: Downloads, attachments: Mapping[int, discord.Attachment]
) -> tuple[dict[int, ExampleImage], list[tuple[int, str]]]:
    """The images by their numbers, and why some are missing."""
    images: dict[int, ExampleImage] = {}
    failures: list[tuple[int, str]] = []
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    for number, attachment in attachments.items():
        sent = option_image(attachment)
        if sent.error:
            failures.append((number, sent.error))
            continue
        try:
            async with asyncio.timeout_at(deadline):
                data = await downloads.fetch(sent.url, sent.size_bytes, _no_other_address)
        except ImageError as error:
            failures.append((number, error.code))
        except (aiohttp.ClientError, TimeoutError) as error:
            # Its name alone: the address of the image is part of what an error says.
            log.warning("an example was not fetched: %s", type(error).__name__)
            failures.append((number, "not_found"))
        else:
            images[number] = ExampleImage(data, sent.title, sent.attachment_id, sent.spoiler)
    return images, failures


async def _no_other_address() -> None:
    """What Discord hands over with an interaction is as fresh as any other address would be."""
