"""train/head.py: what a booster reads of a training row is as if that row were new."""

import dataclasses

import numpy as np
import pytest
import scipy.sparse as sp

from model.head import MARGIN_STEP
from train.head import FOLDS, as_labels, fit_edges, fit_head

ROWS, WIDTH, TAGS = 120, 5, 4


@pytest.fixture(scope="module")
def embeddings():
    random = np.random.default_rng(0)
    centres = random.normal(0, 1, (TAGS, WIDTH))
    drawn = centres[np.arange(ROWS) % TAGS] + random.normal(0, 0.5, (ROWS, WIDTH))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def truth():
    """Tag t is where the rows of cluster t are."""
    return sp.csr_matrix(np.arange(ROWS)[:, None] % TAGS == np.arange(TAGS), dtype=np.uint8)


@pytest.fixture(scope="module")
def groups():
    """Rows 0 and 4, 1 and 5 … of one cluster are near-duplicates."""
    return np.arange(ROWS) // 8 * 4 + np.arange(ROWS) % 4


@pytest.fixture(scope="module")
def fitted(embeddings, truth, groups):
    return fit_head(embeddings, truth, groups, ROWS, seed=0)


def test_margins_tell_rows_with_the_tag_from_rows_without(fitted, truth):
    for tag in range(TAGS):
        _, _, base = fitted.column(tag)
        has = truth.toarray()[:, tag].astype(bool)
        above = base[has][:, None] > base[~has]
        assert above.mean() > 0.93


def test_a_column_holds_the_votes_the_ridge_scores_and_their_rounded_margin(fitted):
    votes, ridge, base = fitted.column(2)
    assert np.array_equal(votes, fitted.votes.toarray()[:, 2])
    assert (votes >= 0).all()
    assert (votes <= 1 + 1e-5).all()
    weights = fitted.fold_ridge[fitted.folds, :, 2]
    expected = (fitted.embeddings * weights[:, :-1]).sum(axis=1) + weights[:, -1]
    assert ridge == pytest.approx(expected, abs=1e-5)
    assert np.array_equal(base / MARGIN_STEP, np.rint(base / MARGIN_STEP))


def test_a_row_gets_no_vote_from_its_own_group(embeddings, groups):
    """A tag that one group alone has gets no vote there, but from everywhere near it."""
    own = sp.csr_matrix((groups == groups[10])[:, None], dtype=np.uint8)
    head = fit_head(embeddings, own, groups, ROWS, seed=0, coefficients=np.ones(4, np.float32))
    votes, _, _ = head.column(0)
    assert (votes[groups == groups[10]] == 0).all()
    assert votes.max() > 0


def test_rows_of_one_group_are_left_out_of_the_ridge_together(fitted, groups):
    for group in range(groups.max() + 1):
        assert len(set(fitted.folds[groups == group])) == 1
    assert set(fitted.folds) == set(range(FOLDS))


def test_a_rows_label_has_no_say_in_its_own_ridge_score(fitted, embeddings, truth, groups):
    """Labels shuffled within one fold leave that fold's model as it is, and change the others."""
    rows = np.flatnonzero(fitted.folds == 1)
    order = np.arange(ROWS)
    order[rows] = np.random.default_rng(1).permutation(rows)
    assert (truth[order] != truth).nnz
    shuffled = fit_head(embeddings, truth[order], groups, ROWS, seed=0)
    assert shuffled.fold_ridge[1] == pytest.approx(fitted.fold_ridge[1], abs=1e-6)
    assert np.abs(shuffled.fold_ridge[0] - fitted.fold_ridge[0]).max() > 1e-3


def test_the_head_that_is_served_keeps_to_what_a_bundle_can_hold(fitted, truth):
    """Ridge weights are float16 numbers already; prevalences are those of the rows."""
    head = fitted.head
    assert np.array_equal(head.ridge, head.ridge.astype(np.float16).astype(np.float32))
    assert head.ridge.shape == (WIDTH + 1, TAGS)
    assert head.prevalence == pytest.approx(np.asarray(truth.mean(axis=0)).ravel())
    assert np.isfinite(head.coefficients).all()
    assert head.coefficients[1] > 0  # A vote speaks for a tag.


@pytest.mark.parametrize(("asked", "kept"), [(1, 1), (30, 30), (10**6, ROWS)])
def test_the_background_is_a_labelled_sample_of_at_most_that_many_rows(
    embeddings, truth, groups, asked, kept
):
    background = fit_head(embeddings, truth, groups, asked, seed=0).head.background
    assert len(background.codes) == len(background.labels) == kept
    assert len(background.labels.tags) == kept  # every row has one tag
    for row, tag in zip(background.embeddings(), background.labels.tags, strict=True):
        source = int(np.abs(embeddings - row).sum(axis=1).argmin())
        assert row == pytest.approx(embeddings[source], abs=0.01)
        assert truth[source, tag]


def test_the_same_seed_gives_the_same_head_another_does_not(embeddings, truth, groups, fitted):
    again = fit_head(embeddings, truth, groups, ROWS, seed=0)
    other = fit_head(embeddings, truth, groups, ROWS, seed=1)
    assert np.array_equal(again.head.coefficients, fitted.head.coefficients)
    assert np.array_equal(again.fold_ridge, fitted.fold_ridge)
    assert (again.votes != fitted.votes).nnz == 0
    assert not np.array_equal(other.folds, fitted.folds)


def test_known_coefficients_are_kept(embeddings, truth, groups):
    known = np.array([0.5, 1, 2, 3], np.float32)
    fitted = fit_head(embeddings, truth, groups, ROWS, seed=0, coefficients=known)
    assert np.array_equal(fitted.head.coefficients, known)


def test_a_tag_without_any_row_stays_finite(embeddings, truth, groups):
    wider = sp.hstack([truth, sp.csr_matrix((ROWS, 1), dtype=np.uint8)]).tocsr()
    fitted = fit_head(embeddings, wider, groups, ROWS, seed=0)
    votes, ridge, base = fitted.column(TAGS)
    assert not votes.any()
    assert np.isfinite(ridge).all()
    assert base.max() < -3


def test_edges_cut_the_embedding_the_vote_and_the_ridge_score(fitted, truth):
    edges = fit_edges(fitted, truth, seed=0)
    assert len(edges.edges) == WIDTH + 2
    for values in (fitted.embeddings, np.column_stack(fitted.column(0)[:2])):
        first = 0 if values.shape[1] == WIDTH else WIDTH
        assert edges.quantise(values, first).max(axis=0).min() > 3
    assert np.array_equal(edges.edges, fit_edges(fitted, truth, seed=0).edges)


def test_edges_stand_without_any_vote(fitted, truth):
    """Every row of one group: nothing may vote, and the vote has one bin."""
    silent = dataclasses.replace(fitted, votes=sp.csc_matrix(fitted.votes.shape, dtype=np.float32))
    edges = fit_edges(silent, truth, seed=0)
    assert np.isinf(edges.edges[WIDTH]).all()


def test_labels_keep_which_row_has_which_tags():
    matrix = sp.csr_matrix(np.array([[1, 0, 1], [0, 0, 0], [0, 1, 0]], np.uint8))
    labels = as_labels(matrix)
    assert (labels.starts.tolist(), labels.tags.tolist()) == ([0, 2, 2, 3], [0, 2, 1])
