"""measures/disturbing.py: the changes are what they are called, the same every time."""

import numpy as np
import pytest
from PIL import Image

from train.compare.measures.disturbing import BORDER, CHANGES, disturb

SIDE = 128


@pytest.fixture(scope="module")
def pictures():
    """Four smooth random pictures in colour."""
    coarse = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3), dtype=np.uint8)
    return np.stack(
        [np.asarray(Image.fromarray(one).resize((SIDE, SIDE), Image.Resampling.BICUBIC))
         for one in coarse]
    )  # fmt: skip


def _arrays(changed):
    return [np.asarray(one, np.float64) for one in changed]


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_gives_rgb_pictures_the_same_again(pictures, name):
    changed = disturb(pictures, name)
    assert [one.mode for one in changed] == ["RGB"] * len(pictures)
    again = disturb(pictures, name)
    for one, other in zip(_arrays(changed), _arrays(again), strict=True):
        assert np.array_equal(one, other)
    alike = [np.array_equal(one, picture) for one, picture in zip(changed, pictures, strict=True)]
    assert all(alike) if name == "unchanged" else not any(alike)


@pytest.mark.parametrize("name", ["crop to 75 %", "colours", "border", "watermark", "rotation"])
def test_random_parts_differ_from_picture_to_picture_and_by_the_seed(pictures, name):
    same = np.stack([pictures[0]] * 3)
    changed = [np.asarray(one) for one in (*disturb(same, name), disturb(same, name, seed=1)[0])]
    assert len({one.tobytes() for one in changed}) == 4


def test_a_crop_is_a_part_of_the_picture(pictures):
    for picture, cropped in zip(pictures, disturb(pictures, "crop to 75 %"), strict=True):
        part = np.asarray(cropped)
        assert part.shape == (96, 96, 3)
        places = range(SIDE - 96 + 1)
        assert any(
            np.array_equal(part, picture[top : top + 96, left : left + 96])
            for top in places
            for left in places
        )


def test_a_border_leaves_the_picture_whole(pictures):
    thick = round(BORDER * SIDE)
    for picture, framed in zip(pictures, disturb(pictures, "border"), strict=True):
        array = np.asarray(framed)
        assert np.array_equal(array[thick:-thick, thick:-thick], picture)
        frame = array[:thick].reshape(-1, 3)
        assert (frame == frame[0]).all()


def test_sizes_are_what_the_names_say(pictures):
    assert disturb(pictures, "half size")[0].size == (64, 64)
    assert disturb(pictures, "quarter size")[0].size == (32, 32)
    assert disturb(pictures, "several at once")[0].size == (86, 86)
    assert np.array_equal(np.asarray(disturb(pictures, "mirror")[0]), pictures[0][:, ::-1])


@pytest.mark.parametrize(("name", "most"), [("JPEG at quality 30", 12), ("watermark", 16)])
def test_some_changes_are_small(pictures, name, most):
    for picture, changed in zip(pictures, _arrays(disturb(pictures, name)), strict=True):
        assert 0 < np.abs(changed - picture).mean() < most
