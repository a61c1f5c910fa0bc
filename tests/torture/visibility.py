"""Nobody sees what they may not see, through every way out.

Guilds that hypothesis makes up (channels, threads, roles, overwrites, members, age restrictions)
are furnished; a post stands in every place. Then people ask in every way that there is, wherever
they may, and an oracle that counts out every possible member decides what they may be shown. What
is recognised in an answer: links, file names, and the colours of a grid.
"""

import json
import logging
import os
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from aiohttp.test_utils import TestClient, TestServer
from tqdm import tqdm

from bot.local.serving import application
from bot.places import Place
from tests.bot.discord.asking import ask, point, turn
from tests.bot.discord.community import Community, running, settings_for
from tests.bot.discord.every_member import OWNER
from tests.bot.discord.standin.channels import Channel
from tests.bot.discord.standin.commands import NotOfferedError
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.people import Member
from tests.bot.discord.standin.permissions import can_see
from tests.bot.discord.standin.server import StandIn
from tests.torture.guilds import Furnished, coloured, make_up
from tests.torture.judging import WORD, Judge
from tests.torture.outcome import Outcome
from tests.torture.processes import peak_mib
from tests.torture.waiting import until

QUESTIONS_EACH_GUILD = 40
RED = (230, 45, 45)
PATIENCE_SECONDS = 60.0


