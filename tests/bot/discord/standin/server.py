"""A stand-in of Discord: HTTP API, gateway and CDN on loopback, for the real discord.py.

    async with StandIn() as discord:
        guild = discord.add_guild("Art", locale="ja")
        sketches = guild.add_channel("sketches")
        mira = guild.add_member("mira", locale="ja")
        ...start the bot with discord.api_url, discord.gateway_url and discord.token...
        message = await mira.post(sketches, "my cat", files=[File("cat.png", data)])
        await discord.wait_for(lambda: sketches.bot_messages())

The fixture ``discord`` (tests/bot/discord/conftest.py) yields one, and fails the test when a
request did not fit Discord's description or an interaction ran into the 3-second wall.

The world: ``guild.everyone``, ``.owner``, ``.me`` (the bot's member), ``.bot_role``, ``add_role``,
``add_channel(overwrites={role_or_member: (allow, deny)})`` with ``P`` from ``permissions``,
``channel.add_thread``, ``channel.overwrite``, ``role.allow/deny``, ``guild.add_member`` (the same
name is the same user in every guild), ``remove_member``, ``member.set_roles``, ``time_out``,
``guild.delete_channel``, ``discord.commands.permit(guild, "tag-admin", role)`` (Integrations),
``discord.kick_bot/invite_bot/make_unavailable/make_available(guild)``.

People: ``member.post/edit/delete/forward/react/unreact``, ``guild.bulk_delete``;
``member.command(channel, "tags info", name="star")``, ``.menu(channel, "Find similar", message)``,
``.click(message_or_result, custom_id_or_its_beginning_or_label)``, ``.select``, ``.submit``,
``.autocomplete(channel, "tags info", "name", "sta")``; ``member.user.dm/dm_command/dm_click``,
``member.dms``. What Discord would not offer raises ``NotOfferedError`` (commands) or
``AssertionError``.

Results are ``Interaction``: ``acked_after_seconds``, ``deferred``, ``ephemeral``, ``failed``,
``messages``, ``text``, ``choices``, ``modal``, ``await result.settled()``, ``expire()``.

Messages: ``text`` (content and embeds), ``embeds``, ``attachments``, ``files`` (outside embeds),
``components``, ``labels``, ``reactions``, ``pinged``, ``edits``, ``deleted``, ``ephemeral``;
``channel.messages``, ``channel.bot_messages()``.

What goes wrong: ``discord.faults.http/cdn``, ``discord.gateway.drop/reconnect/invalidate/silence/
duplicate``, ``discord.rate_limits.limit``, ``attachment.expire()``, ``user.dms_open = False``,
``discord.message_content = False``.

What there was: ``discord.requests``, ``violations``, ``interactions``, ``cdn.downloads``,
``gateway.identifies/resumes/connections/heartbeat_gaps()``.
"""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from tests.bot.discord.standin import (
    conformance,
    routes_application,
    routes_guilds,
    routes_interactions,
    routes_messages,
)
from tests.bot.discord.standin.api import Api
from tests.bot.discord.standin.cdn import Cdn
from tests.bot.discord.standin.commands import Commands
from tests.bot.discord.standin.faults import Faults
from tests.bot.discord.standin.gateway import Gateway
from tests.bot.discord.standin.interactions import Interaction
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.rate_limits import RateLimits
from tests.bot.discord.standin.requests import PREFIX, Request
from tests.bot.discord.standin.world import BOT_PERMISSIONS, Guild, World

T = TypeVar("T")

# The right shape: an id, a moment, a signature. It opens nothing.
TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.AAAAAA.stand-in-token-of-no-use-anywhere"
_MESSAGE_CONTENT_LIMITED, _MEMBERS_LIMITED = 1 << 19, 1 << 15
_MAX_BODY_BYTES = 300 * 1024 * 1024  # beyond Discord's own limit, which the handlers check


