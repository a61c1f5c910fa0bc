"""A variational autoencoder: the embedding is a cloud of numbers, as small as the picture allows.

Source: Kingma and Welling, "Auto-encoding variational Bayes" (2014). The network's embedding is
the cloud's mean; a second Dense from the same features gives the logarithm of its variance. The
decoder draws from a point of the cloud, and the divergence of the clouds from one normal
distribution around zero is paid for, so that like pictures cannot but lie together. No label is
read.

Why the noise is an input: Keras does not save where a generator of random numbers stands. Noise by
the step's seed makes a run that was cut go on as if it had not been, under every backend.
"""

from dataclasses import dataclass
from typing import Any

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

# What an autoencoder of this size cannot restore: its mean squared error, pixels in 0..1. Taken as
# the variance of the pixels about the decoder's picture, it fixes what a unit of divergence weighs:
# the usual bound, times twice the variance, over the number of pixels, is the mean squared error
# plus this weight.
PIXEL_VARIANCE = 0.012


@dataclass(frozen=True)
class Clouds:
    """What the encoder makes of a batch; tensors of a functional model.

    Attributes:
        noise: (N, D) the input that takes normally distributed numbers.
        points: (N, D) a point of each picture's cloud.
        divergence: (N, 1) of the clouds from the normal distribution, in nats.
    """

    noise: keras.KerasTensor
    points: keras.KerasTensor
    divergence: keras.KerasTensor


def clouds_of(encoder: keras.Model) -> Clouds:
    """Add the second Dense to an encoder, and what follows from both."""
    mean = encoder.output
    features = encoder.get_layer("embedding").input
    log_variance = layers.Dense(mean.shape[-1], dtype="float32", name="log_variance")(features)
    noise = keras.Input((mean.shape[-1],), name="noise")
    points = mean + ops.exp(log_variance / 2) * noise
    each = (ops.square(mean) + ops.exp(log_variance) - log_variance - 1) / 2
    return Clouds(noise, points, ops.sum(each, axis=1, keepdims=True))


class Vae(Learner):
    """An encoder with clouds and a decoder."""

    def build(self) -> Trained:
        """Two outputs: the restored pictures, and the divergences."""
        encoder = build(self.kind, self.options)
        decoder = build_decoder(self.task.settings)
        clouds = clouds_of(encoder)
        outputs = [decoder(clouds.points), clouds.divergence]
        model = keras.Model([encoder.input, clouds.noise], outputs, name="vae")
        return Trained(model, encoder, {DECODER: decoder})

    def loss(self) -> list[Any]:
        """The mean squared error, and the weighed divergence."""
        weight = 2 * PIXEL_VARIANCE / (self.options.image_size_px**2 * 3)

        def weighed(_: keras.KerasTensor, divergence: keras.KerasTensor) -> keras.KerasTensor:
            return weight * divergence[:, 0]

        return ["mse", weighed]

    def batch(self, rows: NDArray[np.int64], random: np.random.Generator) -> tuple[Any, Any]:
        """Pictures and noise; the same pictures, and nothing for the divergence."""
        images = augment(self.images(rows), self.task.settings.augmentation, random)
        noise = random.standard_normal((len(rows), self.options.width), dtype=np.float32)
        nothing = np.zeros((len(rows), 1), np.float32)
        return [images, noise], [images.astype(np.float32) / 255, nothing]


def fit(task: Task) -> Network:
    """Fit the encoder; see ``train.encoders.training`` for errors and resuming."""
    return train(Vae(task))
