"""What teachers pass over is not asked again at once, and costs bounded memory."""

from bot.discord.teaching import skipping
from bot.discord.teaching.skipping import Skipped

STAR, SEA, MIRA, THEO = 1, 2, 10, 11


def test_what_one_teacher_passes_over_of_one_tag_is_asked_of_others():
    skipped = Skipped()
    skipped.add(STAR, MIRA, [5, 6])
    skipped.add(STAR, MIRA, [7])
    assert skipped.of(STAR, MIRA) == {5, 6, 7}
    assert skipped.of(STAR, THEO) == skipped.of(SEA, MIRA) == set()


def test_after_clearing_it_is_asked_again():
    skipped = Skipped()
    skipped.add(STAR, MIRA, [5])
    skipped.clear(STAR, MIRA)
    skipped.clear(SEA, MIRA)
    assert skipped.of(STAR, MIRA) == set()


def test_the_oldest_are_forgotten_first(monkeypatch):
    monkeypatch.setattr(skipping, "MOST_SKIPPED", 3)
    monkeypatch.setattr(skipping, "MOST_LESSONS", 2)
    skipped = Skipped()
    skipped.add(STAR, MIRA, [1, 2])
    skipped.add(STAR, MIRA, [3, 4])
    assert skipped.of(STAR, MIRA) == {2, 3, 4}
    skipped.add(SEA, MIRA, [1])
    skipped.add(STAR, MIRA, [5])  # used last
    skipped.add(STAR, THEO, [1])
    assert skipped.of(SEA, MIRA) == set()
    assert skipped.of(STAR, MIRA) == {3, 4, 5}
