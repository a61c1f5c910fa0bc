"""Self-supervision with a weak hint: whatever tags the pictures have, each a direction.

The embedding has two halves. Of the one, as in ``contrastive``, two changed copies of a picture are
to be found again and the picture is to be given back: what it looks like. The other is told: it is
to point where the picture's tags point, a softmax over the cosines with one direction a tag, each
picture's tags sharing the target, rare ones counting more. The directions are thrown away; what
stays is a space in which pictures lie close that share tags, and boosters do the tagging. So the
vocabulary stays open: a tag that nobody has named yet finds its pictures close together, too.

Of common tags there is enough to learn more than where they lie: the told half is also to say yes
or no to each of them (``verdicts``). That head is thrown away as well.

Why halves: to look alike and to mean the same ask for different numbers. In one embedding each
spoils the other a little (``docs/encoders.md``).

Sources: softmax with shared targets instead of a sigmoid for each tag: Mahajan et al. 2018
(hashtags of photographs); cosines with one direction a class: Wang et al. 2017 (NormFace).
"""

from typing import Any

import keras
import numpy as np
import scipy.sparse as sp
from keras import layers, ops
from numpy.typing import NDArray

from model.networks import Network
from train.encoders import verdicts
from train.encoders.contrastive import Contrastive, contrast
from train.encoders.hints import read_hints
from train.encoders.task import Task
from train.encoders.training import train

FEWEST_OF_A_TAG, MOST_TAGS = 2, 30_000
EVENNESS = 0.5  # How far rare tags count more: the power of 1 / count.
SHARPNESS = 10.0  # Of the softmax over the cosines.
VERDICTS = 60.0  # How much yes and no count beside the softmax.


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
    """A contrastive encoder with the tags' directions and verdicts, which are thrown away.

    Views and directions read the direction of their half; there is no projection head.
    """

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        hints = read_hints(task, FEWEST_OF_A_TAG, MOST_TAGS)
        self.tags = len(hints.names)
        weighed = hints.matrix @ sp.diags(hints.counts.astype(np.float32) ** -EVENNESS)
        total = np.asarray(weighed.sum(axis=1)).ravel()
        self.targets = sp.csr_matrix(sp.diags(1 / np.maximum(total, 1e-9)) @ weighed)
        self.common = hints.common(verdicts.FEWEST_OF_A_TAG, verdicts.MOST_TAGS)

    def heads(self, embeddings: keras.KerasTensor) -> list[keras.KerasTensor]:
        """The tags' cosines, the first half brought to length 1, and verdicts on common tags."""
        drawn_from = self.task.settings.drawn_from
        own, told = embeddings[:, :drawn_from], embeddings[:, drawn_from:]
        unit = layers.UnitNormalization(dtype="float32")
        said = [verdicts.outputs(self.common, "verdicts")(told)] if self.common.names else []
        return [Directions(self.tags)(unit(told)), unit(own), *said]

    def losses(self) -> list[Any]:
        """Of the tags, of the views, and of the verdicts."""
        return [hint, contrast, *([judge] if self.common.names else [])]

    def targets_of(self, rows: NDArray[np.int64]) -> list[NDArray[np.float32]]:
        """The tags of each view's picture, nothing for the views, and its common tags."""
        common = [self._of_views(self.common.matrix, rows)] if self.common.names else []
        return [self._of_views(self.targets, rows), *super().targets_of(rows), *common]

    def _of_views(self, told: sp.csr_matrix, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """(N, T) → what it says of the views of some rows."""
        return np.tile(told[rows].toarray().astype(np.float32), (self.views, 1))


def hint(targets: Any, cosines: Any) -> Any:  # noqa: ANN401 - tensors of any backend
    """Cross entropy of the softmax over tags; a picture without a tag adds nothing."""
    return -ops.mean(ops.sum(targets * ops.log_softmax(cosines, axis=1), axis=1))


def judge(truth: Any, margins: Any) -> Any:  # noqa: ANN401 - tensors of any backend
    """The weighed loss of the verdicts."""
    return VERDICTS * verdicts.cross_entropy(truth, margins)


def fit(task: Task) -> Network:
    """Fit the encoder; see ``train.encoders.training`` for errors and resuming."""
    return train(Hinted(task))
