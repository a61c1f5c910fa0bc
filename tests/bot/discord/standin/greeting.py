"""What a session is told at its beginning, and about the members that it asks for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.bot.discord.standin import payloads

if TYPE_CHECKING:
    from tests.bot.discord.standin.server import StandIn
    from tests.bot.discord.standin.sessions import Session
    from tests.bot.discord.standin.world import Guild

Json = dict[str, Any]
_CHUNK = 1000


def ready(standin: "StandIn", session: "Session", guilds: "list[Guild]") -> Json:
    """READY; the guilds follow one by one."""
    world = standin.world
    return {
        "v": 10,
        "user": payloads.user(world.bot) | {"verified": True, "mfa_enabled": True},
        "guilds": [{"id": str(one.id), "unavailable": True} for one in guilds],
        "session_id": session.id,
        "session_type": "normal",
        "resume_gateway_url": standin.resume_url,
        "shard": list(session.shard),
        "application": {"id": str(world.application_id), "flags": standin.application_flags},
        "private_channels": [],
        "relationships": [],
        "presences": [],
        "user_settings": {},
        "user_settings_proto": "",
        "guild_join_requests": [],
        "geo_ordered_rtc_regions": [],
        "auth": {},
        "_trace": [],
    }


def member_chunks(guild: "Guild", asked: Json) -> Iterator[Json]:
    """The answer to a request for members: by ids, by the beginning of a name, or all."""
    found, missing = list(guild.members.values()), []
    if asked.get("user_ids"):
        wanted = asked["user_ids"] if isinstance(asked["user_ids"], list) else [asked["user_ids"]]
        ids = [int(one) for one in wanted]
        found = [guild.members[one] for one in ids if one in guild.members]
        missing = [str(one) for one in ids if one not in guild.members]
    elif asked.get("query"):
        found = [one for one in found if one.name.startswith(asked["query"])]
        found = found[: asked.get("limit") or 1]
    starts = range(0, max(1, len(found)), _CHUNK)
    for number, start in enumerate(starts):
        yield {
            "guild_id": str(guild.id),
            "members": [payloads.member(one) for one in found[start : start + _CHUNK]],
            "chunk_index": number,
            "chunk_count": len(starts),
            "not_found": missing,
            **({"nonce": asked["nonce"]} if "nonce" in asked else {}),
        }
