"""model/projection.py: whitening does what its strength says, and length is always one."""

import numpy as np
import pytest

from model.projection import Projection

HALVES = np.repeat(np.eye(2), 4, axis=1)


@pytest.fixture
def latents():
    """Correlated latents of very different spreads, far from 0."""
    random = np.random.default_rng(0)
    spreads = np.array([30, 10, 3, 1, 0.3])
    return (random.normal(0, spreads, (4000, 5)) @ random.normal(0, 1, (5, 5)) + 7).astype(
        np.float32
    )


@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_each_principal_spread_shrinks_to_its_power(latents, strength):
    projection = Projection.fit(latents, strength)
    turned = (latents - projection.mean) @ projection.matrix
    variances = np.linalg.eigvalsh(np.cov(latents, rowvar=False))
    expected = np.diag(variances ** (1 - strength))
    assert np.cov(turned, rowvar=False) == pytest.approx(expected, rel=0.02, abs=0.02)


def test_strength_0_only_centres_so_angles_stay(latents):
    centred = latents - latents.mean(axis=0)
    unit = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    embeddings = Projection.fit(latents, 0.0).apply(latents)
    assert embeddings[:50] @ embeddings[:50].T == pytest.approx(unit[:50] @ unit[:50].T, abs=1e-4)


@pytest.mark.parametrize("rows", [0, 1, 33])
def test_embeddings_are_float32_of_length_1(latents, rows):
    embeddings = Projection.fit(latents, 0.75).apply(latents[:rows])
    assert embeddings.dtype == np.float32
    assert embeddings.shape == (rows, 5)
    assert np.linalg.norm(embeddings, axis=1) == pytest.approx(1, abs=1e-6)


def test_a_constant_direction_and_the_mean_itself_stay_finite(latents):
    latents[:, 2] = 4
    projection = Projection.fit(latents, 1.0)
    assert np.isfinite(projection.apply(latents)).all()
    assert projection.apply(projection.mean[None]) == pytest.approx(0, abs=1e-3)


def test_none_is_unit_length_alone():
    assert Projection.none(2).apply(np.array([[3, 4]], np.float32)) == pytest.approx(
        np.array([[0.6, 0.8]])
    )


def test_of_two_networks_each_counts_alike_whatever_its_scale(latents):
    two = np.concatenate([latents[:2000, :4], 1000 * latents[2000:, 1:]], axis=1)
    projection = Projection.fit(two, 0.0, networks=2)
    turned = (two - projection.mean) @ projection.matrix
    shares = [np.linalg.norm((two - projection.mean) * mask @ projection.matrix) for mask in HALVES]
    assert shares[0] == pytest.approx(shares[1], rel=1e-3)
    again = Projection.fit(two * np.repeat([1, 7], 4), 0.0, networks=2)
    other = (two * np.repeat([1, 7], 4) - again.mean) @ again.matrix
    assert other[:50] @ other[:50].T == pytest.approx(
        turned[:50] @ turned[:50].T, rel=1e-2, abs=0.02
    )
