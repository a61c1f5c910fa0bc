"""What is known of one tag."""

import pytest

from bot.catalogue import Verdicts
from bot.discord.circumstances import Circumstances
from bot.discord.tags.informing import Here, tag_embed, threshold_words
from bot.illustrations import VocabularyTag
from bot.tags.rules import NO_RULES, TagRules

STARS = VocabularyTag("stars", "星", 0.385, 40)


def fields(embed):
    return {one.name: one.value for one in embed.fields}


def test_everything_known_of_a_tag_is_told():
    rules = TagRules(aliases={"stars": "twinkle"})
    here = Here(3, Verdicts(right=2, wrong=1))
    embed = tag_embed(Circumstances("en", rules), STARS, here)
    assert embed.title == "twinkle"
    assert fields(embed) == {
        "English": "stars",
        "Japanese": "星",
        "Alias on this server": "twinkle",
        "Threshold": "38% (standard)",
        "Examples learnt from": "40",
        "Illustrations here": "3 that you can see",
        "Called right or wrong here": "right: 2 · wrong: 1",
    }


def test_it_is_told_in_japanese():
    embed = tag_embed(Circumstances("ja"), STARS, Here(0, Verdicts(0, 0)))
    assert embed.title == "星"
    assert fields(embed)["このサーバーでの正誤の回答"] == "まだありません"
    assert fields(embed)["学習した例"] == "40"


def test_outside_of_a_guild_there_is_nothing_to_count():
    assert "Illustrations here" not in fields(tag_embed(Circumstances("en"), STARS, None))


def test_a_name_that_is_not_known_is_not_left_empty():
    embed = tag_embed(Circumstances("en"), VocabularyTag("skin tone", "", 0.5, 1), None)
    assert fields(embed)["Japanese"] == "not known"


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (NO_RULES, "38% (standard)"),
        (TagRules(threshold=0.6), "60% (set for this server; standard: 38%)"),
        (
            TagRules(thresholds={"stars": 0.9}, threshold=0.6),
            "90% (set for this tag on this server; standard: 38%)",
        ),
        (TagRules(thresholds={"sea": 0.9}), "38% (standard)"),
    ],
)
def test_a_threshold_says_who_decided_it(rules, words):
    assert threshold_words(STARS, rules, "en") == words


def test_hostile_names_do_no_harm_and_fit():
    name = "@everyone [x](https://evil.test) **" * 50
    tag = VocabularyTag(name, name, 0.5, 1)
    rules = TagRules(aliases={name: name})
    embed = tag_embed(Circumstances("en", rules), tag, None)
    assert len(embed.title) <= 256
    assert len(embed) <= 6000
    assert all("@everyone" not in one.value and len(one.value) <= 1024 for one in embed.fields)
