"""What fitting boosters reads, made again of a bundle alone."""

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from model.scorer import Scorer
from train.boosters import Fitting
from train.head import fit_edges, fit_head
from train.vocabulary import NamedTag

FEWEST_POSITIVES = 5


def labels_of(scorer: Scorer) -> sp.csr_matrix:
    """(M, T) float32 ones: the tags of a bundle's background rows."""
    known = scorer.head.background.labels
    ones = np.ones(len(known.tags), dtype=np.float32)
    shape = (len(known), len(scorer.vocabulary))
    return sp.csr_matrix((ones, known.tags, known.starts), shape=shape)


def fitting_of(scorer: Scorer, rows: NDArray[np.int64] | None = None) -> Fitting:
    """What fitting reads, rebuilt from a bundle's background sample instead of training images.

    The head is fitted again, so that votes and ridge scores are those of held-out rows.

    Args:
        scorer: The bundle's.
        rows: Of its background, those to fit on; None: all.
    """
    rows = np.arange(len(scorer.background)) if rows is None else rows
    truth, embeddings = labels_of(scorer)[rows], scorer.background[rows]
    support = np.asarray(truth.sum(axis=0)).ravel()
    columns = np.flatnonzero(support >= min(FEWEST_POSITIVES, support.max()))
    truth = truth[:, columns]
    groups = np.arange(len(embeddings), dtype=np.int64)
    head = fit_head(
        embeddings, truth, groups, len(embeddings), 0, coefficients=scorer.head.coefficients
    )
    edges = fit_edges(head, truth, seed=0)
    vocabulary = tuple(
        NamedTag(tag.name, tag.name_ja, tag.support)
        for tag in (scorer.vocabulary[column] for column in columns)
    )
    return Fitting(vocabulary, truth.tocsc(), head, edges, edges.quantise(embeddings))
