"""Which tags a reply shows."""

from hypothesis import given
from hypothesis import strategies as st

from bot.illustrations import ScoredTag
from bot.replies import choose_tags


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
