"""Duplicates by likeness."""

from bot.illustrations import VocabularyTag
from bot.teaching.likeness import FEWEST_OTHERS, Likeness, Others, find_likeness, frequent

STARRY, NIGHT, DRAWING = (
    VocabularyTag("starry sky", "星空", 0.5, 20),
    VocabularyTag("night", "夜", 0.5, 60),
    VocabularyTag("drawing", "絵", 0.5, 900),
)
VOCABULARY = (DRAWING, NIGHT, STARRY)
NOBODY = Others(0, {})


def found(names, others=NOBODY):
    return find_likeness(frequent(names), len(names), VOCABULARY, others)


def test_a_tag_that_nearly_all_examples_have_is_told_with_its_share():
    like = found([{"starry sky"}] * 15 + [{"night"}])
    assert like == Likeness(STARRY, 15, 16)
    assert round(100 * like.share) == 94


def test_two_examples_say_nothing_and_neither_does_a_tag_that_fewer_have():
    assert found([{"starry sky"}] * 2) is None
    assert found([{"starry sky"}, {"starry sky"}, {"night"}]) is None


def test_of_several_the_rarest_is_meant():
    assert found([{"drawing", "night", "starry sky"}] * 3).tag == STARRY


def test_what_most_other_illustrations_have_as_well_is_no_finding():
    drawings = Others(FEWEST_OTHERS, {"drawing": FEWEST_OTHERS})
    assert found([{"drawing"}] * 3, drawings) is None
    assert found([{"drawing", "night"}] * 3, drawings).tag == NIGHT


def test_among_few_others_nothing_counts_as_common():
    assert found([{"drawing"}] * 3, Others(2, {"drawing": 2})).tag == DRAWING
