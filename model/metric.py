"""A second look at an embedding: how alike two illustrations are to somebody who knows tags.

An autoencoder's embedding keeps what reconstructs pixels. What the bundle's tags tell apart is in
it too, only not in its distances. A metric maps an embedding to a *view*, in which illustrations
lie close that share tags, and says which known tags it looks like (its *profile*). Tags that nobody
has taught yet profit: what tells known tags apart tells new ones apart.

A fitted metric is a small network (``train.metric``, at publishing; a file of the bundle). Where a
bundle has none, ``Metric.linear`` makes one in a fraction of a second: the ridge solution over all
known tags, whose directions are weighed by how much the tags vary along them.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from model.errors import BundleError
from model.head import Floats, Labels

METRIC_FILE = "metric.npz"
PROFILE_TAGS = 1000  # A profile over the commonest tags is as good as one over all of them.
SHARPNESS = 16.0  # Of the softmax over the cosines with the known tags.
RIDGE = 15.0
EVENNESS = 0.25  # Power of the ridge directions' variance over the tags; 0.5 is the plain solution.
FEWEST_OF_A_TAG = 4
BLOCK = 2048


@dataclass(frozen=True)
class Views:
    """What a metric sees in N embeddings.

    Attributes:
        places: (N, K) float32 of length 1: the closer, the more tags in common.
        profiles: (N, P) float32 of length 1: roots of the shares of the known tags.
        familiarity: (N,) float32: how well the known tags explain the illustration, in log odds.
    """

    places: Floats
    profiles: Floats
    familiarity: Floats


@dataclass(frozen=True)
class Layer:
    """``x → x @ weights + bias``."""

    weights: Floats
    bias: Floats


@dataclass(frozen=True)
class Metric:
    """A network on embeddings: ``unit(layers(x) + x @ skip)`` with x = (embedding - mean) / spread.

    Attributes:
        mean: (D,) float32.
        spread: Of an embedding's number around its mean.
        skip: (D, K) float32, the linear part.
        layers: The rest, with ReLU in between; may be none.
        tags: (K, P) float32: the known tags' places, each of length 1.
    """

    mean: Floats
    spread: float
    skip: Floats
    layers: tuple[Layer, ...]
    tags: Floats

    @classmethod
    def linear(cls, embeddings: Floats, labels: Labels) -> Self:
        """The metric that needs no training.

        Args:
            embeddings: (M, D) with M ≥ 1.
            labels: Their known tags; may be none at all.
        """
        mean = embeddings.mean(axis=0)
        centred = (embeddings - mean).astype(np.float64)
        spread = max(float(centred.std()), 1e-6)
        rows, tags = _common_tags(labels)
        width, count = embeddings.shape[1], int(tags.max(initial=-1)) + 1
        if not count:
            nothing = np.zeros((width, 0), np.float32)
            return cls(mean, spread, np.eye(width, dtype=np.float32), (), nothing)
        sums = sum_rows(centred, rows, tags, count)
        share = np.bincount(tags, minlength=count) / len(embeddings)
        share = np.clip(share, 1e-6, 1 - 1e-6)
        gram = centred.T @ centred + RIDGE * np.eye(width)
        ridge = np.linalg.solve(gram, sums.T / np.sqrt(share * (1 - share)))
        variances, directions = np.linalg.eigh(ridge @ ridge.T)
        skip = (directions * np.maximum(variances, 1e-12) ** EVENNESS).astype(np.float32)
        bare = cls(mean, spread, skip, (), np.zeros((width, 0), np.float32))
        places = sum_rows(bare.places(embeddings).astype(np.float64), rows, tags, count)
        return cls(mean, spread, skip, (), unit(places.astype(np.float32)).T)

    def places(self, embeddings: Floats) -> Floats:
        """(N, D) → (N, K) float32 of length 1."""
        found = np.empty((len(embeddings), self.skip.shape[1]), np.float32)
        for at in range(0, len(embeddings), BLOCK):
            found[at : at + BLOCK] = self._places(embeddings[at : at + BLOCK])
        return found

    def _places(self, embeddings: Floats) -> Floats:
        start = (embeddings - self.mean) / np.float32(self.spread)
        values = start
        for number, layer in enumerate(self.layers):
            values = (np.maximum(values, 0) if number else values) @ layer.weights + layer.bias
        linear = start @ self.skip
        return unit(np.asarray(values + linear if self.layers else linear, np.float32))

    def views(self, embeddings: Floats) -> Views:
        """(N, D) → everything that the metric sees."""
        places = np.empty((len(embeddings), self.tags.shape[0]), np.float32)
        profiles = np.empty((len(embeddings), self.tags.shape[1]), np.float32)
        familiarity = np.zeros(len(embeddings), np.float32)
        for at in range(0, len(embeddings), BLOCK):
            part = slice(at, at + BLOCK)
            places[part] = self.places(embeddings[part])
            if self.tags.shape[1]:
                shares = np.exp(SHARPNESS / 2 * (places[part] @ self.tags - 1))
                profiles[part] = unit(shares)
                familiarity[part] = np.log(np.square(shares).sum(axis=1)) + SHARPNESS
        return Views(places, profiles, familiarity)

    def rounded(self) -> "Metric":
        """As ``load`` gives it back."""

        def half(array: Floats) -> Floats:
            return array.astype(np.float16).astype(np.float32)

        layers = tuple(Layer(half(one.weights), half(one.bias)) for one in self.layers)
        spread = float(np.float32(self.spread))
        return replace(
            self, spread=spread, skip=half(self.skip), layers=layers, tags=half(self.tags)
        )

    def save(self, directory: Path) -> None:
        """Write everything into an existing directory, weights as float16."""
        halves = {"skip": self.skip, "tags": self.tags}
        for number, layer in enumerate(self.layers):
            halves[f"weights_{number}"] = layer.weights
            halves[f"bias_{number}"] = layer.bias
        arrays: dict[str, Any] = {name: array.astype(np.float16) for name, array in halves.items()}
        arrays |= {"mean": self.mean, "spread": np.float32(self.spread)}
        np.savez(directory / METRIC_FILE, **arrays)

    @classmethod
    def load(cls, directory: Path) -> Self | None:
        """Read what ``save`` wrote; None where the directory has none.

        Raises:
            BundleError: If the file is unreadable.
        """
        if not (directory / METRIC_FILE).is_file():
            return None
        try:
            with (
                (directory / METRIC_FILE).open("rb") as stored,
                np.load(stored, allow_pickle=False) as file,
            ):
                arrays = {name: file[name].astype(np.float32) for name in file.files}
            count = sum(name.startswith("weights_") for name in arrays)
            layers = [Layer(arrays[f"weights_{i}"], arrays[f"bias_{i}"]) for i in range(count)]
            return cls(
                arrays["mean"],
                float(arrays["spread"]),
                arrays["skip"],
                tuple(layers),
                arrays["tags"],
            )
        except (OSError, ValueError, KeyError, TypeError, BadZipFile, EOFError) as error:
            raise BundleError(
                f"{directory} holds no metric that this version can read ({error}). "
                "Take the bundle again from where it was published."
            ) from error


def unit(values: Floats) -> Floats:
    """Rows of length 1."""
    length = np.linalg.norm(values, axis=1, keepdims=True)
    scaled: Floats = values / np.maximum(length, np.float32(1e-9))
    return scaled


def sum_rows(
    values: NDArray[np.float64], rows: NDArray[np.int64], tags: NDArray[np.int64], count: int
) -> NDArray[np.float64]:
    """(count, K): for each tag, the sum of the rows of (M, K) values that have it."""
    order = np.argsort(tags, kind="stable")
    starts = np.searchsorted(tags[order], np.arange(count))
    sums: NDArray[np.float64] = np.add.reduceat(values[rows[order]], starts, axis=0)
    return sums


def _common_tags(labels: Labels) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The labels as (row, tag) pairs of the commonest tags alone, numbered by falling count."""
    rows = np.repeat(np.arange(len(labels)), np.diff(labels.starts))
    counts = np.bincount(labels.tags, minlength=1)
    order = np.argsort(-counts, kind="stable")[:PROFILE_TAGS]
    kept = order[counts[order] >= FEWEST_OF_A_TAG]
    number = np.full(len(counts), -1, np.int64)
    number[kept] = np.arange(len(kept))
    tags = number[labels.tags]
    return rows[tags >= 0], tags[tags >= 0]
