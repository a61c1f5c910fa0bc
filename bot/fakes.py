"""A tagger that needs no TensorFlow: the fake beside the seam ``TaggerLike``.

It sees colours: an embedding is the picture's average colour in four quarters, and a tag's score
falls with the distance to that tag's colour. Deterministic, and alike pictures come out alike.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.illustrations import ScoredTag, VocabularyTag
from model.errors import BundleError
from model.head import Evidence

_COLOURS: dict[str, tuple[str, tuple[int, int, int]]] = {
    "red": ("赤", (220, 30, 30)),
    "green": ("緑", (30, 160, 60)),
    "blue": ("青", (30, 60, 200)),
    "night sky": ("夜空", (10, 10, 40)),
    "starry sky": ("星空", (30, 30, 70)),
    "snow": ("雪", (245, 250, 255)),
    "sunset": ("夕焼け", (250, 140, 60)),
    "sea": ("海", (40, 120, 190)),
    "grey": ("灰色", (128, 128, 128)),
    "skin": ("", (230, 190, 160)),
    "yellow": ("黄色", (240, 220, 40)),
    "pink": ("ピンク", (250, 160, 190)),
}

_COLOURS_LOOKED_AT = 5


class FakeTagger:
    """Tags pictures by their colours."""

    image_size_px = 16
    width = 12
    encoder_id = "fake-colours"

    def __init__(self) -> None:
        self.vocabulary = tuple(
            VocabularyTag(name, name_ja, 0.5, 100 - place)
            for place, (name, (name_ja, _)) in enumerate(_COLOURS.items())
        )

    @classmethod
    def load(cls, bundle: str | Path | None = None) -> "FakeTagger":
        """As ``Tagger.load``; a bundle that is named must exist.

        Raises:
            BundleError: If it does not.
        """
        if bundle and not Path(bundle).is_dir():
            raise BundleError(f"There is no bundle {bundle}. Check model.bundle.")
        return cls()

    def encode(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, 16, 16, 3) uint8 → (N, 12) float32: the average colour of each quarter."""
        halves = images.reshape(len(images), 2, 8, 2, 8, 3).astype(np.float32)
        quarters: NDArray[np.float32] = halves.mean(axis=(2, 4)).reshape(len(images), self.width)
        return quarters / np.float32(255.0)

    def score(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, 12) → (N, T): one at a tag's own colour, falling with the distance."""
        colours = np.array([colour for _, colour in _COLOURS.values()], np.float32) / 255.0
        average = embeddings.reshape(-1, 4, 3).mean(axis=1)
        distance = np.linalg.norm(average[:, None] - colours[None], axis=2)
        scores: NDArray[np.float32] = np.exp(-3.0 * distance).astype(np.float32)
        return scores

    def select(self, scores: NDArray[np.float32], top: int) -> Sequence[ScoredTag]:
        """(T,) → the best tags by falling score."""
        best = np.argsort(-scores, kind="stable")[:top]
        return [
            ScoredTag(tag.name, tag.name_ja, float(scores[place]), tag.threshold)
            for place, tag in ((place, self.vocabulary[place]) for place in best)
        ]

    def explain(self, embedding: NDArray[np.float32], name: str) -> Evidence | None:
        """(12,) → evidence: its only labelled illustrations are the tags' colours, one of each."""
        names = [tag.name for tag in self.vocabulary]
        if name not in names:
            return None
        (likeness,) = self.score(embedding[None])
        near = np.argsort(-likeness, kind="stable")[:_COLOURS_LOOKED_AT]
        have = near == names.index(name)
        weights = likeness[near] / likeness[near].sum()
        return Evidence(len(near), int(have.sum()), float(weights[have].sum()), 1 / len(names))
