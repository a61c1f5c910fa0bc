"""train/encoders/training.py: rounds, resuming, stopping early, or loudly when it breaks."""

import dataclasses
import json

import keras
import numpy as np
import pytest

from model.datasets import Row
from model.encoder import Encoder
from model.errors import TrainingError
from model.projection import Projection
from train.config import EncoderConfig, TrainConfig
from train.encoders import training
from train.encoders.autoencoder import Autoencoder
from train.encoders.decoder import build_decoder
from train.encoders.learner import Trained
from train.encoders.task import Task
from train.pack import Pack
from train.workdir import Workdir, fingerprint

TRAINED, HELD, VARIANTS = 40, 8, 4
CONFIG = TrainConfig(
    encoder=EncoderConfig(
        image_size_px=16,
        width=4,
        width_multiplier=0.05,
        batch=8,
        epochs=2,
        round_images=16,
        learning_rate=0.01,
    )
)


def settings(**changes):
    return dataclasses.replace(CONFIG, encoder=dataclasses.replace(CONFIG.encoder, **changes))


@pytest.fixture(scope="module")
def pack(tmp_path_factory):
    """Smooth pictures: 40 to train on, 8 for validation, then 4 variants."""
    random = np.random.default_rng(0)
    count = TRAINED + HELD + VARIANTS
    coarse = random.integers(0, 256, (count, 2, 2, 3)).astype(np.uint8)
    images = coarse.repeat(8, axis=1).repeat(8, axis=2)
    images[:, 0, 0, 0] = np.arange(count)  # its number, so that a test knows an image again
    rows = tuple(
        Row(tmp_path_factory.getbasetemp(), f"{i}", "", (), (), "train", f"{i}", "", "", "",
            i >= TRAINED + HELD)
        for i in range(count)
    )  # fmt: skip
    held = (np.arange(count) >= TRAINED) & (np.arange(count) < TRAINED + HELD)
    return Pack(images, rows, np.ones(count, bool), held)


class Quick(Autoencoder):
    """Two dense layers in place of the convolutions, whose graph takes seconds to build.

    It notes the numbers of the images of every batch, and each batch itself.
    """

    def __init__(self, task):
        super().__init__(task)
        self.seen = []

    def build(self):
        size, width = self.options.image_size_px, self.options.width
        images = keras.Input((size, size, 3), dtype="uint8")
        x = keras.layers.Flatten()(keras.ops.cast(images, "float32") * (1 / 255))
        x = embedding = keras.layers.Dense(width)(x)
        x = keras.layers.Reshape((size, size, 3))(keras.layers.Dense(size * size * 3)(x))
        return Trained(keras.Model(images, x), keras.Model(images, embedding))

    def batch(self, rows, random):
        images, expected = super().batch(rows, random)
        if not np.isin(rows, self.task.validation_rows).any():
            numbers = np.maximum(images[:, 0, 0, 0], images[:, 0, -1, 0])
            self.seen.append((numbers, images, expected))
        return images, expected


def train(pack, config, work, learner=Quick):
    """Train as the step ``encoder`` does; the learner."""
    made = learner(Task(pack, config, work, fingerprint(dataclasses.asdict(config))))
    training.train(made)
    return made


@pytest.fixture
def work(tmp_path):
    return Workdir(tmp_path)


