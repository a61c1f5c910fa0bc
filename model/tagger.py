"""The one object that a service needs: image → embedding → scores → answer.

bytes ─ image ─▶ (H, W, 3) ─ encoder ─▶ (D,) ─┬─ head ─▶ base margins ─ forest ─▶ margins
                                              │            ─ calibration ─▶ scores ─▶ tags
                                              └─ index ─▶ neighbours
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from model.bundle import Bundle, default_bundle, open_bundle
from model.encoder import Encoder
from model.errors import VersionMismatchError, WidthMismatchError
from model.exact import Neighbour
from model.head import Evidence
from model.image import ImageLimits, image_from_bytes
from model.index import VectorIndex
from model.metric import Metric
from model.scorer import Scorer, Tag
from model.taught_tags import NamedTaught, read_taught_tags
from model.teaching import Prior

__all__ = ["Description", "Evidence", "Neighbour", "ScoredTag", "Tag", "Tagger"]

INDEX_DIRECTORY = "index"
INDEX_FILES = "index-files.json"


@dataclass(frozen=True)
class ScoredTag:
    """A tag as said of one illustration.

    Attributes:
        score: A calibrated probability.
        threshold: From which score on the tag is said without reservation.
    """

    name: str
    name_ja: str
    score: float
    threshold: float

    @property
    def sure(self) -> bool:
        """Whether the score reaches the threshold."""
        return self.score >= self.threshold


@dataclass(frozen=True)
class Description:
    """What the bundle says of one illustration: tags by falling score, neighbours by distance."""

    tags: tuple[ScoredTag, ...]
    similar: tuple[Neighbour, ...]


class Tagger:
    """A loaded bundle.

    Attributes:
        bundle: Where it came from, and its manifest.
        taught: Tags that were taught to the bundle after it was trained.
        indexed_files: File names of the illustrations in the bundle's own index; an item's id is
            its place in this list. Empty for a bundle without one.
    """

    def __init__(
        self,
        bundle: Bundle,
        encoder: Encoder,
        scorer: Scorer,
        index: VectorIndex,
        limits: ImageLimits,
    ) -> None:
        self.bundle = bundle
        self.taught: tuple[NamedTaught, ...] = read_taught_tags(bundle.directory, encoder.id)
        self.indexed_files = _indexed_files(bundle.directory)
        self._encoder = encoder
        self._scorer = scorer
        self._index = index
        self._limits = limits
        self._vocabulary = (*scorer.vocabulary, *(one.tag for one in self.taught))

    @classmethod
    def load(
        cls,
        bundle: Path | str | None = None,
        index: VectorIndex | None = None,
        limits: ImageLimits | None = None,
    ) -> Self:
        """Open a bundle, verify it, and make everything ready for the first image.

        Args:
            bundle: Its directory; None: the starter bundle.
            index: Where ``similar`` searches; None: the index that the bundle carries, empty if
                it carries none.
            limits: What images are refused.

        Raises:
            BundleError: If the bundle is missing, damaged or of another format.
            VersionMismatchError: If the index is of another encoder.
        """
        opened = open_bundle(Path(bundle) if bundle else default_bundle())
        encoder = Encoder.load(opened.directory)
        scorer = Scorer.load(opened.directory, encoder.width)
        if index is None:
            place = opened.directory / INDEX_DIRECTORY
            kept = place if place.is_dir() else None
            index = VectorIndex(kept, encoder.width, encoder.id, read_only=True)
        if index.encoder_id != encoder.id:
            raise VersionMismatchError(
                f"The index holds embeddings of the encoder {index.encoder_id}, the bundle has "
                f"{encoder.id}. Embed the illustrations again with this bundle."
            )
        return cls(opened, encoder, scorer, index, limits or ImageLimits())

    @property
    def vocabulary(self) -> tuple[Tag, ...]:
        """The T tags, in the order of the score columns; those taught later are the last."""
        return self._vocabulary

    @property
    def width(self) -> int:
        """Numbers in an embedding, D."""
        return self._encoder.width

    @property
    def image_size_px(self) -> int:
        """Side of the square images that ``encode`` takes."""
        return self._encoder.options.image_size_px

    @property
    def encoder_id(self) -> str:
        """Embeddings of different ids are never compared."""
        return self._encoder.id

    @cached_property
    def prior(self) -> Prior:
        """What teaches and scores tags that the bundle has not; it shares the bundle's arrays."""
        scorer = self._scorer
        return Prior.of(
            self.encoder_id,
            scorer.background,
            scorer.head.background.labels,
            scorer.edges,
            scorer.metric or Metric.load(self.bundle.directory),
        )

    def embed(self, images: Sequence[bytes]) -> NDArray[np.float32]:
        """Decode, prepare and encode image files.

        Returns:
            (N, D) float32 of length 1.

        Raises:
            ImageError: For the first file that cannot be described.
        """
        size = self.image_size_px
        prepared = np.empty((len(images), size, size, 3), dtype=np.uint8)
        for i, data in enumerate(images):
            prepared[i] = image_from_bytes(data, self._limits, size)
        return self.encode(prepared)

    def encode(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, H, W, 3) uint8 prepared images → (N, D) float32 embeddings of length 1.

        Raises:
            WidthMismatchError: If H and W are not ``image_size_px``.
        """
        return self._encoder.embed(images)

    def score(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """Score every tag of the vocabulary for every embedding.

        Args:
            embeddings: (N, D) float32. N may be 0.

        Returns:
            (N, T) float32 calibrated probabilities; column t belongs to ``vocabulary[t]``.

        Raises:
            WidthMismatchError: If D is not the width that the boosters were fitted on.
        """
        embeddings = self._fitting(embeddings)
        scores = self._scorer.score(embeddings)
        if not self.taught:
            return scores
        return np.hstack([scores, self._score_taught(embeddings)])

    def explain(self, embedding: NDArray[np.float32], name: str) -> Evidence | None:
        """Say what speaks for a tag: how the nearest labelled illustrations vote on it.

        They are of the background sample that the bundle carries; their vote is what the tag's
        booster starts from.

        Args:
            embedding: (D,) float32.
            name: The tag's.

        Returns:
            None: the vocabulary has no such tag.

        Raises:
            WidthMismatchError: If D is not the width that the boosters were fitted on.
        """
        (fitting,) = self._fitting(np.atleast_2d(embedding))
        column = next((t for t, tag in enumerate(self.vocabulary) if tag.name == name), None)
        if column is None:
            return None
        later = column - len(self._scorer.vocabulary)
        if later < 0:
            return self._scorer.explain(fitting, column)
        return self.prior.evidence(self.taught[later].taught, fitting)

    def best(self, embeddings: NDArray[np.float32], top: int) -> list[tuple[ScoredTag, ...]]:
        """The ``top`` tags of each embedding by falling score, as ``score`` has them.

        Faster than to score every tag: most have no chance, and their boosters are not read.

        Args:
            embeddings: (N, D) float32. N may be 0.
            top: How many tags, where there are as many.

        Raises:
            WidthMismatchError: If D is not the width that the boosters were fitted on.
        """
        embeddings = self._fitting(embeddings)
        taught = self._score_taught(embeddings)
        later = np.arange(len(self._scorer.vocabulary), len(self._vocabulary))
        found = zip(self._scorer.best(embeddings, top), taught, strict=True)
        return [
            self.named(np.append(columns, later), np.append(scores, own), top)
            for (columns, scores), own in found
        ]

    def named(
        self, columns: NDArray[np.intp], scores: NDArray[np.float32], top: int
    ) -> tuple[ScoredTag, ...]:
        """The ``top`` of some columns by falling score, with what the vocabulary says of them."""
        order = np.argsort(-scores, kind="stable")[: max(top, 0)]
        return tuple(
            ScoredTag(tag.name, tag.name_ja, float(scores[at]), tag.threshold)
            for at, tag in ((at, self._vocabulary[columns[at]]) for at in order)
        )

    def similar(
        self,
        embeddings: NDArray[np.float32],
        neighbours: int = 5,
        allowed: Collection[int] | NDArray[np.int64] | None = None,
    ) -> list[list[Neighbour]]:
        """Find the nearest items of the index by Euclidean distance.

        Args:
            embeddings: (N, D) float32.
            neighbours: How many at most for each.
            allowed: Only these ids; the filter works inside the search.

        Returns:
            N lists, nearest first.
        """
        return self._index.search(embeddings, neighbours, allowed)

    def describe(
        self, images: Sequence[bytes], top: int = 10, neighbours: int = 5
    ) -> list[Description]:
        """Everything at once: N image files → N descriptions.

        Raises:
            ImageError: For the first file that cannot be described.
        """
        embeddings = self.embed(images)
        tags = self.best(embeddings, top)
        found = self.similar(embeddings, neighbours)
        return [Description(best, tuple(near)) for best, near in zip(tags, found, strict=True)]

    def _score_taught(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, D) → (N, number of taught tags); the prior is not made where there is none."""
        if not self.taught:
            return np.empty((len(embeddings), 0), np.float32)
        return self.prior.score([one.taught for one in self.taught], embeddings)

    def _fitting(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        if embeddings.ndim != 2 or embeddings.shape[1] != self.width:
            raise WidthMismatchError(
                f"The bundle scores embeddings of shape (N, {self.width}). "
                f"Received: {embeddings.shape}. Embed with this bundle's encoder."
            )
        return np.ascontiguousarray(embeddings, dtype=np.float32)


def _indexed_files(directory: Path) -> tuple[str, ...]:
    listing = directory / INDEX_FILES
    return tuple(json.loads(listing.read_text(encoding="utf-8"))) if listing.is_file() else ()
