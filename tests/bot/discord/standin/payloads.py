"""The world as Discord writes it: ids as strings, moments as ISO 8601, bits as decimal strings."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tests.bot.discord.standin.permissions import in_channel
from tests.bot.discord.standin.snowflakes import moment, timestamp

if TYPE_CHECKING:
    from tests.bot.discord.standin.people import Member, User
    from tests.bot.discord.standin.world import Channel, Guild, Role

Json = dict[str, Any]


def user(who: "User") -> Json:
    return {
        "id": str(who.id),
        "username": who.name,
        "global_name": who.display_name,
        "discriminator": "0" if not who.is_bot else "0001",
        "avatar": None,
        "avatar_decoration_data": None,
        "banner": None,
        "accent_color": None,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
        "collectibles": None,
        **({"bot": True} if who.is_bot else {}),
    }


def member(who: "Member", *, with_user: bool = True) -> Json:
    """A guild member; a message carries it without the user, who is its author already."""
    written: Json = {
        "avatar": None,
        "banner": None,
        "communication_disabled_until": timestamp(who.timed_out_until)
        if who.timed_out_until
        else None,
        "flags": 0,
        "joined_at": timestamp(who.joined_at),
        "nick": who.nick,
        "pending": False,
        "premium_since": None,
        "roles": [str(role.id) for role in who.roles],
        "mute": False,
        "deaf": False,
    }
    if with_user:
        written["user"] = user(who.user)
    return written


def member_with_permissions(who: "Member", where: "Channel") -> Json:
    """As interactions carry it."""
    return member(who) | {"permissions": str(in_channel(who, where))}


def role(one: "Role") -> Json:
    return {
        "id": str(one.id),
        "name": one.name,
        "permissions": str(one.permissions),
        "position": one.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def channel(one: "Channel", bot_id: int) -> Json:
    """A channel of a guild, a thread or a direct conversation."""
    if one.is_thread:
        return thread(one, bot_id)
    last = one.messages[-1].id if one.messages else None
    written: Json = {"id": str(one.id), "type": one.kind, "flags": 0}
    if one.guild is None:
        assert one.recipient is not None
        return written | {"recipients": [user(one.recipient)], "last_message_id": _id(last)}
    written |= {
        "guild_id": str(one.guild.id),
        "name": one.name,
        "position": list(one.guild.channels).index(one.id) if one.id in one.guild.channels else 0,
        "parent_id": _id(one.parent.id if one.parent else None),
        "permission_overwrites": [overwrite(one, who) for who in one.overwrites],
    }
    if one.kind == 4:
        return written
    written |= {
        "nsfw": one.nsfw,
        "topic": None,
        "rate_limit_per_user": 0,
        "last_message_id": _id(last),
    }
    if one.kind in (2, 13):
        written |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
    if one.kind == 15:
        written |= {
            "available_tags": [],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
        }
    return written


def overwrite(where: "Channel", whom: int) -> Json:
    assert where.guild is not None
    allow, deny = where.overwrites[whom]
    kind = 0 if whom in where.guild.roles else 1
    return {"id": str(whom), "type": kind, "allow": str(allow), "deny": str(deny)}


def thread(one: "Channel", bot_id: int) -> Json:
    assert one.guild is not None
    assert one.parent is not None
    made = timestamp(moment(one.id))
    count = len(one.messages)
    written: Json = {
        "id": str(one.id),
        "guild_id": str(one.guild.id),
        "parent_id": str(one.parent.id),
        "owner_id": str(one.owner_id),
        "name": one.name,
        "type": one.kind,
        "last_message_id": _id(one.messages[-1].id if one.messages else None),
        "rate_limit_per_user": 0,
        "bitrate": 64000,
        "user_limit": 0,
        "rtc_region": None,
        "message_count": count,
        "total_message_sent": count,
        "member_count": min(len(one.members), 50),
        "flags": 0,
        "thread_metadata": {
            "archived": one.archived,
            "archive_timestamp": made,
            "auto_archive_duration": 1440,
            "locked": one.locked,
            "create_timestamp": made,
            **({"invitable": True} if one.is_private_thread else {}),
        },
    }
    if bot_id in one.members:
        written["member"] = thread_member(one, bot_id)
    return written


def thread_member(where: "Channel", who: int) -> Json:
    return {
        "id": str(where.id),
        "user_id": str(who),
        "join_timestamp": timestamp(moment(where.id)),
        "flags": 0,
    }


def thread_members_update(
    where: "Channel", added: "Iterable[Member]", removed: "Iterable[Member]"
) -> Json:
    assert where.guild is not None
    return {
        "id": str(where.id),
        "guild_id": str(where.guild.id),
        "member_count": min(len(where.members), 50),
        "added_members": [
            thread_member(where, one.id) | {"member": member(one), "presence": None}
            for one in added
        ],
        "removed_member_ids": [str(one.id) for one in removed],
    }


def guild(one: "Guild") -> Json:
    """What GET answers; the gateway adds channels, members and threads."""
    return {
        "id": str(one.id),
        "name": one.name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": [],
        "banner": None,
        "owner_id": str(one.owner.id),
        "application_id": None,
        "region": "us-central",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "roles": [role(each) for each in one.roles.values()],
        "default_message_notifications": 0,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": one.locale,
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "premium_progress_bar_enabled_user_updated_at": None,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }


def guild_create(one: "Guild") -> Json:
    """GUILD_CREATE; ``members`` holds everybody, the gateway shortens it by intent."""
    bot_id = one.world.bot.id
    channels = list(one.channels.values())
    return guild(one) | {
        "joined_at": timestamp(one.joined_at),
        "large": False,
        "unavailable": False,
        "member_count": len(one.members),
        "voice_states": [],
        "members": [member(each) for each in one.members.values()],
        "channels": [channel(each, bot_id) for each in channels if not each.is_thread],
        "threads": [
            thread(each, bot_id)
            for each in channels
            if each.is_thread and not each.archived and one.bot_sees(each)
        ],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def _id(snowflake: int | None) -> str | None:
    return None if snowflake is None else str(snowflake)
