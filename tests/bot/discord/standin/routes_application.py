"""Routes of the application itself: login, gateway, users, registered commands."""

from typing import TYPE_CHECKING, Any

from tests.bot.discord.standin import payloads
from tests.bot.discord.standin.access import reach_guild
from tests.bot.discord.standin.api import Routes
from tests.bot.discord.standin.commands import check_command
from tests.bot.discord.standin.errors import UNKNOWN_COMMAND, UNKNOWN_USER
from tests.bot.discord.standin.limits import broken
from tests.bot.discord.standin.requests import Request

if TYPE_CHECKING:
    from tests.bot.discord.standin.server import StandIn

Json = dict[str, Any]
routes = Routes()


@routes("GET", "/users/@me")
async def me(standin: "StandIn", _: Request) -> Json:
    own = {"verified": True, "mfa_enabled": True, "locale": "en-US", "email": None}
    return payloads.user(standin.world.bot) | own | {"premium_type": 0}


@routes("GET", "/users/{user_id}")
async def user(standin: "StandIn", request: Request) -> Json:
    found = standin.world.users.get(request.id("user_id"))
    if found is None:
        raise UNKNOWN_USER
    return payloads.user(found)


@routes("GET", "/users/@me/guilds")
async def my_guilds(standin: "StandIn", request: Request) -> list[Json]:
    after = int(request.query.get("after", 0))
    before = int(request.query.get("before", 1 << 63))
    limit = int(request.query.get("limit", 200))
    mine = [one for one in standin.world.guilds.values() if one.has_bot]
    kept = sorted((one for one in mine if after < one.id < before), key=lambda one: one.id)
    return [
        {
            "id": str(one.id),
            "name": one.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": str(one.bot_role.permissions | one.everyone.permissions),
            "features": [],
        }
        for one in kept[:limit]
    ]


@routes("POST", "/users/@me/channels")
async def open_direct(standin: "StandIn", request: Request) -> Json:
    recipient = standin.world.users.get(int(request.body.get("recipient_id") or 0))
    if recipient is None:
        raise UNKNOWN_USER
    return payloads.channel(standin.world.direct_channel(recipient), standin.world.bot.id)


@routes("GET", "/applications/@me")
@routes("GET", "/oauth2/applications/@me")
async def application(standin: "StandIn", _: Request) -> Json:
    world = standin.world
    return {
        "id": str(world.application_id),
        "name": "Hoshizora",
        "icon": None,
        "description": "",
        "type": None,
        "bot": payloads.user(world.bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "integration_types_config": {"0": {}},
        "verify_key": "0" * 64,
        "flags": standin.application_flags,
        "flags_new": str(standin.application_flags),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": payloads.user(world.operator),
        "approximate_guild_count": sum(one.has_bot for one in world.guilds.values()),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": ["bot", "applications.commands"],
    }


@routes("GET", "/gateway")
async def gateway(standin: "StandIn", _: Request) -> Json:
    return {"url": standin.gateway_url}


@routes("GET", "/gateway/bot")
async def gateway_of_bot(standin: "StandIn", _: Request) -> Json:
    limit = {"total": 1000, "remaining": 999, "reset_after": 14_400_000, "max_concurrency": 1}
    return {"url": standin.gateway_url, "shards": standin.shards, "session_start_limit": limit}


# --- commands, everywhere and in one guild


def _scope(standin: "StandIn", request: Request) -> int | None:
    if "guild_id" not in request.match:
        return None
    return reach_guild(standin, request.id("guild_id")).id


def _find(standin: "StandIn", request: Request) -> Json:
    registered = standin.commands.of(_scope(standin, request))
    found = next((one for one in registered if one["id"] == request.match["command_id"]), None)
    if found is None:
        raise UNKNOWN_COMMAND
    return found


@routes("GET", "/applications/{application_id}/commands")
@routes("GET", "/applications/{application_id}/guilds/{guild_id}/commands")
async def commands(standin: "StandIn", request: Request) -> list[Json]:
    return standin.commands.of(_scope(standin, request))


@routes("PUT", "/applications/{application_id}/commands")
@routes("PUT", "/applications/{application_id}/guilds/{guild_id}/commands")
async def overwrite(standin: "StandIn", request: Request) -> list[Json]:
    return standin.commands.overwrite(_scope(standin, request), request.body or [])


@routes("POST", "/applications/{application_id}/commands")
@routes("POST", "/applications/{application_id}/guilds/{guild_id}/commands")
async def add(standin: "StandIn", request: Request) -> Json:
    scope = _scope(standin, request)
    key = (request.body["name"], request.body.get("type") or 1)
    others = [one for one in standin.commands.of(scope) if (one["name"], one["type"]) != key]
    return standin.commands.overwrite(scope, [*others, request.body])[-1]


@routes("GET", "/applications/{application_id}/commands/{command_id}")
@routes("GET", "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}")
async def command(standin: "StandIn", request: Request) -> Json:
    return _find(standin, request)


@routes("PATCH", "/applications/{application_id}/commands/{command_id}")
@routes("PATCH", "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}")
async def change(standin: "StandIn", request: Request) -> Json:
    found = _find(standin, request)
    if not isinstance(request.body, dict):
        raise broken("body", "DICT_TYPE_CONVERT", "an object")
    check_command(found | request.body, "0")
    found.update(request.body)
    return found


@routes("DELETE", "/applications/{application_id}/commands/{command_id}")
@routes("DELETE", "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}")
async def remove(standin: "StandIn", request: Request) -> None:
    found = _find(standin, request)
    standin.commands.of(_scope(standin, request)).remove(found)


@routes("GET", "/applications/{application_id}/guilds/{guild_id}/commands/permissions")
async def permissions(standin: "StandIn", request: Request) -> list[Json]:
    return standin.commands.permissions(reach_guild(standin, request.id("guild_id")))
