"""model/networks/residual.py: its shape, its size, and its arithmetic."""

import keras
import numpy as np
import pytest

from model.networks.residual import ResidualOptions, build


def test_the_last_map_has_a_sixteenth_of_the_side():
    network = build(ResidualOptions(image_size_px=64, width=12, width_multiplier=0.1))
    assert network.output_shape == (None, 12)
    last = next(
        layer for layer in network.layers if isinstance(layer, keras.layers.GlobalAveragePooling2D)
    )
    assert last.input.shape == (None, 4, 4, 26)


def test_the_multiplier_scales_every_filter_and_never_to_none():
    def filters(multiplier):
        options = ResidualOptions(image_size_px=32, width=4, width_multiplier=multiplier)
        layers = build(options).layers
        return [one.filters for one in layers if isinstance(one, keras.layers.Conv2D)]

    half, least = filters(0.5), filters(1e-6)
    assert half[:2] == [16, 32]
    assert set(least) == {1}
    assert len(half) == 2 + 3 * 4 + 2  # the stem, three stages of two blocks, two shortcuts


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_the_embedding_is_float32_whatever_the_arithmetic(precision):
    keras.config.set_dtype_policy(precision)
    try:
        network = build(ResidualOptions(image_size_px=32, width=4, width_multiplier=0.1))
    finally:
        keras.config.set_dtype_policy("float32")
    said = keras.ops.convert_to_numpy(network(np.zeros((1, 32, 32, 3), np.uint8)))
    assert said.dtype == np.float32
