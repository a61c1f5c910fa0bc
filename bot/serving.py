"""The bot with its faces: from the configuration to the clean end."""

import asyncio
import logging
import signal
from contextlib import AsyncExitStack

from bot.discord.connecting import connected
from bot.errors import StartError
from bot.local.serving import application, listening_socket, served
from bot.running import Bot, Settings, cancelled, started
from bot.secrets import API_TOKEN_VARIABLE

log = logging.getLogger(__name__)


async def run(settings: Settings) -> None:
    """Serve the local channel, and Discord if there is a token for it, until SIGTERM or SIGINT.

    Raises:
        StartError: If the service cannot start; the message says why.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    _check(settings)
    async with AsyncExitStack() as stack:
        listening = stack.enter_context(listening_socket(settings.bot.http))
        bot = await stack.enter_async_context(started(settings))
        await stack.enter_async_context(served(application(bot, settings), listening))
        stack.push_async_callback(cancelled, asyncio.create_task(_expect_teaching(bot)))
        running = [bot.supervision, *([bot.presence] if bot.presence else [])]
        if settings.discord_token:
            connection = await stack.enter_async_context(connected(bot, settings))
            running.append(connection.supervision)
        await _until(stop, running)
        log.info("stopping: what has begun is finished first")
    log.info("stopped")


async def _expect_teaching(bot: Bot) -> None:
    """Get teaching ready, as soon as that costs no answer anything: the first tag is quick then."""
    await bot.inference.ready()
    bot.teaching.expect()


def _check(settings: Settings) -> None:
    http, folder = settings.bot.http, settings.bot.gallery.folder
    if not http.is_loopback and not settings.token:
        raise StartError(
            f"bot.http.host is {http.host}, which others can reach. Set a secret token in the "
            f"environment variable {API_TOKEN_VARIABLE}, or use 127.0.0.1."
        )
    if folder and not folder.is_dir():
        raise StartError(
            f"There is no directory {folder} to import. Check bot.gallery.source (make demo DATA=)."
        )


async def _until(stop: asyncio.Event, running: list[asyncio.Task[None]]) -> None:
    """Wait for the wish to stop, or for the reason why the bot cannot go on."""
    wish = asyncio.create_task(stop.wait())
    await asyncio.wait({wish, *running}, return_when=asyncio.FIRST_COMPLETED)
    wish.cancel()
    for task in running:
        if task.done():
            task.result()