class StandIn:
    """Discord, as far as a bot can tell. Use it as an async context manager.

    Attributes:
        message_content: Whether the application may ask for the Message Content intent.
        server_members: The same for the Server Members intent.
        shards: What the gateway recommends.
        interaction_seconds: How long an interaction waits for its first answer.
        violations: Every request that does not fit, in words.
        troubles: Errors of the stand-in itself; never a fault of the bot.
        expect_violations: The test is about those: the fixture lets them pass.
        expect_failures: The same for interactions that the bot did not answer in time.
        interactions: All of them, in their order.
    """

    def __init__(self) -> None:
        self.token = TOKEN
        self.message_content = True
        self.server_members = False
        self.shards = 1
        self.interaction_seconds = 3.0
        self.violations: list[str] = []
        self.troubles: list[str] = []
        self.expect_violations = False
        self.expect_failures = False
        self.requests: list[Request] = []
        self.interactions: list[Interaction] = []
        self.by_token: dict[str, Interaction] = {}
        self.by_nonce: dict[str, Message] = {}
        self.checks_requests = conformance.lenient() is not None
        self.faults = Faults()
        self.gateway = Gateway(self)
        self.world = World(self, self.gateway.emit)
        self.cdn = Cdn(self.world, self.faults)
        self.commands = Commands(self)
        everything = [routes_application, routes_guilds, routes_messages, routes_interactions]
        self._api = Api(self, [one.routes for one in everything])
        self._runner: web.AppRunner | None = None
        self._address = ""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=_MAX_BODY_BYTES)
        self._api.add_to(app)
        self.cdn.add_to(app)
        app.router.add_get("/gateway/", self.gateway.serve)
        app.router.add_get("/resume/", self.gateway.serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self._address = f"{host}:{port}"
        self.world.cdn_url = self.cdn_url
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._runner is not None
        self.cdn.stop()
        await self.gateway.close()
        await self._runner.cleanup()

    # --- where the bot finds it

    @property
    def api_url(self) -> str:
        """For ``discord.http.Route.BASE``."""
        return f"http://{self._address}{PREFIX}"

    @property
    def gateway_url(self) -> str:
        """For ``DiscordWebSocket.DEFAULT_GATEWAY``."""
        return f"ws://{self._address}/gateway/"

    @property
    def resume_url(self) -> str:
        """Where READY says that sessions are resumed."""
        return f"ws://{self._address}/resume/"

    @property
    def cdn_url(self) -> str:
        """Where attachments are."""
        return f"http://{self._address}/cdn"

    # --- the world

    @property
    def guilds(self) -> list[Guild]:
        return list(self.world.guilds.values())

    @property
    def application_flags(self) -> int:
        """Discord's flags of the application: which privileged intents it may ask for."""
        flags = _MESSAGE_CONTENT_LIMITED if self.message_content else 0
        return flags | (_MEMBERS_LIMITED if self.server_members else 0)

    def check_answers(self) -> None:
        """Hold what is answered against Discord's description too."""
        self._api.checks_answers = True

    @property
    def rate_limits(self) -> RateLimits:
        """How many requests in what time; wide by default."""
        return self._api.rate_limits

    def add_guild(
        self,
        name: str,
        *,
        locale: str = "en-US",
        bot_permissions: object = BOT_PERMISSIONS,
        shard: int | None = None,
    ) -> Guild:
        """A new guild with the bot in it; of a certain one of the shards, if it is named."""
        made = self.world.snowflakes.make()
        while shard is not None and (made >> 22) % self.shards != shard:
            time.sleep(0.001)  # it hangs on the millisecond
            made = self.world.snowflakes.make()
        return self.world.add_guild(made, name, locale=locale, bot_permissions=bot_permissions)

    def kick_bot(self, guild: Guild) -> None:
        """Remove the bot from a guild."""
        self.world.kick_bot(guild)

    def invite_bot(self, guild: Guild) -> None:
        """Let the bot back in."""
        self.world.invite_bot(guild)

    def make_unavailable(self, guild: Guild) -> None:
        """Let a guild be away in an outage."""
        self.world.make_unavailable(guild)

    def make_available(self, guild: Guild) -> None:
        """End the outage."""
        self.world.make_available(guild)

    # --- what tests ask

    @property
    def failures(self) -> list[Interaction]:
        """Interactions that were not answered within 3 s."""
        return [one for one in self.interactions if one.failed]

    def asked(self, method: str, path: str = "") -> list[Request]:
        """The requests of a method whose path contains a text."""
        return [one for one in self.requests if one.method == method and path in one.path]

    async def wait_for(self, condition: Callable[[], T | Awaitable[T]], seconds: float = 5.0) -> T:
        """Wait until a condition holds, and return what it gave; fail after ``seconds``."""
        ends = time.monotonic() + seconds
        while not (value := await _value(condition())):
            if time.monotonic() > ends:
                raise AssertionError(f"not within {seconds} s: {_source(condition)}")
            await asyncio.sleep(0.01)
        return value

    async def ready(self, seconds: float = 10.0) -> None:
        """Wait until every shard has a session."""
        await self.wait_for(lambda: self.gateway.ready, seconds)

    def check(self) -> None:
        """Fail the test whose bot did what Discord would refuse, or was silent."""
        assert not self.troubles, "\n".join(self.troubles)
        if not self.expect_violations:
            assert not self.violations, "\n".join(self.violations)
        assert self.expect_failures or not [one.name for one in self.failures]


def _source(condition: Callable[[], object]) -> str:
    try:
        return inspect.getsource(condition).strip()
    except OSError:
        return repr(condition)


async def _value(given: T | Awaitable[T]) -> T:
    return await given if inspect.isawaitable(given) else given
