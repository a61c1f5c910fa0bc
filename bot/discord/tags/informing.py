"""``/tags info``: what is known of one tag."""

from dataclasses import dataclass

import discord

from bot.catalogue import Verdicts
from bot.discord.circumstances import Circumstances
from bot.discord.embeds import COLOUR, MOST_FIELD_UNITS, tag_names
from bot.discord.escaping import safe
from bot.discord.face import Face
from bot.discord.teaching.history import history_text
from bot.illustrations import VocabularyTag
from bot.posts import Language
from bot.tags.own import OwnTag
from bot.tags.rules import TagRules
from bot.teaching.operating import PastVersion
from bot.texts import Text

MOST_NAME_UNITS = 200

ENGLISH = Text(en="English", ja="英語")
JAPANESE = Text(en="Japanese", ja="日本語")
NOT_KNOWN = Text(en="not known", ja="不明")
ALIAS = Text(en="Alias on this server", ja="このサーバーでの別名")
THRESHOLD = Text(en="Threshold", ja="しきい値")
FROM_THE_MODEL = Text(en="{here} (standard)", ja="{here}（標準）")
FROM_THE_GUILD = Text(
    en="{here} (set for this server; standard: {bundle})",
    ja="{here}（このサーバーの設定。標準は{bundle}）",
)
FROM_THE_TAG = Text(
    en="{here} (set for this tag on this server; standard: {bundle})",
    ja="{here}（このサーバーでのこのタグの設定。標準は{bundle}）",
)
SUPPORT = Text(en="Examples learnt from", ja="学習した例")
HERE = Text(en="Illustrations here", ja="このサーバーの作品")
HERE_COUNT = Text(en="{count:,} that you can see", ja="{count:,}点（見られるもの）")
FEEDBACK = Text(en="Called right or wrong here", ja="このサーバーでの正誤の回答")
NO_FEEDBACK = Text(en="nothing yet", ja="まだありません")
TAUGHT = Text(en="Taught", ja="教えた場所")
TAUGHT_HERE = Text(en="on this server", ja="このサーバー")
SHOWN_EVERYWHERE = Text(
    en="on this server; shows on every server",
    ja="このサーバー（すべてのサーバーで使用中）",
)
TAUGHT_ELSEWHERE = Text(
    en="by people, not by my model's makers; shows on every server",
    ja="最初からあるタグではなく、教えられたタグ（すべてのサーバーで使用中）",
)
HISTORY = Text(en="Versions", ja="バージョン")
VERDICTS = Text(en="right: {right} · wrong: {wrong}", ja="合っている{right}件・間違い{wrong}件")


@dataclass(frozen=True)
class Here:
    """What is known of a tag in a guild, among what the person who asks may see.

    Attributes:
        count: Illustrations that have it.
        verdicts: What people said of it.
        versions: Of a tag that was taught here, newest first.
    """

    count: int
    verdicts: Verdicts
    versions: tuple[PastVersion, ...] = ()


async def known_here(face: Face, circumstances: Circumstances, tag: VocabularyTag) -> Here | None:
    """What is known of a tag in the guild; None outside of one."""
    scope = circumstances.scope
    if scope is None:
        return None
    counts = await face.catalogue.tag_counts(scope.guild_id, [tag.name], scope.channels)
    verdicts = await face.catalogue.verdicts(scope.guild_id, tag.name, scope.channels)
    versions: tuple[PastVersion, ...] = ()
    if isinstance(tag, OwnTag) and tag.guild_id == scope.guild_id:
        versions = await face.teaching.history(scope.guild_id, tag.name)
    return Here(counts[tag.name], verdicts, versions)


def tag_embed(circumstances: Circumstances, tag: VocabularyTag, here: Here | None) -> discord.Embed:
    """What is known of a tag."""
    language, rules = circumstances.language, circumstances.rules
    title, *_ = tag_names(tag, language, rules.aliases)
    embed = discord.Embed(title=safe(title, MOST_NAME_UNITS) or "?", colour=COLOUR)
    for label, name in ((ENGLISH, tag.name), (JAPANESE, tag.name_ja)):
        value = safe(name, MOST_NAME_UNITS) or NOT_KNOWN(language)
        embed.add_field(name=label(language), value=value)
    if alias := safe(rules.aliases.get(tag.name, ""), MOST_NAME_UNITS):
        embed.add_field(name=ALIAS(language), value=alias)
    embed.add_field(
        name=THRESHOLD(language), value=threshold_words(tag, rules, language), inline=False
    )
    embed.add_field(name=SUPPORT(language), value=f"{tag.support:,}")
    if here is not None:
        embed.add_field(name=HERE(language), value=HERE_COUNT(language, count=here.count))
        embed.add_field(name=FEEDBACK(language), value=_opinion(here.verdicts, language))
    if isinstance(tag, OwnTag):
        embed.add_field(name=TAUGHT(language), value=_taught(circumstances, tag), inline=False)
    if here is not None and here.versions:
        history = history_text(language, here.versions, MOST_FIELD_UNITS, names=False)
        embed.add_field(name=HISTORY(language), value=history, inline=False)
    return embed


def threshold_words(tag: VocabularyTag, rules: TagRules, language: Language) -> str:
    """From which score on a tag shows here, and who decided that."""
    here = percent(rules.threshold_of(tag.name, tag.threshold))
    bundle = percent(tag.threshold)
    if tag.name in rules.thresholds:
        return FROM_THE_TAG(language, here=here, bundle=bundle)
    if rules.threshold is not None:
        return FROM_THE_GUILD(language, here=here, bundle=bundle)
    return FROM_THE_MODEL(language, here=here)


def percent(probability: float) -> str:
    """A probability as people read it."""
    return f"{100 * probability:.0f}%"


def _taught(circumstances: Circumstances, tag: OwnTag) -> str:
    """Where a tag was taught: of another guild only that it was not here."""
    if tag.guild_id != circumstances.guild_id:
        return TAUGHT_ELSEWHERE(circumstances.language)
    return (SHOWN_EVERYWHERE if tag.promoted else TAUGHT_HERE)(circumstances.language)


def _opinion(verdicts: Verdicts, language: Language) -> str:
    if not verdicts.right and not verdicts.wrong:
        return NO_FEEDBACK(language)
    return VERDICTS(language, right=verdicts.right, wrong=verdicts.wrong)
