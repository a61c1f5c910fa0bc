"""measures/neighbours.py: the nearest of some pictures, by their names, never themselves."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from model.errors import ImageError, TrainingError
from model.head import Floats
from model.image import ImageLimits
from train.compare.measures.neighbours import (
    ASKED,
    NEIGHBOURS,
    kind_of,
    measure_neighbours,
    nearest,
    read_pictures,
)

LIMITS = ImageLimits()


def mean_colour(images: NDArray[np.uint8]) -> Floats:
    """An encoder of three numbers."""
    return images.mean(axis=(1, 2)).astype(np.float32)


def test_pictures_are_read_by_name(dark_to_bright: Path) -> None:
    names = [one.name for one in read_pictures(dark_to_bright, LIMITS)]
    assert names[:2] == ["day-0004", "day-0005"]
    assert {kind_of(name) for name in names} == {"night", "day"}
    assert kind_of("night-sky-0007") == "night-sky"


def test_too_few_pictures_have_no_neighbours(tmp_path: Path) -> None:
    for directory in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(TrainingError, match="There are 0 pictures"):
            read_pictures(directory, LIMITS)


def test_the_nearest_come_first_and_nothing_is_its_own_neighbour() -> None:
    line = np.arange(8, dtype=np.float32)[:, np.newaxis] ** 2
    found = nearest(line, [0, 7])
    assert found.tolist() == [[1, 2, 3, 4, 5], [6, 5, 4, 3, 2]]


def test_a_picture_among_twins_is_left_out_all_the_same() -> None:
    same = np.ones((NEIGHBOURS + 1, 4), dtype=np.float32)
    assert nearest(same, [3]).tolist() == [[0, 1, 2, 4, 5]]


def test_an_encoder_is_given_pictures_of_its_size_and_names_are_the_answer(
    dark_to_bright: Path,
) -> None:
    shapes = []

    def embed(images: NDArray[np.uint8]) -> Floats:
        shapes.append(images.shape)
        return mean_colour(images)

    found = measure_neighbours(embed, 32, read_pictures(dark_to_bright, LIMITS), LIMITS)
    assert shapes == [(8, 32, 32, 3)]
    assert list(found) == ["day-0004", "day-0006", "night-0000", "night-0002"]
    assert len(found) == ASKED
    assert found["night-0000"] == ["night-0001", "night-0002", "night-0003", "day-0004", "day-0005"]


def test_a_damaged_picture_is_an_error(dark_to_bright: Path) -> None:
    (dark_to_bright / "day-0009.png").write_bytes(b"\x89PNG nothing")
    with pytest.raises(ImageError):
        measure_neighbours(mean_colour, 32, read_pictures(dark_to_bright, LIMITS), LIMITS)
