"""Every illustration of a dataset as one encoder sees it: what all measures read.

Nothing here chooses anything: heads and encoders are fitted on the rows ``fitting``, their settings
are chosen on ``validation``, and ``test`` and ``holdout`` are looked at once, by the measures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from model.datasets import Row
from model.head import Floats
from train.config import TrainConfig
from train.pack import in_validation, may_train
from train.vocabulary import NamedTag, build_vocabulary, labels

FEWEST_OF_A_TAG = 5
SPLITS = ("test", "holdout")


@dataclass(frozen=True)
class Labelled:
    """A dataset's rows and what they are labelled with; the same for every encoder.

    Attributes:
        rows: N rows that could be decoded, every split.
        fitting: Row numbers that encoders and heads are fitted on, rising.
        validation: Row numbers that settings may be chosen on.
        test: Row numbers of the test split.
        holdout: Row numbers of the artist whom nothing was fitted on.
        vocabulary: T tags of at least five fitting rows, the withheld ones not among them.
        labels: (N, T) uint8 ones.
        withheld: Names of tags that nothing has learnt from, to be taught later.
        withheld_labels: (N, len(withheld)) uint8 ones.
    """

    rows: tuple[Row, ...]
    fitting: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]
    holdout: NDArray[np.int64]
    vocabulary: tuple[NamedTag, ...]
    labels: sp.csr_matrix
    withheld: tuple[str, ...]
    withheld_labels: sp.csr_matrix

    @cached_property
    def groups(self) -> NDArray[np.int64]:
        """(N,) rows of one number are near-duplicates."""
        names = [row.group for row in self.rows]
        return np.unique(names, return_inverse=True)[1].astype(np.int64)

    @cached_property
    def support(self) -> NDArray[np.int64]:
        """(T,) how many fitting rows have each tag."""
        return np.asarray(self.labels[self.fitting].sum(axis=0), dtype=np.int64).ravel()

    def split(self, name: str) -> NDArray[np.int64]:
        """The row numbers of one of ``SPLITS``."""
        return {"test": self.test, "holdout": self.holdout, "validation": self.validation}[name]


@dataclass(frozen=True)
class Space:
    """One encoder's embeddings of all those rows.

    Attributes:
        labelled: The rows.
        embeddings: (N, D) float32 of length 1.
        encoder_id: Whose.
    """

    labelled: Labelled
    embeddings: Floats
    encoder_id: str


def label(
    rows: Sequence[Row], config: TrainConfig, withheld: Sequence[str], unknown: Sequence[str]
) -> Labelled:
    """Sort a dataset's rows.

    Args:
        rows: Those that could be decoded, every split.
        config: How validation is taken out of training, and which licences count.
        withheld: Tags to be taught later.
        unknown: They and their synonyms and translations: not in the vocabulary.
    """
    kept = [row for row in rows if row.tags or row.tags_ja]
    split = np.array([row.split for row in kept])
    held = np.array([in_validation(row.group, config) for row in kept], dtype=np.bool_)
    train = np.array([may_train(row, config) for row in kept], dtype=np.bool_)
    fitting = np.flatnonzero(train & ~held)
    forgotten = set(unknown)
    everything = build_vocabulary([kept[i] for i in fitting.tolist()], FEWEST_OF_A_TAG, 0)
    vocabulary = tuple(tag for tag in everything if not {tag.name, tag.name_ja} & forgotten)
    named = {tag.name: tag for tag in everything}
    taught = [named[name] for name in withheld]
    return Labelled(
        tuple(kept),
        fitting,
        np.flatnonzero(train & held),
        np.flatnonzero(split == "test"),
        np.flatnonzero(split == "vendor_holdout"),
        vocabulary,
        labels(kept, vocabulary).tocsr(),
        tuple(withheld),
        labels(kept, taught).tocsr(),
    )
