"""Using a command: whether Discord offers it, and what it then sends to the bot."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.bot.discord.standin import payloads, writing
from tests.bot.discord.standin.commands import CHAT, MESSAGE_MENU, NotOfferedError
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.permissions import P, in_channel

if TYPE_CHECKING:
    from tests.bot.discord.standin.people import Member, User
    from tests.bot.discord.standin.server import StandIn
    from tests.bot.discord.standin.world import Channel

Json = dict[str, Any]

SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, FILE = range(
    1, 12
)
_TYPES: dict[int, tuple[type, ...]] = {
    STRING: (str,),
    INTEGER: (int,),
    BOOLEAN: (bool,),
    NUMBER: (int, float),
    FILE: (File,),
}


def menu_data(
    standin: "StandIn", member: "Member", channel: "Channel", name: str, message: Message
) -> Json:
    """What the menu of a message sends, the message resolved in full."""
    found = standin.commands.find(member.guild, name, MESSAGE_MENU)
    _offered(standin, found, f"the menu command {name!r}", member.user, channel)
    assert found is not None
    resolved = message.payload()
    return {
        "id": found["id"],
        "name": found["name"],
        "type": MESSAGE_MENU,
        "target_id": str(message.id),
        "resolved": {"messages": {str(message.id): resolved}},
    }


def command_data(
    standin: "StandIn",
    user: "User",
    channel: "Channel",
    name: str,
    options: dict[str, Any],
    *,
    focused: str | None = None,
) -> Json:
    """What a slash command sends: its options as they are registered, and what they refer to."""
    names = name.split()
    found = standin.commands.find(channel.guild, names[0], CHAT)
    _offered(standin, found, f"/{names[0]}", user, channel)
    assert found is not None
    leaf, path = found, []
    for part in names[1:]:
        inner = [one for one in leaf["options"] if one["type"] in (SUBCOMMAND, GROUP)]
        chosen = next((one for one in inner if one["name"] == part), None)
        if chosen is None:
            raise NotOfferedError(f"/{name}: there is {[one['name'] for one in inner]}")
        path.append(chosen)
        leaf = chosen
    resolved: Json = {}
    filled = _filled(leaf, f"/{name}", options, focused)
    refer = Referring(user, channel, resolved)
    written = [_written(one, value, focused, refer) for one, value in filled]
    for part in reversed(path):
        written = [{"name": part["name"], "type": part["type"], "options": written}]
    data: Json = {"id": found["id"], "name": found["name"], "type": CHAT, "options": written}
    if resolved:
        data["resolved"] = resolved
    if "guild_id" in found:
        data["guild_id"] = found["guild_id"]
    return data


def _offered(
    standin: "StandIn", found: Json | None, what: str, user: "User", channel: "Channel"
) -> None:
    if found is None:
        raise NotOfferedError(f"{what} is not registered; there is: {standin.commands.names()}")
    guild = channel.guild
    if guild is None:
        allowed = found["contexts"] is None or 1 in found["contexts"]
        if not allowed or not found.get("dm_permission", False):
            raise NotOfferedError(f"{what} is not for direct messages")
        return
    if not guild.has_bot:
        raise NotOfferedError("the bot is not in this guild")
    if found["contexts"] is not None and 0 not in found["contexts"]:
        raise NotOfferedError(f"{what} is not for guilds")
    if found["nsfw"] and not channel.nsfw:
        raise NotOfferedError(f"{what} is for age-restricted channels only")
    _allowed(standin, found, what, guild.members[user.id], channel)


def _allowed(
    standin: "StandIn", found: Json, what: str, member: "Member", channel: "Channel"
) -> None:
    granted, needed = in_channel(member, channel), found["default_member_permissions"]
    if not granted & P.USE_COMMANDS:
        raise NotOfferedError(f"{member.name} may not use commands in #{channel.name}")
    opened = standin.commands.opened(found, member)
    if granted & P.ADMINISTRATOR or opened or (needed is None and opened is None):
        return
    if opened is False or int(needed) == 0 or int(needed) & ~granted:
        raise NotOfferedError(f"{what} needs permissions that {member.name} does not have")


def _filled(
    leaf: Json, what: str, options: dict[str, Any], focused: str | None
) -> list[tuple[Json, Any]]:
    known = {one["name"]: one for one in leaf["options"] if one["type"] > GROUP}
    inner = [one["name"] for one in leaf["options"] if one["type"] <= GROUP]
    if inner:
        raise NotOfferedError(f"{what} is used with one of {inner}")
    unknown = set(options) - set(known)
    if unknown:
        raise NotOfferedError(f"{what} has no {sorted(unknown)}; it has {sorted(known)}")
    given = {name: value for name, value in options.items() if value is not None}
    missing = [name for name, one in known.items() if one.get("required") and name not in given]
    if missing and focused is None:
        raise NotOfferedError(f"{what} needs {missing}")
    return [(known[name], value) for name, value in given.items()]


@dataclass(frozen=True)
class Referring:
    """Who refers to things where, and what has been referred to so far."""

    user: "User"
    channel: "Channel"
    resolved: Json


def _written(option: Json, value: Any, focused: str | None, refer: Referring) -> Json:
    name, kind = option["name"], option["type"]
    is_focused = name == focused
    if is_focused:
        assert option.get("autocomplete"), f"{name} has no autocomplete"
        return {"name": name, "type": kind, "value": value, "focused": True}
    if kind in _TYPES:
        assert isinstance(value, _TYPES[kind]), f"{name}: {value!r} is of the wrong kind"
        _check_value(option, value)
    if kind not in (STRING, INTEGER, BOOLEAN, NUMBER):
        value = _resolve(kind, value, refer)
    return {"name": name, "type": kind, "value": value}


def _check_value(option: Json, value: Any) -> None:
    choices = [one["value"] for one in option.get("choices") or []]
    assert not choices or value in choices, f"{option['name']}: one of {choices}"
    if isinstance(value, str):
        assert option.get("min_length", 0) <= len(value) <= option.get("max_length", 6000)
    elif isinstance(value, int | float):
        least, most = option.get("min_value"), option.get("max_value")
        assert least is None or value >= least, f"{option['name']}: at least {least}"
        assert most is None or value <= most, f"{option['name']}: at most {most}"


def _resolve(kind: int, value: Any, refer: Referring) -> str:
    """Note what an option refers to, and give its id."""
    if kind == FILE:
        world = refer.channel.world
        one = world.standin.cdn.attach(value, world.application_id, ephemeral=True)
        value, noted = one, ("attachments", writing.attachment(one, refer.channel))
    elif kind == CHANNEL:
        noted = ("channels", _partial_channel(value, refer))
    elif kind == ROLE:
        noted = ("roles", payloads.role(value))
    else:
        noted = ("users", payloads.user(getattr(value, "user", value)))
        _resolve_member(value.id, refer)
    group, written = noted
    refer.resolved.setdefault(group, {})[str(value.id)] = written
    return str(value.id)


def _partial_channel(value: "Channel", refer: Referring) -> Json:
    written = payloads.channel(value, value.world.bot.id)
    keep = (
        "id name type guild_id parent_id owner_id thread_metadata nsfw position flags member_count "
        "message_count total_message_sent rate_limit_per_user last_message_id"
    )
    partial = {each: written[each] for each in keep.split() if each in written}
    assert value.guild is not None
    asker = value.guild.members[refer.user.id]
    return partial | {"permissions": str(in_channel(asker, value))}


def _resolve_member(user_id: int, refer: Referring) -> None:
    guild = refer.channel.guild
    if guild is None or user_id not in guild.members:
        return
    written = payloads.member_with_permissions(guild.members[user_id], refer.channel)
    partial = {key: written[key] for key in written if key not in ("user", "mute", "deaf")}
    refer.resolved.setdefault("members", {})[str(user_id)] = partial


def modal_data(modal: Json, values: dict[str, str]) -> Json:
    """What a filled-in dialogue sends."""
    rows = []
    for row in modal["components"]:
        inner = row.get("components") or [row["component"]]
        written = [
            {"type": one["type"], "custom_id": one["custom_id"], "id": one.get("id", 1)}
            | {"value": values.get(one["custom_id"], one.get("value", ""))}
            for one in inner
        ]
        rows.append(
            {"type": row["type"], "id": row.get("id", 1)}
            | ({"components": written} if "components" in row else {"component": written[0]})
        )
    return {"custom_id": modal["custom_id"], "components": rows}
