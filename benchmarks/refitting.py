"""What fitting boosters reads, made again of a bundle alone."""

import numpy as np
import scipy.sparse as sp

from model.scorer import Scorer
from train.boosters import Fitting
from train.head import fit_edges, fit_head
from train.vocabulary import NamedTag

FEWEST_POSITIVES = 5


def fitting_of(scorer: Scorer) -> Fitting:
    """What fitting reads, rebuilt from a bundle's background sample instead of training images.

    The head is fitted again, so that votes and ridge scores are those of held-out rows.
    """
    known = scorer.head.background.labels
    shape = (len(known), len(scorer.vocabulary))
    ones = np.ones(len(known.tags), dtype=np.float32)
    truth = sp.csr_matrix((ones, known.tags, known.starts), shape=shape)
    support = np.asarray(truth.sum(axis=0)).ravel()
    columns = np.flatnonzero(support >= min(FEWEST_POSITIVES, support.max()))
    truth = truth[:, columns]
    embeddings = scorer.background
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
