"""Contrastive learning without labels: two changed copies of one picture are to be found again.

Source: SimCLR (Chen et al. 2020). Of the methods for self-supervision it is the one that needs the
least at this scale: no second network that follows slowly (DINO, BYOL), no large batch of patches
(masked autoencoders), one loss, and batches of a few hundred are enough since the pictures of a
batch differ much from each other.

With ``train.encoder.restoration`` the picture is to be given back from its embedding as well, as by
the autoencoder: finding a copy again asks for much less than what tells illustrations apart.
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from model.networks import Network, build
from train.encoders.augmenting import augment
from train.encoders.decoder import build_decoder
from train.encoders.learner import DECODER, Learner, Loss, Trained
from train.encoders.task import Task
from train.encoders.training import train

COPIES = 2
HIDDEN, PLACES = 512, 128
TEMPERATURE = 0.2


class Contrastive(Learner):
    """An encoder and a projection head, which is thrown away."""

    views = COPIES

    def build(self) -> Trained:
        """The encoder and what reads it."""
        encoder = build(self.kind, self.options)
        heads, parts = self.heads(encoder.output)
        return Trained(keras.Model(encoder.input, heads), encoder, parts)

    def heads(
        self, numbers: keras.KerasTensor
    ) -> tuple[list[keras.KerasTensor], dict[str, keras.Model]]:
        """What reads the numbers (N, K), and those parts of it that somebody will ask for."""
        if not self.task.settings.restoration:
            return [project(numbers)], {}
        decoder = build_decoder(self.task.settings)
        return [project(numbers), decoder(numbers)], {DECODER: decoder}

    def loss(self) -> Loss:
        """Of the views, and the weighed mean squared error of the pixels."""
        weight = self.task.settings.restoration

        def restored(pictures: Any, found: Any) -> Any:  # noqa: ANN401 - tensors of any backend
            return weight * ops.mean(ops.square(found - pictures))

        return [contrast, restored] if weight else [contrast]

    def batch(self, rows: NDArray[np.int64], random: np.random.Generator) -> tuple[Any, Any]:
        """First views, then second views; of views there is nothing to say, then the pictures."""
        images, how = self.images(rows), self.task.settings.augmentation
        views = np.concatenate([augment(images, how, random) for _ in range(COPIES)])
        targets = [np.zeros((len(views), 1), np.float32)]
        if self.task.settings.restoration:
            targets.append(np.divide(views, 255, dtype=np.float32))
        return views, targets


def project(embeddings: keras.KerasTensor) -> keras.KerasTensor:
    """(N, D) → (N, 128) of length 1, in which pictures are compared during training."""
    x = layers.BatchNormalization(dtype="float32")(embeddings)
    x = layers.Dense(HIDDEN, use_bias=False, dtype="float32")(layers.ReLU(dtype="float32")(x))
    x = layers.ReLU(dtype="float32")(layers.BatchNormalization(dtype="float32")(x))
    x = layers.Dense(PLACES, dtype="float32")(x)
    return layers.UnitNormalization(dtype="float32")(x)


def contrast(_: Any, places: Any) -> Any:  # noqa: ANN401 - tensors of any backend
    """How badly each picture's other view is found among all others of the batch.

    Args:
        _: Nothing is said about pictures.
        places: (2n, K) of length 1: first views, then second views.

    Returns:
        The mean cross entropy.
    """
    count = ops.shape(places)[0]
    alike = ops.matmul(places, ops.transpose(places)) / TEMPERATURE
    alike = alike - 1e9 * ops.eye(count)
    shares = ops.log_softmax(alike, axis=1)
    other = ops.concatenate([ops.arange(count // 2, count), ops.arange(count // 2)], axis=0)
    return -ops.mean(ops.take_along_axis(shares, ops.expand_dims(other, 1), axis=1))


def fit(task: Task) -> Network:
    """Fit the encoder; see ``train.encoders.training`` for errors and resuming."""
    return train(Contrastive(task))
