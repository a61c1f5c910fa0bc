"""Principal components of a sample of rows, as a linear map: x → x @ kernel + bias."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from tqdm import tqdm

from model.errors import TrainingError

ITERATIONS = 3
SPARE = 10
COLUMNS = 4096


class LinearMap(NamedTuple):
    """What gives the components, centred.

    Attributes:
        kernel: (F, D) float32, columns of length 1 at right angles, the widest spread first.
        bias: (D,) float32.
    """

    kernel: NDArray[np.float32]
    bias: NDArray[np.float32]


def sample(rows: NDArray[np.int64], count: int, seed: int) -> NDArray[np.int64]:
    """At most ``count`` of the rows, chosen at random, rising."""
    return np.sort(np.random.default_rng(seed).permutation(rows)[:count])


def principal_components(values: NDArray[np.float32], width: int, seed: int) -> LinearMap:
    """The first principal components by scikit-learn's randomized solver.

    Args:
        values: (N, F) float32; copied once.
        width: How many, D.
        seed: Of the random start.

    Raises:
        TrainingError: If there are fewer rows or columns than components.
    """
    _check(values.shape, width)
    pca = PCA(width, svd_solver="randomized", random_state=seed).fit(values)
    return _linear(pca.components_.T, pca.mean_)


def principal_components_of_counts(counts: NDArray[np.uint8], width: int, seed: int) -> LinearMap:
    """The same where (N, F) floats do not fit into memory.

    Source: Halko et al., "Finding structure with randomness" (2011), subspace iteration. Beside
    ``counts`` it takes (F, D) floats and a few columns of (N,); each iteration reads the counts
    once.

    Args:
        counts: (N, F) uint8.
        width: How many, D.
        seed: Of the random start.

    Raises:
        TrainingError: If there are fewer rows or columns than components.
    """
    _check(counts.shape, width)
    size, features = counts.shape
    start = np.random.default_rng(seed).standard_normal((size, min(size, width + SPARE)))
    basis = np.linalg.qr(start.astype(np.float32))[0]
    mean = np.zeros(features, np.float32)
    turned = np.zeros((features, basis.shape[1]), np.float32)
    with tqdm(total=(ITERATIONS + 1) * features, desc="principal components") as bar:
        for iteration in range(ITERATIONS + 1):
            spread = np.zeros_like(basis)
            for at in range(0, features, COLUMNS):
                values = counts[:, at : at + COLUMNS].astype(np.float32)
                mean[at : at + COLUMNS] = values.mean(axis=0)
                values -= mean[at : at + COLUMNS]
                part = values.T @ basis
                if iteration < ITERATIONS:
                    spread += values @ part
                else:
                    turned[at : at + COLUMNS] = part
                bar.update(values.shape[1])
            if iteration < ITERATIONS:
                basis = np.linalg.qr(spread)[0]
    squares, directions = np.linalg.eigh((turned.T @ turned).astype(np.float64))
    widest = np.argsort(-squares)[:width]
    lengths = np.sqrt(np.maximum(squares[widest], np.finfo(np.float32).tiny))
    return _linear(turned @ (directions[:, widest] / lengths).astype(np.float32), mean)


def _linear(kernel: NDArray[np.float32], mean: NDArray[np.float32]) -> LinearMap:
    kernel = np.ascontiguousarray(kernel, dtype=np.float32)
    return LinearMap(kernel, -(mean @ kernel).astype(np.float32))


def _check(shape: tuple[int, ...], width: int) -> None:
    if min(shape) < width:
        raise TrainingError(
            f"{shape[0]} images of {shape[1]} numbers have no {width} principal components. "
            "Lower train.encoder.width, or bring more images."
        )
