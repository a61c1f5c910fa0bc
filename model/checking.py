"""What may enter an index, and what one may be asked; the same for every engine."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model.errors import WidthMismatchError
from model.exact import Items


def checked_queries(embeddings: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """The embeddings as float32.

    Raises:
        WidthMismatchError: If they are not (N, D).
        ValueError: If one is not finite.
    """
    embeddings = np.asarray(embeddings, np.float32)
    if embeddings.ndim != 2 or embeddings.shape[1] != width:
        raise WidthMismatchError(
            f"The index holds embeddings (N, {width}). Received: {embeddings.shape}. "
            "Use embeddings of the encoder that the index was made for."
        )
    if not np.isfinite(embeddings).all():
        raise ValueError("An embedding is not finite. Expected finite numbers only.")
    return embeddings


def checked_items(
    ids: Sequence[int] | NDArray[np.int64], embeddings: NDArray[np.float32], width: int
) -> Items:
    """Items by rising id; where one comes twice, its last embedding counts.

    Raises:
        WidthMismatchError: If the embeddings are not (N, D), or not as many as the ids.
        ValueError: If one is not finite.
    """
    embeddings = checked_queries(embeddings, width)
    if len(ids) != len(embeddings):
        raise WidthMismatchError(
            f"Every embedding needs one id. Received: {len(ids)} ids for {len(embeddings)} "
            "embeddings."
        )
    each, last = np.unique(np.asarray(ids, np.int64)[::-1], return_index=True)
    return Items.of(each, embeddings[len(embeddings) - 1 - last])
