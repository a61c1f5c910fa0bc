"""Every image of a dataset, decoded once for each size that an encoder reads."""

import dataclasses

import numpy as np

from model.datasets import Dataset
from model.image import ImageLimits
from train.config import TrainConfig
from train.pack import Pack, load_pack, may_train, pack_rows
from train.workdir import Workdir


def pack_everything(
    dataset: Dataset, config: TrainConfig, limits: ImageLimits, work: Workdir
) -> tuple[Pack, str]:
    """Pack the rows of every split; those outside of training count as unusable for fitting.

    Args:
        dataset: Its rows.
        config: The size, the licences, and what is withheld and validated on.
        limits: What images are refused.
        work: Where the packs of all sizes lie.

    Returns:
        The pack, its rows without the withheld tags, and its fingerprint.
    """
    size = config.encoder.image_size_px
    place = Workdir(work.root / "images" / f"{size}")
    withheld = frozenset(config.withheld)
    rows = tuple(row.without(withheld) for row in dataset.rows)
    mark = pack_rows(dataset, rows, config, limits, place)
    pack = load_pack((dataset.directory,), config, place)
    trained = [may_train(row, config) for row in pack.rows]
    usable = pack.usable & np.array(trained, dtype=np.bool_)
    return dataclasses.replace(pack, usable=usable, validation=pack.validation & usable), mark
