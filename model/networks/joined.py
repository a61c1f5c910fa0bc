"""Networks of one kind side by side: each gives its share of an embedding's numbers.

Numbers that are to say different things are learnt better by networks of their own than by one
that has to serve both (``docs/encoders.md``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import keras
from keras import layers


@dataclass(frozen=True)
class JoinedOptions:
    """What is joined.

    Attributes:
        kind: A key of ``model.networks.KINDS``.
        options: The options of each network, by name.
        count: How many there are.
    """

    kind: str
    options: Mapping[str, Any]
    count: int = 2

    @property
    def image_size_px(self) -> int:
        """Side of the square input."""
        return int(self.options["image_size_px"])

    @property
    def width(self) -> int:
        """Numbers in an embedding, D."""
        return self.count * int(self.options["width"])


def build(options: JoinedOptions, networks: Sequence[keras.Model]) -> keras.Model:
    """The network: (N, H, W, 3) uint8 → (N, D) float32, the numbers of the first network first.

    Args:
        options: How large the input is.
        networks: What is joined.
    """
    size = options.image_size_px
    images = keras.Input((size, size, 3), dtype="uint8", name="images")
    named = [
        keras.Model(one.input, one.output, name=f"network_{number}")
        for number, one in enumerate(networks)
    ]
    embedding = layers.Concatenate(dtype="float32")([one(images) for one in named])
    return keras.Model(images, embedding, name="encoder")


def networks_of(joined: keras.Model) -> list[keras.Model]:
    """The networks that ``build`` joined, in their order; they share their weights with it."""
    return [layer for layer in joined.layers if isinstance(layer, keras.Model)]
