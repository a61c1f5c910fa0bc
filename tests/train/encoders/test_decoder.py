"""train/encoders/decoder.py: the article's decoder to the layer, and what the options change."""

import keras
import numpy as np
import pytest

from model.errors import ConfigError
from tests.listing import listed
from train.config import EncoderConfig
from train.encoders.decoder import build_decoder

ARTICLE = EncoderConfig(width_multiplier=1.0, normalise_everywhere=False, sigmoid_output=False)
SMALL = {"image_size_px": 32, "width": 16, "width_multiplier": 0.1}


def test_the_articles_decoder_layer_by_layer():
    network = build_decoder(ARTICLE)
    leaky_up = ["leaky 0.2", "up"]
    assert listed(network) == [
        "reshape (7, 7, 4)",
        *["conv 32 3x3 linear", *leaky_up],
        *["conv 64 3x3 linear", *leaky_up],
        *["conv 128 3x3 linear", *leaky_up],
        *["conv 128 2x2 linear", "BatchNormalization", *leaky_up],
        *["conv 3 2x2 linear", "leaky 0.2"],
    ]
    assert network.output_shape == (None, 112, 112, 3)


def test_normalise_everywhere_puts_a_normalisation_after_every_convolution_but_the_last():
    words = listed(build_decoder(EncoderConfig(**SMALL, normalise_everywhere=True)))
    following = [words[i + 1] for i, word in enumerate(words) if word.startswith("conv")]
    assert following == ["BatchNormalization"] * 4 + ["Activation"]


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_a_sigmoid_output_can_only_say_pixels_in_float32(precision):
    keras.config.set_dtype_policy(precision)
    try:
        network = build_decoder(EncoderConfig(**SMALL, sigmoid_output=True))
    finally:
        keras.config.set_dtype_policy("float32")
    said = keras.ops.convert_to_numpy(network(np.full((1, 16), 1e4, np.float32)))
    assert said.dtype == np.float32
    assert said.min() >= 0
    assert said.max() <= 1


@pytest.mark.parametrize(("size", "width"), [(16, 3), (48, 18)])
def test_it_gives_an_image_of_the_inputs_shape(size, width):
    settings = EncoderConfig(image_size_px=size, width=width, width_multiplier=0.05)
    network = build_decoder(settings)
    assert network.input_shape == (None, width)
    assert network.output_shape == (None, size, size, 3)


def test_what_is_hinted_is_given_back_from_its_first_networks_numbers_alone():
    hinted = EncoderConfig(kind="hinted", networks=4, **SMALL)
    assert build_decoder(hinted).input_shape == (None, 4)


def test_a_share_that_no_square_map_can_be_made_of_is_refused():
    with pytest.raises(ConfigError, match="3 times a multiple"):
        EncoderConfig(kind="hinted", networks=3, image_size_px=32, width=9)


def test_numbers_that_the_networks_cannot_share_are_refused():
    with pytest.raises(ConfigError, match=r"width=200 cannot be shared by the 3 .*multiple of 3"):
        EncoderConfig(kind="hinted", networks=3, restoration=0.0, width=200)
