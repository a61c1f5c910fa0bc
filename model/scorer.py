"""Embeddings → scores of every tag: head, forest and calibration, as they lie in a bundle."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from model.calibration import Calibration
from model.errors import BundleError
from model.forest import Forest, warm_up
from model.head import (
    Background,
    Evidence,
    Head,
    HeadInputs,
    Labels,
    Neighbourhood,
    find_neighbourhood,
)
from model.metric import METRIC_FILE, Metric
from model.trees import BinEdges, Booster

VOCABULARY_FILE = "vocabulary.json"
HEAD_FILE = "head.npz"
_BY_METRIC, _BY_EMBEDDING = "metric", "embedding"
FIRST_LOOK = 200  # So many of the likeliest tags are scored before others are left out.
ROUNDING = 1e-5  # Far more than what adding in another order changes of a score.
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Tag:
    """One tag of the vocabulary.

    Attributes:
        name: English, or Japanese where it has no English name.
        name_ja: Japanese; empty where none is known.
        threshold: From this score on the tag is said without reservation.
        support: Training illustrations that have it.
    """

    name: str
    name_ja: str
    threshold: float
    support: int


@dataclass(frozen=True)
class Scorer:
    """The fitted parts that turn embeddings into scores.

    Attributes:
        vocabulary: T tags.
        head: What the boosters start from.
        edges: The bins that all boosters share, for the embedding, the vote and the ridge score.
        forest: The boosters.
        calibration: Margins to scores.
        background: (M, D) float32, ``head.background`` unpacked once.
        metric: Who is a neighbour; None: the embedding says it.
    """

    vocabulary: tuple[Tag, ...]
    head: Head
    edges: BinEdges
    forest: Forest
    calibration: Calibration
    background: Floats
    metric: Metric | None = None

    @cached_property
    def compared(self) -> Floats:
        """(M, K) float32: where the background lies in the eyes of the neighbours' search."""
        return self._seen(self.background)

    def inputs(self, embeddings: Floats) -> HeadInputs:
        """(N, D) float32 → the neighbours' votes and the ridge scores."""
        return self.head.inputs(embeddings, self._neighbourhood(embeddings))

    def _neighbourhood(self, embeddings: Floats) -> Neighbourhood:
        return find_neighbourhood(self._seen(embeddings), self.compared)

    def _seen(self, embeddings: Floats) -> Floats:
        return self.metric.places(embeddings) if self.metric else embeddings

    def score(self, embeddings: Floats) -> Floats:
        """(N, D) float32 → (N, T) float32 calibrated probabilities."""
        return self.calibration.scores(self.margins(embeddings))

    def best(self, embeddings: Floats, top: int) -> list[tuple[NDArray[np.intp], Floats]]:
        """The tags with the highest scores, exactly, without reading every tag's trees.

        What a tag can reach at most is known beforehand: its base margin and the highest leaf of
        each of its trees. So once ``top`` scores are known, most other tags cannot come before
        them any more, and their trees are left alone.

        Args:
            embeddings: (N, D) float32.
            top: How many tags.

        Returns:
            For each embedding min(top, T) columns and their scores, as ``score`` says them, by
            falling score and then by column.
        """
        return self.best_from(embeddings, self.inputs(embeddings), top)

    def best_from(
        self, embeddings: Floats, inputs: HeadInputs, top: int
    ) -> list[tuple[NDArray[np.intp], Floats]]:
        """The same from head inputs that were read already."""
        top = min(max(top, 0), len(self.vocabulary))
        if not top:
            return [(np.empty(0, np.intp), np.empty(0, np.float32)) for _ in embeddings]
        reading = _Reading(self, embeddings, inputs)
        looks = min(top + FIRST_LOOK, len(self.vocabulary))
        seen = reading.likeliest(looks)
        scores = reading.score(*np.nonzero(seen))
        enough = np.partition(scores.reshape(-1, looks), -top, axis=1)[:, -top]
        rest = reading.may_reach(enough) & ~seen
        looked_at = seen | rest
        whole = np.full(seen.shape, -1, np.float32)
        whole[seen], whole[rest] = scores, reading.score(*np.nonzero(rest))
        found = []
        for row, columns in zip(whole, map(np.flatnonzero, looked_at), strict=True):
            order = np.argsort(-row[columns], kind="stable")[:top]
            found.append((columns[order], row[columns[order]]))
        return found

    def margins(self, embeddings: Floats) -> Floats:
        """(N, D) float32 → (N, T) float32 margins, as XGBoost says them of the same boosters."""
        return self.margins_from(embeddings, self.inputs(embeddings))

    def margins_from(self, embeddings: Floats, inputs: HeadInputs) -> Floats:
        """The same from head inputs that were read already."""
        extra = self.edges.quantise(inputs.features().reshape(-1, 2), first=self.forest.width)
        return self.forest.margins(
            self.edges.quantise(embeddings),
            extra.reshape(len(embeddings), len(self.forest), 2),
            self.head.margins(inputs),
        )

    def explain(self, embedding: Floats, tag: int) -> Evidence:
        """What the nearest labelled illustrations say about one column; embedding (D,) float32."""
        return self.head.evidence(self._neighbourhood(embedding[None]), tag)

    def booster(self, tag: int) -> Booster:
        """The booster of one column, for ``model.boosters.to_xgboost``."""
        return self.forest.booster(tag)

    def save(self, directory: Path) -> None:
        """Write everything into an existing directory."""
        vocabulary = [dataclasses.asdict(tag) for tag in self.vocabulary]
        text = json.dumps(vocabulary, ensure_ascii=False, indent=0)
        (directory / VOCABULARY_FILE).write_text(text, encoding="utf-8")
        self.forest.save(directory)
        background, labels = self.head.background, self.head.background.labels
        np.savez(
            directory / HEAD_FILE,
            edges=self.edges.edges,
            ridge=self.head.ridge.astype(np.float16),
            prevalence=self.head.prevalence,
            coefficients=self.head.coefficients,
            codes=background.codes,
            scale=background.scale,
            label_starts=labels.starts.astype(np.uint32),
            label_tags=labels.tags.astype(np.uint16 if len(vocabulary) < 2**16 else np.uint32),
            slope=np.float32(self.calibration.slope),
            offsets=self.calibration.offsets,
            neighbours_by=np.array(_BY_METRIC if self.metric else _BY_EMBEDDING),
        )
        if self.metric:
            self.metric.save(directory)

    @classmethod
    def load(cls, directory: Path, width: int) -> Self:
        """Read what ``save`` wrote and compile the forest's kernel.

        Raises:
            BundleError: If a file is unreadable or the parts do not fit each other.
        """
        try:
            content = json.loads((directory / VOCABULARY_FILE).read_text(encoding="utf-8"))
            vocabulary = tuple(Tag(**tag) for tag in content)
            arrays = _read_head(directory)
            background = _background(arrays)
            ridge = arrays["ridge"].astype(np.float32)
            head = Head(background, ridge, arrays["prevalence"], arrays["coefficients"])
            calibration = Calibration(float(arrays["slope"]), arrays["offsets"])
            edges = BinEdges(arrays["edges"])
            by_metric = str(arrays.get("neighbours_by", _BY_EMBEDDING)) == _BY_METRIC
        except (OSError, ValueError, KeyError, TypeError, BadZipFile, EOFError) as error:
            raise BundleError(
                f"{directory} holds no scorer that this version can read ({error}). "
                "Take the bundle again from where it was published."
            ) from error
        forest = Forest.load(directory, width)
        if not len(vocabulary) == len(forest) == ridge.shape[1] == len(calibration.offsets):
            raise BundleError(
                f"{directory} does not fit together: {len(vocabulary)} tags, {len(forest)} "
                f"boosters, {ridge.shape[1]} ridge columns. Publish the bundle again."
            )
        warm_up()
        metric = Metric.load(directory) if by_metric else None
        if by_metric and metric is None:
            raise BundleError(
                f"{directory} lacks {METRIC_FILE}, by which its neighbours are judged. "
                "Take the bundle again from where it was published."
            )
        return cls(vocabulary, head, edges, forest, calibration, background.embeddings(), metric)


