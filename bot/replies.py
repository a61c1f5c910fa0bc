"""The reply model: what a reply says, for every face, and the errors in both languages."""

import itertools
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.catalogue import DatabaseTroubleError
from bot.errors import (
    BusyError,
    RequestError,
    TeachingFailedError,
    UnavailableError,
    UnknownPostError,
)
from bot.illustrations import ScoredTag, SimilarIllustration
from bot.posts import Language
from bot.reasons import without_directories
from bot.tags.rules import NO_RULES, TagRules
from bot.teaching.errors import TeachingError
from model.errors import ImageError, StoreError

log = logging.getLogger(__name__)

MOST_TAGS = 10
MOST_GUESSES = 3


@dataclass(frozen=True)
class TagChoice:
    """The tags that a reply shows.

    Attributes:
        tags: By falling score.
        guesses: True when none reaches its threshold: these are guesses, to be marked as such.
    """

    tags: tuple[ScoredTag, ...]
    guesses: bool


@dataclass(frozen=True)
class Shown:
    """A similar illustration in a reply, with the number that it has in the picture."""

    number: int
    illustration: SimilarIllustration


@dataclass(frozen=True)
class Section:
    """What a reply says about one image.

    Attributes:
        title: The image's title, made of its file name.
        choice: Its tags; None: nothing is said of them, since nobody asked.
        similar: Nearest first; numbers go on from section to section. None: nobody asked.
        heading: What the similar ones are called, in the reply's language; empty: just that.
        spoiler: Whether the image was covered by its author; what is said of it is covered too.
        error: The code that says why nothing is said; empty otherwise.
    """

    title: str
    choice: TagChoice | None
    similar: tuple[Shown, ...] | None = ()
    spoiler: bool = False
    error: str = ""
    heading: str = ""


