"""Serving the local channel: from the listening socket to the clean end."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.config import HttpConfig
from bot.errors import StartError
from bot.local.app import Local
from bot.local.guard import Guard
from bot.running import Bot, Settings, started

log = logging.getLogger(__name__)

TOKEN_VARIABLE = "HOSHIZORA_API_TOKEN"  # noqa: S105 - a name, not a secret
# Requests get 7 of the 10 seconds that a clean end may take; the child processes share the rest.
FINISH_SECONDS = 7.0


async def run_local(settings: Settings) -> None:
    """Serve the local channel until SIGTERM or SIGINT.

    Raises:
        StartError: If the service cannot start; the message says why.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    _check(settings)
    with _listening(settings.bot.http) as listening:
        async with started(settings) as bot, _served(application(bot, settings), listening):
            await _until(stop, bot)
            log.info("stopping: what has begun is finished first")
    log.info("stopped")


def application(bot: Bot, settings: Settings) -> web.Application:
    """The local channel on top of a running bot."""
    guard = Guard(loopback=settings.bot.http.is_loopback, token=settings.token)
    return Local(bot.service, bot.importer, guard, settings.model.limits.max_bytes).app()


def _check(settings: Settings) -> None:
    http, folder = settings.bot.http, settings.bot.gallery.folder
    if not http.is_loopback and not settings.token:
        raise StartError(
            f"bot.http.host is {http.host}, which others can reach. Set a secret token in the "
            f"environment variable {TOKEN_VARIABLE}, or use 127.0.0.1."
        )
    if folder and not folder.is_dir():
        raise StartError(
            f"There is no directory {folder} to import. Check bot.gallery.source (make demo DATA=)."
        )


@contextlib.contextmanager
def _listening(http: HttpConfig) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in http.host else socket.AF_INET
    try:
        listening = socket.create_server((http.host, http.port), family=family)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StartError(
            f"Cannot listen on {http.host} port {http.port}: {reason}. Stop what uses it, or "
            "choose another with --port (make demo PORT=9000)."
        ) from error
    with listening:
        yield listening


@asynccontextmanager
async def _served(app: web.Application, listening: socket.socket) -> AsyncIterator[None]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=FINISH_SECONDS)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        host, port = listening.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        log.info("the local channel is at http://%s:%d/", shown, port)
        yield
    finally:
        await runner.cleanup()


async def _until(stop: asyncio.Event, bot: Bot) -> None:
    """Wait for the wish to stop, or for the reason why the bot cannot go on."""
    wish = asyncio.create_task(stop.wait())
    await asyncio.wait({wish, bot.supervision}, return_when=asyncio.FIRST_COMPLETED)
    wish.cancel()
    if bot.supervision.done():
        bot.supervision.result()
