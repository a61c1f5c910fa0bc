"""model/standard.py: margins that mean the same for every tag."""

import numpy as np
import pytest

from model.head import LARGEST_MARGIN, MARGIN_STEP
from model.standard import INTERCEPT, MOST_SAID, SAID_FROM, Standard, scores_of

BACKGROUND = np.random.default_rng(0).normal(-8, 2, 5000).astype(np.float32)
STANDARD = Standard.of(BACKGROUND, 5)


def test_what_is_as_likely_as_the_background_starts_from_the_usual_rate():
    assert STANDARD.margins(np.float32([STANDARD.usual]))[0] == pytest.approx(INTERCEPT)


def test_margins_rise_with_likeness_and_are_multiples_of_a_step():
    margins = STANDARD.margins(np.linspace(-30, 60, 99, dtype=np.float32))
    assert (np.diff(margins) >= 0).all()
    assert np.array_equal(margins, np.rint(margins / MARGIN_STEP) * MARGIN_STEP)
    assert margins.max() <= LARGEST_MARGIN


def test_shift_and_scale_of_likeness_do_not_matter():
    other = Standard.of(BACKGROUND * 3 + 7, 5)
    some = BACKGROUND[:50]
    assert np.allclose(other.margins(some * 3 + 7), STANDARD.margins(some), atol=2 * MARGIN_STEP)


def test_one_example_alone_is_trusted_less():
    alone, likely = Standard.of(BACKGROUND, 1), np.float32([0.0])
    assert alone.margins(likely)[0] < STANDARD.margins(likely)[0]


def test_a_background_that_is_all_alike_has_some_spread():
    assert Standard.of(np.float32([-3]), 1).spread > 0


def test_margins_are_stretched_only_where_own_examples_would_stay_silent():
    assert STANDARD.stretch(BACKGROUND, np.float32([10, 12])) == 1
    silent = np.float32([-1, -1])
    stretch = STANDARD.stretch(BACKGROUND, silent)
    assert stretch > 1
    scores = scores_of(STANDARD.margins(np.concatenate([BACKGROUND, silent]))[:, None], stretch)
    assert (scores[:-2] >= SAID_FROM).mean() <= MOST_SAID + 0.001
    assert scores[-1] >= SAID_FROM


def test_scores_keep_the_order_of_margins():
    margins = np.sort(STANDARD.margins(BACKGROUND))[:, None]
    assert (np.diff(scores_of(margins, np.float32([2.5])), axis=0) >= 0).all()
