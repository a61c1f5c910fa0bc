"""The yardstick: a network that is told a fixed list of tags and says yes or no to each.

Source: the way of illustration2vec (Saito and Matsui 2015) and DeepDanbooru; see ``verdicts``. Its
own outputs are kept beside the encoder, so that it can be measured as what it was trained for, too.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import keras
import numpy as np
from numpy.typing import NDArray

from model.networks import Network, build
from train.encoders import verdicts
from train.encoders.augmenting import augment
from train.encoders.hints import read_hints
from train.encoders.learner import Learner, Loss, Trained
from train.encoders.task import Task
from train.encoders.training import best_of, read_arrays, train
from train.workdir import write_json

OUTPUTS, OUTPUT_NAMES = "outputs", "outputs.json"


class Supervised(Learner):
    """An encoder with one linear output for each tag on its list."""

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self.hints = read_hints(task, verdicts.FEWEST_OF_A_TAG, verdicts.MOST_TAGS)

    def build(self) -> Trained:
        """The encoder and its outputs."""
        encoder = build(self.kind, self.options)
        outputs = verdicts.outputs(self.hints, OUTPUTS)
        model = keras.Model(encoder.input, outputs(encoder.output), name="supervised")
        return Trained(model, encoder, {OUTPUTS: outputs})

    def loss(self) -> Loss:
        """Of yes and no, for each tag."""
        return verdicts.cross_entropy

    def batch(self, rows: NDArray[np.int64], random: np.random.Generator) -> tuple[Any, Any]:
        """Pictures, and which tags of the list they have."""
        images = augment(self.images(rows), self.task.settings.augmentation, random)
        return images, self.hints.matrix[rows].toarray()


def fit(task: Task) -> Network:
    """Fit the encoder; see ``train.encoders.training`` for errors and resuming."""
    learner = Supervised(task)
    write_json(task.directory / OUTPUT_NAMES, learner.hints.names)
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
