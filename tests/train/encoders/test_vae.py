"""train/encoders/vae.py: clouds of numbers, what they cost, and noise that resuming repeats."""

import keras
import numpy as np
import pytest

from train.encoders import training
from train.encoders.vae import PIXEL_VARIANCE, Vae, fit


def test_the_loss_is_the_squared_error_and_the_divergence_from_the_normal_distribution(task):
    learner = Vae(task(kind="vae", augmentation="none"))
    trained = learner.build()
    trained.model.compile("sgd", loss=learner.loss(), run_eagerly=True)
    inputs, (expected, nothing) = learner.batch(np.arange(8), np.random.default_rng(0))
    found = trained.model.test_on_batch(inputs, [expected, nothing], return_dict=True)["loss"]

    images, noise = inputs
    log_variance = keras.Model(
        trained.encoder.input, trained.model.get_layer("log_variance").output
    )
    mean, spread = (
        keras.ops.convert_to_numpy(model.predict_on_batch(images)).astype(float)
        for model in (trained.encoder, log_variance)
    )
    points = (mean + np.exp(spread / 2) * noise).astype(np.float32)
    restored = keras.ops.convert_to_numpy(trained.parts["decoder"].predict_on_batch(points))
    divergence = (mean**2 + np.exp(spread) - spread - 1).sum(axis=1).mean() / 2
    by_hand = np.square(restored - images / 255).mean()
    by_hand += 2 * PIXEL_VARIANCE / images[0].size * divergence
    assert divergence > 1e-3
    assert found == pytest.approx(by_hand, rel=1e-4)


def test_a_batch_has_the_noise_of_its_step_and_of_no_other(task):
    learner = Vae(task(kind="vae"))
    one, same, other = (
        learner.batch(np.arange(8), np.random.default_rng((0, step)))[0][1] for step in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert np.array([one, other]).std() == pytest.approx(1, abs=0.3)


def test_a_cut_run_ends_as_if_never_cut(whole_and_cut):
    whole, cut = whole_and_cut(Vae, 3, kind="vae")
    for one, other in zip(whole.weights, cut.weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)


def test_an_encoder_comes_out_that_tells_pictures_apart(task, embed):
    made = task(kind="vae", precision="mixed_bfloat16")
    embeddings = embed(fit(made))
    assert np.isfinite(embeddings).all()
    assert embeddings.std(axis=0).min() > 1e-4
    assert training.best_of(made.work.root / "encoder", "decoder").is_file()
