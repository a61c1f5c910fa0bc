"""A reply as Discord shows it: an embed for each image, and the picture of what is similar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import discord

from bot.decoding.grid import MOST_CELLS, MOST_ROWS, GridCell, GridRequest, GridRow
from bot.discord.escaping import safe, spoiler, units
from bot.discord.texts import (
    COVERED,
    GUESSES,
    IMAGE_ERRORS,
    NO_TAGS,
    NOTHING_SIMILAR,
    SIMILAR,
    UNTITLED,
)
from bot.illustrations import ScoredTag, TagName
from bot.posts import Language
from bot.replies import MOST_TAGS, Reply, Section, Shown

# Discord's own bounds.
MOST_UNITS = 6000
MOST_FIELD_UNITS = 1024
# Small enough that ten images with one tag and one link each are within those bounds.
MOST_TITLE_UNITS = 80
MOST_NAME_UNITS = 60
# With more images than this less is said of each, so that the reply stays readable.
FEW_IMAGES = 4
TAGS_OF_MANY = 5
BAR_STEPS = 10
PICTURE = "similar.webp"
COLOUR = discord.Colour(0x5865BE)
ERROR_COLOUR = discord.Colour(0x80848E)


def picture_name(reply: Reply) -> str:
    """The file name of a reply's picture; Discord covers a file by its name."""
    return f"SPOILER_{PICTURE}" if reply.covered else PICTURE


def grid_request(reply: Reply, thumbnails: Mapping[str, bytes | None]) -> GridRequest | None:
    """The picture of what the embeds link to; None: there is nothing to show.

    Args:
        reply: What is said.
        thumbnails: By key, as far as there are any.
    """
    sections = fitted(reply).sections
    rows = tuple(
        GridRow(
            tuple(
                GridCell(one.number, thumbnails.get(one.illustration.thumbnail))
                for one in section.similar
            ),
            str(place) if len(sections) > 1 else "",
        )
        for place, section in enumerate(sections, start=1)
        if section.similar
    )
    return GridRequest(rows) if rows else None


def reply_embeds(reply: Reply, *, pictured: bool = True) -> list[discord.Embed]:
    """An embed for each image, all together within Discord's bounds.

    Args:
        reply: What is said.
        pictured: Whether its picture is sent along. The last embed shows it, unless it is covered:
            Discord covers attachments, never what an embed shows.
    """
    shorter = fitted(reply)
    embeds = [words.embed() for words in _worded(shorter)]
    if pictured and shorter.shown and not reply.covered:
        embeds[-1].set_image(url=f"attachment://{PICTURE}")
    return embeds


def similar_field(shown: Sequence[Shown], language: Language) -> str:
    """The numbers of the picture, each linking to its post."""
    if not shown:
        return NOTHING_SIMILAR(language)
    text = ""
    for one in shown:
        longer = f"{text} · {_link(one)}" if text else _link(one)
        if units(longer) > MOST_FIELD_UNITS:
            break
        text = longer
    return text


def tag_names(tag: TagName, language: Language, aliases: Mapping[str, str]) -> list[str]:
    """What a tag is called, best first, each name once: the guild's alias, then both languages."""
    alias = aliases.get(tag.name, "")
    both = (tag.name_ja, tag.name) if language == "ja" else (tag.name, tag.name_ja)
    return list(dict.fromkeys(name for name in (alias, *both) if name))


def name_line(tag: TagName, language: Language, aliases: Mapping[str, str]) -> str:
    """What a tag is called, best first and in bold, where markdown counts."""
    names = (safe(name, MOST_NAME_UNITS) for name in tag_names(tag, language, aliases))
    first, *others = dict.fromkeys(filter(None, names)) or ["?"]
    return " · ".join([f"**{first}**", *others])


