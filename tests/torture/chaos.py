"""Kill -9 at random moments, a full disk, a locked database and a clock that jumps.

A bot in a process of its own, with a stand-in of Discord, a stub encoder and a stand-in of
training; one strike in twenty of a large run is at a bot with the real bundle. After each everybody
gets their answer, once; the catalogue is whole, what was acknowledged is in it, bundles verify.
"""

import asyncio
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tqdm import tqdm

from model.bundle import open_bundle
from model.errors import BundleError
from tests.bot.discord.process import FAKE_TAGGER, REAL_TAGGER, BotProcess
from tests.bot.discord.standin.server import StandIn
from tests.torture.bot_program import CLOCK, PROGRAM
from tests.torture.outcome import Outcome
from tests.torture.people import People
from tests.torture.processes import peak_mib
from tests.torture.striking import GUARDIAN, INFERENCE, full_disk, jump, kill, locked
from tests.torture.waiting import ceased, until

LONGEST_LIFE_SECONDS = 1.5
STRIKES = ("bot",) * 9 + ("inference",) * 4 + ("training",) * 3 + ("disk", "lock", "clock") * 2
REAL_SHARE = 1 / 20
INFERENCE_SECONDS = 15.0
LONGEST_TROUBLE_SECONDS = 2.0
PATIENCE_SECONDS = 60.0
# Looking goes through all posts, while the stand-in waits.
LOOK_SECONDS = 0.1
# After the last answer: time for a second one that should not come.
AFTERWARDS_SECONDS = 1.0
HURRY = ("bot.index.tail_limit=16", "bot.decoders.processes=1", "bot.autotag.default=reply")


async def run(seed: int, size: int) -> Outcome:
    """Strike so many times."""
    outcome = Outcome("chaos")
    real = int(size * REAL_SHARE)
    with tqdm(total=size, unit=" strikes", desc="chaos") as shown:
        for tagger, strikes in ((FAKE_TAGGER, size - real), (REAL_TAGGER, real)):
            if strikes:
                await _torture(Random(seed), tagger, strikes, outcome, shown)
    outcome.notes.append(f"strikes at a bot with the real bundle: {real} of {size}")
    return outcome


async def _torture(
    chance: Random, tagger: str, strikes: int, outcome: Outcome, shown: "tqdm[Any]"
) -> None:
    with tempfile.TemporaryDirectory(prefix="torture-") as directory:
        async with StandIn() as discord:
            discord.expect_failures = True
            place = Path(directory)
            bot = BotProcess(discord, place, *HURRY, tagger=tagger, program=PROGRAM)
            bundles = place / "data" / "bundles" if tagger == FAKE_TAGGER else None
            people = People(discord, chance, bundles)
            chaos = Chaos(bot, place, people, outcome)
            try:
                await bot.start()
                for _ in range(strikes):
                    await chaos.strike()
                    shown.update()
                await chaos.end()
            finally:
                await bot.kill()


