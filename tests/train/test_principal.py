"""train/principal.py: principal components against a plain decomposition."""

import numpy as np
import pytest

from model.errors import TrainingError
from train.principal import principal_components, principal_components_of_counts, sample


def counts(size, features, seed=0):
    """Few numbers of many are large, by falling rates, as in histograms."""
    rng = np.random.default_rng(seed)
    kinds = rng.poisson(rng.gamma(1, 8 / np.arange(1, 9)[:, None], (8, features)))
    shares = rng.dirichlet(np.full(8, 0.3), size)
    return np.minimum(rng.poisson(shares @ kinds), 255).astype(np.uint8)


@pytest.mark.parametrize("solver", [principal_components, principal_components_of_counts])
def test_components_are_those_of_a_plain_decomposition(solver):
    values = counts(200, 5000)  # more columns than are read at once
    kernel, bias = solver(
        values.astype(np.float32) if "counts" not in solver.__name__ else values, 5, 0
    )
    centred = values - values.mean(axis=0)
    directions = np.linalg.svd(centred, full_matrices=False)[2][:5].T
    assert kernel.shape == (5000, 5)
    assert kernel.dtype == bias.dtype == np.float32
    assert np.abs((kernel * directions).sum(axis=0)) == pytest.approx(np.ones(5), abs=0.01)
    assert values @ kernel + bias == pytest.approx(centred @ kernel, abs=0.05)


def test_the_widest_spread_comes_first_and_columns_stand_at_right_angles():
    values = counts(150, 300)
    kernel, bias = principal_components_of_counts(values, 12, 0)
    spread = (values @ kernel + bias).std(axis=0)
    assert (np.diff(spread) <= 1e-3).all()
    assert kernel.T @ kernel == pytest.approx(np.eye(12), abs=1e-3)


def test_counts_that_differ_in_fewer_ways_than_components_give_finite_numbers():
    values = np.repeat(counts(3, 40), 10, axis=0)
    kernel, bias = principal_components_of_counts(values, 6, 0)
    assert np.isfinite(kernel).all()
    assert np.isfinite(bias).all()
    assert np.abs(kernel).max() <= 1.01


@pytest.mark.parametrize("shape", [(3, 9), (9, 3)])
def test_more_components_than_rows_or_columns_is_said_in_words(shape):
    with pytest.raises(TrainingError, match="no 4 principal components"):
        principal_components_of_counts(np.ones(shape, np.uint8), 4, 0)


def test_a_sample_is_some_of_the_rows_rising_and_the_same_for_the_same_seed():
    rows = np.arange(0, 100, 5)
    chosen = sample(rows, 7, seed=3)
    assert len(chosen) == 7
    assert set(chosen) <= set(rows)
    assert (np.diff(chosen) > 0).all()
    assert np.array_equal(chosen, sample(rows, 7, seed=3))
    assert np.array_equal(sample(rows, 99, seed=3), rows)
