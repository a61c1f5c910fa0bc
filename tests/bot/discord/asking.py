"""How people ask the bot in these tests: each waits for the whole answer."""

import re
from typing import Any

from tests.bot.discord.standin.interactions import Interaction
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.people import Member
from tests.bot.discord.standin.world import Channel


async def ask(member: Member, channel: Channel, name: str, /, **options: Any) -> Interaction:
    """Use a slash command."""
    return await (await member.command(channel, name, **options)).settled()


async def point(member: Member, channel: Channel, name: str, message: Message) -> Interaction:
    """Use a command of a message's menu."""
    return await (await member.menu(channel, name, message)).settled()


async def turn(member: Member, what: Interaction, label: str) -> Interaction:
    """Click a button of an answer."""
    return await (await member.click(what, label)).settled()


def links(result: Interaction) -> dict[int, int]:
    """Which message each number of an answer leads to."""
    found = re.findall(r"\[(\d+)\]\(https://discord\.com/channels/\d+/\d+/(\d+)\)", result.text)
    return {int(number): int(message_id) for number, message_id in found}


def pictures(result: Interaction) -> list[str]:
    """The names of the files of an answer."""
    return [file.filename for message in result.messages for file in message.attachments]
