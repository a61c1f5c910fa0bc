"""Three guilds with their people, for the test that plays a day in them."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.bot.discord.standin.channels import Channel
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.interactions import Interaction
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.people import Member
from tests.bot.discord.standin.permissions import P, can_see
from tests.bot.discord.standin.server import StandIn
from tests.bot.discord.standin.world import Guild

Colour = tuple[int, int, int]
RED, CRIMSON, SCARLET, BLUE, GREEN = (
    (220, 30, 30),
    (215, 32, 30),
    (225, 35, 28),
    (30, 60, 200),
    (30, 160, 60),
)
LINK = re.compile(r"https://discord\.com/channels/(\d+)/(\d+)/(\d+)")
LONG_AGO = datetime.now(UTC) - timedelta(days=30)


@dataclass
class Town:
    """Where everything happens, and what was posted there.

    Attributes:
        posts: Those that must be answered, by what the test calls them.
        lesson: A dialogue that an admin has open.
    """

    discord: StandIn
    picture: Callable[..., bytes]
    posts: dict[str, Message] = field(default_factory=dict)
    lesson: Interaction = field(init=False)

    def __post_init__(self) -> None:
        add = self.discord.add_guild
        self.art, self.oekaki, self.studio = add("Art"), add("お絵描き", locale="ja"), add("Studio")
        self._furnish_art(self.art)
        self._furnish_oekaki(self.oekaki)
        self._furnish_studio(self.studio)

    def _furnish_art(self, guild: Guild) -> None:
        moderators = guild.add_role("moderators", P.MANAGE_MESSAGES)
        self.sketches, self.quiet = guild.add_channel("sketches"), guild.add_channel("quiet")
        self.desk, self.chat = guild.add_channel("desk"), guild.add_channel("chat")
        self.archive = guild.add_channel("archive")
        self.mira, self.theo = guild.add_member("mira"), guild.add_member("theo")
        self.mona = guild.add_member("mona", roles=[moderators])

    def _furnish_oekaki(self, guild: Guild) -> None:
        self.rakugaki = guild.add_channel("らくがき")
        self.hana = guild.add_member("hana", locale="ja")
        self.ken = guild.add_member("ken", locale="ja")
        self.mira_abroad = guild.add_member("mira")

    def _furnish_studio(self, guild: Guild) -> None:
        """Adults, an inner circle, a thread for everybody and one for two."""
        circle = guild.add_role("inner circle")
        self.lobby = guild.add_channel("lobby")
        self.inner = guild.add_channel(
            "inner", overwrites={guild.everyone: (0, P.VIEW_CHANNEL), circle: (P.VIEW_CHANNEL, 0)}
        )
        self.inner.overwrite(guild.me, allow=P.VIEW_CHANNEL)
        self.adults = guild.add_channel("adults", nsfw=True)
        self.zoe = guild.add_member("zoe", roles=[circle])
        self.yuri = guild.add_member("yuri")
        self.wip = self.lobby.add_thread("wip")
        pair = [self.zoe, guild.owner, guild.me]
        self.pair = self.lobby.add_thread("the two of us", private=True, members=pair)

    @property
    def answering(self) -> list[Channel]:
        """Where an admin lets the bot answer posts."""
        return [self.sketches, self.rakugaki, self.lobby, self.inner, self.adults]

    @property
    def everybody(self) -> list[tuple[Member, Channel]]:
        """Those who are in some guild, and where one finds them."""
        places = {self.art: self.desk, self.oekaki: self.rakugaki, self.studio: self.lobby}
        return [
            (member, where)
            for guild, where in places.items()
            for member in guild.members.values()
            if member is not guild.me
        ]

    # --- what people do

    def file(self, name: str, colour: Colour, *, spoiler: bool = False) -> File:
        """A picture of one colour; whatever it is called, it is called so."""
        return File(name, self.picture(colour), spoiler=spoiler, verbatim=True)

    async def post(self, who: Member, where: Channel, name: str, *files: File) -> Message:
        """Post something that must be answered; without files a red picture of that name."""
        sent = files or (self.file(f"{name}.png", RED),)
        self.posts[name] = await who.post(where, files=sent)
        return self.posts[name]

    async def past(self, who: Member, where: Channel, count: int) -> None:
        """Let somebody have posted a month ago, when the bot was not there."""
        for hours in range(count):
            at = LONG_AGO + timedelta(hours=hours)
            files = [self.file(f"old{hours}.png", (hours * 5 % 256, 200, 90))]
            await who.post(where, files=files, at=at, unseen=True)

    # --- what there is to see

    def replies(self, name: str) -> list[Message]:
        """What the bot says to a post."""
        post = self.posts[name]
        return [one for one in post.channel.bot_messages() if answers(one) == post.id]

    def reply(self, name: str) -> Message:
        """The one answer to a post."""
        (found,) = self.replies(name)
        return found

    async def answered(self, *names: str, seconds: float = 30.0) -> None:
        """Wait until posts have their answers."""
        await self.discord.wait_for(lambda: all(map(self.replies, names or self.posts)), seconds)

    def times_sent(self) -> Counter[int]:
        """How many answers to each post Discord has taken in all, those deleted since included.

        A request without a status was carried out, but the bot was killed before it heard so.
        """
        return Counter(
            int(one.body["message_reference"]["message_id"])
            for one in self.discord.asked("POST", "/messages")
            if one.status in (200, 0) and (one.body or {}).get("message_reference")
        )

    def shown_where_it_may_not(self) -> list[str]:
        """Links in what the bot said whose target somebody who sees the answer may not see."""
        return [
            f"{place.name} ({person.name}): {target.name}"
            for place, readers, text in self._said()
            for target in self._linked(text)
            for person in readers
            if not _may_be_shown(target, place, person)
        ]

    def _said(self) -> Iterator[tuple[Channel, Iterable[Member], str]]:
        """Everything that the bot has said in guilds, where, and to whom."""
        for guild in self.discord.guilds:
            for channel in guild.channels.values():
                readers = [one for one in guild.members.values() if can_see(one, channel)]
                for message in channel.bot_messages():
                    yield channel, readers, message.text
        for one in self.discord.interactions:
            guild = one.channel.guild
            if guild is not None and one.user.id in guild.members:
                for message in one.messages:
                    if message.ephemeral:
                        yield one.channel, [guild.members[one.user.id]], message.text

    def _linked(self, text: str) -> Iterator[Channel]:
        """Where the links in a text lead to, as far as that still stands."""
        for guild_id, channel_id, _ in LINK.findall(text):
            guild = self.discord.world.guilds[int(guild_id)]
            if int(channel_id) in guild.channels:
                yield guild.channels[int(channel_id)]


def _may_be_shown(target: Channel, place: Channel, person: Member) -> bool:
    restricted = _restricted(target) and not _restricted(place)
    return target.guild is place.guild and can_see(person, target) and not restricted


def _restricted(channel: Channel) -> bool:
    return channel.nsfw or (channel.parent is not None and channel.parent.nsfw)


def answers(message: Message) -> int | None:
    """The post that a message of the bot's answers."""
    return int(message.reference["message_id"]) if message.reference else None


def links(text: str) -> set[int]:
    """The messages that a text leads to."""
    return {int(message_id) for _, _, message_id in LINK.findall(text)}
