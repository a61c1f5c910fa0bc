"""Self-supervision with a weak hint: whatever tags the pictures have, each a direction.

Two changed copies of a picture are to be found again, as in ``contrastive``, and the embedding is
to point where the picture's tags point: a softmax over the cosines with one direction a tag, each
picture's tags sharing the target, rare ones counting more. The directions are thrown away; what
stays is a space in which pictures lie close that share tags, and boosters do the tagging. So the
vocabulary stays open: a tag that nobody has named yet finds its pictures close together, too.

Sources: softmax with shared targets instead of a sigmoid for each tag: Mahajan et al. 2018
(hashtags of photographs); cosines with one direction a class: Wang et al. 2017 (NormFace).
"""

from typing import Any

import keras
import numpy as np
import scipy.sparse as sp
from keras import layers, ops
from numpy.typing import NDArray

from model.networks import Network, build
from train.encoders.augmenting import augment
from train.encoders.contrastive import contrast
from train.encoders.hints import read_hints
from train.encoders.learner import Learner, Loss, Trained
from train.encoders.task import Task
from train.encoders.training import train

FEWEST_OF_A_TAG, MOST_TAGS = 2, 30_000
EVENNESS = 0.5  # How far rare tags count more: the power of 1 / count.
SHARPNESS = 10.0  # Of the softmax over the cosines.


class Directions(layers.Layer):  # type: ignore[misc]
    """(N, D) of length 1 → (N, T): the cosine with one direction a tag, times the sharpness."""

    def __init__(self, tags: int) -> None:
        super().__init__(dtype="float32")
        self.tags = tags

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Draw the directions."""
        self.directions = self.add_weight(
            shape=(input_shape[-1], self.tags), initializer="random_normal", name="directions"
        )

    def call(self, places: Any) -> Any:  # noqa: ANN401 - tensors of any backend
        """Compare."""
        return SHARPNESS * ops.matmul(places, ops.normalize(self.directions, axis=0))


class Hinted(Learner):
    """An encoder, and the tags' directions, which are thrown away."""

    views = 2

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        hints = read_hints(task, FEWEST_OF_A_TAG, MOST_TAGS)
        self.tags = len(hints.names)
        weighed = hints.matrix @ sp.diags(hints.counts.astype(np.float32) ** -EVENNESS)
        total = np.asarray(weighed.sum(axis=1)).ravel()
        self.targets = sp.csr_matrix(sp.diags(1 / np.maximum(total, 1e-9)) @ weighed)

    def build(self) -> Trained:
        """The encoder with the tags' directions; both losses read its unit vectors."""
        encoder = build(self.kind, self.options)
        places = layers.UnitNormalization(dtype="float32")(encoder.output)
        outputs = [Directions(self.tags)(places), places]
        return Trained(keras.Model(encoder.input, outputs, name="hinted"), encoder)

    def loss(self) -> Loss:
        """Of the tags, and of the views."""
        return [hint, contrast]

    def batch(self, rows: NDArray[np.int64], random: np.random.Generator) -> tuple[Any, Any]:
        """First views, then second views, and the tags of each."""
        images, how = self.images(rows), self.task.settings.augmentation
        views = np.concatenate([augment(images, how, random) for _ in range(self.views)])
        targets = np.tile(self.targets[rows].toarray().astype(np.float32), (self.views, 1))
        return views, [targets, np.zeros((len(views), 1), np.float32)]


def hint(targets: Any, cosines: Any) -> Any:  # noqa: ANN401 - tensors of any backend
    """Cross entropy of the softmax over tags; a picture without a tag adds nothing."""
    return -ops.mean(ops.sum(targets * ops.log_softmax(cosines, axis=1), axis=1))


def fit(task: Task) -> Network:
    """Fit the encoder; see ``train.encoders.training`` for errors and resuming."""
    return train(Hinted(task))
