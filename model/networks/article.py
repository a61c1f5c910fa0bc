"""The article's convolutions: the first half of its autoencoder.

Source: "unsupervised vectors of images; predicting tags and similarity from the vectors" (2017).
Convolutions 64-64, 128-128, 256-256 + BN, 512-512-512 + BN, each group followed by a 2×2 max
pooling, then a linear Dense of 196. With the default options this is the article's network exactly;
the named options are fixes that make it train well.
"""

from dataclasses import dataclass

import keras
from keras import layers

GROUPS = ((64, 2), (128, 2), (256, 2), (512, 3))


@dataclass(frozen=True)
class ArticleOptions:
    """What the network looks like.

    Attributes:
        image_size_px: Side of the square input. The article: 112.
        width: Numbers in an embedding, D.
        width_multiplier: Scales the number of filters of every convolution.
        normalise_everywhere: Fix: batch normalisation after every convolution, not only where the
            article has it. Without it the deeper halves hardly learn.
        sigmoid_output: Of the decoder that it was trained with: the last activation is a sigmoid,
            since pixels lie in 0..1; the article's LeakyReLU gives values outside.
    """

    image_size_px: int = 112
    width: int = 196
    width_multiplier: float = 1.0
    normalise_everywhere: bool = False
    sigmoid_output: bool = False


def build(options: ArticleOptions) -> keras.Model:
    """The network: (N, H, W, 3) uint8 → (N, D) float32."""
    size = options.image_size_px
    images = keras.Input((size, size, 3), dtype="uint8", name="images")
    # Not layers.Rescaling: that one needs TensorFlow under every backend.
    x = keras.ops.cast(images, "float32") * (1 / 255)
    for group, (filters, count) in enumerate(GROUPS):
        for _ in range(count):
            x = _convolution(x, filters, options)
        if group >= 2 and not options.normalise_everywhere:
            x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Flatten()(x)
    embedding = layers.Dense(options.width, dtype="float32", name="embedding")(x)
    return keras.Model(images, embedding, name="encoder")


def _convolution(x: keras.KerasTensor, filters: int, options: ArticleOptions) -> keras.KerasTensor:
    filters = max(1, round(filters * options.width_multiplier))
    if options.normalise_everywhere:
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        return layers.ReLU()(layers.BatchNormalization()(x))
    return layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
