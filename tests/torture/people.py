"""What people do with a bot that is tortured, and what they were told is kept."""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random

from bot.fakes import FakeIdentity, publish_fake
from tests.bot.discord.asking import ask, turn
from tests.bot.discord.figures import answered
from tests.bot.discord.load import pictures
from tests.bot.discord.standin.channels import Channel
from tests.bot.discord.standin.commands import NotOfferedError
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.permissions import P
from tests.bot.discord.standin.server import StandIn

OLD_POSTS = 6
MOST_TAGS, MOST_ARCHIVES = 6, 12
LONG_AGO = datetime.now(UTC) - timedelta(days=30)
PAUSE_SECONDS = 0.1


@dataclass
class People:
    """A guild whose people post, import, teach, mark and publish, as chance has it.

    Attributes:
        bundles: Where bundles are published; None: nobody publishes any, or trains one.
        shard: Which one the guild is to be of; None: any.
        posts: All of them; each must be answered once.
        noted: By illustration and person, the tags that the bot has noted as right.
        tags: The names of tags that the bot has acknowledged.
        imported: The old posts of every import that the bot has acknowledged.
        did: How often what was done.
    """

    discord: StandIn
    chance: Random
    bundles: Path | None
    shard: int | None = None
    posts: list[Message] = field(default_factory=list)
    noted: dict[tuple[int, int], set[str]] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    imported: list[Message] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._numbers = count(1)
        self._files = [File(f"{n}.png", one) for n, one in enumerate(pictures(24))]
        self.guild = self.discord.add_guild("Art", shard=self.shard)
        self.sketches = [self.guild.add_channel(f"sketches {n}") for n in range(3)]
        # Where nobody posts: a bot that is to answer everywhere answers the past too, on import.
        self.desk = self.guild.add_channel("desk")
        admins = self.guild.add_role("admins", P.MANAGE_GUILD)
        self.operator = self.guild.add_member("operator", roles=[admins])
        self.mira = self.guild.add_member("mira")
        self._archives = 0

    async def live(self) -> None:
        """Do one thing after another, until cancelled."""
        things = [self.post] * 6 + [self.mark] * 3 + [self.teach, self.import_]
        things += [self.publish, self.train] if self.bundles else []
        while True:
            thing = self.chance.choice(things)
            # What the bot does not answer, since it was killed, it has not acknowledged.
            with contextlib.suppress(AssertionError, NotOfferedError):
                await thing()
            await asyncio.sleep(self.chance.uniform(0, PAUSE_SECONDS))

    async def post(self) -> None:
        """Post one image; whoever is cut off meanwhile has posted it all the same."""
        await asyncio.shield(asyncio.create_task(self._post()))

    async def _post(self) -> None:
        where = self.chance.choice(self.sketches)
        self.posts.append(await self.mira.post(where, files=[self.chance.choice(self._files)]))
        self.did["posts"] += 1

    async def mark(self) -> None:
        """Say of an answer which tags are right."""
        replies = [one for where in self.sketches for one in where.bot_messages() if one.reference]
        if not replies:
            return
        who = self.guild.owner
        marking = await turn(who, self.chance.choice(replies), "Right / Wrong")
        select = next(
            (one for one in marking.original.parts if one["custom_id"].startswith("marking-right")),
            None,
        )
        if select is None:
            return
        chosen = self.chance.sample(select["options"], 1)
        key = int(select["custom_id"].rpartition(":")[2]), who.id
        self.noted.pop(key, None)  # nobody knows, until it is acknowledged
        said = await who.select(marking, "marking-right", [one["value"] for one in chosen])
        if "Noted" in (await said.settled()).text:
            self.noted[key] = {one["label"].split(" · ")[0] for one in chosen}
            self.did["marks"] += 1

    async def teach(self) -> None:
        """Teach a new tag."""
        if len(self.tags) >= MOST_TAGS:
            return
        name = f"lesson {next(self._numbers)}"
        said = await ask(
            self.guild.owner,
            self.desk,
            "tag-admin register",
            name=name,
            example1=self.chance.choice(self._files),
        )
        if "is a tag of this server now" in said.text:
            self.tags.add(name)
            self.did["lessons"] += 1

    async def import_(self) -> None:
        """Let the bot take in what was posted in another channel long ago."""
        if self.did["imports"] >= MOST_ARCHIVES:
            return
        self._archives += 1
        archive = self.guild.add_channel(f"archive {self._archives}")
        old = [await self._past(archive, hours) for hours in range(OLD_POSTS)]
        said = await ask(self.guild.owner, self.desk, "library import", channel=archive)
        if "begun" in said.text:
            self.imported += old
            self.did["imports"] += 1

    async def _past(self, archive: Channel, hours: int) -> Message:
        files = [self.chance.choice(self._files)]
        at = LONG_AGO + timedelta(hours=hours)
        return await self.mira.post(archive, files=files, at=at, unseen=True)

    async def publish(self) -> None:
        """Publish a bundle: the newest is taken over."""
        assert self.bundles is not None
        name, now = f"bundle-{next(self._numbers)}", datetime.now(UTC).isoformat()
        encoder = self.chance.choice(["fake-colours"] * 3 + ["fake-negatives"])
        await asyncio.to_thread(publish_fake, self.bundles / name, FakeIdentity(encoder), now)
        self.did["bundles"] += 1

    async def train(self) -> None:
        """Have everything trained anew, unless that is under way."""
        said = await ask(self.operator, self.desk, "tag-admin retrain", everything=True)
        self.did["trainings"] += "under way" not in said.text

    def unanswered(self) -> list[Message]:
        """Posts without an answer."""
        found = answered(self.posts)
        return [one for one in self.posts if not found[one.id]]

    def doubled(self) -> list[Message]:
        """Posts with more than one answer."""
        found = answered(self.posts)
        return [one for one in self.posts if len(found[one.id]) > 1]
