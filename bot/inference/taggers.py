"""What the inference process needs of a tagger: the seam between the service and ``model``.

``model.tagger.Tagger`` has it, and ``bot.fakes.FakeTagger``, which needs no TensorFlow.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from model.head import Evidence
from model.teaching import Taught


class TagLike(Protocol):
    """A tag of either kind."""

    @property
    def name(self) -> str:
        """English, or the only name there is."""
        ...

    @property
    def name_ja(self) -> str:
        """Japanese; empty: unknown."""
        ...

    @property
    def threshold(self) -> float:
        """From which score on the tag counts."""
        ...


class KnownTag(TagLike, Protocol):
    """A tag of the vocabulary."""

    @property
    def support(self) -> int:
        """Labelled illustrations that it was fitted on."""
        ...


class FoundTag(TagLike, Protocol):
    """A tag with its score."""

    @property
    def score(self) -> float:
        """Calibrated probability."""
        ...


class PriorLike(Protocol):
    """What scores taught tags: ``model.teaching.Prior``."""

    @property
    def id(self) -> str:
        """Tags that were taught under one id are never scored under another."""
        ...

    def score(
        self, taught: Sequence[Taught], embeddings: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """(N, D) → (N, len(taught))."""
        ...

    def evidence(self, taught: Taught, embedding: NDArray[np.float32]) -> Evidence:
        """What speaks for a taught tag of an embedding (D,)."""
        ...


class TaggerLike(Protocol):
    """Image → embedding → scores → tags."""

    @property
    def vocabulary(self) -> Sequence[KnownTag]:
        """T tags."""
        ...

    @property
    def width(self) -> int:
        """D, the numbers of an embedding."""
        ...

    @property
    def image_size_px(self) -> int:
        """S, the side of the square that the encoder reads."""
        ...

    @property
    def encoder_id(self) -> str:
        """Which encoder the embeddings are of."""
        ...

    def encode(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, H, W, 3) → (N, D)."""
        ...

    def score(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, D) → (N, T)."""
        ...

    def best(self, embeddings: NDArray[np.float32], top: int) -> Sequence[Sequence[FoundTag]]:
        """(N, D) → the best ``top`` tags of each by falling score."""
        ...

    @property
    def prior(self) -> PriorLike:
        """What scores taught tags."""
        ...

    def explain(self, embedding: NDArray[np.float32], name: str) -> Evidence | None:
        """What speaks for a tag of an embedding (D,); None: the vocabulary has no such tag."""
        ...
