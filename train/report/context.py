"""What a report is made of: plain arrays and figures, so that it needs no network and no run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from train.comparing import Comparison
from train.vocabulary import KnownTag


@dataclass(frozen=True)
class ReportContext:
    """Everything that the page shows; N validation images, T tags, D numbers in an embedding.

    Attributes:
        title: The bundle's name.
        vocabulary: T tags.
        images: (N, H, W, 3) uint8, images that were not trained on.
        names: N titles, for captions.
        labels: (N, T) ones where image n has tag t.
        scores: (N, T) float32 probabilities.
        embeddings: (N, D) float32.
        reconstructed: (R,) which images were reconstructed; empty where there is no decoder.
        reconstructions: (R, H, W, 3) uint8.
        rounds: Of the encoder's training, as ``train.encoders.training.rounds_in`` gives them.
        evaluations: By split, what ``train.metrics.measure`` returned.
        facts: What else is worth knowing about the run, by name.
        step_seconds: How long each step took.
        problems: Files that were left out: ``name`` and ``message``.
        comparison: With the bundle that this one is to replace, if there is one.
    """

    title: str
    vocabulary: Sequence[KnownTag]
    images: NDArray[np.uint8]
    names: Sequence[str]
    labels: sp.csr_matrix
    scores: NDArray[np.float32]
    embeddings: NDArray[np.float32]
    reconstructed: NDArray[np.int64]
    reconstructions: NDArray[np.uint8]
    rounds: Sequence[Mapping[str, float]] = ()
    evaluations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    step_seconds: Mapping[str, float] = field(default_factory=dict)
    problems: Sequence[Mapping[str, str]] = ()
    comparison: Comparison | None = None


def example_rows(total: int, count: int, seed: int = 0) -> NDArray[np.int64]:
    """Choose ``count`` of ``total`` images at random, the same ones every time."""
    return np.sort(np.random.default_rng(seed).permutation(total)[:count])
