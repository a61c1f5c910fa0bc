"""train/judges.py: training rows are judged by a metric that has not seen them."""

import numpy as np
import pytest
import scipy.sparse as sp

from model.head import find_neighbourhood
from train import judges as module
from train.head import fit_head, votes_of
from train.judges import FOLDS, fit_judges, folds_of
from train.metric import MetricOptions

ROWS, WIDTH, KINDS = 200, 6, 4
SMALL = MetricOptions(hidden=(12,), places=5, epochs=3, batch=32)
GROUPS = np.arange(ROWS) // 2
FITTING = (0, SMALL)


@pytest.fixture(scope="module")
def drawn():
    random = np.random.default_rng(0)
    embeddings = random.normal(size=(ROWS, WIDTH)).astype(np.float32)
    truth = sp.csr_matrix(np.eye(KINDS, dtype=np.float32)[np.arange(ROWS) % KINDS])
    return embeddings, truth


def test_a_group_is_in_one_fold_and_every_fold_has_some():
    folds = folds_of(GROUPS, seed=0)
    assert (folds[::2] == folds[1::2]).all()
    assert set(folds.tolist()) == set(range(FOLDS))
    assert (folds != folds_of(GROUPS, seed=1)).any()


def test_each_metric_is_fitted_on_all_rows_but_those_that_it_judges(drawn, monkeypatch):
    told = []

    def fit(embeddings, labels, *how):
        told.append(embeddings)
        return fit_metric(embeddings, labels, *how)

    fit_metric = module.fit_metric
    monkeypatch.setattr(module, "fit_metric", fit)
    embeddings, truth = drawn
    folds = folds_of(GROUPS, 0)
    judges = fit_judges(embeddings, truth, folds, FITTING)
    assert len(judges.by_fold) == FOLDS
    assert np.array_equal(told[0], embeddings)
    for fold, seen in enumerate(told[1:]):
        assert np.array_equal(seen, embeddings[folds != fold])


def test_what_was_fitted_before_a_kill_is_not_fitted_again(drawn, tmp_path, monkeypatch):
    embeddings, truth = drawn
    folds = folds_of(GROUPS, 0)
    fit_metric, fitted = module.fit_metric, []

    def fit(*how):
        if len(fitted) == 3:
            raise KeyboardInterrupt
        fitted.append(how)
        return fit_metric(*how)

    monkeypatch.setattr(module, "fit_metric", fit)
    with pytest.raises(KeyboardInterrupt):
        fit_judges(embeddings, truth, folds, FITTING, tmp_path)
    fitted[:] = []
    judges = fit_judges(embeddings, truth, folds, FITTING, tmp_path)
    assert len(fitted) == 1 + FOLDS - 3
    again = fit_judges(embeddings, truth, folds, FITTING, tmp_path)
    assert len(fitted) == 3
    expected = judges.served.places(embeddings)
    assert np.array_equal(again.served.places(embeddings), expected)


def test_without_epochs_or_tags_there_are_none(drawn):
    embeddings, truth = drawn
    folds = folds_of(GROUPS, 0)
    assert fit_judges(embeddings, truth, folds, (0, MetricOptions(epochs=0))) is None
    assert fit_judges(embeddings, truth[:, :1], folds, FITTING) is None


def test_the_votes_on_a_row_are_those_of_the_metric_that_has_not_seen_it(drawn):
    embeddings, truth = drawn
    judges = fit_judges(embeddings, truth, folds_of(GROUPS, 0), FITTING)
    fitted = fit_head(embeddings, truth, GROUPS, ROWS, seed=0, judges=judges)
    assert fitted.metric is judges.served
    background = fitted.head.background.embeddings()
    for fold, metric in enumerate(judges.by_fold):
        mine = fitted.folds == fold
        places = metric.places(embeddings[mine]), metric.places(background)
        near = find_neighbourhood(*places, GROUPS[mine], GROUPS)
        expected = votes_of(near.rows, near.weights, truth).toarray()
        assert fitted.votes[mine].toarray() == pytest.approx(expected, abs=1e-6)
