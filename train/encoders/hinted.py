"""Self-supervision with a weak hint: whatever tags the pictures have, each a direction.

Two networks stand side by side, and each gives half of the embedding. The one is ``contrastive``:
two changed copies of a picture are to be found again and the picture is to be given back, so its
half says what a picture looks like. The other is told: its half is to point where the picture's
tags point, a softmax over the cosines with one direction a tag, each picture's tags sharing the
target, rare ones counting more. The directions are thrown away; what stays is a space in which
pictures lie close that share tags, and boosters do the tagging. So the vocabulary stays open: a tag
that nobody has named yet finds its pictures close together, too.

Of common tags there is enough to learn more than where they lie: the told network is also to say
yes or no to each of them (``verdicts``). That head is thrown away as well.

Why two networks: to look alike and to mean the same ask for different numbers, and for different
changes of the pictures. Whoever is to find a copy again must not mind its colours; the night is
known by them. In one network each spoils the other a little (``docs/encoders.md``).

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
from model.networks.joined import JoinedOptions, networks_of
from train.encoders import verdicts
from train.encoders.augmenting import Augmentation, augment
from train.encoders.contrastive import COPIES, Contrastive
from train.encoders.hints import read_hints
from train.encoders.learner import Loss, Trained
from train.encoders.task import Task
from train.encoders.training import train

FEWEST_OF_A_TAG, MOST_TAGS = 2, 30_000
EVENNESS = 0.5  # How far rare tags count more: the power of 1 / count.
SHARPNESS = 10.0  # Of the softmax over the cosines.
VERDICTS = 60.0  # How much yes and no count beside the softmax.
TOLD: Augmentation = "light"  # How the pictures are changed that come with their tags.


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


class Hinted(Contrastive):
    """A contrastive encoder beside one with the tags' directions and verdicts.

    Both see as many pictures.
    """

    views = 2 * COPIES

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        each = {**vars(self.options), "width": task.settings.drawn_from}
        self.kind, self.options = "joined", JoinedOptions(self.kind, each)
        hints = read_hints(task, FEWEST_OF_A_TAG, MOST_TAGS)
        self.tags = len(hints.names)
        weighed = hints.matrix @ sp.diags(hints.counts.astype(np.float32) ** -EVENNESS)
        total = np.asarray(weighed.sum(axis=1)).ravel()
        self.targets = sp.csr_matrix(sp.diags(1 / np.maximum(total, 1e-9)) @ weighed)
        self.common = hints.common(verdicts.FEWEST_OF_A_TAG, verdicts.MOST_TAGS)

    def build(self) -> Trained:
        """Two networks, what reads each, and their join."""
        encoder = build(self.kind, self.options)
        own, told = networks_of(encoder)
        views = [keras.Input(encoder.input_shape[1:], dtype="uint8") for _ in (own, told)]
        heads, parts = self.heads(own(views[0]))
        meant = told(views[1])
        heads += [Directions(self.tags)(layers.UnitNormalization(dtype="float32")(meant))]
        if self.common.names:
            heads += [verdicts.outputs(self.common, "verdicts")(meant)]
        return Trained(keras.Model(views, heads), encoder, parts)

    def loss(self) -> Loss:
        """Of the one network's heads, then of the tags and of the verdicts."""
        return [*super().loss(), hint, *([judge] if self.common.names else [])]

    def batch(self, rows: NDArray[np.int64], random: np.random.Generator) -> tuple[Any, Any]:
        """Views for each network; what the one's heads are to say, then tags, and common tags."""
        views, targets = super().batch(rows, random)
        images = self.images(rows)
        told = np.concatenate([augment(images, TOLD, random) for _ in range(COPIES)])
        known = [self.targets, *([self.common.matrix] if self.common.names else [])]
        said = [np.tile(one[rows].toarray().astype(np.float32), (COPIES, 1)) for one in known]
        return [views, told], [*targets, *said]


def hint(targets: Any, cosines: Any) -> Any:  # noqa: ANN401 - tensors of any backend
    """Cross entropy of the softmax over tags; a picture without a tag adds nothing."""
    return -ops.mean(ops.sum(targets * ops.log_softmax(cosines, axis=1), axis=1))


def judge(truth: Any, margins: Any) -> Any:  # noqa: ANN401 - tensors of any backend
    """The weighed loss of the verdicts."""
    return VERDICTS * verdicts.cross_entropy(truth, margins)


def fit(task: Task) -> Network:
    """Fit the encoder; see ``train.encoders.training`` for errors and resuming."""
    return train(Hinted(task))