def metrics(work):
    lines = (work.root / "encoder" / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def progress(work):
    return json.loads((work.root / "encoder" / "progress.json").read_text())


def test_rounds_are_noted_with_their_losses_and_the_network_learns(pack, work):
    learner = Autoencoder(Task(pack, CONFIG, work, "mark"))
    network = training.train(learner)
    noted = metrics(work)
    assert [one["round"] for one in noted] == [1, 2, 3, 4, 5]  # 2 epochs of 40, 16 a round
    assert all({"train_loss", "validation_loss", "learning_rate"} < set(one) for one in noted)
    assert noted[-1]["validation_loss"] < noted[0]["validation_loss"]
    best = min(one["validation_loss"] for one in noted)
    assert progress(work)["best_loss"] == best
    decoder = build_decoder(CONFIG.encoder)
    decoder.set_weights(training.read_arrays(training.best_of(work.root / "encoder", "decoder")))
    held = learner.task.validation_rows
    images, expected = learner.batch(held, np.random.default_rng(training.VALIDATION_SEED))
    latents = Encoder(network, Projection.none(4)).latents(images)
    restored = keras.ops.convert_to_numpy(decoder.predict_on_batch(latents))
    assert np.square(restored - expected).mean() == pytest.approx(best, rel=1e-3)


def test_every_epoch_shows_each_training_image_once_and_no_other(pack, work):
    seen = train(pack, settings(augmentation="none"), work).seen
    shown = np.concatenate([numbers for numbers, _, _ in seen])
    for epoch in (shown[:TRAINED], shown[TRAINED:]):
        expected = np.maximum(np.arange(TRAINED), pack.images[:TRAINED, 0, -1, 0])
        assert sorted(epoch) == sorted(expected)


def test_variants_are_trained_on_when_asked_for(pack, work):
    seen = train(pack, settings(variants=True, epochs=1, augmentation="none"), work).seen
    assert sum(len(numbers) for numbers, _, _ in seen) == 48  # of 44, in whole rounds of 16


def test_mirrored_images_are_to_be_restored_mirrored(pack, work):
    seen = train(pack, CONFIG, work).seen
    flipped = 0
    for _, images, expected in seen:
        assert np.array_equal((expected * 255).round(), images)
        flipped += int((images[:, 0, 0, 0] >= TRAINED).sum())
    assert 10 < flipped < 70


def cut_in_round(number, monkeypatch):
    """Die like a killed process in the training of this round."""
    plain = training._Trainer._train

    def train(trainer, bar):
        if trainer.progress.rounds + 1 == number:
            raise KeyboardInterrupt
        return plain(trainer, bar)

    monkeypatch.setattr(training._Trainer, "_train", train)


def test_a_cut_run_goes_on_after_its_last_round_and_ends_as_if_never_cut(
    pack, tmp_path, monkeypatch
):
    whole, cut = Workdir(tmp_path / "whole"), Workdir(tmp_path / "cut")
    train(pack, CONFIG, whole)
    with monkeypatch.context() as patch:
        cut_in_round(3, patch)
        with pytest.raises(KeyboardInterrupt):
            train(pack, CONFIG, cut)
    assert len(metrics(cut)) == 2
    train(pack, CONFIG, cut)
    for one, other in zip(metrics(cut), metrics(whole), strict=True):
        del one["seconds"], other["seconds"]
        assert one == pytest.approx(other, rel=1e-3)


def test_a_run_cut_between_metrics_and_checkpoint_notes_no_round_twice(pack, work, monkeypatch):
    plain = training._save

    def save(model, file):
        if len(metrics(work)) == 3:
            raise KeyboardInterrupt
        plain(model, file)

    with monkeypatch.context() as patch:
        patch.setattr(training, "_save", save)
        with pytest.raises(KeyboardInterrupt):
            train(pack, CONFIG, work)
    train(pack, CONFIG, work)
    assert [one["round"] for one in metrics(work)] == [1, 2, 3, 4, 5]


def test_changed_settings_start_anew(pack, work):
    train(pack, settings(epochs=0.8), work)
    train(pack, settings(epochs=1.2, learning_rate=0.02), work)
    assert [one["round"] for one in metrics(work)] == [1, 2, 3]


def test_a_loss_that_is_no_number_stops_with_its_step_and_what_to_do(pack, work):
    broken = settings(learning_rate=1e38, batch=2)
    with pytest.raises(TrainingError) as caught:
        train(pack, broken, work)
    message = str(caught.value)
    assert "at step " in message
    assert "Lower train.encoder.learning_rate" in message
    assert "steps " in message


def judge(errors, monkeypatch):
    verdicts = iter(errors)
    monkeypatch.setattr(training._Trainer, "_validate", lambda trainer: next(verdicts))


def test_training_ends_when_no_round_was_better_for_as_long_as_the_patience(
    pack, work, monkeypatch
):
    judge([0.3, 0.2, 0.25, 0.26, 0.1], monkeypatch)
    train(pack, settings(patience_rounds=2, epochs=10), work)
    assert len(metrics(work)) == 4
    facts = progress(work)
    assert (facts["rounds"], facts["best_round"], facts["best_loss"]) == (4, 2, 0.2)


def test_a_validation_loss_that_is_no_number_stops_with_its_round(pack, work, monkeypatch):
    judge([0.3, float("nan")], monkeypatch)
    with pytest.raises(TrainingError, match=r"validation loss became nan in round 2"):
        train(pack, CONFIG, work)


def test_without_validation_images_the_training_loss_decides(pack, work):
    alone = dataclasses.replace(pack, validation=np.zeros_like(pack.validation))
    train(alone, settings(epochs=1), work)
    assert all(one["validation_loss"] == one["train_loss"] for one in metrics(work))


def test_without_a_usable_image_training_says_where_to_look(pack, work):
    unusable = dataclasses.replace(pack, usable=np.zeros_like(pack.usable))
    with pytest.raises(TrainingError, match=r"No usable image.*problems\.json"):
        train(unusable, CONFIG, work)
