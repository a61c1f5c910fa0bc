"""What the images' own tags tell a method that looks at them.

English and Japanese ones alike; one of the same name in both languages is one tag.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from model.errors import TrainingError
from train.encoders.task import Task
from train.pairing import incidence


@dataclass(frozen=True)
class Hints:
    """Which images have which tags.

    Attributes:
        names: T tags, the most frequent first.
        matrix: (N, T) float32 ones where a row of the pack has a tag.
        counts: (T,) fitting rows that have it.
        rows: How many fitting rows there are.
    """

    names: tuple[str, ...]
    matrix: sp.csr_matrix
    counts: NDArray[np.int64]
    rows: int


def read_hints(task: Task, at_least: int, at_most: int) -> Hints:
    """Collect the tags of a task's pack.

    Args:
        task: Whose pack; tags are counted on its fitting rows alone.
        at_least: Fitting rows that a tag needs.
        at_most: Tags at most, the most frequent first.

    Raises:
        TrainingError: If no tag has enough.
    """
    tags = [set(row.tags) | set(row.tags_ja) for row in task.pack.rows]
    names = sorted(set().union(*tags))
    matrix = incidence(enumerate(tags), names, len(tags))
    counts = np.asarray(matrix[task.fitting_rows].sum(axis=0), dtype=np.int64).ravel()
    order = np.argsort(-counts, kind="stable")[:at_most]
    kept = order[counts[order] >= at_least]
    if not len(kept):
        raise TrainingError(
            f"No tag has {at_least} or more training images, and train.encoder.kind="
            f"{task.settings.kind} learns from tags. Add images, or choose another kind."
        )
    chosen = matrix[:, kept].tocsr().astype(np.float32)
    frequent = tuple(names[i] for i in kept.tolist())
    return Hints(frequent, chosen, counts[kept], len(task.fitting_rows))