async def run(seed: int, size: int) -> Outcome:
    """Ask so many questions."""
    outcome = Outcome("visibility")
    guilds = make_up(seed, -(-size // QUESTIONS_EACH_GUILD))
    chance = Random(seed)
    with tempfile.TemporaryDirectory(prefix="torture-") as directory, listening() as logged:
        async with StandIn() as discord:
            discord.expect_failures = discord.expect_violations = True
            settings = settings_for(discord, Path(directory) / "data")
            async with running(settings, discord) as community:
                with tqdm(total=size, unit=" questions", desc="visibility") as shown:
                    watch = Watch(outcome, Random(seed))
                    for number, facts in enumerate(guilds, start=1):
                        guild = Furnished(discord, facts, chance, number)
                        await watch.visit(guild, community)
                        for _ in range(min(QUESTIONS_EACH_GUILD, size - outcome.inputs)):
                            await watch.question()
                            shown.update()
                    await watch.end(community)
    words = set(WORD.findall("\n".join(logged)))
    outcome.found("leaked", f"file names in the log: {words}", len(words))
    return outcome


@dataclass
class Watch:
    """Asks in one guild after another, and looks at what is answered.

    Attributes:
        asked: How often in which way.
        recognised: How often something was, where it may be.
        public_askers: Who had a public answer given in this guild, and where.
    """

    outcome: Outcome
    chance: Random
    asked: Counter[str] = field(default_factory=Counter)
    recognised: Counter[str] = field(default_factory=Counter)
    public_askers: set[tuple[int, Place]] = field(default_factory=set)

    async def visit(self, guild: Furnished, community: Community) -> None:
        """Let people post everywhere: each reply is public."""
        self.guild, self.community = guild, community
        self.judge = Judge(guild, self.outcome, self.recognised)
        self.public_askers.clear()
        await guild.post_everywhere()
        if not await until(lambda: len(self._replies()) == len(guild.posts), PATIENCE_SECONDS):
            self.outcome.found("lost", f"replies in guild {guild.number}")
        for place in guild.posts:
            for message in guild.places[place].bot_messages():
                self.judge.public(place, message, "reply")

    async def question(self) -> None:
        """One question of somebody, somewhere, in some way."""
        ways: list[Callable[[int, Place], Awaitable[None]]] = [
            self._similar,
            self._describe,
            self._search,
            self._menu,
            self._button,
            self._complete,
            self._export,
            self._http,
            self._inform,
        ]
        way = self.chance.choice(ways)
        self.outcome.inputs += 1
        who = self.chance.choice(list(self.guild.members))
        member, places = self.guild.members[who], self.guild.places
        # Where somebody may see nothing they can ask nothing; the owner sees every place.
        seen = [place for place, channel in places.items() if can_see(member, channel)]
        if not seen:
            who, seen = OWNER, list(places)
        begun = time.monotonic()
        try:
            await way(who, self.chance.choice(seen))
            self.asked[way.__name__.strip("_")] += 1
        except NotOfferedError:
            self.asked["not offered"] += 1
        except AssertionError as error:
            self.asked["not answered, or not to be clicked"] += 1
            if "did not respond" in str(error) or "nothing followed" in str(error):
                self.outcome.found("hangs", f"{way.__name__}: {error}")
        self.outcome.took(time.monotonic() - begun, peak_mib(os.getpid()))

    async def end(self, community: Community) -> None:
        """What else can be read: the metrics."""
        text = (await community.bot.service.metrics_text()).decode()
        self.judge.text("metrics", text, lambda _: False)
        said = ", ".join(f"{number} {way}" for way, number in self.asked.items())
        self.outcome.notes.append(f"asked: {said}")
        seen = ", ".join(f"{number} in {way}" for way, number in self.recognised.items())
        self.outcome.notes.append(f"recognised, rightly there: {seen}")

    # --- ways out

    async def _similar(self, who: int, where: Place) -> None:
        said = await ask(*self._at(who, where), "similar", image=File("a.png", coloured(RED)))
        self.judge.answer(said, who, where)

    async def _describe(self, who: int, where: Place) -> None:
        public = self.chance.random() < 0.5
        file = File("a.png", coloured(RED))
        if public:
            self.public_askers.add((who, where))
        said = await ask(*self._at(who, where), "describe", image=file, public=public)
        self.judge.answer(said, who, where)

    async def _search(self, who: int, where: Place) -> None:
        said = await ask(*self._at(who, where), "search", tags="red")
        self.judge.answer(said, who, where)

    async def _inform(self, who: int, where: Place) -> None:
        said = await ask(*self._at(who, where), "tags info", name="red")
        self.judge.answer(said, who, where)

    async def _menu(self, who: int, where: Place) -> None:
        message = self.guild.posts[where]
        name = self.chance.choice(["Find similar", "Describe this image"])
        member, channel = self._at(who, where)
        self.judge.answer(await point(member, channel, name, message), who, where, about=where)

    async def _button(self, who: int, where: Place) -> None:
        (reply, *_) = self.guild.places[where].bot_messages()
        label = self.chance.choice(["Similar", "Why?", "Right / Wrong"])
        said = await turn(self._at(who, where)[0], reply, label)
        self.judge.answer(said, who, where, about=where)

    async def _complete(self, who: int, where: Place) -> None:
        member, channel = self._at(who, where)
        choices = await member.autocomplete(channel, "search", "tags", "zq")
        self.judge.text("autocomplete", json.dumps(choices), lambda _: False)

    async def _export(self, who: int, where: Place) -> None:
        said = await ask(*self._at(who, where), "privacy export")
        text = "".join(
            one.file.data.decode() for message in said.messages for one in message.attachments
        )
        asked_in = {place for asker, place in self.public_askers if asker == who}
        self.judge.export(said.text + text, who, asked_in)

    async def _http(self, _who: int, _where: Place) -> None:
        """From the local channel nothing of any guild is to be had."""
        settings = self.community.settings
        app = application(self.community.bot, settings)
        async with TestClient(TestServer(app)) as client:
            for path in ("posts", "tags?query=zq", "status", "jobs", "taught"):
                answer = await client.get(f"/api/v1/{path}")
                self.judge.text(f"GET {path}", await answer.text(), lambda _: False)
            number = self.chance.randint(1, len(self.guild.posts) * self.guild.number)
            for path in (f"posts/{number}", f"posts/{number}/thumbnail"):
                answer = await client.get(f"/api/v1/{path}")
                if answer.status != 404:
                    self.outcome.found("leaked", f"GET {path}: {answer.status}")

    def _at(self, who: int, where: Place) -> tuple[Member, Channel]:
        return self.guild.members[who], self.guild.places[where]

    def _replies(self) -> list[Message]:
        return [
            one
            for channel in self.guild.places.values()
            for one in channel.bot_messages()
            if one.reference
        ]


@contextmanager
def listening() -> Iterator[list[str]]:
    """Everything that is logged meanwhile."""
    logged: list[str] = []

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            logged.append(record.getMessage())

    handler, root = Keep(), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield logged
    finally:
        root.setLevel(before)
        root.removeHandler(handler)
