"""train/encoders/contrastive.py: the other view of a picture is to be found, and it is learnt."""

import numpy as np
import pytest
from keras import ops

from train.encoders.contrastive import TEMPERATURE, Contrastive, contrast, fit


def by_hand(places):
    """The same in plain loops."""
    count, total = len(places), 0.0
    for i in range(count):
        other = (i + count // 2) % count
        alike = [np.exp(places[i] @ places[j] / TEMPERATURE) for j in range(count) if j != i]
        total -= np.log(np.exp(places[i] @ places[other] / TEMPERATURE) / sum(alike))
    return total / count


def test_the_loss_is_the_cross_entropy_over_all_other_pictures():
    places = np.random.default_rng(0).normal(size=(10, 4)).astype(np.float32)
    places /= np.linalg.norm(places, axis=1, keepdims=True)
    found = float(ops.convert_to_numpy(contrast(np.zeros((10, 1)), places)))
    assert found == pytest.approx(by_hand(places), rel=1e-4)


def test_views_that_agree_cost_less_than_views_that_do_not():
    one = np.eye(6, dtype=np.float32)
    agreeing, apart = np.concatenate([one, one]), np.concatenate([one, one[::-1]])
    assert float(contrast(None, agreeing)) < float(contrast(None, apart))


def test_restoration_asks_for_the_very_pictures_that_are_shown_and_is_weighed(task):
    learner = Contrastive(task(kind="contrastive", augmentation="strong", restoration=7.0))
    views, (_, pictures) = learner.batch(np.arange(5), np.random.default_rng(0))
    assert np.array_equal((pictures * 255).round(), views)
    restored = learner.loss()[-1]
    assert float(restored(pictures, pictures + 0.1)) == pytest.approx(0.07, rel=1e-3)
    assert "decoder" in learner.build().parts


def test_without_restoration_there_is_no_decoder(task):
    learner = Contrastive(task(kind="contrastive", restoration=0.0))
    assert not learner.build().parts
    assert len(learner.loss()) == len(learner.batch(np.arange(4), np.random.default_rng(0))[1]) == 1


def test_a_batch_shows_each_picture_twice_each_time_otherwise(task):
    learner = Contrastive(task(kind="contrastive", augmentation="strong"))
    views, _ = learner.batch(np.arange(6), np.random.default_rng(0))
    assert views.shape == (12, 16, 16, 3)
    assert not np.array_equal(views[:6], views[6:])


def test_an_encoder_comes_out_that_tells_pictures_apart(task, embed):
    network = fit(task(kind="contrastive", augmentation="light", precision="mixed_bfloat16"))
    embeddings = embed(network)
    assert np.isfinite(embeddings).all()
    assert embeddings.std(axis=0).min() > 1e-4
