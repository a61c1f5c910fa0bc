"""What a reply shows: which tags, and which illustrations under which numbers."""

from hypothesis import given
from hypothesis import strategies as st

from bot.illustrations import ScoredTag, SimilarIllustration
from bot.replies import Finding, choose_tags, make_reply
from bot.tags.rules import NO_RULES, TagRules


def tags(*scores: float, threshold: float = 0.5) -> list[ScoredTag]:
    return [ScoredTag(f"tag {place}", "", score, threshold) for place, score in enumerate(scores)]


def test_only_tags_at_or_above_their_thresholds_are_shown():
    choice = choose_tags(tags(0.9, 0.5, 0.49))
    assert [tag.score for tag in choice.tags] == [0.9, 0.5]
    assert not choice.guesses


def test_a_sure_tag_behind_an_unsure_one_is_shown():
    unsure, sure = ScoredTag("a", "", 0.6, 0.7), ScoredTag("b", "", 0.4, 0.3)
    assert choose_tags([unsure, sure]).tags == (sure,)


def test_when_no_tag_is_sure_the_best_three_are_guesses():
    choice = choose_tags(tags(0.4, 0.3, 0.2, 0.1))
    assert [tag.score for tag in choice.tags] == [0.4, 0.3, 0.2]
    assert choice.guesses


@given(st.lists(st.floats(0, 1), max_size=40))
def test_a_reply_never_shows_more_than_ten_tags(scores):
    choice = choose_tags(tags(*sorted(scores, reverse=True)))
    assert len(choice.tags) <= (3 if choice.guesses else 10)


def illustration(id_: int) -> SimilarIllustration:
    return SimilarIllustration(id_, 0.1, "near", "", "key")


def test_similar_illustrations_are_numbered_through_all_sections():
    findings = [
        Finding("one", similar=[illustration(1), illustration(2)]),
        Finding("two", similar=[illustration(3)]),
        Finding("three", error="truncated"),
        Finding("four", similar=[illustration(4)]),
    ]
    reply = make_reply(findings, "en", NO_RULES)
    assert [one.number for one in reply.shown] == [1, 2, 3, 4]
    assert [one.illustration.id for one in reply.shown] == [1, 2, 3, 4]


def test_numbers_go_on_from_the_page_before():
    reply = make_reply([Finding("one", similar=[illustration(1)])], "en", NO_RULES, 11)
    assert [one.number for one in reply.shown] == [11]


def test_what_nobody_asked_for_is_not_there():
    (section,) = make_reply([Finding("one", tags=None, similar=None)], "en", NO_RULES).sections
    assert section.choice is None
    assert section.similar is None


def test_a_guilds_rules_decide_which_tags_show():
    finding = Finding("one", tags(0.9, 0.8, 0.6))
    rules = TagRules(hidden=frozenset({"tag 0"}), thresholds={"tag 2": 0.7})
    (section,) = make_reply([finding], "en", rules).sections
    assert section.choice is not None
    assert [tag.name for tag in section.choice.tags] == ["tag 1"]
