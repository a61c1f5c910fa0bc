"""What an encoder's network is made of: a kind, its options, and its weights."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]


class NetworkOptions(Protocol):
    """What every network's options say."""

    @property
    def image_size_px(self) -> int:
        """Side of the square input."""

    @property
    def width(self) -> int:
        """Numbers in an embedding, D."""


@dataclass(frozen=True)
class Network:
    """A fitted network.

    Attributes:
        kind: A key of ``model.networks.KINDS``.
        options: What rebuilds it; a frozen dataclass.
        weights: Its arrays in the order of Keras' ``get_weights``.
    """

    kind: str
    options: NetworkOptions
    weights: tuple[Floats, ...]
