"""What has the tags that were asked for, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.discord.circumstances import Circumstances
from bot.discord.embeds import tag_names
from bot.discord.errors import RefusalError
from bot.discord.escaping import safe
from bot.discord.face import Face
from bot.discord.paging import Paging, paged
from bot.illustrations import Neighbour, SimilarIllustration, VocabularyTag
from bot.replies import Finding, Reply, make_reply
from bot.tags.rules import TagRules
from bot.tags.search import TagSearch
from bot.texts import Text

PAGE_SIZE = 10
MOST_NAMES_UNITS = 300

FOUND = Text(en="Found: {total}", ja="{total}点見つかりました")
FOUND_PAGE = Text(
    en="Found: {total} · page {number} of {last}",
    ja="{total}点見つかりました · {number}/{last}ページ",
)
NOTHING_FOUND = Text(
    en="No illustration that you can see here has: {tags}.",
    ja="ここで見られる作品に「{tags}」の付いたものはありません。",
)
NO_LONGER_KNOWN = Text(
    en="One of these tags is not known any more. Search again with `/search`.",
    ja="今はないタグが含まれています。`/検索` でもう一度検索してください。",
)


@dataclass(frozen=True)
class Found:
    """One page of what was found.

    Attributes:
        reply: What is said of it; None: there is nothing.
    """

    paging: Paging
    reply: Reply | None


async def find(
    face: Face, circumstances: Circumstances, tags: Sequence[VocabularyTag], page: int
) -> Found:
    """Find the illustrations that have all of some tags and may be shown, newest first."""
    scope, names = circumstances.scope, [tag.name for tag in tags]
    if scope is None:
        return Found(paged(page, 0, PAGE_SIZE), None)
    offset = (page - 1) * PAGE_SIZE
    tagged = face.catalogue.tagged
    ids, total = await tagged(scope.guild_id, scope.channels, names, PAGE_SIZE, offset)
    paging = paged(page, total, PAGE_SIZE)
    if paging.offset != offset:  # there was more when the button was made
        ids, _ = await tagged(scope.guild_id, scope.channels, names, PAGE_SIZE, paging.offset)
    (similar,) = await face.catalogue.resolve([[Neighbour(id_, 0.0) for id_ in ids]])
    visible = [one for one in similar if scope.includes(one.place)]
    if not visible:
        return Found(paging, None)
    return Found(paging, found_reply(circumstances, tags, visible, (total, paging)))


def found_reply(
    circumstances: Circumstances,
    tags: Sequence[VocabularyTag],
    found: Sequence[SimilarIllustration],
    where: tuple[int, Paging],
) -> Reply:
    """What is said of one page: its illustrations, numbered through over all pages.

    Args:
        circumstances: Under which it is said.
        tags: What was searched for.
        found: The illustrations of the page.
        where: How many illustrations there are in all, and which page this is.
    """
    language, (total, paging) = circumstances.language, where
    heading = (
        FOUND_PAGE(language, total=total, number=paging.number, last=paging.last)
        if paging.last > 1
        else FOUND(language, total=total)
    )
    title = _names(circumstances, tags)
    finding = Finding(title, tags=None, similar=found, heading=heading)
    return make_reply([finding], language, circumstances.rules, paging.offset + 1)


def nothing_found(circumstances: Circumstances, tags: Sequence[VocabularyTag]) -> str:
    """The words for a search without a result."""
    return NOTHING_FOUND(
        circumstances.language, tags=safe(_names(circumstances, tags), MOST_NAMES_UNITS)
    )


def tags_of(search: TagSearch, keys: Sequence[str], rules: TagRules) -> list[VocabularyTag]:
    """The tags that a button was made for.

    Raises:
        RefusalError: If one of them is not in the vocabulary any more, or hidden by now.
    """
    tags = []
    for key in keys:
        tag = search.by_key(key)
        if tag is None or tag.name in rules.hidden:
            raise RefusalError(NO_LONGER_KNOWN)
        tags.append(tag)
    return tags


def _names(circumstances: Circumstances, tags: Sequence[VocabularyTag]) -> str:
    language, aliases = circumstances.language, circumstances.rules.aliases
    between = "、" if language == "ja" else ", "
    return between.join(tag_names(tag, language, aliases)[0] for tag in tags)
