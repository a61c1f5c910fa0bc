"""Is a new bundle at least as good as the one that it is to replace?

Both are measured on the same illustrations, which the new one was not trained on: those in the test
split of the data; where no tag has enough of them there, those that were held out for validation
(they chose the new one's thresholds, which average precision does not look at). What cannot be
shown to be as good counts as worse: the old bundle serves, and a doubt is no reason to replace it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import model
from model.datasets import Row
from model.encoder import Encoder
from model.image import ImageLimits
from model.scorer import Scorer, Tag
from train.evaluate import evaluate_rows
from train.metrics import MIN_LABELLED

FIGURE = "map_macro"


@dataclass(frozen=True)
class Comparison:
    """Two bundles on the same illustrations.

    Attributes:
        rival: The bundle that is to be replaced.
        split: Which illustrations they were.
        new: What ``train.metrics.measure`` says of the new one; empty where nothing was measured.
        old: The same of the rival.
    """

    rival: str
    split: str
    new: dict[str, Any]
    old: dict[str, Any]

    @property
    def is_better(self) -> bool:
        """Whether the new one has shown that it is at least as good."""
        new, old = self.new.get(FIGURE), self.old.get(FIGURE)
        return new is not None and old is not None and new >= old

    def __str__(self) -> str:
        if self.new.get(FIGURE) is None:
            return (
                f"Nothing shows whether the new bundle is as good as {self.rival}: no tag has "
                f"{MIN_LABELLED} held-out illustrations in the data."
            )
        verdict = "as good as" if self.is_better else "worse than"
        return (
            f"The new bundle is {verdict} {self.rival}: mean average precision "
            f"{self.new[FIGURE]:.3f} against {self.old[FIGURE]:.3f} over {self.new['tags']:,} tags "
            f"of {self.new['images']:,} illustrations ({self.split})."
        )

    def figures(self) -> dict[str, Any]:
        """What other programs read of it."""
        return {
            "rival": self.rival,
            "split": self.split,
            "better": self.is_better,
            "images": self.new.get("images", 0),
            "new": self.new.get(FIGURE),
            "old": self.old.get(FIGURE),
        }


@dataclass(frozen=True)
class Candidate:
    """What is about to be published, as ``evaluate_rows`` takes it."""

    encoder: Encoder
    scorer: Scorer

    @property
    def vocabulary(self) -> tuple[Tag, ...]:
        """T tags, in the order of the score columns."""
        return self.scorer.vocabulary

    @property
    def image_size_px(self) -> int:
        """Side of the images that ``encode`` takes."""
        return self.encoder.options.image_size_px

    def encode(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, H, W, 3) images → (N, D) embeddings."""
        return self.encoder.embed(images)

    def score(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, D) embeddings → (N, T) probabilities."""
        return self.scorer.score(embeddings)


def compare(
    candidate: Candidate,
    rival: Path,
    tested: Sequence[Row],
    held: Sequence[Row],
    limits: ImageLimits,
) -> Comparison:
    """Measure both.

    Args:
        candidate: The new one.
        rival: The bundle that is to be replaced.
        tested: The rows of the test split.
        held: The rows that were held out for validation.
        limits: What images are refused.

    Raises:
        BundleError: If the rival cannot be opened.
        DatasetError: If not one of the images can be read.
    """
    old = model.Tagger.load(rival, limits=limits)
    for split, rows in (("test split", tested), ("validation", held)):
        told = [row for row in rows if row.tags or row.tags_ja]
        if _can_tell(told):
            measured = [evaluate_rows(one, told, limits) for one in (candidate, old)]
            return Comparison(old.bundle.name, split, *measured)
    return Comparison(old.bundle.name, "none", {}, {})


def _can_tell(rows: Sequence[Row]) -> bool:
    counts = Counter(tag for row in rows for tag in set(row.tags))
    return any(count >= MIN_LABELLED for count in counts.values())
