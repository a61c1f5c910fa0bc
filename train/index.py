"""Step ``index``: the vector index of the training illustrations, for bundles that carry one."""

import shutil

import numpy as np
from numpy.typing import NDArray

from model.encoder import Encoder
from model.index import VectorIndex
from model.tagger import INDEX_DIRECTORY, INDEX_FILES
from train.config import TrainConfig
from train.pack import Pack
from train.workdir import Workdir, fingerprint, write_json

INDEX_STEP = "index"


def build_index(
    pack: Pack,
    embeddings: NDArray[np.float32],
    encoder: Encoder,
    config: TrainConfig,
    work: Workdir,
) -> None:
    """Run the step; does nothing when it is done, or when the bundle shall carry no index."""
    indexed = pack.usable & ~pack.lent
    mark = fingerprint(encoder.id, len(embeddings), int(indexed.sum()))
    if not config.bundle.index or work.is_done(INDEX_STEP, mark):
        return
    directory = work.begin(INDEX_STEP)
    shutil.rmtree(directory / INDEX_DIRECTORY, ignore_errors=True)
    index = VectorIndex(directory / INDEX_DIRECTORY, encoder.width, encoder.id)
    rows = np.flatnonzero(indexed)
    index.add(rows, embeddings[rows])
    index.compact()
    write_json(directory / INDEX_FILES, ["" if row.lent else row.name for row in pack.rows])
    work.mark_done(INDEX_STEP, mark, {"items": len(index)})
