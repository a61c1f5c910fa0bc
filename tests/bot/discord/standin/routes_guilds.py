"""Routes of guilds, their members, channels and threads."""

from typing import TYPE_CHECKING, Any

from tests.bot.discord.standin import payloads
from tests.bot.discord.standin.access import may, reach_channel, reach_guild, require
from tests.bot.discord.standin.api import Routes
from tests.bot.discord.standin.errors import (
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    NO_TEXT_HERE,
    UNKNOWN_MEMBER,
    UNKNOWN_ROLE,
)
from tests.bot.discord.standin.permissions import P, can_send
from tests.bot.discord.standin.requests import Request
from tests.bot.discord.standin.snowflakes import moment, timestamp

if TYPE_CHECKING:
    from tests.bot.discord.standin.server import StandIn
    from tests.bot.discord.standin.world import Channel

Json = dict[str, Any]
routes = Routes()


@routes("GET", "/guilds/{guild_id}")
async def guild(standin: "StandIn", request: Request) -> Json:
    found = reach_guild(standin, request.id("guild_id"))
    written = payloads.guild(found)
    if request.query.get("with_counts") in ("1", "true"):
        count = len(found.members)
        written |= {"approximate_member_count": count, "approximate_presence_count": count}
    return written


@routes("GET", "/guilds/{guild_id}/channels")
async def channels(standin: "StandIn", request: Request) -> list[Json]:
    found = reach_guild(standin, request.id("guild_id"))
    bot_id = standin.world.bot.id
    kept = [one for one in found.channels.values() if not one.is_thread]
    return [payloads.channel(one, bot_id) for one in kept]


@routes("GET", "/guilds/{guild_id}/roles")
async def roles(standin: "StandIn", request: Request) -> list[Json]:
    found = reach_guild(standin, request.id("guild_id"))
    return [payloads.role(one) for one in found.roles.values()]


@routes("GET", "/guilds/{guild_id}/roles/{role_id}")
async def role(standin: "StandIn", request: Request) -> Json:
    found = reach_guild(standin, request.id("guild_id")).roles.get(request.id("role_id"))
    if found is None:
        raise UNKNOWN_ROLE
    return payloads.role(found)


@routes("GET", "/guilds/{guild_id}/members")
async def members(standin: "StandIn", request: Request) -> list[Json]:
    found = reach_guild(standin, request.id("guild_id"))
    if not standin.server_members:
        raise MISSING_ACCESS  # the list of all needs the intent, one by one does not
    after = int(request.query.get("after", 0))
    limit = int(request.query.get("limit", 1))
    kept = sorted((one for one in found.members.values() if one.id > after), key=lambda m: m.id)
    return [payloads.member(one) for one in kept[:limit]]


@routes("GET", "/guilds/{guild_id}/members/search")
async def search_members(standin: "StandIn", request: Request) -> list[Json]:
    found = reach_guild(standin, request.id("guild_id"))
    start = request.query.get("query", "").lower()
    kept = [one for one in found.members.values() if one.name.lower().startswith(start)]
    return [payloads.member(one) for one in kept[: int(request.query.get("limit", 1))]]


@routes("GET", "/guilds/{guild_id}/members/{user_id}")
async def member(standin: "StandIn", request: Request) -> Json:
    found = reach_guild(standin, request.id("guild_id")).members.get(request.id("user_id"))
    if found is None:
        raise UNKNOWN_MEMBER
    return payloads.member(found)


@routes("DELETE", "/users/@me/guilds/{guild_id}")
async def leave(standin: "StandIn", request: Request) -> None:
    standin.world.kick_bot(reach_guild(standin, request.id("guild_id")))


@routes("GET", "/guilds/{guild_id}/threads/active")
async def active_threads(standin: "StandIn", request: Request) -> Json:
    found = reach_guild(standin, request.id("guild_id"))
    threads = [one for one in found.channels.values() if one.is_thread and not one.archived]
    seen = [one for one in threads if found.bot_sees(one)]
    return _threads(standin, seen) | {"has_more": False}


# --- one channel


@routes("GET", "/channels/{channel_id}")
async def channel(standin: "StandIn", request: Request) -> Json:
    found = reach_channel(standin, request.id("channel_id"))
    return payloads.channel(found, standin.world.bot.id)


