"""A guild in which a tag is taught: what its people posted, and what they say."""

import re
from collections.abc import Sequence

from tests.bot.discord.asking import ask
from tests.bot.discord.buttons.art import Art, Colour, menu, offered
from tests.bot.discord.community import Community
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.interactions import Interaction
from tests.bot.discord.standin.people import Member

TEAL, RUST = (0, 128, 128), (150, 60, 20)
# No two alike, from teal to anything but teal.
SHADES: Sequence[Colour] = [(5 + 9 * n, 128 - 4 * n, 128 - 6 * n) for n in range(12)] + [
    (200, 20 * n, 90) for n in range(8)
]


class School(Art):
    """Mira posts there and lets the bot learn from it; the owner teaches."""

    @property
    def owner(self) -> Member:
        """Manages the server."""
        return self.guild.owner

    async def fill(self, community: Community, count: int = 20) -> list[int]:
        """Let mira post illustrations that may be learnt from; their ids, as SHADES has them."""
        await community.catalogue.people.opt_in(self.mira.id)
        ids: list[int] = []
        for first in range(0, count, 10):
            message, _ = await self.post(*SHADES[first : min(first + 10, count)])
            post = await community.catalogue.posts.get(message.id)
            assert post is not None
            ids += post.illustration_ids
        return ids

    async def listen_closely(self, community: Community, name: str = "teal") -> None:
        """Let a tag of one or two examples show wherever it is not ruled out."""
        await community.catalogue.guilds.set_tag(self.guild.id, name, threshold=0.001)

    def images(self, *colours: Colour) -> dict[str, File]:
        """Options of the command that registers."""
        return {
            f"example{n}": File(f"e{n}.png", self.picture(colour))
            for n, colour in enumerate(colours, start=1)
        }

    async def register(
        self, name: str = "teal", *colours: Colour, who: Member | None = None, **options: str
    ) -> Interaction:
        """Register a tag with attachments."""
        images = self.images(*(colours or (TEAL, (4, 120, 130))))
        return await ask(
            who or self.owner, self.sketches, "tag-admin register", name=name, **images, **options
        )


def grid_ids(result: Interaction) -> list[int]:
    """The illustrations that a dialogue asks about."""
    return [int(value) for value in offered(result, "teach-right").values()]


def has_grid(result: Interaction) -> bool:
    """Whether a dialogue asks about any."""
    return any(
        part.get("custom_id", "").startswith("teach-right")
        for message in result.messages
        for part in message.parts
    )


def selected(result: Interaction, verdict: str) -> set[int]:
    """The illustrations that are selected as right or wrong."""
    options = menu(result, f"teach-{verdict}")["options"]
    return {int(one["value"]) for one in options if one["default"]}


def version(result: Interaction) -> int:
    """Which version of the tag an answer names."""
    found = re.search(r"version (\d+)", result.text)
    return int(found[1]) if found else 0
