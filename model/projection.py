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
    def fit(cls, latents: NDArray[np.floating[Any]], strength: float) -> Self:
        """Fit on the network's outputs.

        Args:
            latents: (N, D) of the images that the encoder was trained on; N ≥ 2.
            strength: 0 to 1.
        """
        latents = latents.astype(np.float64)
        mean = latents.mean(axis=0)
        variances, directions = np.linalg.eigh(np.cov(latents, rowvar=False))
        scale = np.maximum(variances, SMALLEST_VARIANCE) ** (-strength / 2)
        return cls(mean.astype(np.float32), (directions * scale).astype(np.float32))

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
