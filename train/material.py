"""What the teaching dialogue is measured on: tags that nobody has heard of, and a library.

The bundle's own tags are of no use here, since they know the answers: the prior is fitted on the
labels of one half of the training groups, without the tags that are taught and their relatives; the
other half is the library. Nor has the encoder heard of them (``train.unaware``). The prior's metric
is fitted as for a bundle that is published.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from model.datasets import Row
from model.errors import DatasetError
from model.head import Floats
from model.teaching import Asked, Prior
from model.trees import BinEdges
from train.embedded import Embedded
from train.head import as_labels
from train.metric import MetricOptions, fit_metric
from train.vocabulary import build_vocabulary, labels
from train.withholding import Draw, Wanted, Withheld, withhold

KNOWN_ROWS = 5
LIBRARY_ROWS, TEST_ROWS = 30, 5


@dataclass(frozen=True)
class Material:
    """What a dialogue is simulated on.

    Attributes:
        prior: What teaching knows before the first example.
        library: (L, D) embeddings of what can be asked about.
        test: (E, D) embeddings of what the tags are measured on.
        names: T tags to teach.
        in_library: (L, T) bool, the answers.
        in_test: (E, T) bool.
    """

    prior: Prior
    library: Floats
    test: Floats
    names: tuple[str, ...]
    in_library: NDArray[np.bool_]
    in_test: NDArray[np.bool_]

    @cached_property
    def seen_library(self) -> Asked:
        """What is the same in every round."""
        return self.prior.look(self.library)

    @cached_property
    def seen_test(self) -> Asked:
        """The same of the test split."""
        return self.prior.look(self.test)


def choose(rows: Sequence[Row], tags: int, seed: int) -> Withheld:
    """Draw the tags that are taught: at most ``tags`` of those with enough illustrations.

    Raises:
        DatasetError: If there is none.
    """
    train = [row for row in rows if row.split == "train"]
    library = [row for row in train if _in_library(row, seed)]
    tested = [row for row in rows if row.split == "test"]
    draw = Draw(Wanted(LIBRARY_ROWS, TEST_ROWS), tags, KNOWN_ROWS, seed)
    withheld = withhold(train, library, tested, draw)
    if not withheld.names:
        raise DatasetError(
            f"No tag has {LIBRARY_ROWS} illustrations to ask about and {TEST_ROWS} in the test "
            "split. The dialogue can only be measured on a larger dataset."
        )
    return withheld


def make_material(
    embedded: Embedded, withheld: Withheld, seed: int, options: MetricOptions | None = None
) -> Material:
    """Split the illustrations, and fit the prior.

    Args:
        embedded: Illustrations of every split.
        withheld: The tags that are taught.
        seed: Fixes the halves and the metric.
        options: How the prior's metric is fitted; None: as for a published bundle.
    """
    rows = embedded.rows
    split = np.array([row.split for row in rows])
    known = (split == "train") & np.array([_half(row, seed) == 0 for row in rows])
    library = (split == "train") & np.array([_in_library(row, seed) for row in rows])
    test = split == "test"
    vocabulary = build_vocabulary(_of(rows, split == "train"), KNOWN_ROWS, 0)
    truth = labels(rows, vocabulary).tocsr()
    chosen, kept = withheld.columns(vocabulary)
    told = sp.csr_matrix(truth[known][:, kept])
    prior = _prior(embedded.embeddings[known], told, embedded.encoder_id, (seed, options))
    answers = truth[:, chosen].toarray().astype(np.bool_)
    return Material(
        prior,
        embedded.embeddings[library],
        embedded.embeddings[test],
        tuple(vocabulary[column].name for column in chosen.tolist()),
        answers[library],
        answers[test],
    )


def _prior(
    background: Floats,
    told: sp.csr_matrix,
    encoder_id: str,
    fitting: tuple[int, MetricOptions | None],
) -> Prior:
    metric = fit_metric(background, told, *fitting)
    return Prior.of(encoder_id, background, as_labels(told), BinEdges.fit(background), metric)


def _half(row: Row, seed: int) -> int:
    text = f"library:{seed}:{row.group}".encode("utf-8", "backslashreplace")
    return zlib.crc32(text) % 2


def _in_library(row: Row, seed: int) -> bool:
    """Variants are near-identical: a library full of them would only be slower to go through."""
    return _half(row, seed) == 1 and not row.variant


def _of(rows: Sequence[Row], chosen: NDArray[np.bool_]) -> list[Row]:
    return [rows[i] for i in np.flatnonzero(chosen).tolist()]
