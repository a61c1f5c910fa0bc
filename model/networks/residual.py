"""A residual network that costs half of the article's convolutions to train.

Source: He et al., "Deep residual learning for image recognition" (2016), with the averaging
shortcut of He et al., "Bag of tricks" (2019). Most of the article's work is done on its first,
largest maps; here two strided convolutions come first, and depth is spent where maps are small. The
mean over the last map makes the embedding hardly care where on the canvas something stands.
"""

from dataclasses import dataclass

import keras
from keras import layers

STEM = 32
STAGES = (64, 128, 256)
BLOCKS = 2


@dataclass(frozen=True)
class ResidualOptions:
    """What the network looks like.

    Attributes:
        image_size_px: Side of the square input; the last map has a sixteenth of it.
        width: Numbers in an embedding, D.
        width_multiplier: Scales the number of filters of every convolution.
    """

    image_size_px: int = 112
    width: int = 196
    width_multiplier: float = 1.0


def build(options: ResidualOptions) -> keras.Model:
    """The network: (N, H, W, 3) uint8 → (N, D) float32."""
    size = options.image_size_px
    images = keras.Input((size, size, 3), dtype="uint8", name="images")
    x = keras.ops.cast(images, "float32") * (1 / 255)
    x = layers.ReLU()(_convolution(x, _scaled(STEM, options), 3, 2))
    x = layers.ReLU()(_convolution(x, _scaled(STAGES[0], options), 3, 2))
    for stage, filters in enumerate(STAGES):
        for block in range(BLOCKS):
            x = _block(x, _scaled(filters, options), 2 if stage and not block else 1)
    x = layers.GlobalAveragePooling2D(dtype="float32")(x)
    embedding = layers.Dense(options.width, dtype="float32", name="embedding")(x)
    return keras.Model(images, embedding, name="encoder")


def _block(x: keras.KerasTensor, filters: int, stride: int) -> keras.KerasTensor:
    """Two convolutions and a shortcut around them."""
    y = layers.ReLU()(_convolution(x, filters, 3, stride))
    y = _convolution(y, filters, 3, 1)
    if stride > 1:
        x = _convolution(layers.AveragePooling2D(stride, padding="same")(x), filters, 1, 1)
    return layers.ReLU()(layers.Add()([x, y]))


def _convolution(x: keras.KerasTensor, filters: int, kernel: int, stride: int) -> keras.KerasTensor:
    x = layers.Conv2D(filters, kernel, strides=stride, padding="same", use_bias=False)(x)
    return layers.BatchNormalization()(x)


def _scaled(filters: int, options: ResidualOptions) -> int:
    return max(1, round(filters * options.width_multiplier))
