"""The article's autoencoder: its definition, in Keras 3 alone.

Source: "unsupervised vectors of images; predicting tags and similarity from the vectors" (2017).
Encoder: convolutions 64-64, 128-128, 256-256 + BN, 512-512-512 + BN, each group followed by a 2×2
max pooling, then a linear Dense of 196. Decoder: the 196 numbers as 7×7×4, convolutions 32, 64,
128, 128 (2×2, BN) and 3 (2×2) with LeakyReLU(0.2), four times upsampled.

With the default options this is the article's network exactly. The named options are fixes that
make it train well; a bundle says which of them its encoder was trained with.
"""

from dataclasses import dataclass

import keras
from keras import layers

from model.errors import ConfigError


@dataclass(frozen=True)
class AutoencoderOptions:
    """What the network looks like.

    Attributes:
        image_size_px: Side of the square input. The article: 112. A multiple of 16.
        width: Numbers in an embedding, D. A multiple of (image_size_px / 16)², since the decoder
            begins with a square map of them: 196 = 7 × 7 × 4.
        width_multiplier: Scales the number of filters of every convolution.
        normalise_everywhere: Fix: batch normalisation after every convolution but the last, not
            only where the article has it. Without it the deeper halves hardly learn.
        sigmoid_output: Fix: the last activation is a sigmoid, since pixels lie in 0..1; the
            article's LeakyReLU gives values outside.
    """

    image_size_px: int = 112
    width: int = 196
    width_multiplier: float = 1.0
    normalise_everywhere: bool = False
    sigmoid_output: bool = False

    def __post_init__(self) -> None:
        side, rest = divmod(self.image_size_px, 16)
        if rest or side < 1 or self.width < 1 or self.width % side**2:
            raise ConfigError(
                f"No autoencoder can turn {self.image_size_px} px into {self.width} numbers. "
                "Expected an image_size_px that is a multiple of 16, and a width that is a "
                "multiple of (image_size_px / 16)², such as 112 and 196."
            )


def build_encoder(options: AutoencoderOptions) -> keras.Model:
    """The first half: (N, H, W, 3) uint8 → (N, D) float32."""
    size = options.image_size_px
    images = keras.Input((size, size, 3), dtype="uint8", name="images")
    # Not layers.Rescaling: that one needs TensorFlow under every backend.
    x = keras.ops.cast(images, "float32") * (1 / 255)
    for group, (filters, count) in enumerate(((64, 2), (128, 2), (256, 2), (512, 3))):
        for _ in range(count):
            x = _convolution(x, filters, options)
        if group >= 2 and not options.normalise_everywhere:
            x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Flatten()(x)
    embedding = layers.Dense(options.width, dtype="float32", name="embedding")(x)
    return keras.Model(images, embedding, name="encoder")


def build_decoder(options: AutoencoderOptions) -> keras.Model:
    """The second half: (N, D) → (N, H, W, 3) float32, pixels in 0..1."""
    side = options.image_size_px // 16
    embedding = keras.Input((options.width,), name="embedding")
    x = layers.Reshape((side, side, options.width // side**2))(embedding)
    for filters, kernel in ((32, 3), (64, 3), (128, 3), (128, 2)):
        x = layers.Conv2D(_scaled(filters, options), kernel, padding="same")(x)
        if options.normalise_everywhere or kernel == 2:
            x = layers.BatchNormalization()(x)
        x = layers.LeakyReLU(0.2)(x)
        x = layers.UpSampling2D(2)(x)
    x = layers.Conv2D(3, 2, padding="same", dtype="float32")(x)
    last = layers.Activation("sigmoid") if options.sigmoid_output else layers.LeakyReLU(0.2)
    last.dtype_policy = keras.DTypePolicy("float32")
    return keras.Model(embedding, last(x), name="decoder")


def build_autoencoder(options: AutoencoderOptions) -> keras.Model:
    """Both halves as one model, with the halves as its layers ``encoder`` and ``decoder``."""
    encoder, decoder = build_encoder(options), build_decoder(options)
    images = keras.Input(encoder.input_shape[1:], dtype="uint8", name="images")
    return keras.Model(images, decoder(encoder(images)), name="autoencoder")


def _convolution(
    x: keras.KerasTensor, filters: int, options: AutoencoderOptions
) -> keras.KerasTensor:
    filters = _scaled(filters, options)
    if options.normalise_everywhere:
        x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        return layers.ReLU()(layers.BatchNormalization()(x))
    return layers.Conv2D(filters, 3, padding="same", activation="relu")(x)


def _scaled(filters: int, options: AutoencoderOptions) -> int:
    return max(1, round(filters * options.width_multiplier))
