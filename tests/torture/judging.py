"""Judges what somebody is shown: what is recognised in it, and whether that may be there."""

import io
import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from bot.places import Place
from tests.bot.discord.every_member import OWNER
from tests.bot.discord.standin.interactions import Interaction
from tests.bot.discord.standin.messages import Message
from tests.torture.guilds import Furnished
from tests.torture.outcome import Outcome

LINK = re.compile(r"https://discord\.com/channels/(\d+)/(\d+)/(\d+)")
WORD = re.compile(r"zq\d+x\d+w")
# How far a colour may be off after a lossy grid, and the share of its pixels that is no chance:
# where a picture meets its number there are some that look like another picture (2 %); a picture
# is more than a tenth of its grid.
NEAR, SHARE = 9, 0.05


@dataclass
class Judge:
    """Judges what is shown in one guild.

    Attributes:
        recognised: How often something was, where it may be: else nothing would be proved.
    """

    guild: Furnished
    outcome: Outcome
    recognised: Counter[str]

    def answer(self, said: Interaction, who: int, where: Place, about: Place | None = None) -> None:
        """Whatever the bot answered to a member.

        Args:
            said: The answer.
            who: Who asked, a number of the facts.
            where: In which place.
            about: Of which place the post is that they pointed at: it is before them, also where
                they may not read what was posted earlier.
        """

        def allowed(source: Place) -> bool:
            return source == about or self.guild.may_show_to(who, where, source)

        for message in said.messages:
            if message.ephemeral:
                self._message(f"{said.name} of {who} in {where}", message, allowed)
            else:
                self.public(where, message, said.name)

    def export(self, text: str, who: int, asked_in: Collection[Place]) -> None:
        """What a member is told of themselves.

        Args:
            text: All of it.
            who: The member; whatever was posted is the owner's.
            asked_in: Where they had public answers given, which they are told the links of.
        """
        if who != OWNER:
            self._places("export", self._linked(text), lambda source: source in asked_in)
            self._places("export", self._named(text), lambda _: False)

    def public(self, where: Place, message: Message, way: str) -> None:
        """A message that everybody sees who may read the place."""
        own = int(message.reference["message_id"]) if message.reference else 0
        answered = next((at for at, one in self.guild.posts.items() if one.id == own), None)
        self._message(
            f"{way} in {where}",
            message,
            # The post that is answered stands above its reply.
            lambda source: source == answered or self.guild.may_show_to_all(where, source),
        )

    def _message(self, way: str, message: Message, allowed: Callable[[Place], bool]) -> None:
        self.text(way, json.dumps(message.payload(), ensure_ascii=False), allowed)
        for attachment in message.attachments:
            if attachment.filename.endswith(".webp"):
                places = [self.guild.words[word] for word in self._seen_in(attachment.file.data)]
                self._places(f"grid of {way}", places, allowed)

    def text(self, way: str, text: str, allowed: Callable[[Place], bool]) -> None:
        """A text of any kind: the links and the file names in it."""
        self._places(way, self._linked(text) + self._named(text), allowed)

    def _linked(self, text: str) -> list[Place | None]:
        own = str(self.guild.guild.id)
        return [
            self.guild.place_of(int(channel)) if guild == own else None
            for guild, channel, _ in LINK.findall(text)
        ]

    def _named(self, text: str) -> list[Place | None]:
        return [self.guild.words.get(word) for word in WORD.findall(text)]

    def _places(
        self, way: str, places: Iterable[Place | None], allowed: Callable[[Place], bool]
    ) -> None:
        """None: what shows is of another guild."""
        for place in set(places):
            if place is None or not allowed(place):
                where = f"guild {self.guild.number} {self.guild.facts}"
                self.outcome.found("leaked", f"{place} in {way}: {where}")
            else:
                self.recognised["grids" if way.startswith("grid") else "texts"] += 1

    def _seen_in(self, grid: bytes) -> Iterator[str]:
        """The words of the posts whose colours a picture has."""
        with Image.open(io.BytesIO(grid)) as picture:
            pixels = np.asarray(picture.convert("RGB"), np.int16).reshape(-1, 3)
        for word, colour in self.guild.colours.items():
            near = (np.abs(pixels - colour) <= NEAR).all(axis=1)
            if near.mean() > SHARE:
                yield word
