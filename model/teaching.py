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
from typing import Self
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from model.bundle import default_bundle, open_bundle
from model.correcting import Against, fit_trees, own_edges, tree_bins
from model.errors import TrainingError, VersionMismatchError, WidthMismatchError
from model.examples import Examples, others
from model.head import Evidence, Floats, Labels, find_neighbourhood
from model.likeness import Likeness, Seen
from model.metric import Metric
from model.scorer import load_background
from model.standard import SAID_FROM, Standard, scores_of
from model.taught import Taught
from model.trees import BinEdges, leaf_sums

__all__ = ["Prior", "Taught"]

SAMPLE = 20_000  # Rows of the background that a tag is fitted against.
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
        width: int = self.background.shape[1]
        return width

    @classmethod
    def load(cls, bundle: Path | str | None = None) -> Self:
        """Open a bundle and read what teaching needs of it; TensorFlow is not imported.

        Args:
            bundle: Its directory; None or empty: the starter bundle.

        Raises:
            BundleError: If the bundle is missing or damaged.
        """
        opened = open_bundle(Path(bundle) if bundle else default_bundle())
        background, edges = load_background(opened.directory)
        return cls.of(
            str(opened.manifest["encoder"]["id"]),
            background.embeddings(),
            background.labels,
            edges,
            Metric.load(opened.directory),
        )

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
        right = Examples.of(self._fitting(positives))
        wrong = Examples.of(self._fitting(negatives))
        if not right.support:
            raise TrainingError("A tag cannot be learnt from no example. Hand one in that has it.")
        likeness = Likeness.to(self.metric, right.compared, wrong.compared)
        rest = others(self._sample.embeddings, right.compared)
        usual = likeness.of(self._sample)
        standard = Standard.of(usual[rest], right.support)
        against = Against(self._sample, rest, standard.margins(usual))
        further = [Seen.by(self.metric, kind.further) for kind in (right, wrong)]
        return Taught(
            encoder_id=self.encoder_id,
            threshold=SAID_FROM,
            positives=right.compared,
            negatives=wrong.compared,
            standard=standard,
            stretch=standard.stretch(usual[rest], likeness.of(likeness.positives)),
            booster=fit_trees(self.edges, likeness, further, against, standard),
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
        return scores_of(margins, np.array([tag.stretch for tag in taught], np.float32))

    def look(self, embeddings: Floats) -> Asked:
        """Everything of (N, D) embeddings that does not depend on the tag they are asked about."""
        return Asked(Seen.by(self.metric, embeddings), self.edges.quantise(embeddings))

    def margins(self, taught: Sequence[Taught], asked: Asked) -> Floats:
        """(N, T) float32: the margins of T tags for N illustrations that were looked at."""
        margins = np.empty((len(asked.bins), len(taught)), dtype=np.float32)
        for column, tag in enumerate(taught):
            base = tag.standard.margins(self._likeness(tag).of(asked.seen))
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

    def _fitting(self, embeddings: Floats) -> Floats:
        if embeddings.ndim != 2 or embeddings.shape[1] != self.width:
            raise WidthMismatchError(
                f"Teaching reads embeddings of shape (N, {self.width}). "
                f"Received: {embeddings.shape}. Embed with this bundle's encoder."
            )
        return np.ascontiguousarray(embeddings, dtype=np.float32)
