"""The article's autoencoder: whoever can draw a picture again from 196 numbers has understood it.

Source: as ``model.networks.article``. Loss: the mean squared error of pixels in 0..1. No label is
read.
"""

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from model.networks import Network, build
from train.encoders.augmenting import augment
from train.encoders.decoder import build_decoder
from train.encoders.learner import DECODER, Learner, Loss, Trained
from train.encoders.task import Task
from train.encoders.training import train


class Autoencoder(Learner):
    """An encoder and a decoder, trained to give the picture back."""

    def build(self) -> Trained:
        """Both halves, and the whole."""
        encoder = build(self.kind, self.options)
        decoder = build_decoder(self.task.settings)
        model = keras.Model(encoder.input, decoder(encoder.output), name="autoencoder")
        return Trained(model, encoder, {DECODER: decoder})

    def loss(self) -> Loss:
        """The mean squared error."""
        return "mse"

    def batch(self, rows: NDArray[np.int64], random: np.random.Generator) -> tuple[Any, Any]:
        """Pictures, and the same as numbers in 0..1."""
        images = augment(self.images(rows), self.task.settings.augmentation, random)
        return images, images.astype(np.float32) / 255


def fit(task: Task) -> Network:
    """Fit the encoder; see ``train.encoders.training`` for errors and resuming."""
    return train(Autoencoder(task))
