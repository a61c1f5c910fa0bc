"""What the HTTP side says: illustrations, tags and errors as JSON."""

import json
from collections.abc import Sequence
from typing import Any

from aiohttp import hdrs, web

from bot.illustrations import Illustration, ScoredTag, SimilarIllustration
from bot.replies import choose_tags, error_text, log_if_unexpected
from bot.tags.rules import TagRules
from bot.tags.search import TagSearch

Json = dict[str, Any]
RETRY_AFTER_SECONDS = 2
STATUS = {
    "not_an_image": 415,
    "unsupported_format": 415,
    "too_large": 413,
    "too_many_pixels": 413,
    "truncated": 422,
    "not_found": 404,
    "busy": 503,
    "unavailable": 503,
    "unknown_post": 404,
    "missing_image": 400,
    "bad_parameter": 400,
    "unauthorised": 401,
    "forbidden": 403,
    "internal": 500,
    "bad_name": 400,
    "tag_exists": 409,
    "unknown_tag": 404,
    "no_examples": 400,
    "too_many_examples": 400,
    "unknown_version": 404,
    "no_versions": 404,
    "no_tags": 404,
    "job_running": 409,
    "training_not_installed": 501,
    "teaching_failed": 500,
}


def answer(content: Json, status: int = 200) -> web.Response:
    """A JSON answer with Japanese text as it is."""
    text = json.dumps(content, ensure_ascii=False)
    return web.json_response(text=text, status=status, headers={hdrs.CACHE_CONTROL: "no-store"})


def error_answer(error: Exception) -> web.Response:
    """The answer to a request that failed."""
    text = error_text(error)
    log_if_unexpected(error, text)
    body = {"code": text.code, "message": text.message, "message_ja": text.message_ja}
    response = answer({"error": body}, STATUS[text.code])
    if response.status == 503:
        response.headers[hdrs.RETRY_AFTER] = str(RETRY_AFTER_SECONDS)
    if response.status == 401:
        # Makes a browser ask, so that the page works beyond loopback too.
        response.headers[hdrs.WWW_AUTHENTICATE] = 'Bearer, Basic realm="Hoshizora"'
    return response


def post_json(illustration: Illustration, rules: TagRules) -> Json:
    """An illustration as a post with its reply, by the channel's own rules."""
    return {
        "id": illustration.id,
        "title": illustration.title,
        "title_ja": illustration.title_ja,
        "origin": illustration.origin,
        "created_at": illustration.created_at.isoformat(timespec="milliseconds"),
        "width_px": illustration.width_px,
        "height_px": illustration.height_px,
        "thumbnail": _thumbnail(illustration.id),
        "given_tags": [
            {"name": tag.name, "name_ja": tag.name_ja} for tag in illustration.given_tags
        ],
        **reply_json(illustration.tags, illustration.similar, rules),
    }


def reply_json(
    tags: Sequence[ScoredTag],
    similar: Sequence[SimilarIllustration],
    rules: TagRules,
    top: int | None = None,
) -> Json:
    """Tags and similar illustrations.

    Args:
        tags: The best ones, by falling score.
        similar: Nearest first.
        rules: The channel's own: what never shows, what tags are called, when they count.
        top: Show exactly so many tags, sure or not; None: choose as replies do.
    """
    choice = choose_tags(tags, rules)
    return {
        "tags": [
            {
                "name": tag.name,
                "name_ja": tag.name_ja,
                "alias": rules.aliases.get(tag.name, ""),
                "score": round(tag.score, 6),
                "threshold": round(tag.threshold, 6),
            }
            for tag in (choice.tags if top is None else rules.apply(tags)[:top])
        ],
        "guesses": choice.guesses,
        "similar": [picture_json(one) | {"distance": round(one.distance, 6)} for one in similar],
    }


def picture_json(illustration: SimilarIllustration) -> Json:
    """An illustration as a tile of a grid."""
    return {
        "id": illustration.id,
        "title": illustration.title,
        "title_ja": illustration.title_ja,
        "thumbnail": _thumbnail(illustration.id),
    }


def tags_json(search: TagSearch, query: str, rules: TagRules) -> Json:
    """The vocabulary, or the first 25 of it that match, likeliest first; the hidden ones lack."""
    chosen = (
        search.find(query, rules=rules)
        if query.strip()
        else [tag for tag in search.vocabulary if tag.name not in rules.hidden]
    )
    return {
        "tags": [
            {
                "name": tag.name,
                "name_ja": tag.name_ja,
                "alias": rules.aliases.get(tag.name, ""),
                "threshold": round(rules.threshold_of(tag.name, tag.threshold), 6),
                "support": tag.support,
            }
            for tag in chosen
        ]
    }


def _thumbnail(id_: int) -> str:
    return f"/api/v1/posts/{id_}/thumbnail"
