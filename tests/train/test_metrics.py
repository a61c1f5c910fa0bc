"""Rules of ``train.metrics``: the figures are what they are called, ties and all."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import average_precision_score

from model.datasets import Row
from train.metrics import (
    CALIBRATION_BINS,
    average_precision,
    calibration_bins,
    calibration_error,
    map_by_support,
    measure,
)
from train.vocabulary import NamedTag

scores_and_truth = st.integers(1, 60).flatmap(
    lambda n: st.tuples(
        # Few distinct values: ties are what goes wrong.
        arrays(np.float32, n, elements=st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0])),
        st.lists(st.integers(0, n - 1), min_size=1, unique=True),
    )
)


def row(tags: str, tags_ja: str = "") -> Row:
    return Row(
        file=Path("a.png"),
        name="a.png",
        title="",
        tags=tuple(tags.split()),
        tags_ja=tuple(tags_ja.split()),
        split="test",
        group="",
        licence="",
        author="",
        source="",
        variant=False,
    )


@given(scores_and_truth)
def test_average_precision_is_that_of_scikit_learn(
    case: tuple[np.ndarray, list[int]],
) -> None:
    scores, truth = case
    true = np.zeros(len(scores), dtype=int)
    true[truth] = 1
    expected = average_precision_score(true, scores)
    assert average_precision(np.array(truth), scores) == pytest.approx(expected, abs=1e-9)


def test_the_average_precision_of_a_constant_score_is_the_share_of_the_tag() -> None:
    assert average_precision(np.array([3, 7]), np.full(10, 0.3, np.float32)) == pytest.approx(0.2)


def test_a_perfect_ranking_has_average_precision_one_and_the_worst_its_least() -> None:
    scores = np.arange(10, dtype=np.float32)
    assert average_precision(np.array([8, 9]), scores) == 1.0
    assert average_precision(np.array([0, 1]), scores) == pytest.approx((1 / 9 + 2 / 10) / 2)


def test_only_tags_with_five_labelled_images_count() -> None:
    rows = [row("sea star")] * 4 + [row("sea")] * 3
    vocabulary = [NamedTag("star", "", 9), NamedTag("sea", "", 20)]
    result = measure(np.zeros((7, 2), np.float32), vocabulary, rows)
    assert result["tags"] == 1
    assert result["map_macro"] == 1.0  # every image has it


def test_an_unknown_tag_counts_with_a_constant_score() -> None:
    rows = [row("sea")] * 5 + [row("rare")] * 5
    scores = np.array([[0.9]] * 5 + [[0.1]] * 5, np.float32)
    result = measure(scores, [NamedTag("sea", "海", 20)], rows)
    assert (result["tags"], result["known_tags"]) == (2, 1)
    assert result["map_known"] == 1.0
    assert result["map_macro"] == pytest.approx((1.0 + 0.5) / 2)


def test_the_truth_of_the_map_is_the_english_list() -> None:
    rows = [row("sea")] * 5 + [row("", "海")] * 5
    scores = np.array([[0.9]] * 5 + [[0.1]] * 5, np.float32)
    assert measure(scores, [NamedTag("sea", "海", 20)], rows)["map_macro"] == 1.0


def test_precision_ranks_the_vocabulary_for_each_image_that_has_a_label() -> None:
    vocabulary = [NamedTag(name, "", 9) for name in "abcdefg"]
    ranked = np.linspace(0.9, 0.1, 7, dtype=np.float32)
    rows = [row("a b c"), row("b g"), row("unknown"), row("")]
    result = measure(np.tile(ranked, (4, 1)), vocabulary, rows)
    assert result["precision_at_1"] == pytest.approx((1 + 0 + 0) / 3)
    assert result["precision_at_5"] == pytest.approx((3 + 1 + 0) / 15)


def test_a_japanese_tag_of_its_own_is_right_where_the_japanese_list_has_it() -> None:
    result = measure(
        np.array([[0.9], [0.9]], np.float32), [NamedTag("海", "海", 9)], [row("", "海"), row("sea")]
    )
    assert result["precision_at_1"] == 0.5


def test_calibration_looks_at_the_ten_highest_scores_of_each_image() -> None:
    """Ten confident and right ones; the eleventh is confident and wrong, and not looked at."""
    vocabulary = [NamedTag(f"t{i}", "", 9) for i in range(11)]
    rows = [row(" ".join(f"t{i}" for i in range(10)))] * 3
    scores = np.array([[1.0] * 10 + [0.99]] * 3, np.float32)
    assert measure(scores, vocabulary, rows)["ece"] == pytest.approx(0.0)


def test_calibration_bins_have_equal_mass_and_lose_no_case() -> None:
    rng = np.random.default_rng(1)
    scores = rng.random(1000, dtype=np.float32)
    bins = calibration_bins(scores, rng.random(1000) < scores)
    assert len(bins) == CALIBRATION_BINS
    assert {count for _, _, count in bins} == {66, 67}
    assert sum(count for _, _, count in bins) == 1000
    assert [score for score, _, _ in bins] == sorted(score for score, _, _ in bins)


def test_probabilities_that_come_true_are_calibrated_and_boasts_are_not() -> None:
    rng = np.random.default_rng(2)
    scores = rng.random(60_000, dtype=np.float32)
    right = rng.random(60_000) < scores
    assert calibration_error(scores, right) == pytest.approx(0.0, abs=0.02)
    boasted = np.ones(60_000, np.float32)
    assert calibration_error(boasted, right) == pytest.approx(0.5, abs=0.02)


def test_bands_of_support_part_the_tags() -> None:
    support = np.array([0, 4, 5, 9, 10, 49, 50, 199, 200, 9000])
    bands = map_by_support(np.linspace(0.0, 0.9, 10), support)
    assert {name: band["tags"] for name, band in bands.items()} == {
        "unknown": 1,
        "1–4": 1,
        "5–9": 2,
        "10–19": 1,
        "20–49": 1,
        "50–199": 2,
        "200+": 2,
    }
    assert bands["200+"]["map"] == pytest.approx(0.85)


def test_figures_without_any_case_are_none() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = measure(np.zeros((2, 0), np.float32), [], [row(""), row("sea")])
    assert (result["map_macro"], result["precision_at_1"], result["ece"]) == (None, None, None)
    assert (result["images"], result["tags"]) == (2, 0)


def test_random_scores_agree_with_the_definitions_word_by_word() -> None:
    rng = np.random.default_rng(5)
    names = [f"t{i}" for i in range(30)]
    rows = [row(" ".join(rng.choice(names, 6, replace=False))) for _ in range(80)]
    vocabulary = [NamedTag(name, "", 9) for name in names]
    scores = rng.random((80, 30), dtype=np.float32)
    truth = np.array([[name in one.tags for name in names] for one in rows])
    result = measure(scores, vocabulary, rows)
    tested = np.flatnonzero(truth.sum(axis=0) >= 5)
    each = [average_precision_score(truth[:, t], scores[:, t]) for t in tested]
    assert result["map_macro"] == pytest.approx(np.mean(each))
    top5 = np.argsort(-scores, axis=1)[:, :5]
    assert result["precision_at_5"] == pytest.approx(np.take_along_axis(truth, top5, 1).mean())
