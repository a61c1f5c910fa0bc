"""train/encoders/pcanet.py: each stage is fitted on what the stages before it give."""

import keras
import numpy as np
import pytest

from model.errors import TrainingError
from model.networks.pcanet import PcanetOptions, build
from train.encoders.pcanet import fit_weights, principal_filters

OPTIONS = PcanetOptions(
    image_size_px=16, width=4, patch_px=3, first_filters=3, second_filters=2, block_px=4
)


def images(count, seed=0):
    """Squares of random colours, two pixels wide."""
    coarse = np.random.default_rng(seed).integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)
    return coarse.repeat(2, axis=1).repeat(2, axis=2)


def plain_filters(pictures, side, count):
    """Patch by patch; (side, side, C, count) up to sign."""
    patches = [
        picture[y : y + side, x : x + side]
        for picture in pictures
        for y in range(picture.shape[0] - side + 1)
        for x in range(picture.shape[1] - side + 1)
    ]
    flat = np.array([one - one.mean(axis=(0, 1)) for one in patches]).reshape(len(patches), -1)
    directions = np.linalg.svd(flat, full_matrices=False)[2][:count]
    return directions.T.reshape(side, side, -1, count)


def outputs(network, layer, pictures):
    part = keras.Model(network.input, network.get_layer(layer).output)
    return keras.ops.convert_to_numpy(part(pictures))


def test_filters_are_the_components_of_patches_less_their_mean():
    # Channels of different contrast, so that no two components are equally strong.
    pictures = images(20).astype(np.float32) / 255 * np.array([1.0, 0.7, 0.4], np.float32)
    found = principal_filters(iter([pictures[:15], pictures[15:]]), 3, 4)
    expected = plain_filters(pictures, 3, 4)
    alike = np.abs((found * expected).sum(axis=(0, 1, 2)))
    assert alike == pytest.approx(np.ones(4), abs=0.02)
    assert found.sum(axis=(0, 1)) == pytest.approx(np.zeros((3, 4)), abs=2e-3)


def test_every_stage_is_fitted_on_what_comes_before_it():
    pictures = images(40)
    weights = fit_weights(pictures, np.arange(40), OPTIONS, seed=0)
    network = build(OPTIONS)
    network.set_weights(weights)

    maps = np.moveaxis(outputs(network, "first", pictures), -1, 1).reshape(-1, 16, 16, 1)
    second = plain_filters(maps, 3, 2)
    assert np.abs((weights[1] * second).sum(axis=(0, 1, 2))) == pytest.approx(np.ones(2), abs=0.02)

    features = outputs(network, "histograms", pictures)
    left, spread, _ = np.linalg.svd(features - features.mean(axis=0), full_matrices=False)
    expected = left[:, :4] * spread[:4]
    said = keras.ops.convert_to_numpy(network(pictures))
    assert said.mean(axis=0) == pytest.approx(np.zeros(4), abs=1e-4)
    assert np.abs((said * expected).sum(axis=0)) == pytest.approx(spread[:4] ** 2, rel=0.02)


def test_the_same_seed_and_rows_give_the_same_weights_and_other_rows_are_not_looked_at():
    pictures, rows = images(30), np.arange(0, 30, 3)
    once = fit_weights(pictures, rows, OPTIONS, seed=1)
    pictures[1::3] = 0
    again = fit_weights(pictures, rows, OPTIONS, seed=1)
    assert all(np.array_equal(one, other) for one, other in zip(once, again, strict=True))


def test_fewer_images_than_components_is_said_in_words():
    with pytest.raises(TrainingError, match="3 images of 252 numbers have no 4 principal"):
        fit_weights(images(3), np.arange(3), OPTIONS, seed=0)
