"""Rules of ``train.baseline``: the yardstick finds the nearest images and lets them vote."""

import numpy as np
import pytest
import scipy.sparse as sp

from train.baseline import pixel_pca_neighbours, vote


def images(count: int, seed: int = 0) -> np.ndarray:
    """Smooth random images."""
    coarse = np.random.default_rng(seed).integers(0, 256, (count, 4, 4, 3), dtype=np.uint8)
    return np.repeat(np.repeat(coarse, 4, axis=1), 4, axis=2)


def test_an_image_is_its_own_nearest_neighbour() -> None:
    known = images(40)
    nearest, distances = pixel_pca_neighbours(known, np.arange(40), known[:7], neighbours=1)
    assert nearest.ravel().tolist() == list(range(7))
    assert np.allclose(distances, 0, atol=1e-3)


def test_neighbours_are_those_of_a_plain_search_over_pixels() -> None:
    """With as many components as images nothing is lost, so distances are those of the pixels."""
    known, asked = images(30), images(5, seed=1)
    nearest, distances = pixel_pca_neighbours(known, np.arange(30), asked, neighbours=4)
    upscaled = [
        np.repeat(np.repeat(one, 4, 1), 4, 2).reshape(len(one), -1) for one in (known, asked)
    ]
    exact = np.linalg.norm(upscaled[1][:, None] / 255.0 - upscaled[0][None] / 255.0, axis=2)
    for found, expected in zip(nearest, np.argsort(exact, axis=1)[:, :4], strict=True):
        assert len(set(found.tolist()) & set(expected.tolist())) >= 3
    assert distances.shape == (5, 4)


def test_only_the_rows_that_are_named_are_used_and_positions_count_among_them() -> None:
    known = images(20)
    rows = np.array([4, 9, 13])
    nearest, _ = pixel_pca_neighbours(known, rows, known[[13]], neighbours=1)
    assert nearest.tolist() == [[2]]


def test_fewer_training_images_than_neighbours_is_no_error() -> None:
    nearest, _ = pixel_pca_neighbours(images(3), np.arange(3), images(2, seed=1), neighbours=10)
    assert nearest.shape == (2, 3)


def test_a_vote_is_the_share_of_weight() -> None:
    labels = sp.csr_matrix(np.array([[1, 0], [1, 1], [0, 1]], dtype=np.uint8))
    nearest = np.array([[0, 2], [0, 1]])
    plain = vote(nearest, np.ones((2, 2), np.float32), labels)
    assert plain.tolist() == [[0.5, 0.5], [1.0, 0.5]]
    weighted = vote(nearest, np.array([[3, 1], [1, 3]], np.float32), labels)
    assert weighted == pytest.approx(np.array([[0.75, 0.25], [1.0, 0.75]]))
    assert weighted.dtype == np.float32
