"""model/calibration.py: scores mean what they say, thresholds find what they should."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.calibration import FEWEST_FOR_OWN_THRESHOLD, Calibration, fit_thresholds

SLOPE, OFFSET = 1.7, -0.8


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


def drawn(rows=4000, tags=12, extra=0.0, seed=0):
    """Margins, and labels that are right as often as the sigmoid of slope and offset says."""
    random = np.random.default_rng(seed)
    margins = random.normal(-1, 2, (rows, tags)).astype(np.float32)
    truth = random.random((rows, tags)) < sigmoid(SLOPE * margins + OFFSET + extra)
    return margins, truth


def expected_calibration_error(scores, truth):
    """Over 15 bins of equal mass, the obvious way."""
    order = np.argsort(scores.ravel())
    bins = np.array_split(order, 15)
    gaps = [abs(scores.ravel()[b].mean() - truth.ravel()[b].mean()) * len(b) for b in bins]
    return sum(gaps) / len(order)


def best_f1(scores, truth):
    """The highest F1 of any threshold, by trying each."""
    return max(f1(scores, truth, threshold) for threshold in np.unique(scores))


def f1(scores, truth, threshold):
    said = scores >= threshold
    return 2 * (said & truth).sum() / (said.sum() + truth.sum())


def test_a_known_slope_and_offset_are_found_again():
    calibration = Calibration.fit(*drawn())
    assert calibration.slope == pytest.approx(SLOPE, abs=0.1)
    assert calibration.offsets == pytest.approx(np.full(12, OFFSET), abs=0.25)


def test_scores_of_new_rows_are_calibrated_where_raw_margins_were_not():
    calibration = Calibration.fit(*drawn(seed=1))
    margins, truth = drawn(seed=2)
    assert expected_calibration_error(sigmoid(margins), truth) > 0.05
    assert expected_calibration_error(calibration.scores(margins), truth) < 0.01


def test_a_tag_that_is_right_more_often_gets_a_higher_offset_of_its_own():
    extra = np.zeros(12)
    extra[3] = 1.0
    offsets = Calibration.fit(*drawn(extra=extra)).offsets
    assert offsets[3] > np.delete(offsets, 3).max() + 0.4


def test_a_tag_that_few_rows_speak_for_stays_near_the_shared_offset():
    margins, truth = drawn()
    margins[:, 5] = -30  # Never among the ten highest of a row but in three, where it is right.
    margins[:3, 5], truth[:3, 5] = 1.5, True
    offsets = Calibration.fit(margins, truth).offsets
    assert abs(offsets[5] - np.median(offsets)) < 0.3


@pytest.mark.parametrize(("rows", "tags"), [(0, 3), (0, 20), (5, 3), (5, 20)])
def test_without_rows_or_positives_scores_are_the_plain_sigmoid(rows, tags):
    margins = np.ones((rows, tags), np.float32)
    truth = np.zeros((rows, tags), bool)
    calibration = Calibration.fit(margins, truth)
    assert calibration.scores(margins) == pytest.approx(sigmoid(margins))
    assert fit_thresholds(calibration.scores(margins), truth) == pytest.approx(np.full(tags, 0.5))


def test_a_validation_split_of_right_answers_alone_stays_finite():
    margins = np.full((50, 2), 3, np.float32)
    calibration = Calibration.fit(margins, np.ones((50, 2), bool))
    assert np.isfinite([calibration.slope, *calibration.offsets]).all()
    assert calibration.scores(margins).min() > 0.9


def test_a_higher_margin_is_never_a_lower_score_even_where_margins_mislead():
    margins, truth = drawn()
    calibration = Calibration.fit(margins, ~truth)
    rising = np.repeat(np.linspace(-20, 20, 400, dtype=np.float32)[:, None], 12, axis=1)
    assert (np.diff(calibration.scores(rising), axis=0) >= 0).all()


@pytest.mark.parametrize("margin", [-1e30, -1e3, 0, 1e3, 1e30])
def test_scores_are_float32_probabilities_for_any_margin(margin):
    scores = Calibration(1.5, np.zeros(2, np.float32)).scores(np.full((3, 2), margin, np.float32))
    assert scores.dtype == np.float32
    assert ((scores >= 0) & (scores <= 1)).all()


@given(st.integers(0, 2**16), st.sampled_from([1, 2, 7]))
def test_the_threshold_of_a_lone_tag_has_the_best_f1_of_all(seed, digits):
    margins, truth = drawn(rows=40, tags=1, seed=seed)
    truth[0] = True
    scores = sigmoid(SLOPE * margins + OFFSET).round(digits)  # few digits: many equal scores
    scores = np.maximum(scores, 0.1).astype(np.float32)
    (threshold,) = fit_thresholds(scores, truth)
    assert f1(scores, truth, threshold) == pytest.approx(best_f1(scores, truth))


def test_a_frequent_tag_draws_its_threshold_towards_its_own_best():
    margins, truth = drawn(rows=3000, tags=6)
    scores = sigmoid(SLOPE * margins + OFFSET).astype(np.float32)
    scores[:, 2] = scores[:, 2] / 4 + 0.03  # of a tag that is underrated
    thresholds = fit_thresholds(scores, truth)
    shared = max(np.unique(scores), key=lambda each: f1(scores, truth, each))
    own = max(np.unique(scores[:, 2]), key=lambda each: f1(scores[:, 2], truth[:, 2], each))
    assert thresholds[2] == pytest.approx((own + shared) / 2, abs=1e-6)
    assert f1(scores[:, 2], truth[:, 2], thresholds[2]) > f1(scores[:, 2], truth[:, 2], shared)


def test_a_tag_of_too_few_positives_takes_the_threshold_of_all_tags_together():
    margins, truth = drawn(rows=2000, tags=4)
    truth[:, 1] = False
    truth[: FEWEST_FOR_OWN_THRESHOLD - 1, 1] = True
    scores = sigmoid(SLOPE * margins + OFFSET).astype(np.float32)
    shared = max(np.unique(scores), key=lambda each: f1(scores, truth, each))
    thresholds = fit_thresholds(scores, truth)
    assert thresholds[1] == pytest.approx(shared, abs=1e-6)
    assert ((thresholds > 0) & (thresholds < 1)).all()
