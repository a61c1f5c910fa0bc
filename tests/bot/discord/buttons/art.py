"""A guild with replies to click on, and what the answers to clicks hold."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.interactions import Interaction
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.people import Member
from tests.bot.discord.standin.permissions import P
from tests.bot.discord.standin.server import StandIn
from tests.bot.discord.standin.world import Channel, Guild

Picture = Callable[..., bytes]
Colour = tuple[int, int, int]


@dataclass
class Art:
    """A guild with a channel; mira posts there, theo looks on, mona may manage messages."""

    discord: StandIn
    picture: Picture
    guild: Guild = field(init=False)
    sketches: Channel = field(init=False)
    mira: Member = field(init=False)
    theo: Member = field(init=False)
    mona: Member = field(init=False)
    locale: str = "en-US"

    def __post_init__(self) -> None:
        self.guild = self.discord.add_guild("Art", locale=self.locale)
        self.sketches = self.guild.add_channel("sketches")
        moderators = self.guild.add_role("moderators", P.MANAGE_MESSAGES)
        self.mira = self.guild.add_member("mira", locale=self.locale)
        self.theo = self.guild.add_member("theo", locale=self.locale)
        self.mona = self.guild.add_member("mona", roles=[moderators], locale=self.locale)

    def broken(self, name: str) -> File:
        """A file that claims to be an image and is none."""
        return File(name, b"no image at all", content_type="image/png")

    async def click(self, member: Member, what: Message | Interaction, which: str) -> Interaction:
        """Click a button and wait for the answer, which nobody else sees."""
        result = await (await member.click(what, which)).settled()
        assert all(one.ephemeral for one in result.messages)
        return result

    async def select(
        self, member: Member, what: Message | Interaction, which: str, *values: str
    ) -> Interaction:
        """Choose in a select and wait for the answer."""
        return await (await member.select(what, which, values)).settled()

    async def post(
        self, *colours: Colour, channel: Channel | None = None, spoiler: bool = False
    ) -> tuple[Message, Message]:
        """Let mira post an image of each colour; the post and the bot's reply to it."""
        where = channel or self.sketches
        files = [
            File(f"no{number}.png", self.picture(colour), spoiler=spoiler)
            for number, colour in enumerate(colours, start=1)
        ]
        message = await self.mira.post(where, files=files)

        def reply() -> Message | None:
            found = [
                one
                for one in where.bot_messages()
                if (one.reference or {}).get("message_id") == str(message.id)
            ]
            return found[0] if found else None

        await self.discord.wait_for(reply, 15)
        found = reply()
        assert found is not None
        return message, found


def menu(result: Interaction, which: str) -> dict[str, Any]:
    """The select of an answer whose id begins so."""
    (message,) = [one for one in result.messages if one.parts]
    (found,) = [one for one in message.parts if one.get("custom_id", "").startswith(which)]
    return found


def offered(result: Interaction, which: str) -> dict[str, str]:
    """What a select offers: value by label."""
    return {one["label"]: one["value"] for one in menu(result, which)["options"]}


def chosen(result: Interaction, which: str) -> list[str]:
    """The labels that are selected already."""
    return [one["label"] for one in menu(result, which)["options"] if one["default"]]


def pages(result: Interaction) -> list[str]:
    """The buttons of an answer that turn its pages."""
    return [
        one["label"] for message in result.messages for one in message.parts if one["type"] == 2
    ]
