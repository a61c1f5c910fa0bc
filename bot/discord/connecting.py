"""The composition root of the Discord face: its parts, the connection, and its end."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import aiohttp
import discord

from bot.discord.acknowledged import Acknowledged
from bot.discord.buttons import reply_buttons
from bot.discord.client import Hoshizora, use_addresses
from bot.discord.clock import Clock
from bot.discord.face import Face
from bot.discord.noticing import Noticing
from bot.discord.posting.answering import Answering
from bot.discord.posting.bringing import Bringing
from bot.discord.posting.downloading import Downloads
from bot.discord.posting.intake import Intake
from bot.discord.posting.sending import Outbox
from bot.discord.public_answers import PublicAnswers
from bot.discord.rendering import Renderer
from bot.discord.scopes import Scopes
from bot.discord.teachers import Teachers
from bot.discord.teaching.skipping import Skipped
from bot.discord.trouble import spread
from bot.errors import StartError
from bot.running import Bot, Settings, cancelled

log = logging.getLogger(__name__)

# Of the 10 seconds that a clean end may take.
FINISH_SECONDS = 4.0
CLOSE_SECONDS = 0.5
NO_MESSAGE_CONTENT = (
    "the Message Content intent is not enabled for this application, so posted images cannot be "
    "seen: nothing is answered unasked, and no channel can be imported; everything else works. "
    "To change it: "
    "https://discord.com/developers/applications → Bot → Message Content Intent, then restart."
)
REFUSED = (
    "Discord refuses the token. Take it from https://discord.com/developers/applications → Bot → "
    "Token, and set it in the environment variable DISCORD_TOKEN."
)
# Ends of a connection that trying again would not change, by Discord's code.
FINAL_CODES = {
    4004: REFUSED,
    4010: "Discord knows no such shard. Check --shards A-B/N.",
    4011: "Discord asks for more shards. Start with --shards A-B/N and a larger N, or without.",
}
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 2.0, 60.0


class Connection:
    """The Discord face of a running bot; connects, and connects again, until it is closed.

    Attributes:
        supervision: Ends only with the reason why the bot cannot be connected.
    """

    def __init__(self, bot: Bot, settings: Settings, session: aiohttp.ClientSession) -> None:
        self._settings = settings
        self._face = build_face(bot, settings, session)
        self._client: Hoshizora | None = None
        self._closing = False
        self.supervision = asyncio.create_task(self._run())

    @property
    def connected(self) -> bool:
        """Whether every shard is connected to Discord."""
        return self._client is not None and self._client.connected

    @property
    def waiting(self) -> int:
        """How many posts were taken on and are not settled yet."""
        return self._face.intake.waiting

    async def close(self) -> None:
        """Finish what has begun, then leave Discord."""
        self._closing = True
        await asyncio.gather(
            self._face.intake.close(FINISH_SECONDS),
            self._face.acknowledged.finished(FINISH_SECONDS),
        )
        if self._client is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await self._client.close()

    async def _run(self) -> None:
        """Stay connected until closed; while Discord cannot be reached, try again and again.

        Raises:
            StartError: If Discord refuses the token or the shards.
        """
        message_content, pause = True, FIRST_PAUSE_SECONDS
        while not self._closing:
            begun, why = time.monotonic(), "the connection has ended"
            try:
                await self._run_client(message_content=message_content)
            except discord.PrivilegedIntentsRequired:
                log.warning("Discord: %s", NO_MESSAGE_CONTENT)
                message_content = False
                continue
            except discord.LoginFailure as error:
                raise StartError(REFUSED) from error
            except (OSError, aiohttp.ClientError, discord.DiscordException) as error:
                if isinstance(error, discord.ConnectionClosed) and error.code in FINAL_CODES:
                    raise StartError(FINAL_CODES[error.code]) from error
                why = f"it cannot be reached ({error})"
            if time.monotonic() - begun > LONGEST_PAUSE_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            if not self._closing:
                # Always: Discord counts the sessions of a day, and takes a token away in the end.
                about = spread(pause)
                log.warning("Discord: %s; connecting again in %.1f s", why, about)
                await asyncio.sleep(about)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _run_client(self, *, message_content: bool) -> None:
        settings = self._settings
        client = Hoshizora(self._face, message_content=message_content, shards=settings.shards)
        self._client = client
        async with client:
            await client.start(settings.discord_token)


def build_face(bot: Bot, settings: Settings, session: aiohttp.ClientSession) -> Face:
    """Build every part of the Discord face."""
    config, metrics = settings.bot, bot.service.metrics
    catalogue, service = bot.library.catalogue, bot.service
    scopes, noticing = Scopes(catalogue), Noticing(catalogue)
    renderer = Renderer(bot.decoders, bot.library.thumbnails)
    downloads = Downloads(
        session, settings.model.limits.max_bytes, config.discord.download_timeout_seconds
    )
    bringing = Bringing(service.pipeline, catalogue, downloads)
    answering = Answering(service, catalogue, scopes, renderer)
    outbox = Outbox(
        catalogue, answering, noticing, reply_buttons, metrics, reaction=config.discord.reaction
    )
    clock = Clock()
    intake = Intake(service, bot.library, bringing, outbox, clock, config.discord.posts_at_once)
    return Face(
        service=service,
        library=bot.library,
        catalogue=catalogue,
        config=config,
        clock=clock,
        scopes=scopes,
        renderer=renderer,
        downloads=downloads,
        bringing=bringing,
        answering=answering,
        outbox=outbox,
        intake=intake,
        public_answers=PublicAnswers(catalogue, scopes, renderer),
        noticing=noticing,
        acknowledged=Acknowledged(),
        teaching=bot.teaching,
        jobs=bot.jobs,
        rebuilding=bot.rebuilding,
        teachers=Teachers(),
        skipped=Skipped(),
    )


@asynccontextmanager
async def connected(bot: Bot, settings: Settings) -> AsyncIterator[Connection]:
    """Connect to Discord in the background; at the end finish what has begun."""
    use_addresses(settings.bot.discord)
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        connection = Connection(bot, settings, session)
        bot.health["gateway"] = lambda: connection.connected
        watch = bot.service.metrics.watch
        watch("gateway_up", "1 while every shard is connected.", lambda: connection.connected)
        watch("posts_waiting", "Posts that are not answered yet.", lambda: connection.waiting)
        stack.push_async_callback(cancelled, connection.supervision)
        stack.push_async_callback(connection.close)
        yield connection
