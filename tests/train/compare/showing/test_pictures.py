"""showing/pictures.py: the nearest of each picture, never itself, as one image."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from model.errors import ImageError, TrainingError
from model.head import Floats
from model.image import ImageLimits
from train.compare.showing.pictures import (
    NEIGHBOURS,
    SIDE_PX,
    Picture,
    Seeing,
    draw_neighbours,
    nearest,
    read_pictures,
)

LIMITS = ImageLimits()


def mean_colour(images: NDArray[np.uint8]) -> Floats:
    """An encoder of three numbers."""
    return images.mean(axis=(1, 2)).astype(np.float32)


@pytest.fixture
def gallery(tmp_path: Path) -> Path:
    """Eight pictures from dark to bright, and something that is none."""
    directory = tmp_path / "gallery"
    directory.mkdir()
    for number in range(8):
        kind = "night" if number < 4 else "day"
        Image.new("RGB", (90, 60), (30 * number,) * 3).save(directory / f"{kind}-{number:04d}.png")
    (directory / "notes.txt").write_text("no picture")
    return directory


def test_pictures_are_read_by_name(gallery: Path) -> None:
    pictures = read_pictures(gallery, LIMITS)
    assert [one.name for one in pictures][:2] == ["day-0004", "day-0005"]
    assert {one.kind for one in pictures} == {"night", "day"}
    assert Picture("night-sky-0007", b"").kind == "night-sky"


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


def test_one_image_shows_a_line_for_each_encoder(gallery: Path, tmp_path: Path) -> None:
    """Each is given pictures of its own size; a thumbnail of the nearest stands in its place."""
    shapes = []

    def embed(images: NDArray[np.uint8]) -> Floats:
        shapes.append(images.shape)
        return mean_colour(images)

    encoders = [Seeing("one", 32, embed), Seeing("a name that is longer than a line", 48, embed)]
    pictures = read_pictures(gallery, LIMITS)
    out = tmp_path / "docs" / "neighbours.png"
    assert draw_neighbours(encoders, pictures, ["night-0000", "day-0007"], LIMITS, out) == out
    assert shapes == [(8, 32, 32, 3), (8, 48, 48, 3)]
    with Image.open(out) as image:
        colours = {colour for _, colour in image.convert("RGB").getcolors(100_000) or []}
        assert image.height > 3 * SIDE_PX
    assert {(30 * number,) * 3 for number in range(8)} <= colours


def test_the_image_is_small(gallery: Path, tmp_path: Path) -> None:
    pictures = read_pictures(gallery, LIMITS)
    seeing = [Seeing(f"encoder {number}", 32, mean_colour) for number in range(9)]
    out = draw_neighbours(seeing, pictures, ["day-0004"], LIMITS, tmp_path / "n.webp")
    assert out.stat().st_size < 100_000


def test_who_asks_about_an_unknown_picture_is_told(gallery: Path, tmp_path: Path) -> None:
    pictures = read_pictures(gallery, LIMITS)
    with pytest.raises(TrainingError, match="not among the 8 pictures: dusk"):
        draw_neighbours([], pictures, ["day-0004", "dusk"], LIMITS, tmp_path / "n.webp")
    with pytest.raises(TrainingError, match="none at all"):
        draw_neighbours([], pictures, [], LIMITS, tmp_path / "n.webp")


def test_a_damaged_picture_is_an_error(gallery: Path, tmp_path: Path) -> None:
    (gallery / "day-0009.png").write_bytes(b"\x89PNG nothing")
    pictures = read_pictures(gallery, LIMITS)
    with pytest.raises(ImageError):
        draw_neighbours(
            [Seeing("one", 32, mean_colour)], pictures, ["day-0004"], LIMITS, tmp_path / "n.webp"
        )
