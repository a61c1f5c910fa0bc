"""A guild with a reply to click on."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.people import Member
from tests.bot.discord.standin.server import StandIn
from tests.bot.discord.standin.world import Channel, Guild

Picture = Callable[..., bytes]
Colour = tuple[int, int, int]


@dataclass
class Art:
    """A guild with a channel; mira posts there, theo looks on, mods may delete messages.

    Attributes:
        replies: The bot's replies, by what they reply to.
    """

    discord: StandIn
    picture: Picture
    guild: Guild = field(init=False)
    sketches: Channel = field(init=False)
    mira: Member = field(init=False)
    theo: Member = field(init=False)

    def __post_init__(self) -> None:
        self.guild = self.discord.add_guild("Art")
        self.sketches = self.guild.add_channel("sketches")
        self.mira, self.theo = self.guild.add_member("mira"), self.guild.add_member("theo")

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


@pytest.fixture
def art(discord: StandIn, picture: Picture) -> Art:
    """The guild of these tests."""
    return Art(discord, picture)


Restart = Callable[[], Awaitable[None]]
