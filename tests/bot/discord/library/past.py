"""What was posted in a guild before the bot was asked to import it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.bot.discord.community import Community
from tests.bot.discord.standin.channels import Channel
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.interactions import Interaction
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.people import Member
from tests.bot.discord.standin.server import StandIn
from tests.bot.discord.standin.world import Guild

BEGUN = datetime.now(UTC) - timedelta(days=30)


@dataclass
class Past:
    """A guild with a channel of old posts, and one where its owner gives commands."""

    discord: StandIn
    picture: Callable[..., bytes]
    guild: Guild = field(init=False)
    sketches: Channel = field(init=False)
    desk: Channel = field(init=False)
    mira: Member = field(init=False)
    hours: int = 0

    def __post_init__(self) -> None:
        self.guild = self.discord.add_guild("Art")
        self.sketches = self.guild.add_channel("sketches")
        self.desk = self.guild.add_channel("desk")
        self.mira = self.guild.add_member("mira")

    async def post(
        self, count: int = 1, *, channel: Channel | None = None, member: Member | None = None
    ) -> list[Message]:
        """Old posts of one image each, an hour apart, with a word between any two."""
        posts = []
        who, where = member or self.mira, channel or self.sketches
        for _ in range(count):
            self.hours += 1
            at = BEGUN + timedelta(hours=self.hours)
            colour = (self.hours * 7 % 256, 40, 90)
            files = [File(f"old{self.hours}.png", self.picture(colour))]
            posts.append(await who.post(where, files=files, at=at, unseen=True))
            await who.post(where, "nice", at=at + timedelta(minutes=1), unseen=True)
        return posts

    async def ask(self, command: str, channel: Channel | None = None) -> Interaction:
        """Let the owner give a command at the desk."""
        options = {} if channel is None else {"channel": channel}
        sent = await self.guild.owner.command(self.desk, f"library {command}", **options)
        answer = await sent.settled()
        assert answer.ephemeral
        return answer

    @property
    def board(self) -> Message:
        """The message that shows the progress."""
        (found,) = self.desk.bot_messages()
        return found

    async def until_ended(self, with_word: str = "imported", seconds: float = 20) -> None:
        """Wait until the progress says that it is over."""
        await self.discord.wait_for(
            lambda: self.desk.bot_messages() and with_word in self.board.text, seconds
        )
        assert self.board.parts == []

    async def taken(self, bot: Community) -> list[int]:
        """The ids of the messages whose illustrations are known, rising."""
        ids = await bot.catalogue.posts.ids_of(guild_id=self.guild.id)
        posts = [await bot.catalogue.posts.get(id_) for id_ in ids]
        return [one.id for one in posts if one is not None and one.illustration_ids]


def ids(posts: list[Message]) -> list[int]:
    """Their ids, rising."""
    return sorted(one.id for one in posts)
