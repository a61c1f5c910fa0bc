"""train/compare/measures/heads.py: every head learns, on rows that are the same for all."""

import numpy as np
import pytest

from model.head import find_neighbourhood
from model.trees import margins_of
from train.boosters import fit_tag
from train.compare.measures.footing import Footing
from train.compare.measures.heads import (
    NEAREST,
    TAG_HEADS,
    Lesson,
    Nearest,
    Setting,
    bare_boosters,
    nearest,
    ridge,
    served_boosters,
    vote_and_ridge,
)
from train.config import BoostersConfig
from train.metrics import average_precision

CONFIG = BoostersConfig(rounds=10, depth=3, random_negatives=60, hard_negatives=40)
TAG = 4


@pytest.fixture(scope="module")
def footing(space):
    return Footing.of(space, 0)


@pytest.fixture(scope="module")
def lesson(footing):
    return Lesson.of(footing, TAG, CONFIG, 0)


def _above_chance(footing, scores):
    part = footing.parts["test"]
    truth = np.flatnonzero(footing.truth[part][:, [TAG]].toarray())
    return average_precision(truth, scores[part]) / (len(truth) / (part.stop - part.start))


@pytest.mark.parametrize("head", TAG_HEADS)
def test_a_tag_head_tells_the_tag_of_illustrations_never_seen(footing, lesson, head):
    fit, settings = TAG_HEADS[head]
    for setting in settings or (Setting(CONFIG.reg_lambda),):
        scores = fit(footing, lesson, setting)
        assert scores.shape == (len(footing.asked),)
        assert _above_chance(footing, scores) > 1.5


@pytest.mark.parametrize("fit", [ridge, vote_and_ridge])
def test_a_whole_head_tells_every_tag(footing, fit):
    scores = fit(footing, slice(None))
    assert scores.shape == footing.truth.shape
    assert _above_chance(footing, scores[:, TAG]) > 1.5


def test_ridge_expects_as_many_of_a_tag_as_there_are(footing):
    expected = ridge(footing, slice(None)).mean(axis=0)
    np.testing.assert_allclose(expected, footing.fitting.head.head.prevalence, atol=0.08)


@pytest.mark.parametrize("setting", NEAREST)
def test_neighbours_votes_are_shares(footing, setting):
    part = footing.parts["test"]
    votes = nearest(footing, part, setting)
    assert votes.min() >= 0
    assert votes.max() <= 1 + 1e-5
    if not setting.by_distance:
        labels = footing.fitting.labels[footing.near.rows[part][0, : setting.k]]
        np.testing.assert_allclose(votes[0], labels.toarray().mean(axis=0), atol=1e-5)


def test_one_neighbour_says_exactly_its_own_tags(footing):
    part = footing.parts["holdout"]
    closest = (footing.asked[part] @ footing.fitting.head.embeddings.T).argmax(axis=1)
    said = nearest(footing, part, Nearest(1, by_distance=False))
    same = (said == footing.fitting.labels[closest].toarray()).all(axis=1)
    assert same.mean() > 0.95  # The background's rounding may swap two.


def test_all_heads_of_a_tag_are_fitted_on_the_rows_of_its_booster(footing, lesson, monkeypatch):
    fitted = {}

    def keep(rows, truth, *_):
        fitted["rows"], fitted["truth"] = rows, truth
        raise StopIteration

    monkeypatch.setattr("train.boosters.fit_booster", keep)
    with pytest.raises(StopIteration):
        fit_tag(footing.fitting, TAG, CONFIG, 0)
    width = footing.bins.shape[1]
    np.testing.assert_array_equal(fitted["rows"][:, :width], footing.fitting.bins[lesson.rows])
    np.testing.assert_array_equal(fitted["truth"], lesson.truth)


def test_the_served_boosters_say_what_a_bundle_would_say(footing, lesson):
    found = served_boosters(footing, lesson, Setting(CONFIG.reg_lambda))
    head = footing.fitting.head.head
    near = find_neighbourhood(footing.asked, head.background.embeddings())
    inputs = head.inputs(footing.asked, near)
    extra = inputs.features()[:, TAG]
    bins = footing.fitting.edges.quantise(np.hstack([footing.asked, extra]))
    booster = fit_tag(footing.fitting, TAG, CONFIG, 0)
    expected = margins_of(booster, bins, head.margins(inputs)[:, TAG])
    assert np.mean(np.abs(found - expected) < 2e-3) > 0.99  # A value may lie on an edge.


def test_bare_boosters_know_nothing_but_the_embedding(footing, lesson):
    width = footing.bins.shape[1]
    assert footing.bins.shape == (len(footing.asked), 8)
    assert width + 2 == len(footing.fitting.edges.edges)
    assert np.ptp(bare_boosters(footing, lesson, Setting(1e9))) < 1e-3  # Held back: all alike.


def test_balanced_positives_weigh_as_much_as_all_negatives(lesson):
    weights = lesson.weighted(Setting(1, balanced=True))
    having, rest = weights[lesson.truth], weights[~lesson.truth]
    assert having.sum() == pytest.approx(rest.sum(), rel=1e-4)
    np.testing.assert_array_equal(lesson.weighted(Setting(1)), lesson.weights)
