"""model/autoencoder.py: the article's network to the layer, and what each option changes."""

import keras
import numpy as np
import pytest

from model.autoencoder import (
    AutoencoderOptions,
    build_autoencoder,
    build_decoder,
    build_encoder,
)
from model.errors import ConfigError

SMALL = {"image_size_px": 32, "width": 16, "width_multiplier": 0.1}


def listed(network):
    """The layers in words, as the article lists them."""
    words = []
    for layer in network.layers:
        if isinstance(layer, keras.layers.Conv2D):
            assert layer.padding == "same"
            assert layer.strides == (1, 1)
            size = "x".join(map(str, layer.kernel_size))
            words.append(f"conv {layer.filters} {size} {layer.activation.__name__}")
        elif isinstance(layer, keras.layers.Dense):
            words.append(f"dense {layer.units} {layer.activation.__name__}")
        elif isinstance(layer, keras.layers.LeakyReLU):
            words.append(f"leaky {layer.negative_slope}")
        elif isinstance(layer, keras.layers.Reshape):
            words.append(f"reshape {layer.target_shape}")
        elif isinstance(layer, keras.layers.MaxPooling2D | keras.layers.UpSampling2D):
            assert getattr(layer, "pool_size", None) or layer.size == (2, 2)
            words.append("pool" if isinstance(layer, keras.layers.MaxPooling2D) else "up")
        elif not isinstance(layer, keras.layers.InputLayer):
            words.append(type(layer).__name__)
    return words


def test_the_default_encoder_is_the_articles_layer_by_layer():
    network = build_encoder(AutoencoderOptions())
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
    network = build_encoder(AutoencoderOptions(image_size_px=16, width=4, width_multiplier=0.05))
    first = next(each for each in network.layers if isinstance(each, keras.layers.Conv2D))
    before = keras.Model(network.input, first.input)(images)
    assert before.dtype == "float32"
    seen = keras.Model(images, before)(np.full((1, 16, 16, 3), 51, np.uint8))
    assert keras.ops.convert_to_numpy(seen) == pytest.approx(0.2)


def test_the_default_decoder_is_the_articles_layer_by_layer():
    network = build_decoder(AutoencoderOptions())
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


def test_the_width_multiplier_scales_every_filter_and_keeps_the_width():
    words = listed(build_encoder(AutoencoderOptions(width_multiplier=0.5)))
    filters = [int(word.split()[1]) for word in words if word.startswith("conv")]
    assert filters == [32, 32, 64, 64, 128, 128, 256, 256, 256]
    assert words[-1] == "dense 196 linear"


def test_a_tiny_multiplier_leaves_one_filter():
    words = listed(
        build_encoder(AutoencoderOptions(image_size_px=16, width=4, width_multiplier=1e-6))
    )
    assert {word.split()[1] for word in words if word.startswith("conv")} == {"1"}


def test_normalise_everywhere_puts_a_normalisation_after_every_convolution_but_the_last():
    options = AutoencoderOptions(**SMALL, normalise_everywhere=True)
    for network, unnormalised in ((build_encoder(options), 0), (build_decoder(options), 1)):
        words = listed(network)
        following = [words[i + 1] for i, word in enumerate(words) if word.startswith("conv")]
        assert following.count("BatchNormalization") == len(following) - unnormalised
        assert words.count("BatchNormalization") == len(following) - unnormalised


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_a_sigmoid_output_can_only_say_pixels_in_float32(precision):
    keras.config.set_dtype_policy(precision)
    try:
        network = build_decoder(AutoencoderOptions(**SMALL, sigmoid_output=True))
    finally:
        keras.config.set_dtype_policy("float32")
    said = keras.ops.convert_to_numpy(network(np.full((1, 16), 1e4, np.float32)))
    assert said.dtype == np.float32
    assert said.min() >= 0
    assert said.max() <= 1


@pytest.mark.parametrize(("size", "width"), [(16, 3), (48, 18)])
def test_the_whole_gives_an_image_of_its_inputs_shape(size, width):
    options = AutoencoderOptions(image_size_px=size, width=width, width_multiplier=0.05)
    network = build_autoencoder(options)
    assert network.output_shape == (None, size, size, 3)
    assert network.get_layer("encoder").output_shape == (None, width)
    assert network.get_layer("decoder").input_shape == (None, width)


@pytest.mark.parametrize(("size", "width"), [(100, 196), (112, 200), (0, 4), (8, 4), (112, 0)])
def test_sizes_that_do_not_divide_are_refused_in_words(size, width):
    with pytest.raises(ConfigError, match=r"multiple of 16.*112 and 196"):
        AutoencoderOptions(image_size_px=size, width=width)
