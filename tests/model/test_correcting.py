"""model/correcting.py: trees move margins between illustrations, and only where examples say so."""

import numpy as np

from model.correcting import DEPTH, FEWEST, Against, fit_trees, own_edges, tree_bins
from model.head import Labels
from model.likeness import Likeness, Seen
from model.metric import Metric
from model.standard import Standard
from model.trees import BinEdges, leaf_sums

WIDTH = 6
RANDOM = np.random.default_rng(0)
BACKGROUND = RANDOM.normal(size=(3000, WIDTH)).astype(np.float32)
METRIC = Metric.linear(BACKGROUND, Labels(np.zeros(3001, np.int64), np.zeros(0, np.int32)))
EDGES = own_edges(BinEdges.fit(BACKGROUND), WIDTH)
NOTHING = np.zeros((0, WIDTH), np.float32)


class Steady(Standard):
    """Says nothing: everything is as likely."""

    def margins(self, likeness):
        return np.full(len(likeness), -5.0, np.float32)


STANDARD = Steady(0.0, 1.0, 10)


def having(rows, seed):
    """Illustrations whose first number is high, and which are alike in nothing else."""
    values = np.random.default_rng(seed).normal(size=(rows, WIDTH)).astype(np.float32)
    values[:, 0] = 2.5
    return values


def fit(positives, negatives=NOTHING):
    likeness = Likeness.to(METRIC, positives, negatives)
    seen = Seen.by(METRIC, BACKGROUND)
    against = Against(seen, np.arange(len(BACKGROUND)), STANDARD.margins(BACKGROUND))
    nothing = Seen.by(METRIC, NOTHING)
    return fit_trees(EDGES, likeness, (nothing, nothing), against, STANDARD)


def added(booster, embeddings):
    seen = Seen.by(METRIC, embeddings)
    return leaf_sums(booster, tree_bins(EDGES, seen, STANDARD.margins(embeddings)))


def test_trees_see_what_the_margin_does_not():
    booster = fit(having(100, 1))
    assert added(booster, having(100, 2)).mean() > added(booster, BACKGROUND).mean() + 0.3


def test_the_fewer_examples_the_less_they_say():
    says = [np.abs(added(fit(having(n, 1)), having(50, 2))).mean() for n in (10, 30, 120)]
    assert says == sorted(says)
    assert says[0] < says[-1] / 4


def test_the_background_is_not_pushed_down_for_lacking_marks():
    assert abs(added(fit(having(100, 1)), BACKGROUND).mean()) < 0.2


def test_counterexamples_are_learnt_from():
    positives, wrong = having(60, 1), having(60, 2)
    wrong[:, 1] = -2.5
    asked = having(50, 3)
    asked[:, 1] = -2.5
    assert added(fit(positives, wrong), asked).mean() < added(fit(positives), asked).mean()


def test_few_examples_have_no_trees():
    booster = fit(having(FEWEST - 1, 1))
    assert len(booster.bins) == 0
    assert booster.depth == DEPTH


def test_edges_of_the_embedding_are_the_bundles():
    assert EDGES.edges.shape[0] == WIDTH + 2
    bundle = BinEdges.fit(np.hstack([BACKGROUND, BACKGROUND[:, :2]]))
    again = own_edges(bundle, WIDTH)
    values = RANDOM.normal(size=(9, WIDTH)).astype(np.float32)
    assert np.array_equal(again.quantise(values), bundle.quantise(values))
