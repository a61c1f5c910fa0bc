"""Step ``encoder``: fit the encoder on the packed images, by the method that the options name.

Command: python -m train encoder --data DIR --workdir W
Expected, on 2 cores, for the article's autoencoder at half width and 112×112: about 5 minutes an
epoch of 18,500 images in bfloat16 (6 in float32); validation loss (mean squared error, pixels in
0..1) below 0.012 after 10 epochs. ``docs/encoders.md`` has every method's figures.
"""

import time

from model.encoder import Encoder
from model.projection import Projection
from train.config import TrainConfig
from train.encoders import METHODS
from train.encoders.task import Task
from train.marks import encoder_mark
from train.pack import Pack
from train.workdir import Workdir


def train_encoder(pack: Pack, config: TrainConfig, work: Workdir, pack_mark: str) -> None:
    """Run the step; leaves the encoder, without a projection yet, in its directory.

    Raises:
        TrainingError: If the loss is no longer a finite number, or no image is left.
    """
    mark = encoder_mark(pack_mark, pack.rows, config)
    if work.is_done("encoder", mark):
        return
    directory, began = work.begin("encoder"), time.monotonic()
    task = Task(pack, config, work, mark)
    network = METHODS[config.encoder.kind](task)
    Encoder(network, Projection.none(network.options.width)).save(directory, "float32")
    facts = {"kind": config.encoder.kind, "seconds": round(time.monotonic() - began, 1)}
    work.mark_done("encoder", mark, facts)
