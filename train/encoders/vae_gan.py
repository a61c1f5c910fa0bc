"""A VAE whose pictures are judged by a network that learns to tell them from drawn ones.

Source: Larsen et al., "Autoencoding beyond pixels using a learned similarity metric" (2016), the
article's reference 3. How alike two pictures are is measured in the features of the discriminator
instead of in pixels; the encoder pays for that and for the divergence of ``train.encoders.vae``,
the decoder for that and for being seen through, the discriminator for being deceived. No label is
read.

All three are one model with one loss. Where one part's loss must not move another part, a gradient
is stopped: before the discriminator learns from the decoder's pictures, before the decoder's
deceiving reaches the encoder, and at the discriminator's weights, where it judges for the others
(``frozen``).

Why the last round is kept: what judges them learns, too, so losses of different rounds do not
compare.
"""

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from model.networks import Network, build
from train.encoders.augmenting import augment
from train.encoders.decoder import build_decoder
from train.encoders.learner import DECODER, Learner, Trained
from train.encoders.task import Task
from train.encoders.training import train
from train.encoders.vae import clouds_of

Tensor: TypeAlias = keras.KerasTensor

# Of the discriminator's strided convolutions; the similarity is measured after the third one.
FILTERS = (32, 64, 128, 256)
KERNEL = 4
FEATURES_AFTER = 3
# Weights of an image's loss terms, in their order. Features have a mean square of 1 and what is not
# restored of them about a third of that, so that the divergence weighs 2 x 0.3 over their number,
# as in ``train.encoders.vae``; a discriminator pays for itself alone, so its own weight is free.
FEATURE_VARIANCE = 0.3
DECEIVING = 0.03
# Real pictures are to be called so with this probability: "one-sided label smoothing" of Salimans
# et al., "Improved techniques for training GANs" (2016). A discriminator that is never quite sure
# leaves the decoder something to learn from.
SURE = 0.9


class Discriminator(layers.Layer):  # type: ignore[misc]
    """(N, H, W, 3) pictures in 0..1 → features (N, h, w, C) and (N, 1) the logit of "drawn".

    Its weights are of unit variance and are scaled when applied, the "equalized learning rate" of
    Karras et al., "Progressive growing of GANs" (2018): one step of Adam moves them by less, which
    keeps it from running ahead of the others. It has no batch normalisation, which would show it
    which pictures came together. All that it returns is float32.
    """

    def __init__(self, width_multiplier: float, name: str) -> None:
        super().__init__(name=name)
        self.filters = [max(1, round(filters * width_multiplier)) for filters in FILTERS]
        self.kernels: list[keras.Variable] = []
        self.biases: list[keras.Variable] = []

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Draw the weights."""
        channels = input_shape[-1]
        for filters in self.filters:
            self._add((KERNEL, KERNEL, channels, filters))
            channels = filters
        self._add((channels, 1))

    def call(self, pictures: Tensor, *, frozen: bool = False) -> tuple[Tensor, Tensor]:
        """Judge; ``frozen``: without learning from it."""
        x, features = pictures * 2 - 1, None
        for number in range(len(self.filters)):
            kernel, bias = self._weights(number, frozen=frozen)
            x = ops.conv(x, kernel, strides=2, padding="same") + bias
            x = ops.leaky_relu(x, 0.2)
            if number + 1 == FEATURES_AFTER:
                features = _of_unit_size(ops.cast(x, "float32"))
        kernel, bias = self._weights(-1, frozen=frozen)
        logits = ops.matmul(ops.mean(x, axis=(1, 2)), kernel) + bias
        return features, ops.cast(logits, "float32")

    def _add(self, shape: tuple[int, ...]) -> None:
        unit = keras.initializers.RandomNormal(stddev=1.0)
        self.kernels.append(self.add_weight(shape=shape, initializer=unit))
        self.biases.append(self.add_weight(shape=shape[-1:], initializer="zeros"))

    def _weights(self, number: int, *, frozen: bool) -> tuple[Tensor, Tensor]:
        kernel = ops.convert_to_tensor(self.kernels[number])
        bias = ops.convert_to_tensor(self.biases[number])
        if frozen:
            kernel, bias = ops.stop_gradient(kernel), ops.stop_gradient(bias)
        return kernel * math.sqrt(2 / math.prod(kernel.shape[:-1])), bias


def _of_unit_size(features: Tensor) -> Tensor:
    """Scale every place's features to a mean square of 1, whatever the weights' size."""
    return features / ops.sqrt(ops.mean(ops.square(features), axis=-1, keepdims=True) + 1e-6)


class VaeGan(Learner):
    """Encoder, decoder and discriminator."""

    comparable = False

    def build(self) -> Trained:
        """One output: (N, 4) the terms of each picture's loss, not weighed yet."""
        settings = self.task.settings
        encoder, decoder = build(self.kind, self.options), build_decoder(settings)
        clouds = clouds_of(encoder)
        dreamt = keras.Input((settings.width,), name="dreamt")
        # Apart: in one batch, the normalisation's mean would lead from one to the other.
        codes = [clouds.points, ops.stop_gradient(clouds.points), dreamt]
        pictures = ops.concatenate([decoder(code) for code in codes], axis=0)
        drawn = ops.cast(encoder.input, "float32") * (1 / 255)
        discriminator = Discriminator(settings.width_multiplier, name="discriminator")

        features, logits = discriminator(ops.concatenate([drawn, pictures], axis=0), frozen=True)
        expected, found, _, _ = ops.split(features, 4)
        unlike = ops.mean(ops.square(expected - found), axis=(1, 2, 3))[:, None]
        _, _, *made = ops.split(logits, 4)
        seen_through = sum(ops.softplus(-logit) for logit in made) / len(made)

        _, *shown = ops.split(ops.stop_gradient(pictures), 3)
        real, *made = ops.split(discriminator(ops.concatenate([drawn, *shown], axis=0))[1], 3)
        deceived = ops.softplus(real) - SURE * real
        deceived = deceived + sum(ops.softplus(logit) for logit in made) / len(made)
        terms = [unlike, clouds.divergence, seen_through, deceived]
        inputs = [encoder.input, clouds.noise, dreamt]
        model = keras.Model(inputs, ops.concatenate(terms, axis=1), name="vae_gan")
        return Trained(model, encoder, {DECODER: decoder})

    def loss(self) -> Callable[[Tensor, Tensor], Tensor]:
        """The weighed sum of the terms."""
        side = self.options.image_size_px // 2**FEATURES_AFTER
        filters = max(1, round(FILTERS[FEATURES_AFTER - 1] * self.task.settings.width_multiplier))
        weights = (1.0, 2 * FEATURE_VARIANCE / (side**2 * filters), DECEIVING, 1.0)

        def weighed(_: Tensor, terms: Tensor) -> Tensor:
            return ops.sum(terms * ops.convert_to_tensor(weights, "float32"), axis=1)

        return weighed

    def batch(self, rows: NDArray[np.int64], random: np.random.Generator) -> tuple[Any, Any]:
        """Pictures, noise, and codes that belong to no picture; nothing as target."""
        images = augment(self.images(rows), self.task.settings.augmentation, random)
        shape = (2, len(rows), self.options.width)
        noise, dreamt = random.standard_normal(shape, dtype=np.float32)
        return [images, noise, dreamt], np.zeros((len(rows), 4), np.float32)


def fit(task: Task) -> Network:
    """Fit the encoder; see ``train.encoders.training`` for errors and resuming."""
    return train(VaeGan(task))
