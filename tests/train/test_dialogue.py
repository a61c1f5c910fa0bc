"""train/dialogue.py: rounds are counted until a tag is known, for every strategy alike."""

import json

import numpy as np
import pytest

from model.head import Labels
from model.teaching import Prior
from train import dialogue as module
from train.__main__ import main
from train.dialogue import (
    ENOUGH,
    EXAMPLES,
    GRID,
    STRATEGIES,
    Lesson,
    hold_dialogue,
    measure_dialogues,
    table,
)
from train.material import Material

WIDTH, LIBRARY, TEST, KINDS = 8, 300, 120, 10


@pytest.fixture(scope="module")
def material():
    """Ten heaps of embeddings; each of the two tags is two of the heaps."""
    random = np.random.default_rng(0)
    heaps = random.normal(size=(KINDS, WIDTH))

    def part(count):
        kinds = np.arange(count) % KINDS
        vectors = heaps[kinds] + 0.5 * random.normal(size=(count, WIDTH))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors.astype(np.float32), np.stack([kinds < 2, kinds // 2 == 2], axis=1)

    (background, _), (library, answers), (test, truth) = part(200), part(LIBRARY), part(TEST)
    nothing = Labels(np.zeros(201, np.int64), np.zeros(0, np.int32))
    prior = Prior.fit(background, nothing, "encoder")
    return Material(prior, library, test, ("one", "two"), answers, truth)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_lesson_ends_when_the_tag_is_known_or_after_the_most_rounds(material, strategy):
    lesson = hold_dialogue(material, 0, strategy, 3, seed=1)
    assert 0 <= lesson.rounds <= 3
    assert lesson.enough or lesson.rounds == 3
    assert all(precision < ENOUGH * lesson.goal for precision in lesson.precisions[:-1])
    assert EXAMPLES <= lesson.positives <= EXAMPLES + lesson.rounds * GRID


def test_every_strategy_starts_from_the_same_examples(material):
    begun = [hold_dialogue(material, 1, name, 1, seed=2) for name in STRATEGIES]
    assert len({(lesson.goal, lesson.precisions[0]) for lesson in begun}) == 1


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_nothing_marked_is_asked_again(material, strategy, monkeypatch):
    seen, ask = [], STRATEGIES[strategy]

    def watched(asked):
        found = ask(asked)
        assert not set(found.tolist()) & set(asked.marked.tolist())
        assert len(set(found.tolist())) == len(found) <= GRID
        seen.append(found)
        return found

    monkeypatch.setattr(module, "STRATEGIES", {strategy: watched})
    monkeypatch.setattr(module, "ENOUGH", 2.0)  # never
    lesson = hold_dialogue(material, 0, strategy, 4, seed=3)
    assert len(seen) == lesson.rounds == 4


def test_a_library_that_is_used_up_ends_the_lesson(material, monkeypatch):
    monkeypatch.setattr(module, "ENOUGH", 2.0)
    lesson = hold_dialogue(material, 0, "random", 1000, seed=3)
    assert lesson.rounds == -(-(LIBRARY - EXAMPLES) // GRID)
    assert lesson.positives == material.in_library[:, 0].sum()


def test_who_never_has_enough_counts_with_the_most_rounds():
    known, late = Lesson(0.5, (0.2, 0.46), 6), Lesson(0.5, (0.1, 0.2), 4)
    assert (known.enough, known.rounds, known.share_after(9)) == (True, 1, pytest.approx(0.92))
    figures = module._figures([known, late], 5)
    assert figures["rounds_mean"] == 3
    assert (figures["reached"], figures["positives"]) == (1, 5)
    assert figures["share_after"][0] == pytest.approx(0.3)
    assert max(figures["share_after"]) == 5


def test_figures_of_every_strategy_stand_in_the_table(material):
    figures = measure_dialogues(material, 2, seed=0, jobs=1)
    assert figures["tags"] == 2
    assert list(figures["strategies"]) == list(STRATEGIES)
    text = table(figures)
    assert "2 tags, 300 illustrations" in text
    assert all(name in text for name in STRATEGIES)


def test_the_command_prints_one_json_object(material, monkeypatch, capsys, tiny_dataset):
    monkeypatch.setattr("train.__main__._embed_unaware", lambda *_: (None, False))
    monkeypatch.setattr("train.material.choose", lambda *_: None)
    monkeypatch.setattr("train.material.make_material", lambda *_: material)
    run = ["dialogue", "--data", str(tiny_dataset), "--rounds", "1", "--set", "train.jobs=1"]
    assert main([*run, "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["grid"], figures["most_rounds"]) == (GRID, 1)
    assert main(run) == 0
    assert "share of it after" in capsys.readouterr().out
