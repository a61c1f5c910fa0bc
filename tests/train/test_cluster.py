"""train/cluster.py: without an address nothing changes; with one, what is missing is named.

``make check-cluster`` runs what is spread over a real cluster.
"""

import copy
import dataclasses
import sys

import numpy as np
import pytest

from model.datasets import read_dataset
from model.encoder import Encoder
from model.errors import ConfigError, TrainingError
from model.image import ImageLimits
from train import pack as pack_module
from train.cluster import on_cluster, share
from train.config import TrainConfig
from train.pack import pack_images
from train.workdir import Workdir


def test_on_one_machine_what_is_shared_is_the_thing_itself():
    thing = object()
    with on_cluster(""):
        assert share(thing).get() is thing


@pytest.mark.parametrize("address", ["auto", "head:6379", "ray://head.example:10001"])
def test_a_clusters_address_is_taken(address):
    assert TrainConfig(cluster=address).cluster == address


@pytest.mark.parametrize("address", ["head", "http://head:8265", "ray://head", "AUTO", "a b:1"])
def test_what_is_no_address_is_refused_by_name(address):
    with pytest.raises(ConfigError, match=r"train\.cluster must be auto"):
        TrainConfig(cluster=address)


def test_without_ray_a_cluster_is_refused_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "train.ray_calls", raising=False)
    missing = pytest.raises(TrainingError, match=r"ray is not installed.*hoshizora\[train,ray\]")
    with missing, on_cluster("auto"):
        pass


def test_a_node_that_does_not_see_the_images_stops_the_step(tiny_dataset, tmp_path, monkeypatch):
    """Else every image would count as missing, and a bundle of nothing would come of it."""

    def elsewhere(rows, size_px, limits):
        images = np.zeros((len(rows), size_px, size_px, 3), np.uint8)
        return images, {0: "not_found: There is no file. Check the path."}

    monkeypatch.setattr(pack_module, "decode_rows", elsewhere)
    config = dataclasses.replace(TrainConfig(jobs=1), cluster="auto")
    with pytest.raises(TrainingError, match=r"does not see .*the same path on every node"):
        pack_images(read_dataset(tiny_dataset), config, ImageLimits(), Workdir(tmp_path))


def test_an_encoder_travels_to_another_process_as_it_is(tiny_run, tiny_bundle):
    encoder = Encoder.load(tiny_bundle)
    arrived = copy.copy(encoder)  # by what would travel
    images = np.asarray(tiny_run.pack.images[:3])
    assert arrived.id == encoder.id
    assert np.array_equal(arrived.embed(images), encoder.embed(images))
