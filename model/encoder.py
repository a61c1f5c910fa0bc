"""The trained encoder: images → embeddings, through one compiled function.

Why not ``predict``: for a single image it costs four times the compiled call (it rebuilds a data
pipeline every time). Under TensorFlow the call is a ``tf.function`` with a fixed signature; under
another Keras backend, which only training uses, it is the plain batch call.

Weights are stored as plain arrays (float16 by default) beside the options that rebuild the network,
so reading them runs no code from the file.
"""

import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, Self, cast
from zipfile import BadZipFile

import keras
import numpy as np
from numpy.typing import NDArray

from model.errors import BundleError, WidthMismatchError
from model.networks import Network, NetworkOptions, build, options_of
from model.projection import Projection

WEIGHTS_FILE = "encoder.npz"
OPTIONS_FILE = "encoder.json"
BATCH = 16


class Encoder:
    """A network and its projection: prepared images → embeddings.

    Attributes:
        network: Its kind, options and weights.
        options: What rebuilds the network.
        id: Identifies weights and projection; embeddings of different ids are never compared.
    """

    def __init__(self, network: Network, projection: Projection) -> None:
        self.network = network
        self.options = network.options
        self.projection = projection
        self.id = _identify(network, projection)
        self._model = build(network.kind, network.options)
        self._model.set_weights([np.asarray(one, dtype=np.float32) for one in network.weights])
        self._call = _compile(self._model, self.options.image_size_px)

    def __reduce__(self) -> tuple[type[Self], tuple[Network, Projection]]:
        """Travel to another process as arrays; the network is built anew there."""
        return type(self), (self.network, self.projection)

    @property
    def width(self) -> int:
        """Numbers in an embedding, D."""
        return self.options.width

    def embed(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embed prepared images.

        Args:
            images: (N, H, W, 3) uint8 with H = W = ``options.image_size_px``. N may be 0.

        Returns:
            (N, D) float32 of length 1.

        Raises:
            WidthMismatchError: If the images have another shape.
        """
        return self.projection.apply(self.latents(images))

    def latents(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """The network's own outputs, before the projection; shapes and errors as ``embed``."""
        size = self.options.image_size_px
        if images.ndim != 4 or images.shape[1:] != (size, size, 3) or images.dtype != np.uint8:
            raise WidthMismatchError(
                f"The encoder reads (N, {size}, {size}, 3) uint8. "
                f"Received: {images.shape} {images.dtype}. Prepare images with model.image first."
            )
        latents = np.empty((len(images), self.width), dtype=np.float32)
        for at in range(0, len(images), BATCH):
            latents[at : at + BATCH] = self._call(images[at : at + BATCH])
        return latents

    def projected(self, projection: Projection) -> "Encoder":
        """The same network with another projection."""
        return Encoder(self.network, projection)

    def save(self, directory: Path, dtype: Literal["float16", "float32"] = "float16") -> None:
        """Write options, weights and projection; ``load`` gives the weights as rounded here."""
        weights = [np.asarray(array, dtype=dtype) for array in self.network.weights]
        np.savez(
            directory / WEIGHTS_FILE,
            *weights,
            mean=self.projection.mean,
            matrix=self.projection.matrix,
        )
        content = {"kind": self.network.kind, "options": _values(self.options)}
        (directory / OPTIONS_FILE).write_text(json.dumps(content, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            BundleError: If the files do not describe an encoder that this version knows.
        """
        try:
            content = json.loads((directory / OPTIONS_FILE).read_text(encoding="utf-8"))
            kind = str(content["kind"])
            options = options_of(kind, content["options"])
            # Opened here, since numpy leaves a damaged archive open.
            with (
                (directory / WEIGHTS_FILE).open("rb") as stored,
                np.load(stored, allow_pickle=False) as file,
            ):
                weights = tuple(file[f"arr_{i}"] for i in range(len(file.files) - 2))
                projection = Projection(file["mean"], file["matrix"])
            return cls(Network(kind, options, weights), projection)
        except (OSError, ValueError, KeyError, TypeError, BadZipFile, EOFError) as error:
            raise BundleError(
                f"{directory} holds no encoder that this version can read ({error}). "
                "Take the bundle again from where it was published."
            ) from error


def _values(options: NetworkOptions) -> dict[str, Any]:
    return dataclasses.asdict(cast("Any", options))


def _identify(network: Network, projection: Projection) -> str:
    digest = hashlib.sha256(json.dumps(_values(network.options), sort_keys=True).encode())
    for array in (*network.weights, projection.mean, projection.matrix):
        digest.update(np.ascontiguousarray(array, dtype=np.float32).tobytes())
    return digest.hexdigest()[:16]


def _compile(
    network: keras.Model, size_px: int
) -> Callable[[NDArray[np.uint8]], NDArray[np.float32]]:
    if keras.backend.backend() != "tensorflow":
        return lambda images: keras.ops.convert_to_numpy(network.predict_on_batch(images))
    import tensorflow as tf

    signature = tf.TensorSpec((None, size_px, size_px, 3), tf.uint8)
    call = tf.function(lambda images: network(images, training=False), input_signature=[signature])
    function = call.get_concrete_function()
    return lambda images: function(tf.constant(images)).numpy()
