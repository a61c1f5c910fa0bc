"""model/boosters.py: what we keep of an XGBoost model, and the model that we make of it again."""

import json

import numpy as np
import pytest
import xgboost

from model.boosters import (
    BinEdges,
    Booster,
    BoosterOptions,
    fit_booster,
    margins_of,
    read_trees,
    round_leaves,
    to_xgboost,
)

N, F = 1500, 8
OPTIONS = BoosterOptions(rounds=12)


@pytest.fixture(scope="module")
def table():
    """Raw values with an almost empty column, one of few values, and the labels they explain."""
    random = np.random.default_rng(7)
    values = random.normal(size=(N, F)).astype(np.float32)
    values[:, 6] = np.where(random.random(N) < 0.95, 0, values[:, 6])
    values[:, 7] = random.integers(0, 3, N)
    labels = values[:, 0] * values[:, 1] + values[:, 7] > 1.5
    base = np.rint(random.normal(-2, 1, N) * 1024).astype(np.float32) / 1024
    return values, labels, random.uniform(0.5, 9, N), base


@pytest.fixture(scope="module")
def edges(table):
    return BinEdges.fit(table[0], 255)


@pytest.fixture(scope="module")
def booster(table, edges):
    values, labels, weights, base = table
    return fit_booster(edges.quantise(values), labels, weights, base, OPTIONS)


def xgboost_margins(model, values, base):
    return model.predict(xgboost.DMatrix(values, base_margin=base), output_margin=True)


def adversarial(edges, rows=3000):
    """Values exactly at edges, a hair beside them, at the ends of float32, zeros, and missing."""
    random = np.random.default_rng(3)
    limit = np.finfo(np.float32).max
    at = edges.edges[np.isfinite(edges.edges)]
    beside = np.nextafter(at, np.float32(-np.inf)), np.nextafter(at, np.float32(np.inf))
    odd = np.array([limit, -limit, 0.0, -0.0, 1e-42, np.nan], np.float32)
    return random.choice(np.concatenate([at, *beside, odd]), (rows, len(edges.edges)))


def fit_by_xgboost(bins, labels, weights, base, options):
    """The same fit through XGBoost's own front door."""
    every = np.tile(np.arange(255, dtype=np.uint8)[:, None], (1, F))
    cuts = xgboost.QuantileDMatrix(every, max_bin=256)
    matrix = xgboost.QuantileDMatrix(
        bins, labels, weight=weights, base_margin=base, max_bin=256, ref=cuts
    )
    parameters = {
        "objective": "binary:logistic",
        "base_score": 0.5,
        "tree_method": "hist",
        "max_bin": 256,
        "max_depth": options.depth,
        "eta": options.learning_rate,
        "min_child_weight": options.min_child_weight,
        "nthread": 1,
    }
    return xgboost.train(parameters, matrix, options.rounds)


def test_a_booster_is_what_xgboost_fits_with_its_leaves_rounded_and_nothing_else(
    table, edges, booster
):
    values, labels, weights, base = table
    bins = edges.quantise(values)
    fitted = fit_by_xgboost(bins, labels, weights, base, OPTIONS)
    features, cuts, leaves = read_trees(fitted, OPTIONS.depth)
    assert np.array_equal(booster.features, features)
    assert np.array_equal(booster.bins, cuts)
    assert (
        np.abs(booster.leaves * 2.0**booster.exponent - leaves).max() <= 2.0**booster.exponent / 2
    )

    unrounded = xgboost_margins(fitted, bins, base)
    rounding = OPTIONS.rounds * 2.0**booster.exponent / 2
    assert np.abs(margins_of(booster, bins, base) - unrounded).max() <= rounding + 1e-5


def test_every_bin_can_be_told_from_the_next_whatever_the_weights_are():
    bins = np.repeat(np.arange(255, dtype=np.uint8), 5)[:, None]
    weights = np.random.default_rng(0).uniform(0.01, 100, len(bins))
    for cut in range(254):
        options = BoosterOptions(rounds=1, depth=1, min_child_weight=0)
        booster = fit_booster(bins, bins[:, 0] > cut, weights, np.zeros(len(bins)), options)
        assert booster.bins.tolist() == [[cut]]


def test_a_bin_that_no_row_falls_into_does_not_blur_the_others():
    bins = np.repeat(np.array([3, 40, 41, 200], np.uint8), 25)[:, None]
    booster = fit_booster(
        bins, bins[:, 0] > 40, np.ones(100), np.zeros(100), BoosterOptions(rounds=1, depth=1)
    )
    assert booster.bins.tolist() == [[40]]


def test_one_row_is_enough_to_fit():
    one = np.ones(1)
    booster = fit_booster(np.zeros((1, F), np.uint8), one, one, one, OPTIONS)
    assert (margins_of(booster, np.zeros((1, F), np.uint8), one) > 1).all()


