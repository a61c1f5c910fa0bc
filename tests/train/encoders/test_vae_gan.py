"""train/encoders/vae_gan.py: what each part pays for, and that no part's loss moves another."""

import keras
import numpy as np
import pytest

from train.encoders import training
from train.encoders.vae_gan import (
    DECEIVING,
    FEATURE_VARIANCE,
    SURE,
    Discriminator,
    VaeGan,
    fit,
)


@pytest.fixture
def learner(task):
    return VaeGan(task(kind="vae_gan", augmentation="none"))


def discriminated(weights, pictures):
    """The discriminator in plain numpy: features and logits."""
    x = pictures * 2.0 - 1
    for number, (kernel, bias) in enumerate(zip(weights[:-2:2], weights[1:-2:2], strict=True)):
        x = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(x, (4, 4), axis=(1, 2))[:, ::2, ::2]
        x = np.einsum("nhwcij,ijcf->nhwf", windows, kernel) * np.sqrt(2 / kernel[..., 0].size)
        x = np.where(x + bias > 0, x + bias, 0.2 * (x + bias))
        if number == 2:
            features = x / np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + 1e-6)
    logits = x.mean(axis=(1, 2)) @ weights[-2] * np.sqrt(2 / len(weights[-2])) + weights[-1]
    return features, logits[:, 0]


def test_the_discriminator_is_what_plain_numpy_makes_of_its_weights():
    pictures = np.random.default_rng(0).random((3, 16, 16, 3)).astype(np.float32)
    layer = Discriminator(0.1, name="discriminator")
    found = [keras.ops.convert_to_numpy(one) for one in layer(pictures)]
    frozen = [keras.ops.convert_to_numpy(one) for one in layer(pictures, frozen=True)]
    features, logits = discriminated(layer.get_weights(), pictures)
    for one in (found, frozen):
        np.testing.assert_allclose(one[0], features, atol=1e-4)
        np.testing.assert_allclose(one[1][:, 0], logits, atol=1e-4)


def test_the_loss_is_the_sum_of_what_the_three_parts_pay(learner):
    trained = learner.build()
    trained.model.compile("sgd", loss=learner.loss(), run_eagerly=True)
    inputs, nothing = learner.batch(np.arange(8), np.random.default_rng(0))
    found = trained.model.test_on_batch(inputs, nothing, return_dict=True)["loss"]

    images, noise, dreamt = inputs
    mean, spread = (
        keras.ops.convert_to_numpy(model.predict_on_batch(images))
        for model in (
            trained.encoder,
            keras.Model(trained.encoder.input, trained.model.get_layer("log_variance").output),
        )
    )
    made = [
        keras.ops.convert_to_numpy(trained.parts["decoder"].predict_on_batch(codes))
        for codes in (mean + np.exp(spread / 2) * noise, dreamt)
    ]
    weights = trained.model.get_layer("discriminator").get_weights()
    drawn, restored, dream = (
        discriminated(weights, pictures) for pictures in (images / 255, *made)
    )
    made_logits = np.array([restored[1], dream[1]])
    terms = [
        np.square(drawn[0] - restored[0]).mean(),
        (mean**2 + np.exp(spread) - spread - 1).sum(axis=1).mean() / 2,
        -np.log(1 / (1 + np.exp(-made_logits))).mean(),
        -(SURE * np.log(1 / (1 + np.exp(-drawn[1])))).mean()
        - ((1 - SURE) * np.log(1 / (1 + np.exp(drawn[1])))).mean()
        - np.log(1 / (1 + np.exp(made_logits))).mean(),
    ]
    by_hand = np.dot(terms, [1, 2 * FEATURE_VARIANCE / drawn[0][0].size, DECEIVING, 1])
    assert found == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.parametrize(
    ("term", "moved"),
    [
        (0, {"encoder", "log_variance", "decoder"}),  # unlike in the discriminator's features
        (1, {"encoder", "log_variance"}),  # divergence
        (2, {"decoder"}),  # seen through
        (3, {"discriminator"}),  # deceived
    ],
)
def test_each_term_moves_only_those_who_are_to_pay_for_it(learner, term, moved):
    trained = learner.build()
    parts = {
        "encoder": trained.encoder,
        "decoder": trained.parts["decoder"],
        **{name: trained.model.get_layer(name) for name in ("log_variance", "discriminator")},
    }
    before = {name: weights_of(part) for name, part in parts.items()}
    trained.model.compile(
        keras.optimizers.SGD(10.0), loss=lambda _, terms: terms[:, term], run_eagerly=True
    )
    trained.model.train_on_batch(*learner.batch(np.arange(8), np.random.default_rng(0)))
    changed = {
        name
        for name, part in parts.items()
        if any(
            not np.array_equal(*pair) for pair in zip(before[name], weights_of(part), strict=True)
        )
    }
    assert changed == moved


def weights_of(part):
    return [keras.ops.convert_to_numpy(weight).copy() for weight in part.trainable_variables]


def test_the_last_round_is_kept_however_its_loss_compares(task, monkeypatch):
    losses = iter([0.1, 0.2, 0.3])
    monkeypatch.setattr(training._Trainer, "_validate", lambda trainer: next(losses))
    made = task(kind="vae_gan", epochs=1.5, patience_rounds=1)
    network = fit(made)
    assert made.work.read("encoder/progress.json")["best_round"] == 3
    learner = VaeGan(made)
    last = learner.build()
    last.model.load_weights(made.work.root / "encoder" / training.CHECKPOINT)
    for one, other in zip(network.weights, last.encoder.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_under_half_precision_an_encoder_comes_out_that_tells_pictures_apart(task, embed):
    embeddings = embed(fit(task(kind="vae_gan", backbone="article", precision="mixed_bfloat16")))
    assert np.isfinite(embeddings).all()
    assert embeddings.std(axis=0).min() > 1e-4
