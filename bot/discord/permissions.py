"""Discord's permissions: their names in its own clients, and those that reading takes."""

from collections.abc import Mapping, Sequence

import discord

from bot.discord.channels import PostChannel
from bot.posts import Language
from bot.texts import Text

NAMES: Mapping[str, Text] = {
    "view_channel": Text(en="View Channel", ja="チャンネルを見る"),
    "read_message_history": Text(en="Read Message History", ja="メッセージ履歴を読む"),
    "send_messages": Text(en="Send Messages", ja="メッセージを送信"),
    "send_messages_in_threads": Text(
        en="Send Messages in Threads", ja="スレッドでメッセージを送信"
    ),
    "embed_links": Text(en="Embed Links", ja="埋め込みリンク"),
    "attach_files": Text(en="Attach Files", ja="ファイルを添付"),
    "add_reactions": Text(en="Add Reactions", ja="リアクションの追加"),
}


READING = ("view_channel", "read_message_history")


def unreadable(channel: PostChannel) -> list[str]:
    """What the bot lacks to read a channel's history: to whom may not, Discord shows it empty."""
    if isinstance(channel, discord.Thread) and channel.parent is None:
        return list(READING)  # its channel was deleted this very moment
    allowed = channel.permissions_for(channel.guild.me)
    return [one for one in READING if not getattr(allowed, one)]


def permission_names(permissions: Sequence[str], language: Language) -> str:
    """Permissions as people find them in the settings of a channel."""
    names = [NAMES[one](language) for one in permissions]
    if language == "ja":
        return "".join(f"「{name}」" for name in names)
    return ", ".join(names)
