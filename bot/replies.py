"""The reply model: what a reply says, for every face, and the errors in both languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.errors import BusyError, RequestError, UnavailableError, UnknownPostError
from bot.illustrations import ScoredTag
from model.errors import ImageError

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


def choose_tags(tags: Sequence[ScoredTag]) -> TagChoice:
    """At most ten tags at or above their thresholds; none: up to three, marked as guesses.

    Args:
        tags: The best ones, by falling score.
    """
    sure = tuple(tag for tag in tags if tag.sure)
    if sure:
        return TagChoice(sure[:MOST_TAGS], guesses=False)
    return TagChoice(tuple(tags[:MOST_GUESSES]), guesses=True)


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
    "unavailable": "準備中です。数秒待ってからもう一度お試しください。",
    "unknown_post": "この投稿はありません。すでに削除されたようです。",
    "missing_image": "画像が添付されていません。「image」という項目で画像を送ってください。",
    "bad_parameter": "指定された値が正しくありません。",
    "unauthorised": "アクセスには認証が必要です。",
    "forbidden": "このページ以外からの操作は受け付けていません。",
    "internal": "予期しないエラーが起きました。もう一度お試しください。",
}


def error_text(error: Exception) -> ErrorText:
    """What to tell about an error; one outside the project's tree is told without particulars."""
    match error:
        case ImageError() | RequestError():
            code, message = error.code, error.message
        case BusyError():
            code, message = "busy", str(error)
        case UnavailableError():
            code, message = "unavailable", str(error)
        case UnknownPostError():
            code, message = "unknown_post", str(error)
        case _:
            code = "internal"
            message = "Something unexpected went wrong; the log of the bot says what. Try again."
    return ErrorText(code, message, _JAPANESE[code])
