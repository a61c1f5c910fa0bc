"""train/compare/measures/refitting.py: labels are capped and rows drawn as they should be."""

import dataclasses

import numpy as np
import pytest
import scipy.sparse as sp

from train.compare.measures.refitting import Bench, cap_labels, counts_of, draw_groups
from train.compare.measures.trials import TaggingOptions


@pytest.fixture(scope="module")
def labels():
    drawn = np.random.default_rng(0).random((60, 40)) < np.linspace(0.05, 0.6, 60)[:, None]
    return sp.csr_matrix(drawn.astype(np.uint8))


def test_at_most_ten_labels_are_kept_and_none_is_made_up(labels):
    rows = np.arange(0, 60, 2)
    capped = cap_labels(labels, rows, seed=0)
    before, after = (matrix.toarray().astype(int) for matrix in (labels, capped))
    assert (after <= before).all()
    counts = before.sum(axis=1)
    assert counts[rows].max() > 10
    assert np.array_equal(after[rows].sum(axis=1), np.minimum(10, counts[rows]))
    others = np.arange(1, 60, 2)
    assert np.array_equal(after[others], before[others])
    again, other = cap_labels(labels, rows, 0), cap_labels(labels, rows, 1)
    assert np.array_equal(again.toarray(), after)
    assert not np.array_equal(other.toarray(), after)


def test_drawn_rows_are_of_whole_groups(space):
    rows = [
        dataclasses.replace(row, group=f"{n // 6}") for n, row in enumerate(space.labelled.rows)
    ]
    labelled = dataclasses.replace(space.labelled, rows=tuple(rows))
    drawn = draw_groups(labelled, 50, seed=0)
    assert len(np.unique(drawn)) == 50
    assert np.isin(drawn, labelled.fitting).all()
    left = np.setdiff1d(labelled.fitting, drawn)
    assert len(np.intersect1d(labelled.groups[drawn], labelled.groups[left])) <= 1
    assert not np.array_equal(draw_groups(labelled, 50, seed=1), drawn)


def test_a_tag_is_measured_where_it_was_fitted_and_asked_for(space):
    labelled = space.labelled
    bench = Bench(space, np.array([0, 2, 3]), TaggingOptions(jobs=1))
    found = bench.precisions(labelled.labels, labelled.fitting, np.array([2, 4]))
    assert np.flatnonzero(np.isfinite(found["vote and ridge"])).tolist() == [0, 2, 3]
    assert np.flatnonzero(np.isfinite(found["boosters"])).tolist() == [2]
    few = bench.precisions(labelled.labels, labelled.fitting[:3], np.array([2]))
    assert not np.isfinite(few["vote and ridge"]).any()


def test_labels_are_counted_in_some_rows_alone(labels):
    rows = np.array([3, 59])
    expected = labels.toarray()[rows].astype(int).sum(axis=0)
    assert np.array_equal(counts_of(labels, rows), expected)
