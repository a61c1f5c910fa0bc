"""model/networks/joined.py: each network's numbers in its place, rebuilt from the options."""

from dataclasses import asdict

import keras
import numpy as np
import pytest

from model.encoder import Encoder
from model.networks import Network, build, networks_in, options_of
from model.networks.joined import JoinedOptions, networks_of
from model.networks.pixel_pca import PixelPcaOptions
from model.projection import Projection

EACH = PixelPcaOptions(image_size_px=16, width=3)
OPTIONS = JoinedOptions("pixel_pca", asdict(EACH))


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (5, 16, 16, 3), dtype=np.uint8)


def numbers(network, images):
    return keras.ops.convert_to_numpy(network(images))


def test_each_network_gives_its_share_of_the_numbers_the_first_one_first(images):
    joined = build("joined", OPTIONS)
    random = np.random.default_rng(1)
    joined.set_weights([random.normal(size=one.shape) for one in joined.get_weights()])
    found = numbers(joined, images)
    parts = [numbers(one, images) for one in networks_of(joined)]
    assert found == pytest.approx(np.concatenate(parts, axis=1), abs=1e-4)
    assert not np.allclose(*parts)
    assert (OPTIONS.width, OPTIONS.image_size_px) == (found.shape[1], 16)


def test_its_weights_are_those_of_one_network_after_the_other(images):
    joined, alone = build("joined", OPTIONS), [build("pixel_pca", EACH) for _ in range(2)]
    random = np.random.default_rng(1)
    for network in alone:
        network.set_weights([random.normal(size=one.shape) for one in network.get_weights()])
    joined.set_weights([array for one in alone for array in one.get_weights()])
    expected = np.concatenate([numbers(one, images) for one in alone], axis=1)
    assert numbers(joined, images) == pytest.approx(expected, abs=1e-4)


def test_a_bundle_gives_it_back(images, tmp_path):
    weights = tuple(build("joined", OPTIONS).get_weights())
    encoder = Encoder(Network("joined", OPTIONS, weights), Projection.none(OPTIONS.width))
    encoder.save(tmp_path, "float32")
    again = Encoder.load(tmp_path)
    assert again.id == encoder.id
    assert again.options == OPTIONS
    assert np.array_equal(again.embed(images), encoder.embed(images))


def test_what_is_not_joined_is_one_network():
    assert networks_in(OPTIONS) == 2
    assert networks_in(options_of("pixel_pca", asdict(EACH))) == 1