@routes("PATCH", "/channels/{channel_id}")
async def change(standin: "StandIn", request: Request) -> Json:
    """Threads only: archived and locked; the rest is no bot's business here."""
    found = reach_channel(standin, request.id("channel_id"))
    if not found.is_thread:
        raise MISSING_PERMISSIONS
    if found.owner_id != standin.world.bot.id:
        require(found, P.MANAGE_THREADS)
    archived = request.body.get("archived", found.archived)
    found.archive(archived=archived, locked=request.body.get("locked", found.locked))
    return payloads.channel(found, standin.world.bot.id)


@routes("POST", "/channels/{channel_id}/typing")
async def typing(standin: "StandIn", request: Request) -> None:
    found = reach_channel(standin, request.id("channel_id"))
    if not found.has_text:
        raise NO_TEXT_HERE
    if found.guild is not None and not can_send(found.guild.me, found):
        raise MISSING_PERMISSIONS


@routes("GET", "/channels/{channel_id}/thread-members")
async def thread_members(standin: "StandIn", request: Request) -> list[Json]:
    found = reach_channel(standin, request.id("channel_id"))
    if not standin.server_members:
        raise MISSING_ACCESS
    return [_thread_member(found, one, request) for one in sorted(found.members)]


@routes("GET", "/channels/{channel_id}/thread-members/{user_id}")
async def thread_member(standin: "StandIn", request: Request) -> Json:
    found = reach_channel(standin, request.id("channel_id"))
    if request.id("user_id") not in found.members:
        raise UNKNOWN_MEMBER
    return _thread_member(found, request.id("user_id"), request)


def _thread_member(thread: "Channel", user_id: int, request: Request) -> Json:
    written = payloads.thread_member(thread, user_id)
    if request.query.get("with_member") in ("1", "true"):
        assert thread.guild is not None
        written["member"] = payloads.member(thread.guild.members[user_id])
    return written


@routes("PUT", "/channels/{channel_id}/thread-members/@me")
async def join(standin: "StandIn", request: Request) -> None:
    found = reach_channel(standin, request.id("channel_id"))
    assert found.guild is not None
    found.add_to_thread(found.guild.me)


@routes("DELETE", "/channels/{channel_id}/thread-members/@me")
async def quit_thread(standin: "StandIn", request: Request) -> None:
    found = reach_channel(standin, request.id("channel_id"))
    assert found.guild is not None
    found.remove_from_thread(found.guild.me)


@routes("GET", "/channels/{channel_id}/threads/archived/public")
async def archived_public(standin: "StandIn", request: Request) -> Json:
    return _archived(standin, request, private=False)


@routes("GET", "/channels/{channel_id}/threads/archived/private")
async def archived_private(standin: "StandIn", request: Request) -> Json:
    require(reach_channel(standin, request.id("channel_id")), P.MANAGE_THREADS)
    return _archived(standin, request, private=True)


@routes("GET", "/channels/{channel_id}/users/@me/threads/archived/private")
async def archived_joined(standin: "StandIn", request: Request) -> Json:
    return _archived(standin, request, private=True, joined=True)


def _archived(standin: "StandIn", request: Request, *, private: bool, joined: bool = False) -> Json:
    found = reach_channel(standin, request.id("channel_id"))
    if not may(found, P.READ_MESSAGE_HISTORY):
        raise MISSING_ACCESS
    assert found.guild is not None
    threads = [
        one
        for one in found.guild.channels.values()
        if one.parent is found and one.archived and one.is_private_thread == private
    ]
    if joined:
        threads = [one for one in threads if standin.world.bot.id in one.members]
    before = request.query.get("before")
    if before is not None:
        threads = [one for one in threads if _archived_before(one, before)]
    threads.sort(key=lambda one: one.id, reverse=True)
    limit = int(request.query.get("limit", 50))
    return _threads(standin, threads[:limit]) | {"has_more": len(threads) > limit}


def _archived_before(thread: "Channel", before: str) -> bool:
    if before.isdigit():
        return thread.id < int(before)
    return timestamp(moment(thread.id)) < before


def _threads(standin: "StandIn", threads: "list[Channel]") -> Json:
    bot_id = standin.world.bot.id
    return {
        "threads": [payloads.channel(one, bot_id) for one in threads],
        "members": [
            payloads.thread_member(one, bot_id) for one in threads if bot_id in one.members
        ],
    }
