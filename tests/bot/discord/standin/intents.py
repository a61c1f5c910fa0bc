"""Intents: which events a session gets, and how much of a message is in them."""

from typing import TYPE_CHECKING, Any

from tests.bot.discord.standin.messages import Message

if TYPE_CHECKING:
    from tests.bot.discord.standin.world import Guild

Json = dict[str, Any]

GUILDS, MEMBERS, PRESENCES, MESSAGE_CONTENT = 1 << 0, 1 << 1, 1 << 8, 1 << 15
GUILD_MESSAGES, GUILD_REACTIONS, DIRECT_MESSAGES, DIRECT_REACTIONS = (
    1 << 9,
    1 << 10,
    1 << 12,
    1 << 13,
)
KNOWN = (1 << 26) - 1


def wanted(
    event: str, what: "Json | Message", intents: int, bot_id: int, guild: "Guild | None"
) -> bool:
    """Whether a session with these intents gets an event."""
    if event.startswith("MESSAGE_REACTION"):
        return bool(intents & (GUILD_REACTIONS if guild else DIRECT_REACTIONS))
    if event.startswith("MESSAGE_"):
        return bool(intents & (GUILD_MESSAGES if guild else DIRECT_MESSAGES))
    if event.startswith("GUILD_MEMBER_"):
        mine = isinstance(what, dict) and what["user"]["id"] == str(bot_id)
        return bool(intents & MEMBERS) or (mine and event == "GUILD_MEMBER_UPDATE")
    if event == "THREAD_MEMBERS_UPDATE" and isinstance(what, dict):
        told = [one["user_id"] for one in what["added_members"]] + what["removed_member_ids"]
        return bool(intents & MEMBERS) or (bool(intents & GUILDS) and str(bot_id) in told)
    return bool(intents & GUILDS)


def shows_content(message: Message, intents: int) -> bool:
    """Without the intent: only direct messages, one's own, and those that mention one."""
    bot = message.channel.world.bot
    return bool(
        intents & MESSAGE_CONTENT
        or message.channel.guild is None
        or message.author is bot
        or bot in message.mentions()
    )
