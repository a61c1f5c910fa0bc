"""What a reply looks like: the real bot's answers, shown as a chat shows them.

The picture in the README is made here. To make it again, with Chromium and the fonts for Japanese
and emoji (``apt-get install chromium fonts-noto-cjk fonts-noto-color-emoji``):

    export HOSHIZORA_SCREENSHOTS=screenshots
    .venv/bin/python -m pytest tests/bot/discord/test_reply_picture.py
    cp screenshots/discord-reply.webp docs/pictures/
"""

import asyncio
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page

from bot.gallery import Drawing, draw, draw_gallery
from bot.inference.supervisor import InferenceOptions
from tests.bot.browser import chromium, chromium_path, screenshots_directory
from tests.bot.discord.chat_page import chat_page
from tests.bot.discord.community import Community, running, settings_for
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.messages import Message
from tests.bot.discord.standin.people import Member
from tests.bot.discord.standin.server import StandIn
from tests.bot.discord.standin.world import Channel, Guild

pytestmark = pytest.mark.browser

GALLERY = 48
# The starter bundle knows these well; it does not know everything so well.
NIGHT, GIRL = ("night-sky", 5031), ("portrait", 5023)
SEVERAL = (("city", 5042), ("portrait", 5055), ("starry-sky", 5020))
SCALE = 1.4
MOST_BYTES = 150_000
FILL_SECONDS, ANSWER_SECONDS = 60, 20
# What is wider than its place; code and names are inline and count with the line they are in.
OVERFLOWING = """channel => [channel, ...channel.querySelectorAll("h1, div, p")]
    .filter(part => part.scrollWidth > part.clientWidth + 1)
    .map(part => part.className + ": " + part.textContent)"""


# What follows has no repr: whoever shows one in passing, as asyncio and pytest do, would wait half
# a minute for all that messages, guilds and the stand-in tell of each other.
@dataclass(repr=False)
class Scene:
    """A guild where people post.

    Attributes:
        posts: Everything posted so far.
        sketches: Where replies come.
    """

    guild: Guild
    members: list[Member]
    posts: list[Message]
    sketches: Channel

    async def ask(self, text: str, *drawings: Drawing, covered: int | None = None) -> "Answered":
        """Post something new; the first member does."""
        files = [
            replace(self.file(one), spoiler=place == covered) for place, one in enumerate(drawings)
        ]
        before = len(self.sketches.bot_messages())
        post = await self.members[0].post(self.sketches, text, files=files)
        discord = self.guild.world.standin
        await discord.wait_for(lambda: len(self.sketches.bot_messages()) > before, ANSWER_SECONDS)
        answered = Answered(drawings, post, self.sketches.bot_messages()[-1], tuple(self.posts))
        self.posts.append(post)
        return answered

    def file(self, drawing: Drawing) -> File:
        """A drawing as its author would call it."""
        content = io.BytesIO()
        drawing.image.save(content, "PNG", compress_level=1)
        title = drawing.title_ja if self.guild.locale == "ja" else drawing.title
        return File(f"{title}.png", content.getvalue())


@dataclass(frozen=True, repr=False)
class Answered:
    """A post, the bot's reply to it, and what was posted before."""

    drawings: tuple[Drawing, ...]
    post: Message
    reply: Message
    earlier: tuple[Message, ...]

    @property
    def links(self) -> list[str]:
        """Where the numbers in the reply lead."""
        return re.findall(r"\]\((\S+?)\)", self.reply.text)


@dataclass(frozen=True, repr=False)
class Answers:
    """What the bot replied, in two guilds."""

    english: Answered
    japanese: Answered
    several: Answered


async def furnish(community: Community, guild: Guild, names: str, channels: str) -> Scene:
    """Let several members fill several channels with the gallery, without a reply to each."""
    places = [guild.add_channel(name) for name in channels.split()]
    scene = Scene(guild, [guild.add_member(name) for name in names.split()], [], places[0])
    for place in places[1:]:
        await community.catalogue.guilds.set_mode(guild.id, place.id, "quiet", guild.owner.id)
    turns = zip(draw_gallery(GALLERY), cycle(scene.members), cycle(places[1:]), strict=False)
    for drawing, member, place in turns:
        scene.posts.append(await member.post(place, files=[scene.file(drawing)]))
    await community.discord.wait_for(
        lambda: all(one.reactions for one in scene.posts), FILL_SECONDS
    )
    return scene


