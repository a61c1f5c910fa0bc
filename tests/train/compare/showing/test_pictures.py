"""showing/pictures.py: the neighbours that encoders named, as one image."""

from pathlib import Path

import pytest
from PIL import Image

from model.errors import TrainingError
from model.image import ImageLimits
from train.compare.measures.neighbours import NEIGHBOURS, Picture, read_pictures
from train.compare.showing.pictures import SIDE_PX, draw_neighbours
from train.compare.showing.result import Result

LIMITS = ImageLimits()
GREEN = (26, 127, 55)


@pytest.fixture
def pictures(dark_to_bright: Path) -> list[Picture]:
    return read_pictures(dark_to_bright, LIMITS)


def encoder(label: str, *neighbours: str) -> Result:
    """It was asked about one picture."""
    found = {"night-0000": list(neighbours)} if neighbours else {}
    return Result({"name": label, "label": label, "neighbours": found})


def colours(file: Path) -> set[tuple[int, int, int]]:
    with Image.open(file) as image:
        return {colour for _, colour in image.convert("RGB").getcolors(100_000) or []}


def test_a_line_for_each_encoder_that_was_asked(pictures, tmp_path: Path) -> None:
    one = encoder("one", "day-0004", "day-0005")
    other = encoder("a name that is longer than a line", "night-0001", "day-0007")
    out = tmp_path / "docs" / "neighbours.png"
    assert draw_neighbours([one, encoder("was not"), other], pictures, LIMITS, out) == out
    shown = {(30 * number,) * 3 for number in (0, 1, 4, 5, 7)}
    assert shown <= colours(out)
    assert GREEN in colours(out), "one neighbour is of the same kind"
    with Image.open(out) as image:
        assert 3 * SIDE_PX < image.height < 4 * SIDE_PX


def test_neighbours_of_other_kinds_have_no_frame(pictures, tmp_path: Path) -> None:
    out = draw_neighbours([encoder("one", "day-0004")], pictures, LIMITS, tmp_path / "n.png")
    assert GREEN not in colours(out)


def test_the_image_is_small(pictures, tmp_path: Path) -> None:
    names = [one.name for one in pictures][:NEIGHBOURS]
    several = [encoder(f"encoder {number}", *names) for number in range(9)]
    out = draw_neighbours(several, pictures, LIMITS, tmp_path / "n.webp")
    assert out.stat().st_size < 100_000


def test_other_pictures_than_those_that_were_measured_on_are_refused(pictures, tmp_path) -> None:
    with pytest.raises(TrainingError, match="which lack: dusk-0001"):
        draw_neighbours([encoder("one", "dusk-0001")], pictures, LIMITS, tmp_path / "n.webp")
    with pytest.raises(TrainingError, match="no row was measured on any"):
        draw_neighbours([encoder("one")], pictures, LIMITS, tmp_path / "n.webp")