def fitted(reply: Reply) -> Reply:
    """As much of a reply as Discord takes: with many images, fewer tags and fewer similar ones."""
    said = _worded(reply)
    tags = MOST_TAGS if len(reply.sections) <= FEW_IMAGES else TAGS_OF_MANY
    similar = MOST_CELLS
    while sum(words.size(tags, similar) for words in said) > MOST_UNITS:
        if similar < tags:
            tags -= 1
        else:
            similar -= 1
    sections = (
        replace(
            section,
            choice=section.choice and replace(section.choice, tags=section.choice.tags[:tags]),
            similar=None if section.error else section.similar and section.similar[:similar],
        )
        for section in reply.sections[:MOST_ROWS]
    )
    return replace(reply, sections=tuple(sections))


@dataclass(frozen=True)
class _Words:
    """What is said of an image, ready to be shown as far as there is room.

    Attributes:
        title: The embed's.
        words: What reveals nothing.
        covered_title: The image's own title where it must be covered; empty otherwise.
        tags: A line each.
        heading: Of the similar ones.
        similar: Those; None: nothing is said of them.
    """

    reply: Reply
    section: Section
    title: str
    words: str
    covered_title: str
    tags: tuple[str, ...]
    heading: str
    similar: tuple[Shown, ...] | None

    def description(self, most_tags: int) -> str:
        revealing = "\n".join(filter(None, (self.covered_title, *self.tags[:most_tags])))
        if self.section.spoiler:
            revealing = spoiler(revealing)
        return "\n".join(filter(None, (self.words, revealing)))

    def field(self, most_similar: int) -> tuple[str, str] | None:
        if self.similar is None:
            return None
        return self.heading, similar_field(self.similar[:most_similar], self.reply.language)

    def size(self, most_tags: int, most_similar: int) -> int:
        field = self.field(most_similar) or ()
        return sum(map(units, (self.title, self.description(most_tags), *field)))

    def embed(self) -> discord.Embed:
        embed = discord.Embed(
            title=self.title,
            description=self.description(MOST_TAGS),
            colour=ERROR_COLOUR if self.section.error else COLOUR,
        )
        if field := self.field(MOST_CELLS):
            embed.add_field(name=field[0], value=field[1], inline=False)
        return embed


def _worded(reply: Reply) -> list[_Words]:
    several = len(reply.sections) > 1
    return [
        _words(reply, section, f"{place} · " if several else "")
        for place, section in enumerate(reply.sections[:MOST_ROWS], start=1)
    ]


def _words(reply: Reply, section: Section, prefix: str) -> _Words:
    language, choice = reply.language, None if section.error else section.choice
    words = ""
    if section.error:
        words = IMAGE_ERRORS.get(section.error, IMAGE_ERRORS["internal"])(language)
    elif choice is not None and not choice.tags:
        words = NO_TAGS(language)
    elif choice is not None and choice.guesses:
        words = GUESSES(language)
    title = safe(section.title, MOST_TITLE_UNITS) or UNTITLED(language)
    # Not every client covers a part of an embed's title, so a covered one stands below it.
    return _Words(
        reply=reply,
        section=section,
        title=prefix + (COVERED(language) if section.spoiler else title),
        words=words,
        covered_title=f"**{title}**" if section.spoiler else "",
        tags=tuple(_tag_line(tag, reply) for tag in choice.tags) if choice else (),
        heading=section.heading or SIMILAR(language),
        similar=None if section.error else section.similar,
    )


def _tag_line(tag: ScoredTag, reply: Reply) -> str:
    filled = min(BAR_STEPS, max(0, round(tag.score * BAR_STEPS)))
    bar = "▰" * filled + "▱" * (BAR_STEPS - filled)
    # A probability below one is never called certain.
    percent = min(99, round(tag.score * 100))
    return f"`{bar} {percent:>2}%` " + name_line(tag, reply.language, reply.aliases)


def _link(shown: Shown) -> str:
    place, post_id = shown.illustration.place, shown.illustration.post_id
    if place is None or post_id is None:
        return str(shown.number)
    return f"[{shown.number}]({place.link(post_id)})"
