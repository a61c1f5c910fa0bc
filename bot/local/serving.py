"""Serving the local channel: from the listening socket to the clean end."""

import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.config import HttpConfig
from bot.errors import StartError
from bot.local.app import Local
from bot.local.guard import Guard
from bot.local.teaching import TeachingRoutes
from bot.running import Bot, Settings

log = logging.getLogger(__name__)

# Of the 10 seconds that a clean end may take; Discord and the child processes share the rest.
FINISH_SECONDS = 3.0


def application(bot: Bot, settings: Settings) -> web.Application:
    """The local channel on top of a running bot."""
    guard = Guard(loopback=settings.bot.http.is_loopback, token=settings.token)
    limit = settings.model.limits.max_bytes
    teaching = TeachingRoutes(
        bot.service, bot.library.catalogue, bot.teaching, bot.jobs, bot.rebuilding
    )
    return Local(bot.service, bot.importer, teaching, guard, bot.health, limit).app()


@contextlib.contextmanager
def listening_socket(http: HttpConfig) -> Iterator[socket.socket]:
    """Listen where the configuration says.

    Raises:
        StartError: If that address or port cannot be had.
    """
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
async def served(app: web.Application, listening: socket.socket) -> AsyncIterator[None]:
    """Serve an application; at the end, let its requests finish."""
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
