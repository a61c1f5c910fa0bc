"""The last, label-free step of an encoder: partial whitening, then unit length.

Why: an autoencoder spends most of its latent variance on what most changes pixels (how much ink,
which background), so raw Euclidean neighbours agree on that and on little else. Dividing each
principal direction by a power of its spread lets the finer directions speak, and unit length takes
the overall contrast out. Strength 0 only centres, 1 whitens fully; in between is best (the amount
is chosen on the validation split, see ``docs/starter.md``).
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

SMALLEST_VARIANCE = 1e-6


@dataclass(frozen=True)
class Projection:
    """``x → unit((x - mean) @ matrix)``.

    Attributes:
        mean: (D,) float32.
        matrix: (D, D) float32.
    """

    mean: NDArray[np.float32]
    matrix: NDArray[np.float32]

    @classmethod
    def fit(cls, latents: NDArray[np.floating[Any]], strength: float, networks: int = 1) -> Self:
        """Fit on the network's outputs.

        Args:
            latents: (N, D) of the images that the encoder was trained on; N ≥ 2.
            strength: 0 to 1.
            networks: How many gave them, each an equal share of D. All count alike, whatever the
                scale of their numbers.
        """
        even = _evening(latents, networks)
        latents = latents.astype(np.float64) * even
        mean = latents.mean(axis=0)
        variances, directions = np.linalg.eigh(np.cov(latents, rowvar=False))
        scale = np.maximum(variances, SMALLEST_VARIANCE) ** (-strength / 2)
        matrix = even[:, None] * directions * scale
        return cls((mean / even).astype(np.float32), matrix.astype(np.float32))

    @classmethod
    def none(cls, width: int) -> Self:
        """No whitening: unit length alone."""
        return cls(np.zeros(width, np.float32), np.eye(width, dtype=np.float32))

    def apply(self, latents: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, D) network outputs → (N, D) float32 embeddings of length 1."""
        turned = (latents - self.mean) @ self.matrix
        length = np.linalg.norm(turned, axis=1, keepdims=True)
        embeddings: NDArray[np.float32] = turned / np.maximum(length, SMALLEST_VARIANCE)
        return embeddings


def _evening(latents: NDArray[np.floating[Any]], networks: int) -> NDArray[np.float64]:
    """(D,) factors that bring each network's numbers to a mean variance of 1; none for one."""
    width = latents.shape[1]
    if networks == 1:
        return np.ones(width)
    variances = latents.var(axis=0, dtype=np.float64).reshape(networks, -1).mean(axis=1)
    return np.repeat(np.maximum(variances, SMALLEST_VARIANCE) ** -0.5, width // networks)
