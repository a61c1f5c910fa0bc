"""train/few_examples.py: examples are drawn, heads are fitted, and what cannot be told is not."""

import numpy as np
import pytest
import scipy.sparse as sp

from train.few_examples import HEADS, Bench, Measuring, fit_prior, in_half, measure_precisions

ROWS, TESTED, WIDTH = 90, 60, 4
MEASURING = Measuring(tags=1, draws=2, examples=(3,), jobs=1)


@pytest.fixture(scope="module")
def bench():
    """A tag that is one half of the space; of the last twenty rows, the holdout, two have it."""
    random = np.random.default_rng(0)
    embeddings = random.normal(0, 1, (ROWS + TESTED, WIDTH)).astype(np.float32)
    embeddings[-20:, 0] = np.where(np.arange(20) < 2, 1, -1)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    having = sp.csc_matrix((embeddings[:, :1] > 0).astype(np.uint8))
    known = sp.csr_matrix((embeddings[:ROWS, 1:3] > 0).astype(np.uint8))
    prior = fit_prior(embeddings[:ROWS], known, "enc", 0)
    splits = np.split(np.arange(ROWS, ROWS + TESTED), [TESTED - 20])
    pool = np.flatnonzero(np.arange(ROWS) % 2)
    return Bench(embeddings, having, np.array([0]), pool, prior, tuple(splits))


def test_a_head_is_measured_where_enough_illustrations_have_the_tag(bench):
    found = measure_precisions(bench, MEASURING)
    assert found.shape == (1, 1, len(HEADS), 2)
    assert np.isnan(found[..., 1]).all()
    usual = (bench.embeddings[bench.tested[:40], 0] > 0).mean()
    assert (found[..., 0] > usual).all()


def test_the_same_seed_draws_the_same_examples(bench):
    first, again = (measure_precisions(bench, MEASURING) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_groups_are_halved_by_their_name_and_the_seed():
    names = [f"group {n}" for n in range(400)]
    halves = [in_half(name, 0) for name in names]
    assert halves == [in_half(name, 0) for name in names]
    assert halves != [in_half(name, 1) for name in names]
    assert 150 < sum(halves) < 250
