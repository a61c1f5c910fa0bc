"""A community whose catalogue is exported: the service's own, filled as the bot fills it."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bot.catalogue import Catalogue, NewTag
from bot.illustrations import LOCAL_GUILD, Impression, NewIllustration, ScoredTag, TagName
from bot.places import AttachmentKey, Place
from bot.posts import NewPost
from bot.thumbnails import Thumbnails

MIRA, BO, TEACHER = 1, 2, 9
GUILD, OTHER_GUILD = 70, 71


@dataclass
class Community:
    """Posts, people and tags of a catalogue that is not open meanwhile."""

    data_dir: Path
    posts: int = 0
    drawn: int = 0

    @property
    def file(self) -> Path:
        """Of the catalogue."""
        return self.data_dir / "catalogue.sqlite"

    @property
    def url(self) -> str:
        """As the bot opens it."""
        return f"sqlite+aiosqlite:///{self.file}"

    def do(self, action: Callable[[Catalogue], Coroutine[Any, Any, Any]]) -> Any:
        """Open the catalogue, do something, close it."""

        async def done() -> Any:
            catalogue = await Catalogue.open(self.url)
            try:
                return await action(catalogue)
            finally:
                await catalogue.close()

        return asyncio.run(done())

    def post(
        self, author: int = MIRA, count: int = 1, guild: int = GUILD, **changes: Any
    ) -> list[int]:
        """Somebody posts illustrations of which the bot is sure that they show the sea."""
        self.posts += 1
        post = NewPost(self.posts, Place(guild, 5), author, datetime(2026, 5, 5, tzinfo=UTC))

        async def add(catalogue: Catalogue) -> list[int]:
            await catalogue.posts.claim(post, "pending")
            made = [self._drawn(guild, post.id, place, **changes) for place in range(count)]
            return await catalogue.add(made)

        return self.do(add)

    def local(self, **changes: Any) -> int:
        """The person at the keyboard adds one, without any post."""

        async def add(catalogue: Catalogue) -> int:
            return (await catalogue.add([self._drawn(LOCAL_GUILD, None, 0, **changes)]))[0]

        return self.do(add)

    def opt_in(self, *people: int) -> None:
        """People let their illustrations be learnt from."""
        for user_id in people:
            self.do(lambda catalogue, one=user_id: catalogue.people.opt_in(one))

    def mark(self, illustration_id: int, user_id: int, **verdicts: bool | None) -> None:
        """Somebody says of tags whether they are right."""
        self.do(lambda catalogue: catalogue.marks.put(illustration_id, user_id, verdicts))

    def teach(self, name: str, *examples: int, guild: int = GUILD) -> int:
        """An admin teaches a tag and hands examples in."""
        new = NewTag(guild, name, f"{name}の日本語", TEACHER)
        return self.do(lambda catalogue: catalogue.taught.register(new, examples))[0]

    def promote(self, tag_id: int) -> None:
        """The operator lets a tag show in every guild."""
        self.do(lambda catalogue: catalogue.taught.set_promoted(tag_id, promoted=True))

    def _drawn(
        self, guild: int, post_id: int | None, place: int, **changes: Any
    ) -> NewIllustration:
        self.drawn += 1
        image = Image.new("RGB", (32, 32), (self.drawn * 7 % 256, self.drawn * 3 % 256, 90))
        file = self.data_dir / "drawn.webp"
        image.save(file, lossless=True)
        key = Thumbnails(self.data_dir / "thumbnails").put(file.read_bytes())
        values = {
            "guild_id": guild,
            "origin": "posted",
            "title": "Secret plans",
            "title_ja": "",
            "width_px": 32,
            "height_px": 32,
            "thumbnail": key,
            "encoder_id": "enc",
            "impression": Impression(
                np.array([self.drawn, 0, 0], np.float32), (ScoredTag("sea", "海", 0.9, 0.5),), ()
            ),
            "given_tags": (),
            "attachment": None
            if post_id is None
            else AttachmentKey(post_id, post_id * 10 + place, place, "Secret plans", False),
        }
        return NewIllustration(**values | changes)


@pytest.fixture
def community(tmp_path: Path) -> Community:
    """An empty one; the bot has been started once."""
    made = Community(tmp_path / "data")
    made.data_dir.mkdir()

    async def nothing(catalogue: Catalogue) -> None:
        """Opening it is all."""

    made.do(nothing)
    return made


@pytest.fixture
def tagged() -> Callable[..., dict[str, Any]]:
    """Tags that came with an illustration, in both languages."""

    def make(**names: str) -> dict[str, Any]:
        return {"given_tags": tuple(TagName(name, name_ja) for name, name_ja in names.items())}

    return make
