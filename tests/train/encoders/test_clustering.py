"""train/encoders/clustering.py: a plain autoencoder at first, then centres to gather around."""

import keras
import numpy as np
import pytest

from train.encoders import training
from train.encoders.clustering import CLUSTERING, Clustering, Clusters, divergence, fit, sharpened


@pytest.fixture
def learner(task):
    return Clustering(task(kind="clustering", augmentation="none"))


def assigned(embeddings, centres, scale):
    """Student's t-distribution of one degree of freedom, in plain numpy."""
    squared = np.square(embeddings[:, None] - centres).sum(axis=2)
    near = 1 / (1 + squared / scale**2)
    return near / near.sum(axis=1, keepdims=True)


def test_assignments_follow_students_distribution_around_the_centres():
    random = np.random.default_rng(0)
    embeddings, centres = random.normal(size=(5, 4)), random.normal(size=(3, 4))
    clusters = Clusters(3, name="clusters")
    clusters.build((None, 4))
    clusters.set_weights([centres, np.array(0.5)])
    found = keras.ops.convert_to_numpy(clusters(embeddings.astype(np.float32)))
    np.testing.assert_allclose(found, assigned(embeddings, centres, 0.5), rtol=1e-4)


def test_sharpened_assignments_are_surer_and_favour_small_clusters():
    assignments = np.array([[0.6, 0.4], [0.6, 0.4], [0.5, 0.5]], np.float32)
    targets = sharpened(assignments, assignments.sum(axis=0))
    by_hand = np.array([0.36 / 1.7, 0.16 / 1.3])
    np.testing.assert_allclose(targets[0], by_hand / by_hand.sum(), rtol=1e-5)
    assert targets[0, 0] > 0.6
    assert targets[2, 1] > 0.5


def test_the_loss_is_the_squared_error_and_the_divergence_from_the_targets(learner):
    trained = learner.build()
    trained.model.compile("sgd", loss=learner.loss(), run_eagerly=True)
    learner.begin_round(trained, 0.5)
    rows = np.arange(8)
    images, (expected, targets) = learner.batch(rows, np.random.default_rng(0))
    found = trained.model.test_on_batch(images, [expected, targets], return_dict=True)["loss"]
    latents = trained.encoder.predict_on_batch(images)
    restored = keras.ops.convert_to_numpy(trained.parts["decoder"].predict_on_batch(latents))
    assignments = assigned(
        keras.ops.convert_to_numpy(latents),
        *(keras.ops.convert_to_numpy(one) for one in trained.model.get_layer("clusters").weights),
    )
    by_hand = np.square(restored - images / 255).mean()
    by_hand += CLUSTERING * (targets * np.log(targets / assignments)).sum(axis=1).mean()
    assert found == pytest.approx(by_hand, rel=1e-4)


def test_in_the_first_half_nothing_is_known_of_clusters(learner):
    trained = learner.build()
    learner.begin_round(trained, 0.25)
    _, (_, targets) = learner.batch(np.arange(8), np.random.default_rng(0))
    assert not targets.any()
    assert not keras.ops.convert_to_numpy(
        divergence(targets, np.full((8, 4), 0.25, np.float32))
    ).any()
    assert not keras.ops.convert_to_numpy(trained.model.get_layer("clusters").centres).any()


def test_the_second_half_finds_centres_once_and_targets_every_round(learner):
    trained = learner.build()
    learner.begin_round(trained, 0.5)
    centres = trained.model.get_layer("clusters").get_weights()[0]
    targets = learner.targets.copy()
    np.testing.assert_allclose(targets.sum(axis=1), 1, rtol=1e-5)  # of validation rows too
    assert len(np.unique(targets.argmax(axis=1))) == learner.count == 4  # √(40 / 2)
    shifted = [weight * 1.1 for weight in trained.encoder.get_weights()]
    trained.encoder.set_weights(shifted)
    learner.begin_round(trained, 0.75)
    np.testing.assert_array_equal(trained.model.get_layer("clusters").get_weights()[0], centres)
    assert not np.allclose(learner.targets, targets)


def test_a_run_cut_after_its_centres_were_found_ends_as_if_never_cut(whole_and_cut):
    whole, resumed = whole_and_cut(Clustering, 4, kind="clustering")
    for one, other in zip(whole.weights, resumed.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)


def test_the_centres_learn_and_come_back_from_the_checkpoint(task):
    made = task(kind="clustering")
    fit(made)
    learner = Clustering(made)
    last = learner.build()
    last.model.load_weights(made.work.root / "encoder" / training.CHECKPOINT)
    centres, scale = last.model.get_layer("clusters").get_weights()
    assert len(np.unique(centres.round(4), axis=0)) == learner.count
    assert 0 < scale != 1


def test_under_half_precision_an_encoder_comes_out_that_tells_pictures_apart(task, embed):
    embeddings = embed(fit(task(kind="clustering", backbone="article", precision="mixed_bfloat16")))
    assert np.isfinite(embeddings).all()
    assert embeddings.std(axis=0).min() > 1e-4
