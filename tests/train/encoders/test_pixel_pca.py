"""train/encoders/pixel_pca.py: the components of the rows that are named, and of no others."""

import keras
import numpy as np
import pytest

from model.errors import TrainingError
from model.networks.pixel_pca import PixelPcaOptions, build
from train.encoders.pixel_pca import fit_weights

OPTIONS = PixelPcaOptions(image_size_px=8, width=3)


def images(count, seed=0):
    """Three patterns in changing strength, and a little noise."""
    rng = np.random.default_rng(seed)
    patterns = np.random.default_rng(9).standard_normal((3, 8 * 8 * 3))
    strengths = rng.standard_normal((count, 3)) * (40, 20, 10)
    pixels = 128 + strengths @ patterns / 3 + rng.standard_normal((count, 8 * 8 * 3))
    return pixels.clip(0, 255).astype(np.uint8).reshape(count, 8, 8, 3)


def test_the_network_gives_the_components_of_a_plain_decomposition():
    pictures = images(60)
    network = build(OPTIONS)
    network.set_weights(fit_weights(pictures, np.arange(60), OPTIONS, seed=0))
    said = keras.ops.convert_to_numpy(network(pictures))
    pixels = pictures.reshape(60, -1) / 255
    left, spread, _ = np.linalg.svd(pixels - pixels.mean(axis=0), full_matrices=False)
    expected = left[:, :3] * spread[:3]
    signs = np.sign((said * expected).sum(axis=0))
    assert said * signs == pytest.approx(expected, abs=1e-2)
    assert said.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-4)


def test_only_the_rows_that_are_named_are_looked_at():
    pictures, rows = images(60), np.arange(0, 60, 2)
    kernel, bias = fit_weights(pictures, rows, OPTIONS, seed=0)
    pictures[1::2] = 0
    again = fit_weights(pictures, rows, OPTIONS, seed=0)
    assert np.array_equal(kernel, again.kernel)
    assert np.array_equal(bias, again.bias)


def test_fewer_images_than_components_is_said_in_words():
    with pytest.raises(TrainingError, match="2 images of 192 numbers have no 3 principal"):
        fit_weights(images(2), np.arange(2), OPTIONS, seed=0)
