"""The networks that an encoder may be; a bundle names its kind and holds the options.

A new one is a file with its options (a frozen dataclass) and ``build``, and a line here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras

from model.networks import article, joined, pcanet, pixel_pca, residual
from model.networks.network import Network, NetworkOptions

__all__ = ["KINDS", "Kind", "Network", "NetworkOptions", "build", "networks_in", "options_of"]


@dataclass(frozen=True)
class Kind:
    """How a network is rebuilt.

    Attributes:
        options: The dataclass of its options.
        build: Options → a Keras model, (N, H, W, 3) uint8 → (N, D) float32.
    """

    options: type[Any]
    build: Callable[[Any], keras.Model]


def _join(options: joined.JoinedOptions) -> keras.Model:
    each = options_of(options.kind, options.options)
    return joined.build(options, [build(options.kind, each) for _ in range(options.count)])


KINDS: Mapping[str, Kind] = {
    # The name under which the first bundles were published.
    "autoencoder": Kind(article.ArticleOptions, article.build),
    "residual": Kind(residual.ResidualOptions, residual.build),
    "pixel_pca": Kind(pixel_pca.PixelPcaOptions, pixel_pca.build),
    "pcanet": Kind(pcanet.PcanetOptions, pcanet.build),
    "joined": Kind(joined.JoinedOptions, _join),
}


def build(kind: str, options: NetworkOptions) -> keras.Model:
    """The network of a kind, its weights drawn at random."""
    return KINDS[kind].build(options)


def options_of(kind: str, values: Mapping[str, Any]) -> NetworkOptions:
    """The options of a kind from their names and values.

    Raises:
        KeyError: If no network of that kind is known.
        TypeError: If the values are not this kind's options.
    """
    options: NetworkOptions = KINDS[kind].options(**values)
    return options


def networks_in(options: NetworkOptions) -> int:
    """How many networks give an embedding's numbers, each an equal share."""
    return options.count if isinstance(options, joined.JoinedOptions) else 1