@dataclass(frozen=True)
class Reply:
    """What is said about a post: one section for each image.

    Attributes:
        language: In which it is said.
        aliases: What the guild calls a tag, by the tag's name.
    """

    language: Language
    sections: tuple[Section, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> tuple[Shown, ...]:
        """Every similar illustration of every section: the cells of the picture."""
        return tuple(one for section in self.sections for one in section.similar or ())

    @property
    def covered(self) -> bool:
        """Whether the picture must be covered: something in it or beside it is a spoiler."""
        return any(section.spoiler for section in self.sections) or any(
            one.illustration.spoiler for one in self.shown
        )


@dataclass(frozen=True)
class Finding:
    """What was found out about one image, before a guild's rules.

    Attributes:
        title: Made of its file name.
        tags: The best ones, by falling score; None: nobody asked for tags.
        similar: Nearest first, all of which may be shown; None: nobody asked for them.
        spoiler: Whether its author covered it.
        error: The code that says why nothing was found out; empty otherwise.
        heading: As in ``Section``.
    """

    title: str
    tags: Sequence[ScoredTag] | None = ()
    similar: Sequence[SimilarIllustration] | None = ()
    spoiler: bool = False
    error: str = ""
    heading: str = ""


def make_reply(
    findings: Sequence[Finding], language: Language, rules: TagRules, first_number: int = 1
) -> Reply:
    """One section for each image; the similar illustrations are numbered through.

    Args:
        findings: What there is to say.
        language: In which it is said.
        rules: The guild's own.
        first_number: On later pages not one.
    """
    sections = []
    numbers = itertools.count(first_number)
    for finding in findings:
        similar = finding.similar
        shown = None if similar is None else [Shown(next(numbers), one) for one in similar]
        sections.append(
            Section(
                title=finding.title,
                choice=None if finding.tags is None else choose_tags(finding.tags, rules),
                similar=None if shown is None else tuple(shown),
                spoiler=finding.spoiler,
                error=finding.error,
                heading=finding.heading,
            )
        )
    return Reply(language, tuple(sections), rules.aliases)


def choose_tags(tags: Sequence[ScoredTag], rules: TagRules = NO_RULES) -> TagChoice:
    """At most ten tags at or above their thresholds; none: up to three, marked as guesses.

    Args:
        tags: The best ones, by falling score.
        rules: The guild's own: what is hidden there does not show, not even as a guess.
    """
    allowed = rules.apply(tags)
    sure = tuple(tag for tag in allowed if tag.sure)
    if sure:
        return TagChoice(sure[:MOST_TAGS], guesses=False)
    return TagChoice(allowed[:MOST_GUESSES], guesses=True)


@dataclass(frozen=True)
class ErrorText:
    """An error as people and programs read it.

    Attributes:
        code: Part of the public contract.
        message: English, with the particulars.
        message_ja: Japanese.
    """

    code: str
    message: str
    message_ja: str


_JAPANESE: Mapping[str, str] = {
    "not_an_image": "画像ファイルではありません。PNG・JPEG・WebPなどの画像を送ってください。",
    "unsupported_format": "この形式は読み込めません。PNG・JPEG・WebPなどに変換して送ってください。",
    "too_large": "ファイルが大きすぎます。小さくしてからもう一度送ってください。",
    "too_many_pixels": "画像の画素数が多すぎます。縮小してからもう一度送ってください。",
    "truncated": "画像が途中で切れているか、壊れています。保存し直してからもう一度送ってください。",
    "not_found": "見つかりません。",
    "busy": "ただいま混み合っています。少し待ってからもう一度お試しください。",
    "unavailable": "ただいま利用できません。少し待ってからもう一度お試しください。",
    "unknown_post": "この投稿はありません。すでに削除されたようです。",
    "missing_image": "画像が添付されていません。「image」という項目で画像を送ってください。",
    "bad_parameter": "指定された値が正しくありません。",
    "unauthorised": "アクセスには認証が必要です。",
    "forbidden": "このページ以外からの操作は受け付けていません。",
    "job_running": "同じ処理がすでに進行中です。終わるのを待つか、キャンセルしてください。",
    "training_not_installed": (
        "このボットには学習用のライブラリがありません。運営者が `make setup` で入れるか、"
        "別のマシンで学習したバンドルを bot.bundles_dir に置いてください。"
    ),
    "teaching_failed": "タグの学習に失敗しました。もう一度お試しください。",
    "internal": "予期しないエラーが起きました。もう一度お試しください。",
}


def error_text(error: Exception) -> ErrorText:
    """What to tell about an error; one outside the project's tree is told without particulars."""
    match error:
        case TeachingError():
            return ErrorText(error.code, error.message("en"), error.message("ja"))
        case ImageError() | RequestError():
            code, message = error.code, error.message
        case BusyError():
            code, message = "busy", str(error)
        case TeachingFailedError():
            code, message = "teaching_failed", without_directories(str(error))
        case UnavailableError():
            code, message = "unavailable", str(error)
        case StoreError():
            # Where it is away from is for whoever runs the bot.
            code = "unavailable"
            message = "The bot cannot reach its pictures at the moment. Try again in a minute."
        case DatabaseTroubleError():
            code = "unavailable"
            message = "The bot's disk is full or busy, so nothing was noted. Try again in a minute."
        case UnknownPostError():
            code, message = "unknown_post", str(error)
        case _:
            code = "internal"
            message = "Something unexpected went wrong; the log of the bot says what. Try again."
    return ErrorText(code, message, _JAPANESE[code])


def log_if_unexpected(error: Exception, told: ErrorText) -> None:
    """Log what nobody had thought of with its trace; of what passes a line is enough."""
    if isinstance(error, DatabaseTroubleError):
        log.warning("the catalogue is in trouble: %s", error.orig)
    elif isinstance(error, StoreError):
        log.warning("%s", error)
    elif told.code == "internal":
        log.error("an unexpected error", exc_info=error)