@dataclass
class Chaos:
    """Strikes one bot, and looks at what is left.

    Attributes:
        struck: How often in which way.
        given_up: Posts that a restart did not help either; nothing waits for them any more.
    """

    bot: BotProcess
    place: Path
    people: People
    outcome: Outcome
    struck: Counter[str] = field(default_factory=Counter)
    given_up: set[int] = field(default_factory=set)

    async def strike(self) -> None:
        """Let people live for a while, strike, and see everything put right."""
        chance = self.people.chance
        living = [asyncio.create_task(self.people.live()) for _ in range(2)]
        await asyncio.sleep(chance.uniform(0, LONGEST_LIFE_SECONDS))
        kind = chance.choice(STRIKES)
        await getattr(self, f"_{kind}")()
        said = await ceased(living)
        if surprises := [one for one in said if not isinstance(one, asyncio.CancelledError)]:
            self.outcome.found("crashes", f"people heard {surprises} after {kind}")
        if not self.bot.running:
            await self._restart()
        self.struck[kind] += 1
        self.outcome.faults += 1
        await self._all_answered(kind)
        self._look(kind)

    async def end(self) -> None:
        """What takes longer is over now as well, and nobody was answered twice."""
        people, outcome = self.people, self.outcome
        wanted = {one.id for one in people.imported}
        if not await self._until(lambda: wanted <= self._taken()):
            outcome.found("lost", f"imports left {len(wanted - self._taken())} of {len(wanted)}")
        await asyncio.sleep(AFTERWARDS_SECONDS)
        twice = people.doubled()
        outcome.found("doubled", f"posts {[one.id for one in twice]}", len(twice))
        lost = people.unanswered()
        outcome.found("lost", f"posts {[one.id for one in lost]}", len(lost))
        self._look("the end")
        await self.bot.stop()
        outcome.inputs += sum(people.did.values())
        done = ", ".join(f"{number} {kind}" for kind, number in people.did.items())
        outcome.notes.append(f"struck: {dict(self.struck)}; acknowledged: {done}")

    # --- strikes

    async def _bot(self) -> None:
        await self.bot.kill()

    async def _inference(self) -> None:
        before = self._starts()
        begun = time.monotonic()
        if not kill(self.bot, INFERENCE):
            return
        if await self._until(lambda: self._starts() > before):
            self._took(time.monotonic() - begun, INFERENCE_SECONDS, "inference was replaced")
        else:
            self.outcome.found("hangs", "inference did not come back")

    async def _training(self) -> None:
        if not kill(self.bot, GUARDIAN):
            await self._bot()  # none was under way

    async def _disk(self) -> None:
        async with full_disk(self.bot):
            await asyncio.sleep(self.people.chance.uniform(0, LONGEST_TROUBLE_SECONDS))

    async def _lock(self) -> None:
        async with locked(self.place / "data" / "catalogue.sqlite"):
            await asyncio.sleep(self.people.chance.uniform(0, LONGEST_TROUBLE_SECONDS))

    async def _clock(self) -> None:
        jump(self.place / CLOCK, self.people.chance)

    # --- what is left

    async def _restart(self) -> None:
        begun = time.monotonic()
        try:
            await self.bot.start()
        except AssertionError as error:
            self.outcome.found("crashes", f"the bot does not start: {error}")
            raise
        self.outcome.took(time.monotonic() - begun)

    async def _all_answered(self, kind: str) -> None:
        if await self._until(lambda: not self._waiting()):
            return
        if not self.bot.running:
            self.outcome.found("crashes", f"the bot has ended after {kind}")
        late = self._waiting()
        said = f"posts {sorted(late)} unanswered after {kind} {sum(self.struck.values())}"
        self.outcome.found("hangs", f"{said}: {self._log()}", len(late))
        await self.bot.kill()
        await self._restart()
        await self._until(lambda: not self._waiting())
        self.given_up |= self._waiting()

    def _waiting(self) -> set[int]:
        return {one.id for one in self.people.unanswered()} - self.given_up

    def _look(self, kind: str) -> None:
        """The catalogue is whole, what was acknowledged is in it, and bundles verify."""
        people, found = self.people, self.outcome.found
        for pragma, sound in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
            said = self._rows(f"PRAGMA {pragma}")
            found("crashes", f"{pragma} after {kind}: {said}", int(said != sound))
        said = self._rows('SELECT illustration_id, user_id, name FROM marks WHERE "right"')
        marks = [(id_, who, name) for (id_, who), names in people.noted.items() for name in names]
        missing = set(marks) - set(said)
        found("lost", f"marks after {kind}: {missing}", len(missing))
        gone = people.tags - {name for (name,) in self._rows("SELECT name FROM taught_tags")}
        found("lost", f"tags after {kind}: {gone}", len(gone))
        for directory in (self.place / "data" / "bundles").glob("[!.]*/"):
            try:
                open_bundle(directory)
            except BundleError as error:
                found("crashes", f"after {kind}: {error}")
        pids = [self.bot.pid, *(pid for pids in self.bot.children().values() for pid in pids)]
        self.outcome.took(0.0, max(map(peak_mib, pids)))

    def _took(self, seconds: float, most: float, what: str) -> None:
        self.outcome.took(seconds)
        if seconds > most:
            self.outcome.found("hangs", f"{what} after {seconds:.1f} s")

    def _taken(self) -> set[int]:
        rows = self._rows("SELECT post_id FROM attachments WHERE illustration_id IS NOT NULL")
        return {post_id for (post_id,) in rows}

    def _starts(self) -> int:
        return self.bot.log().count("inference is ready")

    def _log(self) -> str:
        """The last lines that the bot has written, and where all of them are kept."""
        kept = Path(tempfile.mkdtemp(prefix="torture-kept-"))
        for one in self.bot.logs[-2:]:
            shutil.copy(one, kept)
        return " | ".join([*self.bot.log().splitlines()[-6:], f"all of it in {kept}"])

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        address = f"file:{self.place / 'data' / 'catalogue.sqlite'}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=10)) as opened:
            return opened.execute(statement).fetchall()

    async def _until(self, holds: Any) -> bool:
        """Wait for something, as long as the bot runs."""
        await until(lambda: holds() or not self.bot.running, PATIENCE_SECONDS, LOOK_SECONDS)
        return bool(holds())
