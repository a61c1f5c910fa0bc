"""The fingerprint that each step finishes under.

It changes with the step's own settings and with everything before it, so a step done under other
settings counts as not done: nothing is ever built on a stale step.
"""

from collections.abc import Sequence
from dataclasses import asdict

from model.datasets import Row
from train.config import TrainConfig
from train.workdir import fingerprint


def pack_mark(rows: Sequence[Row], config: TrainConfig) -> str:
    """Of the images: which files, how large each is, and the size that they are packed at."""
    files = [(row.name, row.file.stat().st_size) for row in rows]
    return fingerprint(files, config.encoder.image_size_px)


def encoder_mark(pack: str, rows: Sequence[Row], config: TrainConfig) -> str:
    """Of the trained network; tags count where the method looks at them."""
    tags = [(row.tags, row.tags_ja) for row in rows] if config.encoder.reads_labels else []
    settings = asdict(config.encoder)
    if config.encoder.shares == 1:
        del settings["networks"]  # Whoever is one network does not read it.
    return fingerprint(pack, settings, config.validation, config.seed, tags)


def embed_mark(encoder: str, config: TrainConfig) -> str:
    """Of the embeddings."""
    return fingerprint(encoder, asdict(config.embed))


def boosters_mark(embed: str, rows: Sequence[Row], config: TrainConfig) -> str:
    """Of the boosters; here the usable rows count, and their tags."""
    tagged = [(row.tags, row.tags_ja, row.group, row.lent) for row in rows]
    fitted = asdict(config.boosters), asdict(config.metric), config.bundle.background
    return fingerprint(embed, *fitted, tagged)
