"""Networks of one kind side by side: each gives its share of an embedding's numbers.

Numbers that are to say different things are learnt better by networks of their own than by one
that has to serve both (``docs/encoders.md``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, cast

import keras
from keras import layers

from model.networks.network import Network


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
    count: int

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


def join(networks: Sequence[Network]) -> Network:
    """Trained networks, all of one kind and with the same options, as one."""
    first = networks[0]
    options = JoinedOptions(first.kind, asdict(cast("Any", first.options)), len(networks))
    weights = tuple(array for one in networks for array in one.weights)
    return Network("joined", options, weights)
