"""train/encoder.py: rounds, resuming, stopping: early when it is no use, loudly when it breaks."""

import dataclasses
import json

import keras
import numpy as np
import pytest

from model.autoencoder import build_autoencoder
from model.datasets import Row
from model.errors import TrainingError
from train import encoder as encoder_module
from train.config import EncoderConfig, TrainConfig
from train.encoder import train_encoder
from train.pack import Pack
from train.workdir import Workdir

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


@pytest.fixture(autouse=True)
def quick_network(monkeypatch):
    """Two dense layers in place of the convolutions, whose graph takes seconds to build."""

    def build(options):
        size = options.image_size_px
        images = keras.Input((size, size, 3), dtype="uint8")
        x = keras.layers.Flatten()(keras.ops.cast(images, "float32") * (1 / 255))
        x = keras.layers.Dense(size * size * 3)(keras.layers.Dense(options.width)(x))
        return keras.Model(images, keras.layers.Reshape((size, size, 3))(x))

    monkeypatch.setattr(encoder_module, "build_autoencoder", build)


@pytest.fixture
def work(tmp_path):
    return Workdir(tmp_path)


def metrics(work):
    lines = (work.root / "encoder" / "metrics.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture
def seen(monkeypatch):
    """The numbers of the images of every batch that is trained on, and each batch itself."""
    batches = []
    plain = encoder_module.build_autoencoder

    def build(options):
        model = plain(options)
        train = model.train_on_batch

        def train_and_note(images, expected):
            batches.append((np.maximum(images[:, 0, 0, 0], images[:, 0, -1, 0]), images, expected))
            return train(images, expected)

        model.train_on_batch = train_and_note
        return model

    monkeypatch.setattr(encoder_module, "build_autoencoder", build)
    return batches


def test_rounds_are_noted_with_their_errors_and_the_network_learns(pack, work, monkeypatch):
    monkeypatch.setattr(encoder_module, "build_autoencoder", build_autoencoder)
    train_encoder(pack, CONFIG, work, "pack")
    noted = metrics(work)
    assert [one["round"] for one in noted] == [1, 2, 3, 4, 5]  # 2 epochs of 40, 16 a round
    assert all({"train_error", "validation_error", "learning_rate"} < set(one) for one in noted)
    assert noted[-1]["validation_error"] < noted[0]["validation_error"]
    best = min(one["validation_error"] for one in noted)
    assert work.facts("encoder")["best_error"] == best
    network = keras.models.load_model(work.root / "encoder" / "best.keras", safe_mode=True)
    held = pack.images[pack.validation]
    restored = keras.ops.convert_to_numpy(network.predict_on_batch(held))
    assert np.square(restored - held / 255).mean() == pytest.approx(best, rel=1e-3)


def test_a_done_step_is_not_done_again(pack, work):
    train_encoder(pack, CONFIG, work, "pack")
    before = {path: path.stat().st_mtime_ns for path in work.root.rglob("*")}
    train_encoder(pack, CONFIG, work, "pack")
    assert {path: path.stat().st_mtime_ns for path in work.root.rglob("*")} == before


def test_every_epoch_shows_each_training_image_once_and_no_other(pack, work, seen):
    train_encoder(pack, settings(mirror=False), work, "pack")
    shown = np.concatenate([numbers for numbers, _, _ in seen])
    for epoch in (shown[:TRAINED], shown[TRAINED:]):
        expected = np.maximum(np.arange(TRAINED), pack.images[:TRAINED, 0, -1, 0])
        assert sorted(epoch) == sorted(expected)


def test_variants_are_trained_on_when_asked_for(pack, work, seen):
    train_encoder(pack, settings(variants=True, epochs=1, mirror=False), work, "pack")
    assert sum(len(numbers) for numbers, _, _ in seen) == 48  # of 44, in whole rounds of 16


def test_mirrored_images_are_to_be_restored_mirrored(pack, work, seen):
    train_encoder(pack, CONFIG, work, "pack")
    flipped = 0
    for _, images, expected in seen:
        assert np.array_equal((expected * 255).round(), images)
        flipped += int((images[:, 0, 0, 0] >= TRAINED).sum())
    assert 10 < flipped < 70


def cut_in_round(number, monkeypatch):
    """Die like a killed process in the training of this round."""
    plain = encoder_module._Trainer._train

    def train(trainer, bar):
        if trainer.progress.rounds + 1 == number:
            raise KeyboardInterrupt
        return plain(trainer, bar)

    monkeypatch.setattr(encoder_module._Trainer, "_train", train)


def test_a_cut_run_goes_on_after_its_last_round_and_ends_as_if_never_cut(
    pack, tmp_path, monkeypatch
):
    whole, cut = Workdir(tmp_path / "whole"), Workdir(tmp_path / "cut")
    train_encoder(pack, CONFIG, whole, "pack")
    with monkeypatch.context() as patch:
        cut_in_round(3, patch)
        with pytest.raises(KeyboardInterrupt):
            train_encoder(pack, CONFIG, cut, "pack")
    assert not cut.facts("encoder")
    assert len(metrics(cut)) == 2
    train_encoder(pack, CONFIG, cut, "pack")
    for one, other in zip(metrics(cut), metrics(whole), strict=True):
        del one["seconds"], other["seconds"]
        assert one == pytest.approx(other, rel=1e-3)


def test_a_run_cut_between_metrics_and_checkpoint_notes_no_round_twice(pack, work, monkeypatch):
    def save(model, file):
        if file.name == "checkpoint.keras" and len(metrics(work)) == 3:
            raise KeyboardInterrupt
        model.save(file)

    with monkeypatch.context() as patch:
        patch.setattr(encoder_module, "_save", save)
        with pytest.raises(KeyboardInterrupt):
            train_encoder(pack, CONFIG, work, "pack")
    train_encoder(pack, CONFIG, work, "pack")
    assert [one["round"] for one in metrics(work)] == [1, 2, 3, 4, 5]


def test_changed_settings_start_anew(pack, work):
    train_encoder(pack, settings(epochs=0.8), work, "pack")
    train_encoder(pack, settings(epochs=1.2, learning_rate=0.02), work, "pack")
    assert [one["round"] for one in metrics(work)] == [1, 2, 3]


def test_a_loss_that_is_no_number_stops_with_its_step_and_what_to_do(pack, work):
    broken = settings(learning_rate=1e38, batch=2)
    with pytest.raises(TrainingError) as caught:
        train_encoder(pack, broken, work, "pack")
    message = str(caught.value)
    assert "at step " in message
    assert "Lower train.encoder.learning_rate" in message
    assert "steps " in message
    assert not work.facts("encoder")


def judge(errors, monkeypatch):
    verdicts = iter(errors)
    monkeypatch.setattr(encoder_module._Trainer, "_validate", lambda trainer: next(verdicts))


def test_training_ends_when_no_round_was_better_for_as_long_as_the_patience(
    pack, work, monkeypatch
):
    judge([0.3, 0.2, 0.25, 0.26, 0.1], monkeypatch)
    train_encoder(pack, settings(patience_rounds=2, epochs=10), work, "pack")
    assert len(metrics(work)) == 4
    facts = work.facts("encoder")
    assert (facts["rounds"], facts["best_round"], facts["best_error"]) == (4, 2, 0.2)


def test_a_validation_error_that_is_no_number_stops_with_its_round(pack, work, monkeypatch):
    judge([0.3, float("nan")], monkeypatch)
    with pytest.raises(TrainingError, match=r"validation error became nan in round 2"):
        train_encoder(pack, CONFIG, work, "pack")


def test_without_validation_images_the_training_error_decides(pack, work):
    alone = dataclasses.replace(pack, validation=np.zeros_like(pack.validation))
    train_encoder(alone, settings(epochs=1), work, "pack")
    assert all(one["validation_error"] == one["train_error"] for one in metrics(work))


def test_without_a_usable_image_training_says_where_to_look(pack, work):
    unusable = dataclasses.replace(pack, usable=np.zeros_like(pack.usable))
    with pytest.raises(TrainingError, match=r"No usable image.*problems\.json"):
        train_encoder(unusable, CONFIG, work, "pack")
