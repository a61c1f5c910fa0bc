"""The yardstick of every evaluation: nearest neighbours on the principal components of raw pixels.

Whatever an encoder and its boosters reach is worth its name only where it beats this, measured on
the same training rows and tags. Two votes are counted: the plain one, each neighbour's voice being
equal, and the stronger one in which nearer neighbours count more.
"""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from PIL import Image

from train.head import votes_of
from train.principal import LinearMap, principal_components, sample

SIZE_PX = 64
FIT_ROWS = 10_000
BLOCK = 1024


def pixel_pca_neighbours(
    fit_images: NDArray[np.uint8],
    fit_rows: NDArray[np.int64],
    images: NDArray[np.uint8],
    neighbours: int = 10,
    width: int = 196,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Find the nearest training images by principal components of 64×64 pixels.

    Args:
        fit_images: (M, H, W, 3) uint8, training images; may be memory-mapped.
        fit_rows: (F,) indices of those of them to use, at least one.
        images: (N, H, W, 3) uint8, the images to score.
        neighbours: How many to find.
        width: Principal components to keep.

    Returns:
        (N, K) positions in ``fit_rows`` in no particular order, and (N, K) Euclidean distances.
    """
    chosen = sample(fit_rows, FIT_ROWS, seed=0)
    found = principal_components(_pixels(fit_images[chosen]), min(width, len(chosen)), seed=0)
    known, asked = (
        _project(found, fit_images, fit_rows),
        _project(found, images, np.arange(len(images))),
    )
    count = min(neighbours, len(known))
    lengths = np.square(known).sum(axis=1)
    nearest = np.zeros((len(asked), count), dtype=np.int64)
    for at in range(0, len(asked), BLOCK):
        # Distances without the asked image's own length, which does not change the order.
        squares = lengths - 2 * asked[at : at + BLOCK] @ known.T
        nearest[at : at + BLOCK] = np.argpartition(squares, count - 1, axis=1)[:, :count]
    distances = [np.linalg.norm(asked - known[column], axis=1) for column in nearest.T]
    return nearest, np.stack(distances, axis=1)


def vote(
    nearest: NDArray[np.int64], weights: NDArray[np.float32], fit_labels: sp.csr_matrix
) -> NDArray[np.float32]:
    """Score tags by the share of the neighbours' weight that has them.

    Args:
        nearest: (N, K) indices of training images.
        weights: (N, K) positive.
        fit_labels: (M, T) ones where training image m has tag t.

    Returns:
        (N, T) float32 scores in [0, 1].
    """
    shares = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    scores: NDArray[np.float32] = votes_of(nearest, shares, fit_labels).toarray()
    return scores


def _project(
    found: LinearMap, images: NDArray[np.uint8], rows: NDArray[np.int64]
) -> NDArray[np.float32]:
    projected = np.zeros((len(rows), len(found.bias)), dtype=np.float32)
    for at in range(0, len(rows), BLOCK):
        pixels = _pixels(images[rows[at : at + BLOCK]])
        projected[at : at + BLOCK] = pixels @ found.kernel + found.bias
    return projected


def _pixels(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, 64 * 64 * 3) float32 in 0..1."""
    small = [Image.fromarray(image).resize((SIZE_PX, SIZE_PX)) for image in images]
    pixels = np.stack([np.asarray(one, dtype=np.float32) for one in small])
    return pixels.reshape(len(images), -1) / np.float32(255)