class _Reading:
    """What is known of some embeddings before any tree is read, and the reading of trees."""

    def __init__(self, scorer: Scorer, embeddings: Floats, inputs: HeadInputs) -> None:
        self._scorer = scorer
        self._inputs = inputs
        self._base = scorer.head.margins(inputs)
        self._bins = scorer.edges.quantise(embeddings)

    def likeliest(self, count: int) -> NDArray[np.bool_]:
        """(N, T) mask of the tags with the highest scores by their base margins alone."""
        calibration = self._scorer.calibration
        likely = calibration.slope * self._base + calibration.offsets
        places = np.argpartition(-likely, count - 1, axis=1)[:, :count]
        chosen = np.zeros(likely.shape, np.bool_)
        np.put_along_axis(chosen, places, values=True, axis=1)
        return chosen

    def may_reach(self, scores: Floats) -> NDArray[np.bool_]:
        """(N, T) mask of the tags that may have at least a score, one (N,) for each embedding."""
        highest = self._base + self._scorer.forest.highest
        return self._scorer.calibration.scores(highest) >= scores[:, None] * (1 - ROUNDING)

    def score(self, rows: NDArray[np.intp], tags: NDArray[np.intp]) -> Floats:
        """(P,) scores of pairs of an embedding and a tag."""
        scorer = self._scorer
        by_tag = np.argsort(tags, kind="stable")  # A tag's trees are read once for all rows.
        rows, tags = rows[by_tag], tags[by_tag]
        features = np.stack([self._inputs.votes[rows, tags], self._inputs.ridge[rows, tags]], 1)
        extra = scorer.edges.quantise(features, first=scorer.forest.width)
        base = self._base[rows, tags]
        margins = scorer.forest.margins_at(rows, tags, self._bins, extra, base)
        scores = np.empty(len(rows), np.float32)
        scores[by_tag] = scorer.calibration.scores(margins, tags)
        return scores


def load_background(directory: Path) -> tuple[Background, BinEdges]:
    """Read of a scorer what teaching a new tag needs, in a fraction of the time.

    Returns:
        The labelled sample, and the bins that all boosters share.

    Raises:
        BundleError: If the file is unreadable.
    """
    try:
        arrays = _read_head(directory)
        return _background(arrays), BinEdges(arrays["edges"])
    except (OSError, ValueError, KeyError, TypeError, BadZipFile, EOFError) as error:
        raise BundleError(
            f"{directory} holds no background that this version can read ({error}). "
            "Take the bundle again from where it was published."
        ) from error


def _read_head(directory: Path) -> dict[str, NDArray[Any]]:
    # Opened here, since numpy leaves a damaged archive open.
    with (
        (directory / HEAD_FILE).open("rb") as stored,
        np.load(stored, allow_pickle=False) as file,
    ):
        return {name: file[name] for name in file.files}


def _background(arrays: Mapping[str, NDArray[Any]]) -> Background:
    starts, tags = arrays["label_starts"].astype(np.int64), arrays["label_tags"].astype(np.int32)
    return Background(arrays["codes"], arrays["scale"], Labels(starts, tags))
