"""measures/copies.py: what is found again is the very picture, and ties are no luck."""

import dataclasses

import numpy as np
import pytest

from model.datasets import read_dataset
from model.errors import DatasetError
from model.image import ImageLimits
from train.compare.measures.copies import (
    ENCODER,
    HASHES,
    PICTURE_PX,
    measure_copies,
    measure_hashes,
    read_gallery,
    recall_at_1,
    together,
)
from train.compare.measures.disturbing import CHANGES
from train.compare.space import label
from train.config import TrainConfig

SIZE = 16


@pytest.fixture(scope="module")
def labelled(tiny_dataset):
    """Every third illustration is a test illustration; some are variants, two are one group."""
    rows = []
    for n, row in enumerate(read_dataset(tiny_dataset).rows):
        row = dataclasses.replace(row, split="test" if n % 3 == 0 else "train")
        row = dataclasses.replace(row, variant=n % 9 == 0, group="one" if n in (3, 6) else row.name)
        rows.append(row)
    return label(rows, TrainConfig(), (), ())


@pytest.fixture(scope="module")
def gallery(labelled):
    return read_gallery(labelled, ImageLimits(), count=20)


def _pixels(images):
    """An encoder that reads nothing but pixels: (n, SIZE, SIZE, 3) → (n, D)."""
    assert images.dtype == np.uint8
    assert images.shape[1:] == (SIZE, SIZE, 3)
    flat = images.reshape(len(images), -1) / np.float32(255) - np.float32(0.5)
    return flat / np.linalg.norm(flat, axis=1, keepdims=True)


def _small(images):
    step = PICTURE_PX // SIZE
    shape = (len(images), SIZE, step, SIZE, step, 3)
    return images.reshape(shape).mean(axis=(2, 4)).astype(np.uint8)


def test_asked_are_test_illustrations_no_variants_and_one_of_a_group(labelled, gallery):
    assert np.array_equal(gallery.rows, labelled.test)
    assert gallery.images.shape == (len(labelled.test), PICTURE_PX, PICTURE_PX, 3)
    asked = [labelled.rows[i] for i in gallery.rows[gallery.asked]]
    assert len(asked) == 20
    assert not any(row.variant for row in asked)
    everyone = read_gallery(labelled, ImageLimits(), count=500)
    groups = [labelled.rows[i].group for i in everyone.rows[everyone.asked]]
    assert len(groups) == len(set(groups))
    assert "one" in groups
    others = read_gallery(labelled, ImageLimits(), count=20, seed=1)
    assert not np.array_equal(others.asked, gallery.asked)


def test_without_a_readable_picture_there_is_no_gallery(labelled):
    nobody = dataclasses.replace(labelled, test=np.zeros(0, dtype=np.int64))
    with pytest.raises(DatasetError, match="test split"):
        read_gallery(nobody, ImageLimits())


def test_pixels_know_a_picture_saved_anew_and_not_its_mirror_image(gallery):
    found = measure_copies(_pixels, SIZE, gallery, _pixels(_small(gallery.images)))
    assert list(found) == list(CHANGES)
    for easy in ("unchanged", "half size", "JPEG at quality 30"):
        assert found[easy][ENCODER] > 0.9
    assert all(0 <= one[ENCODER] <= 1 for one in found.values())
    assert found["crop to 75 %"][ENCODER] < found["crop to 90 %"][ENCODER] <= 1


def test_hashes_know_a_picture_saved_anew_and_join_the_encoders_figures(gallery):
    hashes = measure_hashes(gallery)
    for by in HASHES:
        assert hashes["unchanged"][by] > 0.7
        assert hashes["half size"][by] > 0.6
        assert hashes["crop to 75 %"][by] < hashes["unchanged"][by]
    assert hashes["mirror"]["pHash"] < 0.5
    encoder = {change: {ENCODER: 0.5} for change in CHANGES}
    joined = together(encoder, hashes)
    assert list(joined) == list(CHANGES)
    assert joined["mirror"] == {ENCODER: 0.5, **hashes["mirror"]}


def test_one_of_several_that_are_nearest_alike_counts_in_part():
    distances = np.array([[0, 1, 2, 3], [5, 5, 5, 9], [2, 1, 1, 4], [3, 3, 1, 2]], np.float32)
    originals = np.array([0, 2, 2, 0])
    assert recall_at_1(distances, originals) == pytest.approx((1 + 1 / 3 + 1 / 2 + 0) / 4)
    assert recall_at_1(distances[:1], originals[:1], np.float32(1)) == pytest.approx(1 / 2)
