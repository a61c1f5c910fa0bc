"""The served head fitted once more: on other rows, on fewer labels, or with some tags alone."""

import dataclasses
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from train.compare.measures.footing import ASKED, Footing
from train.compare.measures.heads import Setting, vote_and_ridge
from train.compare.measures.trials import Columns, Doubles, TaggingOptions, fit_tags, precisions
from train.compare.space import FEWEST_OF_A_TAG, Labelled, Space

SPLIT = "test"
BOOSTERS, MARGIN = "boosters", "vote and ridge"
CAP = 10


@dataclass(frozen=True)
class Bench:
    """What all fits share.

    Attributes:
        space: The embeddings.
        tags: Columns of the vocabulary to fit with, rising.
        options: How tag heads are fitted.
    """

    space: Space
    tags: Columns
    options: TaggingOptions

    def precisions(
        self, labels: sp.csr_matrix, rows: NDArray[np.int64], asked: Columns
    ) -> dict[str, Doubles]:
        """Fit vote and ridge for the bench's tags on some rows, and boosters for those asked.

        Returns:
            By head, (T,) average precisions on the test split; NaN where none was measured.
        """
        labelled = self.space.labelled
        tested = counts_of(labelled.labels, labelled.test) >= FEWEST_OF_A_TAG
        found = {head: np.full(len(tested), np.nan) for head in (MARGIN, BOOSTERS)}
        tags = self.tags[counts_of(labels, rows)[self.tags] >= FEWEST_OF_A_TAG]
        told = np.flatnonzero(tested[tags])
        if not len(told):
            return found
        footing = Footing.of(self._part(labels, rows, tags), self.options.seed)
        margins = vote_and_ridge(footing, footing.parts[SPLIT])
        found[MARGIN][tags[told]] = precisions(margins, footing.truth, told)
        wanted = told[np.isin(tags[told], asked)]
        served = {BOOSTERS: (Setting(self.options.boosters.reg_lambda),)}
        fitted = fit_tags(footing, wanted, served, self.options)
        found[BOOSTERS][tags[wanted]] = fitted[:, 0, ASKED.index(SPLIT)]
        return found

    def _part(self, labels: sp.csr_matrix, rows: NDArray[np.int64], tags: Columns) -> Space:
        """The space with some tags alone, to be fitted on some rows and asked about the test."""
        nobody = np.zeros(0, dtype=np.int64)
        part = dataclasses.replace(
            self.space.labelled,
            fitting=rows,
            validation=nobody,
            holdout=nobody,
            vocabulary=tuple(self.space.labelled.vocabulary[t] for t in tags.tolist()),
            labels=labels[:, tags].tocsr(),
        )
        return dataclasses.replace(self.space, labelled=part)


def cap_labels(
    labels: sp.csr_matrix, rows: NDArray[np.int64], seed: int, cap: int = CAP
) -> sp.csr_matrix:
    """Keep at most ``cap`` random labels of some rows, and all of the others.

    Args:
        labels: (N, T) ones.
        rows: Row numbers.
        seed: Which labels.
        cap: How many.

    Returns:
        (N, T) ones.
    """
    random = np.random.default_rng(seed)
    kept = np.ones(labels.nnz, dtype=np.bool_)
    for row in rows.tolist():
        start, end = labels.indptr[row : row + 2]
        if end - start > cap:
            kept[start + random.permutation(end - start)[cap:]] = False
    starts = np.concatenate([[0], np.cumsum(kept)])[labels.indptr]
    content = (labels.data[kept], labels.indices[kept], starts)
    return sp.csr_matrix(content, labels.shape)


def draw_groups(labelled: Labelled, count: int, seed: int) -> NDArray[np.int64]:
    """Rising row numbers of ``count`` fitting rows, whole groups but for the last."""
    groups = labelled.groups[labelled.fitting]
    order = np.random.default_rng(seed).permutation(labelled.groups.max(initial=0) + 1)
    drawn = np.argsort(order[groups], kind="stable")[:count]
    return np.sort(labelled.fitting[drawn])


def counts_of(labels: sp.csr_matrix, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """(T,) how many of the rows have each tag."""
    return np.asarray(labels[rows].sum(axis=0), dtype=np.int64).ravel()
