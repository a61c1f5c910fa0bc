"""What an encoder costs: to train, to keep, and for each image."""

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from model.encoder import WEIGHTS_FILE, Encoder
from train.config import TrainConfig
from train.encoders.training import rounds_in
from train.workdir import Workdir

TIMED, UNTIMED = 60, 10


def measure_cost(encoder: Encoder, work: Workdir, config: TrainConfig) -> dict[str, Any]:
    """Count and time.

    Args:
        encoder: With its projection.
        work: The row's own.
        config: What it was trained with.

    Returns:
        ``train_seconds``, ``images_seen`` (0 where an encoder is solved for), ``parameters``,
        ``bytes`` (as a bundle keeps it) and ``ms_per_image`` (the median of single calls, decoding
        left out).
    """
    rounds = rounds_in(work.root / "encoder")
    settings = config.encoder
    with tempfile.TemporaryDirectory() as directory:
        encoder.save(Path(directory), config.embed.dtype)
        size = (Path(directory) / WEIGHTS_FILE).stat().st_size
    return {
        "train_seconds": sum(one["seconds"] for one in rounds) or work.facts("encoder")["seconds"],
        "images_seen": sum(int(one["pictures"]) for one in rounds),
        "parameters": sum(array.size for array in encoder.network.weights),
        "bytes": size,
        "ms_per_image": _time(encoder, settings.image_size_px),
    }


def _time(encoder: Encoder, size_px: int) -> float:
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (UNTIMED + TIMED, 1, size_px, size_px, 3), dtype=np.uint8)
    took = []
    for image in images:
        began = time.perf_counter()
        encoder.embed(image)
        took.append(time.perf_counter() - began)
    return round(float(np.median(took[UNTIMED:])) * 1000, 2)
