"""model/networks/joined.py: each network's numbers in its place, rebuilt from the options."""

from dataclasses import asdict

import keras
import numpy as np
import pytest

from model.encoder import Encoder
from model.networks import Network, build, networks_in, options_of
from model.networks.joined import JoinedOptions, join
from model.networks.pixel_pca import PixelPcaOptions
from model.projection import Projection

EACH = PixelPcaOptions(image_size_px=16, width=3)
OPTIONS = JoinedOptions("pixel_pca", asdict(EACH), 2)


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (5, 16, 16, 3), dtype=np.uint8)


def numbers(network, images):
    return keras.ops.convert_to_numpy(network(images))


def test_each_network_gives_its_share_of_the_numbers_the_first_one_first(images):
    random, alone = np.random.default_rng(1), [build("pixel_pca", EACH) for _ in range(2)]
    for network in alone:
        network.set_weights([random.normal(size=one.shape) for one in network.get_weights()])
    network = join([Network("pixel_pca", EACH, tuple(one.get_weights())) for one in alone])
    assert (network.kind, network.options) == ("joined", OPTIONS)
    joined = build(network.kind, network.options)
    joined.set_weights(network.weights)
    found, parts = numbers(joined, images), [numbers(one, images) for one in alone]
    assert found == pytest.approx(np.concatenate(parts, axis=1), abs=1e-4)
    assert not np.allclose(*parts)
    assert (OPTIONS.width, OPTIONS.image_size_px) == (found.shape[1], 16)


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
