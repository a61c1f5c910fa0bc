"""Whatever strangers write is shown as they wrote it, and does nothing."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.discord.escaping import SPECIAL, ZERO_WIDTH_SPACE, plain, safe, spoiler, units

# What Discord gives a meaning to, as one reads it in what is sent.
CONSTRUCTS = re.compile(
    r"@everyone|@here|<@[!&]?\d|<#\d|<a?:\w+:\d|<t:-?\d|</[\w -]+:\d|<id:\w|"
    r"\w+://|discord\.gg/|^#{1,3}\s|^-#\s|^[-*+]\s|^\d+\.\s|^>|(?<!\\)\]\(|\|\||``",
    re.MULTILINE,
)
HOSTILE = [
    "@everyone",
    "@here",
    "<@123>",
    "<@!123>",
    "<@&123>",
    "<#1>",
    "<:a:1>",
    "<a:b:2>",
    "<t:1700000000:R>",
    "</similar:12>",
    "<id:customize>",
    "[x](https://evil.example/y)",
    "<https://evil.example>",
    "https://evil.example/?a=b",
    "discord.gg/abc",
    "# big",
    "-# small",
    "- item",
    "1. item",
    "> quote",
    ">>> all",
    "||open||",
    "|",
    "`code`",
    "```block",
    "**bold** _it_ __un__ ~~st~~",
    "\\",
    "\n",
    "\u202etxt.exe",
    "\u200b\u2066",
    "\ufeff",
    "e\u0301",
    "👩‍🎨",
    "夜空",
]
texts = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=6), max_size=6).map("".join)
ROOM = 10_000


def read(sent: str) -> str:
    """What Discord shows of a text: a backslash before a mark makes it mean nothing."""
    shown = []
    characters = iter(sent)
    for one in characters:
        character = one
        if one == "\\":
            character = next(characters)
            assert not character.isalnum()
            assert not character.isspace()
        else:
            assert one not in SPECIAL
        shown.append(character)
    return "".join(shown).replace(ZERO_WIDTH_SPACE, "")


@given(texts)
@example("||a|")
def test_no_construct_survives_and_the_text_shows_as_it_was_written(text):
    sent = safe(text, ROOM)
    assert not CONSTRUCTS.search(sent)
    assert read(sent) == plain(text, ROOM)


@given(texts, st.integers(0, 40))
def test_a_limit_holds_and_cuts_no_escape_in_half(text, limit):
    sent = safe(text, limit)
    assert units(sent) <= limit
    assert units(plain(text, limit)) <= limit
    shown, whole = read(sent), plain(text, ROOM)
    assert shown == whole or limit == 0 or whole.startswith(shown[:-1].rstrip())
    assert (shown == whole) or limit == 0 or shown.endswith("…")


@given(texts)
def test_only_visible_characters_on_one_line_are_left(text):
    shown = plain(text, ROOM)
    assert shown == " ".join(shown.split(" "))
    assert shown == shown.strip()
    assert not any(unicodedata.category(one)[0] == "C" for one in shown)
    assert not set(shown) & set("\n\r\u2028\u2029\u3164\u2800")


@given(texts)
def test_a_spoiler_stays_covered_from_its_first_to_its_last_letter(text):
    sent = safe(text, ROOM)
    assert spoiler(sent).find("||", 2) == len(sent) + 2


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("夜空 night sky", "夜空 night sky"),
        ("long_hair", "long\\_hair"),
        ("@everyone", "\\@\u200beveryone"),
        ("a\nb\tc  d", "a b c d"),
        ("\u3164\u2800", ""),
        ("z" + 50 * "\u0335", "z" + 3 * "\u0335"),
        ("\u0335", ""),
    ],
)
def test_a_text_is_sent_as_follows(text, sent):
    assert safe(text, 100) == sent


def test_an_emoji_counts_twice_as_where_discord_counts_so():
    assert units("☆🌟") == 3
    assert plain(10 * "🌟", 9) == 4 * "🌟" + "…"
