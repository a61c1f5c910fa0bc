"""train/encoders/augmenting.py: the same picture by the same seed, changed as far as asked for."""

import numpy as np
import pytest

from train.encoders.augmenting import augment


def pictures(count=40, size=32):
    random = np.random.default_rng(3)
    coarse = random.integers(0, 256, (count, 4, 4, 3)).astype(np.uint8)
    return coarse.repeat(size // 4, axis=1).repeat(size // 4, axis=2)


def changed(how, seed=0, images=None):
    return augment(pictures() if images is None else images, how, np.random.default_rng(seed))


def difference(how):
    before = pictures().astype(float)
    after = changed(how).astype(float)
    flipped = before[:, :, ::-1]
    return np.minimum(
        np.abs(after - before).mean(axis=(1, 2, 3)), np.abs(after - flipped).mean(axis=(1, 2, 3))
    )


@pytest.mark.parametrize("how", ["none", "mirror", "light", "strong"])
def test_shape_and_type_stay_and_what_is_given_is_not_changed(how):
    before = pictures()
    after = augment(before, how, np.random.default_rng(0))
    assert (after.shape, after.dtype) == (before.shape, np.uint8)
    assert np.array_equal(before, pictures())


@pytest.mark.parametrize("how", ["mirror", "light", "strong"])
def test_the_seed_says_how_each_is_changed(how):
    assert np.array_equal(changed(how), changed(how))
    assert not np.array_equal(changed(how), changed(how, seed=1))


def test_none_changes_nothing_and_mirror_nothing_but_the_side():
    assert difference("none").max() == 0
    assert difference("mirror").max() == 0
    mirrored = (changed("mirror") != pictures()).any(axis=(1, 2, 3))
    assert 10 <= mirrored.sum() <= 30


def test_strong_changes_more_than_light_and_light_leaves_the_picture_what_it_is():
    light, strong = difference("light"), difference("strong")
    assert 5 < light.mean() < strong.mean()
    assert light.mean() < 45  # Two pictures that have nothing in common differ by 85.


def test_what_lies_outside_of_the_picture_is_white():
    black = np.zeros((200, 32, 32, 3), np.uint8)
    corners = changed("light", images=black)[:, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert corners.max() > 200


def test_strong_makes_some_pictures_grey():
    spread = np.ptp(changed("strong", images=pictures(200)).astype(int), axis=3).max(axis=(1, 2))
    assert 10 < (spread <= 1).sum() < 60
