"""A small dataset as an encoder sees it that tells its tags well, though not perfectly."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from model.datasets import Row
from train.compare.space import Space, label
from train.config import TrainConfig

ROWS, WIDTH, TAGS = 420, 8, 12
WITHHELD = ("tag 2", "tag 5")


@pytest.fixture(scope="session")
def space() -> Space:
    """Each tag is one side of a plane, the commonest a third of the rows, the rarest a twentieth.

    Two tags are withheld. Of six rows three or four are for fitting, one or two for testing.
    """
    random = np.random.default_rng(1)
    meant = random.normal(0, 1, (ROWS, WIDTH))
    sides = meant @ random.normal(0, 1, (WIDTH, TAGS))
    ranks = np.argsort(np.argsort(-sides, axis=0), axis=0)
    having = ranks < np.linspace(ROWS / 3, ROWS / 20, TAGS)
    splits = ("train", "train", "train", "train", "test", "vendor_holdout")
    rows = [
        Row(
            file=Path(f"{n}.png"),
            name=f"{n}.png",
            title="",
            tags=tuple(f"tag {t}" for t in np.flatnonzero(having[n])) or ("nothing",),
            tags_ja=(),
            split=splits[n % 6],
            group=f"group {n}",
            licence="CC0",
            author="somebody",
            source="here",
            variant=n % 60 == 0,
        )
        for n in range(ROWS)
    ]
    seen = meant + random.normal(0, 0.5, meant.shape)
    seen /= np.linalg.norm(seen, axis=1, keepdims=True)
    labelled = label(rows, TrainConfig(validation=0.2), WITHHELD, WITHHELD)
    return Space(labelled, seen.astype(np.float32), "enc")


@pytest.fixture
def dark_to_bright(tmp_path: Path) -> Path:
    """A directory with eight pictures from dark to bright, and something that is none."""
    directory = tmp_path / "gallery"
    directory.mkdir()
    for number in range(8):
        kind = "night" if number < 4 else "day"
        Image.new("RGB", (90, 60), (30 * number,) * 3).save(directory / f"{kind}-{number:04d}.png")
    (directory / "notes.txt").write_text("no picture")
    return directory
