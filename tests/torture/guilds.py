"""Guilds as hypothesis makes them up, furnished in the stand-in of Discord.

What they are made of are the facts that ``tests.bot.discord.test_grants`` decides about, so the
oracle there decides here as well. Every post has a word in its file's name, and a colour, that no
other post has: wherever it shows, it is recognised.
"""

import io
from dataclasses import dataclass, field, replace
from itertools import product
from random import Random

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from PIL import Image

from bot.discord.facts import GuildFacts
from bot.places import Place
from tests.bot.discord.every_member import (
    EVERYONE,
    MEMBERS,
    OWNER,
    PLACES,
    SOMEBODY,
    THREADS,
    all_may_see,
    can_read,
    guilds,
    permissions,
    suits_the_age,
)
from tests.bot.discord.standin.channels import Channel
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.people import Member
from tests.bot.discord.standin.permissions import EVERYONE as MAY
from tests.bot.discord.standin.permissions import P
from tests.bot.discord.standin.server import StandIn

# What everybody may do beside what the facts say of reading.
_READING = int(P.VIEW_CHANNEL | P.READ_MESSAGE_HISTORY | P.CONNECT | P.MANAGE_THREADS)
WRITING = MAY & ~_READING
# Reds, lest their tags differ; far enough apart that a grid tells them apart.
COLOURS = [(200 + 25 * r, 30 * g, 30 * b) for r, g, b in product(range(3), range(4), range(4))]


def make_up(seed: int, count: int) -> list[GuildFacts]:
    """So many guilds; voice channels are left to the table of cases."""
    made: list[GuildFacts] = []

    @hypothesis.seed(seed)
    @settings(
        max_examples=count,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(guilds())
    def collect(facts: GuildFacts) -> None:
        channels = {id_: replace(one, voice=False) for id_, one in facts.channels.items()}
        made.append(replace(facts, channels=channels))

    collect()
    return made[:count]


@dataclass
class Furnished:
    """One guild with its channels, threads, members and posts.

    Attributes:
        places: The stand-in's channel of each place.
        roles_of: By member (a number of the facts), their roles.
        threads_of: The private threads that they are in.
        posts: By place.
        words: By post's word, its place.
        colours: By post's word, its colour.
    """

    discord: StandIn
    facts: GuildFacts
    chance: Random
    number: int
    places: dict[Place, Channel] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    roles_of: dict[int, frozenset[int]] = field(default_factory=dict)
    threads_of: dict[int, frozenset[int]] = field(default_factory=dict)
    posts: dict[Place, Message] = field(default_factory=dict)
    words: dict[str, Place] = field(default_factory=dict)
    colours: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # As an administrator the bot sees it all: what it shows is its own decision.
        self.guild = self.discord.add_guild(f"w{self.number}", bot_permissions=P.ADMINISTRATOR)
        self.guild.everyone.allow(WRITING)
        self.guild.everyone.deny(_READING & ~self.facts.roles[EVERYONE])
        self.guild.everyone.allow(self.facts.roles[EVERYONE])
        roles = {
            id_: self.guild.add_role(f"role {id_}", given | WRITING)
            for id_, given in self.facts.roles.items()
            if id_ != EVERYONE
        }
        self.members[OWNER] = self.guild.owner
        self.roles_of[OWNER] = frozenset()
        for id_ in (*MEMBERS, SOMEBODY):
            chosen = [one for one in roles if self.chance.random() < 0.5]
            self.roles_of[id_] = frozenset(chosen)
            name = f"{self.number} member {id_}"
            self.members[id_] = self.guild.add_member(name, roles=[roles[one] for one in chosen])
        everybody = {EVERYONE: self.guild.everyone, **roles}
        for place in PLACES:
            if not place.parent_id:
                self._add_channel(place, everybody)
        for place in PLACES:
            if place.parent_id:
                self._add_thread(place)

    def _add_channel(self, place: Place, roles: dict) -> None:
        facts = self.facts.channels[place.channel_id]
        overwrites = {
            (self.members if one.is_member else roles)[one.id]: (one.allow, one.deny)
            for one in facts.overwrites
        }
        name = f"channel {place.channel_id}"
        self.places[place] = self.guild.add_channel(name, overwrites=overwrites, nsfw=facts.nsfw)

    def _add_thread(self, place: Place) -> None:
        parent = next(one for at, one in self.places.items() if at.channel_id == place.parent_id)
        within = {id_ for id_ in self.members if place.private and self.chance.random() < 0.5}
        for id_ in within:
            self.threads_of[id_] = self.threads_of.get(id_, frozenset()) | {place.channel_id}
        self.places[place] = parent.add_thread(
            f"thread {place.channel_id}",
            private=place.private,
            members=[self.members[id_] for id_ in within] + [self.guild.me],
        )

    async def post_everywhere(self) -> None:
        """The owner posts in every place, each post with a word and a colour of its own."""
        colours = self.chance.sample(COLOURS, len(PLACES))
        for place, colour in zip(self.chance.sample(PLACES, len(PLACES)), colours, strict=True):
            word = f"zq{self.number}x{place.channel_id}w"
            self.words[word], self.colours[word] = place, colour
            file = File(f"{word}.png", coloured(colour))
            self.posts[place] = await self.members[OWNER].post(self.places[place], files=[file])

    def place_of(self, channel_id: int) -> Place | None:
        """Of one of this guild's channels."""
        return next((at for at, one in self.places.items() if one.id == channel_id), None)

    def may_show_to_all(self, where: Place, source: Place) -> bool:
        """What the oracle says of a public answer."""
        return (
            suits_the_age(self.facts, where, source)
            and (not source.private or source == where)
            and all_may_see(self.facts, where, source)
        )

    def may_show_to(self, id_: int, where: Place, source: Place) -> bool:
        """What the oracle says of an answer that one member alone sees."""
        roles = self.roles_of[id_]
        channel = self.facts.channels[source.parent_id or source.channel_id]
        return (
            suits_the_age(self.facts, where, source)
            and can_read(self.facts, source, id_, roles, old=True)
            and (
                not source.private
                or source == where
                or source.channel_id in self.threads_of.get(id_, ())
                or bool(permissions(self.facts, channel, id_, roles) & THREADS)
            )
        )


def coloured(colour: tuple[int, int, int]) -> bytes:
    """A picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(file, "PNG")
    return file.getvalue()
