"""model/networks/pixel_pca.py: a linear map of shares of 255, and nothing else."""

import keras
import numpy as np
import pytest

from model.networks.pixel_pca import PixelPcaOptions, build


def test_the_network_says_what_numpy_says_of_the_same_weights():
    rng = np.random.default_rng(0)
    kernel = rng.standard_normal((8 * 8 * 3, 5)).astype(np.float32)
    bias = rng.standard_normal(5).astype(np.float32)
    network = build(PixelPcaOptions(image_size_px=8, width=5))
    network.set_weights([kernel, bias])
    images = rng.integers(0, 256, (7, 8, 8, 3), dtype=np.uint8)
    said = keras.ops.convert_to_numpy(network(images))
    assert said.dtype == np.float32
    assert said == pytest.approx(images.reshape(7, -1) / 255 @ kernel + bias, abs=1e-4)


def test_the_default_has_a_column_for_each_of_196_components_of_64_px():
    shapes = [weight.shape for weight in build(PixelPcaOptions()).weights]
    assert shapes == [(64 * 64 * 3, 196), (196,)]
