"""The article's decoder: an embedding → pixels. Training needs it; nothing that is served does.

Source: as ``model.networks.article``. The numbers as a square map of a sixteenth of the image's
side (196 as 7×7×4), convolutions 32, 64, 128, 128 (2×2, BN) and 3 (2×2) with LeakyReLU(0.2), four
times upsampled.
"""

import keras
from keras import layers

from train.config import EncoderConfig

CONVOLUTIONS = ((32, 3), (64, 3), (128, 3), (128, 2))


def build_decoder(settings: EncoderConfig) -> keras.Model:
    """The first ``drawn_from`` numbers (N, K) → (N, H, W, 3) float32, pixels in 0..1."""
    side, read = settings.image_size_px // 16, settings.drawn_from
    numbers = keras.Input((read,), name="numbers")
    x = layers.Reshape((side, side, read // side**2))(numbers)
    for filters, kernel in CONVOLUTIONS:
        scaled = max(1, round(filters * settings.width_multiplier))
        x = layers.Conv2D(scaled, kernel, padding="same")(x)
        if settings.normalise_everywhere or kernel == 2:
            x = layers.BatchNormalization()(x)
        x = layers.LeakyReLU(0.2)(x)
        x = layers.UpSampling2D(2)(x)
    x = layers.Conv2D(3, 2, padding="same", dtype="float32")(x)
    last = layers.Activation("sigmoid") if settings.sigmoid_output else layers.LeakyReLU(0.2)
    last.dtype_policy = keras.DTypePolicy("float32")
    return keras.Model(numbers, last(x), name="decoder")