def test_fitting_twice_gives_the_same_booster(table, edges, booster):
    values, labels, weights, base = table
    again = fit_booster(edges.quantise(values), labels, weights, base, OPTIONS)
    assert np.array_equal(again.leaves, booster.leaves)
    assert np.array_equal(again.bins, booster.bins)


def test_a_booster_starts_from_the_base_margin(table, edges):
    values, labels, weights, _ = table
    sure = np.where(labels, 20.0, -20.0)
    convinced = fit_booster(edges.quantise(values), labels, weights, sure, OPTIONS)
    assert np.abs(margins_of(convinced, edges.quantise(values), np.zeros(N))).max(initial=0) < 1e-3


def test_nothing_to_learn_from_gives_a_booster_without_trees():
    empty = np.empty(0)
    booster = fit_booster(np.empty((0, F), np.uint8), empty, empty, empty, OPTIONS)
    assert booster.leaves.shape == (0, 16)
    assert margins_of(booster, np.zeros((2, F), np.uint8), np.array([1.5, -1])).tolist() == [
        1.5,
        -1,
    ]


@pytest.mark.parametrize("label", [0, 1])
def test_a_tag_of_one_class_only_moves_the_margin_that_way(label):
    bins = np.random.default_rng(0).integers(0, 60, (50, F)).astype(np.uint8)
    booster = fit_booster(bins, np.full(50, label), np.ones(50), np.zeros(50), OPTIONS)
    margins = margins_of(booster, bins, np.zeros(50))
    assert (margins > 0.3).all() if label else (margins < -0.3).all()


def test_a_fit_without_a_split_sends_everything_to_the_same_leaf():
    labels = np.arange(40) % 4 == 0
    bins = np.full((40, F), 9, np.uint8)
    booster = fit_booster(bins, labels, np.ones(40), np.zeros(40), OPTIONS)
    assert (booster.bins == 255).all()
    everything = np.random.default_rng(0).integers(0, 255, (99, F)).astype(np.uint8)
    assert len(np.unique(margins_of(booster, everything, np.zeros(99)))) == 1


def test_the_exported_model_gives_the_same_margins_to_the_bit(table, edges, booster):
    values, _, _, base = table
    exported = xgboost_margins(to_xgboost(booster, edges), values, base)
    assert np.array_equal(exported, margins_of(booster, edges.quantise(values), base))


def test_the_exported_model_agrees_exactly_at_edges_beside_them_and_at_the_ends_of_float32(
    edges, booster
):
    values = adversarial(edges)
    exported = xgboost_margins(to_xgboost(booster, edges), values, np.zeros(len(values)))
    assert np.array_equal(exported, margins_of(booster, edges.quantise(values), 0 * exported))


@pytest.mark.parametrize("kind", ["json", "ubj"])
def test_the_exported_model_survives_both_of_xgboosts_formats(tmp_path, edges, booster, kind):
    values = adversarial(edges)
    exported = to_xgboost(booster, edges)
    exported.save_model(tmp_path / f"booster.{kind}")
    loaded = xgboost.Booster(model_file=tmp_path / f"booster.{kind}")
    base = np.zeros(len(values))
    assert np.array_equal(
        xgboost_margins(loaded, values, base), xgboost_margins(exported, values, base)
    )


def test_the_exported_model_says_probabilities(edges, booster):
    values = np.zeros((3, F), np.float32)
    exported = to_xgboost(booster, edges)
    margins = xgboost_margins(exported, values, np.zeros(3))
    assert exported.predict(xgboost.DMatrix(values)) == pytest.approx(1 / (1 + np.exp(-margins)))


def test_a_booster_without_trees_exports_as_a_model_that_says_the_base_margin(edges, booster):
    empty = Booster(booster.features[:0], booster.bins[:0], booster.leaves[:0], -18)
    base = np.array([0.25, -3.0], np.float32)
    values = np.zeros((2, F), np.float32)
    assert xgboost_margins(to_xgboost(empty, edges), values, base).tolist() == [0.25, -3.0]


def test_splits_that_send_everything_left_are_not_exported():
    edges = BinEdges(np.array([[0.0, 1.0], [5.0, np.inf]], np.float32))
    features, bins = np.array([[1, 0, 0]], np.uint8), np.array([[1, 255, 0]], np.uint8)
    booster = round_leaves(features, bins, np.array([[1.0, 2.0, 3.0, 4.0]]))
    exported = to_xgboost(booster, edges)
    content = json.loads(exported.save_raw("json"))
    trees = content["learner"]["gradient_booster"]["model"]["trees"]
    assert [len(tree["left_children"]) for tree in trees] == [1]
    huge = np.full((1, 2), 3e38, np.float32)
    assert xgboost_margins(exported, huge, np.zeros(1)).tolist() == [1.0]
    assert margins_of(booster, edges.quantise(huge), np.zeros(1)).tolist() == [1.0]