async def ask_the_bot(place: Path) -> Answers:
    """Start a bot with the starter bundle, and post what the pictures show."""
    async with StandIn() as discord:
        settings = replace(settings_for(discord, place), tagger=InferenceOptions.tagger)
        discord.world.bot.display_name = "Hoshizora"
        async with running(settings, discord) as community:
            art, drawn = discord.add_guild("Art"), discord.add_guild("絵", locale="ja")
            english = await furnish(
                community, art, "mira sota aino", "sketches night-skies portraits landscapes"
            )
            japanese = await furnish(community, drawn, "ゆき 蒼 ren", "お絵描き 夜空 人物 風景")
            answers = Answers(
                await english.ask("Finished this one last night!", draw(*NIGHT)),
                await japanese.ask("新しく描きました", draw(*GIRL)),
                await english.ask(
                    "Three more from this week", *(draw(*one) for one in SEVERAL), covered=1
                ),
            )
        assert not discord.troubles
        assert not discord.violations
        return answers


@pytest.fixture(scope="module")
def program() -> str:
    return chromium_path()


@pytest.fixture(scope="module")
def answers(program: str, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    # Before the browser starts: Playwright keeps an event loop running in this thread.
    return asyncio.run(ask_the_bot(tmp_path_factory.mktemp("bot") / "data"))


@pytest.fixture(scope="module")
def browser(program: str, answers: Answers) -> Iterator[Browser]:
    with chromium(program) as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with browser.new_context(device_scale_factor=SCALE) as context:
        yield context.new_page()


@pytest.fixture(scope="module")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return screenshots_directory(tmp_path_factory.mktemp("shots"))


def show(page: Page, path: Path, *answered: Answered) -> int:
    """Show posts with their replies beside each other, and keep a picture; its size in bytes."""
    page.set_content(chat_page(*((one.post, one.reply) for one in answered)))
    for image in page.locator("img").all():
        image.evaluate("image => image.decode()")
    page.evaluate("document.fonts.ready")
    image = Image.open(io.BytesIO(page.locator(".page").screenshot()))
    image.convert("RGB").save(path, quality=88)
    return path.stat().st_size


def plain(text: str) -> list[str]:
    """The words that are left of markdown."""
    return re.sub(r"\]\(\S+?\)|\*\*|\|\||[`\[]|\\(?=[^\w\s])", "", text).split()


def runs(shown: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where something begins and ends, along a line."""
    edges = np.flatnonzero(np.diff(shown.astype(np.int8), prepend=0, append=0))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def cells(message: Message, *, headers: bool) -> list[int]:
    """How many cells each row of the picture has, by what is transparent between them."""
    (picture,) = message.attachments
    alpha = np.asarray(Image.open(io.BytesIO(picture.data)).convert("RGBA"))[..., 3] > 0
    rows = [alpha[top:bottom] for top, bottom in runs(alpha.any(axis=1))]
    return [len(runs(row.any(axis=0))) - headers for row in rows]


def assert_shown_as_said(page: Page, place: int, answered: Answered) -> None:
    channel = page.locator(".channel").nth(place)
    embeds = channel.locator(".reply .embed")
    assert plain("\n".join(embeds.all_inner_texts())) == plain(answered.reply.text)
    assert [one.get_attribute("href") for one in embeds.locator("a").all()] == answered.links
    assert set(answered.links) <= {one.jump_url for one in answered.earlier}
    buttons = [
        text.split(maxsplit=1)[1] for text in channel.locator(".buttons span").all_inner_texts()
    ]
    assert buttons == answered.reply.labels
    assert len(buttons) == 4
    assert channel.evaluate(OVERFLOWING) == []
    assert channel.locator("img").evaluate_all("all => all.every(one => one.naturalWidth > 0)")


def test_a_reply_is_shown_as_it_arrived_in_english_and_in_japanese(
    answers: Answers, page: Page, screenshots: Path
) -> None:
    both = (answers.english, answers.japanese)
    size = show(page, screenshots / "discord-reply.webp", *both)
    assert size <= MOST_BYTES
    for place, answered in enumerate(both):
        assert_shown_as_said(page, place, answered)
        assert cells(answered.reply, headers=False) == [len(answered.links)] == [5]
    english, japanese = (one.reply.text for one in both)
    assert "Similar" in english
    assert "**night sky** · 夜空" in english
    assert "似ている作品" in japanese
    assert "**顔** · face" in japanese
    assert answers.english.reply.labels != answers.japanese.reply.labels


def test_several_images_are_shown_as_they_arrived_and_what_was_covered_is_covered(
    answers: Answers, page: Page, screenshots: Path
) -> None:
    several = answers.several
    show(page, screenshots / "discord-several.webp", several)
    assert_shown_as_said(page, 0, several)
    assert sum(cells(several.reply, headers=True)) == len(several.links) == 15
    covered = page.locator(".reply s")
    assert several.drawings[1].title in covered.first.inner_text()
    assert page.locator(".reply .picture.covered").count() == 1
