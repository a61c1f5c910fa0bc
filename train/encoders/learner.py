"""What a method brings that trains a network by gradients; ``training`` does the rest."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from train.encoders.backbones import backbone_of
from train.encoders.task import Task

Images = NDArray[np.uint8]
Loss = Any  # Whatever ``keras.Model.compile`` takes; in ``keras.ops`` alone.
DECODER = "decoder"


@dataclass(frozen=True)
class Trained:
    """Models that share their weights.

    Attributes:
        model: What is trained; not compiled.
        encoder: The part of it that stays, (N, H, W, 3) uint8 → (N, D) float32.
        parts: Others that somebody will ask for, by name: ``DECODER`` turns an embedding back into
            pixels, and the report shows what it makes of some pictures.
    """

    model: keras.Model
    encoder: keras.Model
    parts: Mapping[str, keras.Layer] = field(default_factory=dict)


class Learner(ABC):
    """One method's network, loss and batches.

    Attributes:
        task: The images, and how to fit on them.
        kind: The encoder's kind of network, and ``options``, its options.
        views: How many pictures of a batch one illustration makes; ``epochs`` counts pictures, so
            that two views of each cost as much as one view of twice as many.
        comparable: Whether losses of different rounds mean the same. Where not, the last round is
            kept instead of the best one, and training never ends early.
    """

    views = 1
    comparable = True

    def __init__(self, task: Task) -> None:
        self.task = task
        self.kind, self.options = backbone_of(task.settings)

    @abstractmethod
    def build(self) -> Trained:
        """The models, under the dtype policy that the configuration asks for."""

    @abstractmethod
    def loss(self) -> Loss:
        """The loss of what the model puts out."""

    @abstractmethod
    def batch(self, rows: NDArray[np.int64], random: np.random.Generator) -> tuple[Any, Any]:
        """What ``train_on_batch`` takes for some rows of the pack: input and target."""

    def begin_round(self, trained: Trained, share: float) -> None:  # noqa: B027 - few need it
        """Called before each round; ``share`` (0 to 1) of the training lies behind."""

    def images(self, rows: NDArray[np.int64]) -> Images:
        """(n, H, W, 3) a copy of some packed images."""
        return np.array(self.task.pack.images[rows])
