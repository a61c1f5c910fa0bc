"""The yardstick: a network that is told a fixed list of tags and says yes or no to each.

Source: the way of illustration2vec (Saito and Matsui 2015) and DeepDanbooru: a sigmoid for each of
the commonest tags on the last features, binary cross entropy. Its own outputs are kept beside the
encoder, so that it can be measured as what it was trained for, too.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from model.networks import Network, build
from train.encoders.augmenting import augment
from train.encoders.hints import read_hints
from train.encoders.learner import Learner, Loss, Trained
from train.encoders.task import Task
from train.encoders.training import best_of, read_arrays, train
from train.workdir import write_json

FEWEST_OF_A_TAG = 20
MOST_TAGS = 5000
OUTPUTS, OUTPUT_NAMES = "outputs", "outputs.json"
# A picture has a dozen tags of thousands: the mean over all would leave hardly a gradient.
SCALE = 1 / 50


class Supervised(Learner):
    """An encoder with one linear output for each tag on its list."""

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self.hints = read_hints(task, FEWEST_OF_A_TAG, MOST_TAGS)

    def build(self) -> Trained:
        """The encoder and its outputs."""
        encoder = build(self.kind, self.options)
        outputs = layers.Dense(
            len(self.hints.names),
            dtype="float32",
            name=OUTPUTS,
            bias_initializer=keras.initializers.Constant(self.usual_odds()),
        )
        model = keras.Model(encoder.input, outputs(encoder.output), name="supervised")
        return Trained(model, encoder, {OUTPUTS: outputs})

    def usual_odds(self) -> NDArray[np.float32]:
        """(T,) the log odds of each tag's frequency, where the outputs begin.

        From even odds Adam needs thousands of steps to learn alone that most tags are rare (Lin et
        al. 2017, "Focal loss", begin in the same way).
        """
        having = self.hints.counts
        rest = len(self.task.fitting_rows) - having
        odds: NDArray[np.float32] = np.log((having + 0.5) / (rest + 0.5)).astype(np.float32)
        return odds

    def loss(self) -> Loss:
        """See ``cross_entropy``."""
        return cross_entropy

    def batch(self, rows: NDArray[np.int64], random: np.random.Generator) -> tuple[Any, Any]:
        """Pictures, and which tags of the list they have."""
        images = augment(self.images(rows), self.task.settings.augmentation, random)
        return images, self.hints.matrix[rows].toarray()


def cross_entropy(truth: Any, margins: Any) -> Any:  # noqa: ANN401 - tensors of any backend
    """Binary cross entropy, summed over the tags, the mean over the pictures, and scaled."""
    each = ops.relu(margins) - margins * truth + ops.log1p(ops.exp(-ops.abs(margins)))
    return SCALE * ops.mean(ops.sum(each, axis=1))


def fit(task: Task) -> Network:
    """Fit the encoder; see ``train.encoders.training`` for errors and resuming."""
    learner = Supervised(task)
    write_json(task.work.step("encoder") / OUTPUT_NAMES, learner.hints.names)
    return train(learner)


@dataclass(frozen=True)
class Outputs:
    """What the yardstick itself says of pictures.

    Attributes:
        names: T tags.
        weights: (D, T) float32, on the network's outputs before any projection.
        bias: (T,) float32.
    """

    names: tuple[str, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    @staticmethod
    def kept_in(directory: Path) -> bool:
        """Whether a network with such outputs was trained there."""
        return best_of(directory, OUTPUTS).is_file()

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read what ``fit`` left in the directory of the step ``encoder``."""
        names = tuple(json.loads((directory / OUTPUT_NAMES).read_text(encoding="utf-8")))
        weights, bias = read_arrays(best_of(directory, OUTPUTS))
        return cls(names, weights, bias)

    def margins(self, latents: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, D) network outputs → (N, T)."""
        return latents @ self.weights + self.bias
