"""``/tags list``: the vocabulary, a page at a time."""

from collections.abc import Mapping, Sequence

import discord

from bot.discord.circumstances import Circumstances
from bot.discord.embeds import COLOUR, tag_names
from bot.discord.escaping import safe
from bot.discord.face import Face
from bot.discord.paging import Paging, paged
from bot.illustrations import VocabularyTag
from bot.tags.rules import TagRules
from bot.tags.search import TagSearch
from bot.texts import Text

PAGE_SIZE = 20
# So many lines of two names each are far within what an embed takes.
MOST_NAME_UNITS = 60

TITLE = Text(en="Tags that I know", ja="タグの一覧")
NO_TAGS = Text(en="I know no tags yet.", ja="タグはまだありません。")
COUNT_HERE = Text(en="{count:,} here", ja="ここに{count:,}点")
FOOTER = Text(
    en="{total:,} tags, this server's own first, then the best known · page {number} of {last}",
    ja="全{total:,}タグ（このサーバーのタグ、学習した例の多い順） · {number}/{last}ページ",
)


def listed(search: TagSearch, rules: TagRules) -> list[VocabularyTag]:
    """The tags that show in a guild: its own, then those with the most labelled examples.

    Why not those first that the guild uses most: the order would change from page to page while
    people post, differ from person to person, and tell what stands in channels that one cannot see.
    """
    return search.find("", len(search.vocabulary), rules)


async def tags_page(
    face: Face, circumstances: Circumstances, page: int
) -> tuple[discord.Embed, Paging]:
    """One page of the list.

    Raises:
        UnavailableError: If inference has not started yet.
    """
    search = face.service.tags_of(circumstances.guild_id)
    tags, scope = listed(search, circumstances.rules), circumstances.scope
    paging = paged(page, len(tags), PAGE_SIZE)
    shown = tags[paging.offset : paging.offset + PAGE_SIZE]
    counts: Mapping[str, int] = {}
    if scope is not None:
        names = [tag.name for tag in shown]
        counts = await face.catalogue.tag_counts(scope.guild_id, names, scope.channels)
    return page_embed(circumstances, shown, counts, (len(tags), paging)), paging


def page_embed(
    circumstances: Circumstances,
    tags: Sequence[VocabularyTag],
    counts: Mapping[str, int],
    where: tuple[int, Paging],
) -> discord.Embed:
    """One page as it shows.

    Args:
        circumstances: Under which it is shown.
        tags: Those of the page.
        counts: How many illustrations have each, as far as that is known and may be told.
        where: How many tags there are in all, and which page this is.
    """
    language, (total, paging) = circumstances.language, where
    lines = []
    for tag in tags:
        names = [
            safe(name, MOST_NAME_UNITS)
            for name in tag_names(tag, language, circumstances.rules.aliases)
        ]
        first, *others = filter(None, names) if any(names) else ["?"]
        line = " · ".join([f"**{first}**", *others])
        if count := counts.get(tag.name, 0):
            line += f" — {COUNT_HERE(language, count=count)}"
        lines.append(line)
    embed = discord.Embed(
        title=TITLE(language), description="\n".join(lines) or NO_TAGS(language), colour=COLOUR
    )
    footer = FOOTER(language, total=total, number=paging.number, last=paging.last)
    return embed.set_footer(text=footer)
