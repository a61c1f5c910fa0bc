"""The plainest encoder: a linear map of the pixels, whose weights are their principal components.

No layer here knows what is near what. Whatever another encoder is worth shows against this one.
"""

from dataclasses import dataclass

import keras
from keras import layers


@dataclass(frozen=True)
class PixelPcaOptions:
    """What the network looks like.

    Attributes:
        image_size_px: Side of the square input.
        width: Principal components that are kept, D.
    """

    image_size_px: int = 64
    width: int = 196


def build(options: PixelPcaOptions) -> keras.Model:
    """The network: (N, H, W, 3) uint8 → (N, D) float32.

    Its weights: (H · W · 3, D) components, a column each, and (D,) what centres their outputs.
    """
    size = options.image_size_px
    images = keras.Input((size, size, 3), dtype="uint8", name="images")
    pixels = layers.Flatten(dtype="float32")(keras.ops.cast(images, "float32") * (1 / 255))
    embedding = layers.Dense(options.width, dtype="float32", name="embedding")(pixels)
    return keras.Model(images, embedding, name="encoder")
