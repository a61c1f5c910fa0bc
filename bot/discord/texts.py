"""The words of replies, in both languages."""

from collections.abc import Mapping

from bot.errors import RequestError
from bot.posts import Language
from bot.replies import error_text
from bot.texts import Text

UNTITLED = Text(en="Untitled", ja="無題")
COVERED = Text(en="Spoiler", ja="ネタバレ")
GUESSES = Text(
    en="No tag is certain. My guesses:", ja="確かなタグは見つかりませんでした。もしかして："
)
NO_TAGS = Text(en="I know no tag that fits.", ja="当てはまるタグは見つかりませんでした。")
SIMILAR = Text(en="Similar", ja="似ている作品")
SOMEBODY = Text(en="somebody", ja="（記録なし）")
NOTHING_SIMILAR = Text(en="Nothing similar here yet.", ja="似ている作品はまだありません。")

_ENGLISH: Mapping[str, str] = {
    "not_an_image": "This file is not an image. Send a PNG, JPEG, WebP, GIF or BMP.",
    "unsupported_format": "I cannot read this format. Send it as PNG, JPEG or WebP.",
    "too_large": "This file is too large. Send a smaller version.",
    "too_many_pixels": "This image has too many pixels. Send a smaller version.",
    "truncated": "This image is cut off or damaged. Save it again and send it once more.",
    "internal": "Something unexpected went wrong with this image. Try it again.",
}
# Why nothing is said about an image: without the particulars, which its sender alone hears.
IMAGE_ERRORS: Mapping[str, Text] = {
    "not_found": Text(
        en="I could not fetch this image; it may have been deleted.",
        ja="画像を取得できませんでした。削除された可能性があります。",
    ),
    **{
        code: Text(english, error_text(RequestError(code, english)).message_ja)
        for code, english in _ENGLISH.items()
    },
}


def mention(language: Language, user_id: int) -> str:
    """A person's mention; who had themselves forgotten, id 0, is somebody."""
    return f"<@{user_id}>" if user_id else SOMEBODY(language)
