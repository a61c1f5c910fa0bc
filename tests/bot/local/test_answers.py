"""Answers as JSON: tags, matches and errors."""

import json

import pytest

from bot.catalogue import DatabaseTroubleError
from bot.errors import BusyError, RequestError, UnavailableError, UnknownPostError
from bot.illustrations import VocabularyTag
from bot.local.answers import STATUS, error_answer, tags_json
from bot.tags.rules import NO_RULES
from bot.tags.search import TagSearch
from bot.teaching.errors import NAME_TAKEN, TeachingError
from model.errors import ImageError

VOCABULARY = [
    VocabularyTag(name, name_ja, 0.5, 10)
    for name, name_ja in [
        ("night sky", "夜空"),
        ("sky", "空"),
        ("Skyscraper", "摩天楼"),
        ("blue", "青空の青"),
        ("cat", "ネコ"),
    ]
]


def names(query: str) -> list[str]:
    return [tag["name"] for tag in tags_json(TagSearch(VOCABULARY), query, NO_RULES)["tags"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sky", ["sky", "Skyscraper", "night sky"]),
        ("SKY ", ["sky", "Skyscraper", "night sky"]),
        ("空", ["sky", "night sky", "blue"]),
        ("ﾈｺ", ["cat"]),
        ("skyy", ["sky", "night sky"]),
        ("dog", []),
        ("", [tag.name for tag in VOCABULARY]),
    ],
)
def test_prefixes_come_before_the_rest_and_typos_last_in_either_language_and_width(query, expected):
    assert names(query) == expected


def test_a_query_gives_at_most_25_tags():
    many = [VocabularyTag(f"tag {number}", "", 0.5, 5) for number in range(60)]
    search = TagSearch(many)
    assert len(tags_json(search, "tag", NO_RULES)["tags"]) == 25
    assert len(tags_json(search, "", NO_RULES)["tags"]) == 60


# Their texts come with them.
TEACHING_CODES = {
    "bad_name",
    "tag_exists",
    "unknown_tag",
    "no_examples",
    "too_many_examples",
    "unknown_version",
    "no_versions",
    "no_tags",
}

ERRORS = [
    (ImageError("too_large", "m"), "too_large", 413),
    (ImageError("truncated", "m"), "truncated", 422),
    (RequestError("missing_image", "m"), "missing_image", 400),
    (BusyError("m"), "busy", 503),
    (UnavailableError("m"), "unavailable", 503),
    (UnknownPostError("m"), "unknown_post", 404),
    (DatabaseTroubleError("INSERT", {}, Exception("disk is full")), "unavailable", 503),
    (KeyError("secret"), "internal", 500),
]


@pytest.mark.parametrize(("error", "code", "status"), ERRORS)
def test_every_error_has_its_code_status_and_japanese_words(error, code, status):
    response = error_answer(error)
    body = json.loads(response.text)["error"]
    assert (response.status, body["code"]) == (status, code)
    assert body["message_ja"].endswith("。")
    assert ("Retry-After" in response.headers) is (status == 503)


def test_an_unexpected_error_tells_nothing_of_the_inside():
    assert "secret" not in error_answer(KeyError("secret")).text


@pytest.mark.parametrize("code", sorted(set(STATUS) - TEACHING_CODES))
def test_every_code_can_be_told_in_japanese(code):
    assert json.loads(error_answer(RequestError(code, "m")).text)["error"]["message_ja"]


def test_what_teaching_refuses_is_told_with_its_particulars_in_both_languages():
    response = error_answer(TeachingError("tag_exists", NAME_TAKEN, name="sky", other="空"))
    body = json.loads(response.text)["error"]
    assert (response.status, body["code"]) == (409, "tag_exists")
    for message in (body["message"], body["message_ja"]):
        assert "sky" in message
        assert "空" in message
