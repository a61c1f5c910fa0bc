"""train/encoders/hinted.py: pictures that share tags come close, and the directions are gone."""

import keras
import numpy as np
import pytest
from keras import ops

from model.networks.joined import networks_of
from train.encoders import verdicts
from train.encoders.hinted import SHARPNESS, Directions, Hinted, fit, hint


def test_directions_are_compared_by_their_cosine():
    layer, half = Directions(3), np.sqrt(0.5)
    layer.build((None, 2))
    layer.directions.assign(np.array([[5.0, 0.0, -1.0], [0.0, 0.1, 0.0]]))
    found = ops.convert_to_numpy(layer(np.array([[1, 0], [half, half]], np.float32)))
    assert found == pytest.approx(SHARPNESS * np.array([[1, 0, -1], [half, half, -half]]), abs=1e-4)


def test_the_loss_is_least_where_the_softmax_says_what_the_tags_say():
    targets = np.array([[0.75, 0.25, 0.0]], np.float32)
    right = np.log(np.array([[0.75, 0.25, 1e-9]], np.float32))
    entropy = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    assert float(hint(targets, right)) == pytest.approx(entropy, abs=1e-4)
    assert float(hint(targets, right[:, ::-1])) > entropy


def test_a_picture_without_a_tag_adds_nothing():
    assert float(hint(np.zeros((2, 3), np.float32), np.ones((2, 3), np.float32))) == 0


def test_rare_tags_count_more_and_each_pictures_tags_sum_to_one(task):
    learner = Hinted(task(kind="hinted"))
    targets = learner.targets.toarray()
    assert targets.sum(axis=1) == pytest.approx(1)
    common, rare = 0, 1  # "drawing" is in all 40, each other tag in 10
    assert targets[:, rare].max() == pytest.approx(2 * targets[:, common].max())


def test_each_network_sees_every_picture_twice_and_both_times_the_told_one_hears_its_tags(task):
    learner = Hinted(task(kind="hinted"))
    seen, said = learner.batch(np.arange(5), np.random.default_rng(0))
    nothing, pictures, tags, common = said
    assert [len(one) for one in (*seen, *said)] == [10] * 6
    assert pictures == pytest.approx(seen[0] / 255)
    assert not np.array_equal(seen[0], seen[1])
    assert np.array_equal(tags[:5], tags[5:])
    assert np.array_equal(common[:5], common[5:])
    assert learner.common.names == ("drawing",)
    assert nothing.shape == (10, 1)


def test_where_no_tag_is_common_there_are_no_verdicts(task, monkeypatch):
    monkeypatch.setattr(verdicts, "FEWEST_OF_A_TAG", 1000)
    learner = Hinted(task(kind="hinted"))
    told = learner.batch(np.arange(5), np.random.default_rng(0))[1]
    assert len(told) == len(learner.loss()) == len(learner.build().model.outputs) == 3


def test_one_half_hears_nothing_of_tags_and_the_other_nothing_of_copies(task):
    trained = Hinted(task(kind="hinted")).build()
    networks = networks_of(trained.encoder)
    read = []
    for output in trained.model.outputs:
        layers = keras.Model(trained.model.inputs, output).layers
        read.append([network in layers for network in networks])
    own, told = [True, False], [False, True]
    assert read == [own, own, told, told]


def test_pictures_that_share_tags_come_to_lie_close(task, embed):
    network = fit(task(kind="hinted", augmentation="light", epochs=24, restoration=1.0))
    embeddings = embed(network)
    unit = embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True)
    alike = unit @ unit.T
    np.fill_diagonal(alike, -1)
    nearest = alike.argmax(axis=1)
    assert (nearest % 4 == np.arange(48) % 4).mean() > 0.9
