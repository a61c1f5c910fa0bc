"""A tag taught from a handful of examples: one booster that starts from what the bundle knows.

A bare booster on five examples is poor. So, as the bundle's own boosters do, a taught tag's trees
start from a margin that is already good, and take over as examples grow. That margin is an
illustration's likeness to the examples (``model.likeness``), in units of how it varies over the
background sample, which speaks for "does not have it".
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from weakref import WeakKeyDictionary
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from model.bundle import default_bundle, open_bundle
from model.correcting import fit_trees, own_edges, tree_bins
from model.errors import BundleError, TrainingError, VersionMismatchError, WidthMismatchError
from model.head import (
    LARGEST_MARGIN,
    MARGIN_STEP,
    Background,
    Evidence,
    Floats,
    Labels,
    find_neighbourhood,
)
from model.likeness import Likeness, Seen
from model.metric import Metric
from model.scorer import HEAD_FILE
from model.taught import Taught
from model.trees import BinEdges, leaf_sums

__all__ = ["Prior", "Taught"]

# Margin = INTERCEPT + SLOPE · (likeness in standard deviations of the background): logistic
# regression over tags treated as if they were new, of which an illustration has one in 170.
INTERCEPT, SLOPE = -5.5, 0.77
ALONE_SLOPE = 0.64  # With a single example.
SAID_FROM = 0.2  # Over those tags, about one in three that is said then is right.
OWN_MARGIN, MOST_SAID = 0.0, 0.02
MOST_COMPARED = 128  # Examples of each kind that a new illustration is compared with.
SAMPLE = 20_000  # Rows of the background that a tag is fitted against.
SMALLEST_SPREAD = 0.3
SAME = 1e-5  # Squared distance below which a row is the example itself.
BLOCK = 2048


@dataclass(frozen=True)
class Asked:
    """Illustrations that tags are asked about: what a metric sees in them, and (N, D) bins."""

    seen: Seen
    bins: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Prior:
    """What teaching knows before the first example.

    Attributes:
        encoder_id: Whose embeddings it reads.
        background: (M, D) float32: illustrations that speak for "does not have it".
        edges: The bins of D + 2 features: the embedding's numbers, the margin, the familiarity.
        metric: What the known tags tell of likeness.
    """

    encoder_id: str
    background: Floats
    edges: BinEdges
    metric: Metric

    @cached_property
    def id(self) -> str:
        """Tags that were taught under one id are never scored under another.

        Two bundles of one encoder may differ in what their tags tell of likeness.
        """
        digest = hashlib.sha256(self.encoder_id.encode())
        for array in (self.edges.edges, self.metric.mean, self.metric.skip, self.metric.tags):
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()[:16]

    @property
    def width(self) -> int:
        """Numbers in an embedding, D."""
        return self.background.shape[1]

    @classmethod
    def load(cls, bundle: Path | str | None = None) -> Self:
        """Open a bundle and read what teaching needs of it; TensorFlow is not imported.

        Args:
            bundle: Its directory; None or empty: the starter bundle.

        Raises:
            BundleError: If the bundle is missing or damaged.
        """
        opened = open_bundle(Path(bundle) if bundle else default_bundle())
        try:
            with (
                (opened.directory / HEAD_FILE).open("rb") as stored,
                np.load(stored, allow_pickle=False) as file,
            ):
                labels = Labels(
                    file["label_starts"].astype(np.int64), file["label_tags"].astype(np.int32)
                )
                embeddings = Background(file["codes"], file["scale"], labels).embeddings()
                edges = BinEdges(file["edges"])
            encoder_id = str(opened.manifest["encoder"]["id"])
        except (OSError, ValueError, KeyError, TypeError, BadZipFile, EOFError) as error:
            raise BundleError(
                f"{opened.directory} holds no background that this version can read ({error}). "
                "Take the bundle again from where it was published."
            ) from error
        metric = Metric.load(opened.directory)
        return cls.of(encoder_id, embeddings, labels, edges, metric)

    @classmethod
    def of(
        cls,
        encoder_id: str,
        background: Floats,
        labels: Labels,
        edges: BinEdges,
        metric: Metric | None,
    ) -> Self:
        """Make one of a bundle's parts, which are not copied.

        Args:
            encoder_id: Whose embeddings it reads.
            background: (M, D).
            labels: The background's known tags.
            edges: The bins of at least the embedding's D numbers.
            metric: None: the one that needs no training.
        """
        if metric is None:
            metric = Metric.linear(background, labels)
        return cls(encoder_id, background, own_edges(edges, background.shape[1]), metric)

    @classmethod
    def fit(cls, embeddings: Floats, labels: Labels, encoder_id: str) -> Self:
        """Learn from labelled illustrations what tags are like, without training.

        Args:
            embeddings: (M, D) with M ≥ 1.
            labels: Their known tags.
            encoder_id: Whose embeddings they are.
        """
        embeddings = np.ascontiguousarray(embeddings, dtype=np.float32)
        edges = BinEdges.fit(embeddings[:SAMPLE])
        return cls.of(encoder_id, embeddings, labels, edges, None)

    def teach(self, positives: Floats, negatives: Floats) -> Taught:
        """Fit one tag; the same examples give the same tag.

        Args:
            positives: (n, D) with n ≥ 1, examples that have it. The same one twice counts once.
            negatives: (m, D), examples that have it not; m may be 0.

        Raises:
            TrainingError: If there is no positive.
            WidthMismatchError: If D is another width than the prior's.
        """
        right, wrong = _distinct(self._fitting(positives)), _distinct(self._fitting(negatives))
        if not len(right):
            raise TrainingError("A tag cannot be learnt from no example. Hand one in that has it.")
        likeness = Likeness.to(self.metric, _some(right), _some(wrong))
        rest = self._rest(right)
        values = likeness.of(rest)
        usual, spread = float(values.mean()), max(float(values.std()), SMALLEST_SPREAD)

        def margins(likeness: Floats) -> Floats:
            return _base(likeness, usual, spread, len(right))

        base = margins(values)
        trees = fit_trees(self.edges, likeness, rest, base, margins)
        reached = float(np.median(margins(likeness.of(likeness.positives))))
        return Taught(
            encoder_id=self.encoder_id,
            support=len(right),
            threshold=SAID_FROM,
            positives=likeness.positives.embeddings,
            negatives=likeness.negatives.embeddings,
            usual=usual,
            spread=spread,
            stretch=_stretch(reached, base),
            booster=trees,
        )

    def score(self, taught: Sequence[Taught], embeddings: Floats) -> Floats:
        """Score taught tags.

        Args:
            taught: T tags of this prior's encoder.
            embeddings: (N, D). N may be 0.

        Returns:
            (N, T) float32 calibrated probabilities.

        Raises:
            VersionMismatchError: If a tag is of another encoder.
            WidthMismatchError: If D is another width than the prior's.
        """
        embeddings = self._fitting(embeddings)
        margins = np.empty((len(embeddings), len(taught)), dtype=np.float32)
        if taught:
            for at in range(0, len(embeddings), BLOCK):
                part = slice(at, at + BLOCK)
                margins[part] = self.margins(taught, self.look(embeddings[part]))
        stretch = np.array([tag.stretch for tag in taught], np.float32)
        return _sigmoid(INTERCEPT + stretch * (margins - INTERCEPT))

    def look(self, embeddings: Floats) -> Asked:
        """Everything of (N, D) embeddings that does not depend on the tag they are asked about."""
        return Asked(Seen.by(self.metric, embeddings), self.edges.quantise(embeddings))

    def margins(self, taught: Sequence[Taught], asked: Asked) -> Floats:
        """(N, T) float32: the margins of T tags for N illustrations that were looked at."""
        margins = np.empty((len(asked.bins), len(taught)), dtype=np.float32)
        for column, tag in enumerate(taught):
            likeness = self._likeness(tag).of(asked.seen)
            base = _base(likeness, tag.usual, tag.spread, tag.support)
            if len(tag.booster.bins):
                bins = tree_bins(self.edges, asked.seen, base, asked.bins)
                base = base + leaf_sums(tag.booster, bins)
            margins[:, column] = base
        return margins

    def evidence(self, taught: Taught, embedding: Floats) -> Evidence:
        """Say what speaks for a taught tag: how the nearest illustrations vote on it.

        Args:
            taught: A tag of this prior's encoder.
            embedding: (D,) float32.
        """
        both = np.concatenate([taught.positives, self.background])
        near = find_neighbourhood(self._fitting(embedding[None]), both)
        have = near.rows[0] < len(taught.positives)
        return Evidence(
            neighbours=len(have),
            having=int(have.sum()),
            weight=float(near.weights[0, have].sum()),
            prevalence=len(taught.positives) / len(both),
        )

    def _likeness(self, tag: Taught) -> Likeness:
        """What a stored tag compares with; looked at once as long as the tag is held."""
        if tag.encoder_id != self.encoder_id:
            raise VersionMismatchError(
                f"A taught tag is of the encoder {tag.encoder_id}, the bundle has "
                f"{self.encoder_id}. Refit the tag for this bundle."
            )
        known = self._likenesses.get(tag)
        if known is None:
            positives, negatives = self._fitting(tag.positives), self._fitting(tag.negatives)
            known = self._likenesses[tag] = Likeness.to(self.metric, positives, negatives)
        return known

    @cached_property
    def _likenesses(self) -> WeakKeyDictionary[Taught, Likeness]:
        return WeakKeyDictionary()

    @cached_property
    def _sample(self) -> Seen:
        """The part of the background that tags are fitted against."""
        chosen = np.random.default_rng(0).permutation(len(self.background))[:SAMPLE]
        return Seen.by(self.metric, self.background[np.sort(chosen)])

    def _rest(self, positives: Floats) -> Seen:
        """The sample without rows that are an example themselves."""
        sample = self._sample
        squares = np.square(sample.embeddings).sum(axis=1)
        distances = squares[:, None] + np.square(positives).sum(axis=1)
        distances -= 2 * (sample.embeddings @ positives.T)
        others = np.flatnonzero(distances.min(axis=1) > SAME)
        return sample.part(others) if len(others) else sample

    def _fitting(self, embeddings: Floats) -> Floats:
        if embeddings.ndim != 2 or embeddings.shape[1] != self.width:
            raise WidthMismatchError(
                f"Teaching reads embeddings of shape (N, {self.width}). "
                f"Received: {embeddings.shape}. Embed with this bundle's encoder."
            )
        return np.ascontiguousarray(embeddings, dtype=np.float32)


def _base(likeness: Floats, usual: float, spread: float, support: int) -> Floats:
    """Base margins, multiples of 2**-10 so that sums with leaves are exact."""
    slope = SLOPE if support > 1 else ALONE_SLOPE
    margins = INTERCEPT + slope * (likeness - usual) / spread
    margins = np.clip(margins, -LARGEST_MARGIN, LARGEST_MARGIN)
    rounded: Floats = (np.rint(margins / MARGIN_STEP) * MARGIN_STEP).astype(np.float32)
    return rounded


def _stretch(reached: float, usual: Floats) -> float:
    """How far margins are stretched so that a tag's own examples reach ``OWN_MARGIN``.

    Seldom needed (then 1): where no illustration of the background is far from the others, none
    can be many standard deviations more like the examples, and the tag would stay silent. But
    never so far that it would be said of more than ``MOST_SAID`` of the background.

    Args:
        reached: The median margin of the examples themselves.
        usual: The background's base margins.
    """
    said = float(np.log(SAID_FROM / (1 - SAID_FROM)))
    highest = max(float(np.quantile(usual, 1 - MOST_SAID)) - INTERCEPT, 1e-3)
    wanted = (OWN_MARGIN - INTERCEPT) / max(reached - INTERCEPT, 1e-3)
    return max(1.0, min(wanted, (said - INTERCEPT) / highest))


def _distinct(embeddings: Floats) -> Floats:
    """The different rows, in their order, rounded as they are stored."""
    rounded = embeddings.astype(np.float16).astype(np.float32)
    _, first = np.unique(rounded, axis=0, return_index=True)
    return rounded[np.sort(first)]


def _some(embeddings: Floats) -> Floats:
    """At most MOST_COMPARED rows, evenly over their order."""
    count = len(embeddings)
    if count <= MOST_COMPARED:
        return embeddings
    return embeddings[np.linspace(0, count - 1, MOST_COMPARED).astype(np.int64)]


def _sigmoid(margins: NDArray[Any]) -> Floats:
    return (1 / (1 + np.exp(-np.clip(margins, -60, 60)))).astype(np.float32)
