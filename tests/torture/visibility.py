"""Nobody sees what they may not see, through every way out.

Guilds that hypothesis makes up (channels, threads, roles, overwrites, members, age restrictions)
are furnished; a post stands in every place. Then people ask in every way that there is, wherever
they may, and an oracle that counts out every possible member decides what they may be shown. What
is recognised in an answer: links, file names, and the colours of a grid.
"""

import io
import json
import logging
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image
from tqdm import tqdm

from bot.local.serving import application
from bot.places import Place
from tests.bot.discord.asking import ask, point, turn
from tests.bot.discord.community import Community, running, settings_for
from tests.bot.discord.every_member import OWNER
from tests.bot.discord.standin.commands import NotOfferedError
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.interactions import Interaction
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.permissions import can_see
from tests.bot.discord.standin.server import StandIn
from tests.torture.guilds import Furnished, coloured, make_up
from tests.torture.outcome import Outcome
from tests.torture.processes import peak_mib
from tests.torture.waiting import until

QUESTIONS_EACH_GUILD = 40
LINK = re.compile(r"https://discord\.com/channels/(\d+)/(\d+)/(\d+)")
WORD = re.compile(r"zq\d+x\d+w")
RED = (230, 45, 45)
# How far a colour may be off after a lossy grid, and the share of its pixels that is no chance.
NEAR, SHARE = 9, 0.01
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
    """Asks in one guild after another, and looks at what is answered."""

    outcome: Outcome
    chance: Random
    asked: Counter[str] = field(default_factory=Counter)
    shown: int = 0

    async def visit(self, guild: Furnished, community: Community) -> None:
        """Let people post everywhere: each reply is public."""
        self.guild, self.community = guild, community
        await guild.post_everywhere()
        if not await until(lambda: len(self._replies()) == len(guild.posts), PATIENCE_SECONDS):
            self.outcome.found("lost", f"replies in guild {guild.number}")
        for place in guild.posts:
            for message in guild.places[place].bot_messages():
                self._judge_public(place, message, "reply")

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
        self._judge("metrics", text, lambda _: False)
        said = ", ".join(f"{number} {way}" for way, number in self.asked.items())
        self.outcome.notes.append(f"asked: {said}")
        self.outcome.notes.append(f"recognised in answers, rightly there: {self.shown}")

    # --- ways out

    async def _similar(self, who: int, where: Place) -> None:
        said = await ask(*self._at(who, where), "similar", image=File("a.png", coloured(RED)))
        self._judge_answer(said, who, where)

    async def _describe(self, who: int, where: Place) -> None:
        public = self.chance.random() < 0.5
        file = File("a.png", coloured(RED))
        said = await ask(*self._at(who, where), "describe", image=file, public=public)
        self._judge_answer(said, who, where)

    async def _search(self, who: int, where: Place) -> None:
        said = await ask(*self._at(who, where), "search", tags="red")
        self._judge_answer(said, who, where)

    async def _inform(self, who: int, where: Place) -> None:
        said = await ask(*self._at(who, where), "tags info", name="red")
        self._judge_answer(said, who, where)

    async def _menu(self, who: int, where: Place) -> None:
        message = self.guild.posts[where]
        name = self.chance.choice(["Find similar", "Describe this image"])
        member, channel = self._at(who, where)
        self._judge_answer(await point(member, channel, name, message), who, where)

    async def _button(self, who: int, where: Place) -> None:
        (reply, *_) = self.guild.places[where].bot_messages()
        label = self.chance.choice(["Similar", "Why?", "Right / Wrong"])
        self._judge_answer(await turn(self._at(who, where)[0], reply, label), who, where)

    async def _complete(self, who: int, where: Place) -> None:
        member, channel = self._at(who, where)
        choices = await member.autocomplete(channel, "search", "tags", "zq")
        self._judge("autocomplete", json.dumps(choices), lambda _: False)

    async def _export(self, who: int, where: Place) -> None:
        said = await ask(*self._at(who, where), "privacy export")
        text = "".join(
            one.file.data.decode() for message in said.messages for one in message.attachments
        )
        owner = self.guild.members[who] is self.guild.guild.owner
        self._judge("export", said.text + text, lambda _: owner)

    async def _http(self, _who: int, _where: Place) -> None:
        """From the local channel nothing of any guild is to be had."""
        settings = self.community.settings
        app = application(self.community.bot, settings)
        async with TestClient(TestServer(app)) as client:
            for path in ("posts", "tags?query=zq", "status", "jobs", "taught"):
                answer = await client.get(f"/api/v1/{path}")
                self._judge(f"GET {path}", await answer.text(), lambda _: False)
            number = self.chance.randint(1, len(self.guild.posts) * self.guild.number)
            for path in (f"posts/{number}", f"posts/{number}/thumbnail"):
                answer = await client.get(f"/api/v1/{path}")
                if answer.status != 404:
                    self.outcome.found("leaked", f"GET {path}: {answer.status}")

    # --- judging

    def _at(self, who: int, where: Place) -> tuple:
        return self.guild.members[who], self.guild.places[where]

    def _replies(self) -> list[Message]:
        return [
            one
            for channel in self.guild.places.values()
            for one in channel.bot_messages()
            if one.reference
        ]

    def _judge_answer(self, said: Interaction, who: int, where: Place) -> None:
        for message in said.messages:
            if message.ephemeral:
                allowed = lambda source: self.guild.may_show_to(who, where, source)  # noqa: E731
                self._judge_message(f"{said.name} of {who} in {where}", message, allowed)
            else:
                self._judge_public(where, message, said.name)

    def _judge_public(self, where: Place, message: Message, way: str) -> None:
        own = int(message.reference["message_id"]) if message.reference else 0
        answered = next((at for at, one in self.guild.posts.items() if one.id == own), None)
        self._judge_message(
            f"{way} in {where}",
            message,
            # The post that is answered stands above its reply.
            lambda source: source == answered or self.guild.may_show_to_all(where, source),
        )

    def _judge_message(self, way: str, message: Message, allowed: Callable[[Place], bool]) -> None:
        self._judge(way, json.dumps(message.payload(), ensure_ascii=False), allowed)
        for attachment in message.attachments:
            if attachment.filename.endswith(".webp"):
                places = [self.guild.words[word] for word in self._seen_in(attachment.file.data)]
                self._judge_places(f"grid of {way}", places, allowed)

    def _judge(self, way: str, text: str, allowed: Callable[[Place], bool]) -> None:
        own = str(self.guild.guild.id)
        places: list[Place | None] = [
            self.guild.place_of(int(channel)) if guild == own else None
            for guild, channel, _ in LINK.findall(text)
        ]
        places += [self.guild.words.get(word) for word in WORD.findall(text)]
        self._judge_places(way, places, allowed)

    def _judge_places(
        self, way: str, places: Iterable[Place | None], allowed: Callable[[Place], bool]
    ) -> None:
        """None: what shows is of another guild."""
        for place in set(places):
            if place is None or not allowed(place):
                where = f"guild {self.guild.number} {self.guild.facts}"
                self.outcome.found("leaked", f"{place} in {way}: {where}")
            else:
                self.shown += 1

    def _seen_in(self, grid: bytes) -> Iterator[str]:
        """The words of the posts whose colours a picture has."""
        with Image.open(io.BytesIO(grid)) as picture:
            pixels = np.asarray(picture.convert("RGB"), np.int16).reshape(-1, 3)
        for word, colour in self.guild.colours.items():
            near = (np.abs(pixels - colour) <= NEAR).all(axis=1)
            if near.mean() > SHARE:
                yield word


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
