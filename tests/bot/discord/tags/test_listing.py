"""One page of the vocabulary."""

from bot.discord.circumstances import Circumstances
from bot.discord.paging import paged
from bot.discord.tags.listing import listed, page_embed
from bot.illustrations import VocabularyTag
from bot.tags.rules import NO_RULES, TagRules
from bot.tags.search import TagSearch

NIGHT = VocabularyTag("night sky", "夜空", 0.5, 12)
STARS = VocabularyTag("stars", "星", 0.5, 40)
SKIN = VocabularyTag("skin tone", "", 0.5, 7)


def test_the_best_known_tags_come_first():
    assert listed(TagSearch((NIGHT, STARS, SKIN)), NO_RULES) == [STARS, NIGHT, SKIN]


def test_what_the_guild_has_hidden_is_not_listed():
    rules = TagRules(hidden=frozenset({"stars"}))
    assert listed(TagSearch((NIGHT, STARS)), rules) == [NIGHT]


def test_each_tag_has_both_names_and_how_often_it_is_here():
    circumstances = Circumstances("en", TagRules(aliases={"stars": "twinkle"}))
    counts = {"stars": 3, "night sky": 0}
    embed = page_embed(circumstances, (STARS, NIGHT, SKIN), counts, (3, paged(1, 3, 20)))
    assert embed.description.split("\n") == [
        "**twinkle** · stars · 星 — 3 here",
        "**night sky** · 夜空",
        "**skin tone**",
    ]
    assert embed.footer.text == "3 tags, this server's own first, then the best known · page 1 of 1"


def test_it_reads_as_well_in_japanese():
    embed = page_embed(Circumstances("ja"), (STARS,), {"stars": 3}, (50, paged(2, 50, 20)))
    assert embed.description == "**星** · stars — ここに3点"
    assert "2/3ページ" in embed.footer.text


def test_an_empty_vocabulary_is_said_in_words():
    assert page_embed(Circumstances("en"), (), {}, (0, paged(1, 0, 20))).description


def test_the_longest_names_fit_and_hostile_ones_do_no_harm():
    rules = TagRules(aliases={"@everyone **`" * 20 + str(n): "||[x](y)" * 9 for n in range(20)})
    tags = [VocabularyTag(name, "長" * 300, 0.5, 1) for name in rules.aliases]
    embed = page_embed(Circumstances("en", rules), tags, {}, (20, paged(1, 20, 20)))
    assert len(embed) <= 6000
    assert len(embed.description) <= 4096
    assert "@everyone" not in embed.description


def test_a_name_of_which_nothing_can_be_seen_still_has_a_line():
    tag = VocabularyTag("\u202e", "", 0.5, 1)
    assert page_embed(Circumstances("en"), [tag], {}, (1, paged(1, 1, 20))).description == "**?**"
