"""model/networks/article.py: the article's network to the layer, and what each option changes."""

import keras
import numpy as np
import pytest

from model.networks.article import ArticleOptions, build
from tests.listing import listed

SMALL = {"image_size_px": 32, "width": 16, "width_multiplier": 0.1}


def test_the_default_encoder_is_the_articles_layer_by_layer():
    network = build(ArticleOptions())
    groups = [
        *["conv 64 3x3 relu"] * 2,
        "pool",
        *["conv 128 3x3 relu"] * 2,
        "pool",
        *["conv 256 3x3 relu"] * 2,
        "BatchNormalization",
        "pool",
        *["conv 512 3x3 relu"] * 3,
        "BatchNormalization",
        "pool",
    ]
    assert listed(network) == [*groups, "Flatten", "dense 196 linear"]
    assert network.input_shape == (None, 112, 112, 3)
    convolutions = ((3, 64), (64, 64), (64, 128), (128, 128), (128, 256), (256, 256))
    convolutions += ((256, 512), (512, 512), (512, 512))
    weights = sum(9 * before * after + after for before, after in convolutions)
    weights += 4 * 256 + 4 * 512 + 7 * 7 * 512 * 196 + 196
    assert network.count_params() == weights == 11_965_700


def test_bytes_are_read_as_shares_of_255():
    images = keras.Input((16, 16, 3), dtype="uint8")
    network = build(ArticleOptions(image_size_px=16, width=4, width_multiplier=0.05))
    first = next(each for each in network.layers if isinstance(each, keras.layers.Conv2D))
    before = keras.Model(network.input, first.input)(images)
    assert before.dtype == "float32"
    seen = keras.Model(images, before)(np.full((1, 16, 16, 3), 51, np.uint8))
    assert keras.ops.convert_to_numpy(seen) == pytest.approx(0.2)


def test_the_width_multiplier_scales_every_filter_and_keeps_the_width():
    words = listed(build(ArticleOptions(width_multiplier=0.5)))
    filters = [int(word.split()[1]) for word in words if word.startswith("conv")]
    assert filters == [32, 32, 64, 64, 128, 128, 256, 256, 256]
    assert words[-1] == "dense 196 linear"


def test_a_tiny_multiplier_leaves_one_filter():
    words = listed(build(ArticleOptions(image_size_px=16, width=4, width_multiplier=1e-6)))
    assert {word.split()[1] for word in words if word.startswith("conv")} == {"1"}


def test_normalise_everywhere_puts_a_normalisation_after_every_convolution():
    words = listed(build(ArticleOptions(**SMALL, normalise_everywhere=True)))
    following = [words[i + 1] for i, word in enumerate(words) if word.startswith("conv")]
    assert following.count("BatchNormalization") == len(following) == 9
    assert words.count("BatchNormalization") == len(following)
