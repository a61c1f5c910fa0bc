"""A small pack that every method is tried on, and tiny networks."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from model.datasets import Row
from model.encoder import Encoder
from model.head import Floats
from model.networks import Network
from model.networks.pixel_pca import PixelPcaOptions
from model.projection import Projection
from train.config import EncoderConfig, TrainConfig
from train.encoders import training
from train.encoders.learner import Learner
from train.encoders.task import Task
from train.pack import Pack
from train.workdir import Workdir

COUNT, HELD = 48, 8
WORDS = ("sea", "sky", "cat", "rose")
JAPANESE = ("海", "空", "猫", "薔薇")


@pytest.fixture(scope="session")
def small_pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    """48 smooth pictures of 16 px in four kinds, each with its kind's tag, the last 8 held out."""
    random = np.random.default_rng(0)
    kinds = np.arange(COUNT) % len(WORDS)
    coarse = random.integers(0, 256, (len(WORDS), 2, 2, 3))[kinds]
    coarse = np.clip(coarse + random.normal(0, 20, coarse.shape), 0, 255).astype(np.uint8)
    images = coarse.repeat(8, axis=1).repeat(8, axis=2)
    place = tmp_path_factory.getbasetemp()
    rows = tuple(
        Row(place, f"{i}", "", (WORDS[k], "drawing"), (JAPANESE[k],), "train", f"{i}", "", "", "",
            False)
        for i, k in enumerate(kinds.tolist())
    )  # fmt: skip
    held = np.arange(COUNT) >= COUNT - HELD
    return Pack(images, rows, np.ones(COUNT, bool), held)


@pytest.fixture
def task(small_pack: Pack, tmp_path: Path) -> Callable[..., Task]:
    """Make a task; options of ``train.encoder`` as given."""

    def make(**options: Any) -> Task:
        small = {
            "backbone": "residual",
            "image_size_px": 16,
            "width": 4,
            "width_multiplier": 0.1,
            "batch": 8,
            "epochs": 2,
            "round_images": 20,
            "learning_rate": 0.01,
        }
        config = TrainConfig(encoder=EncoderConfig(**{**small, **options}))
        return Task(small_pack, config, Workdir(tmp_path), "mark")

    return make


@pytest.fixture
def embed(small_pack: Pack) -> Callable[[Network], Floats]:
    """Embed the small pack's pictures with what a method made."""
    return lambda network: Encoder(network, Projection.none(network.options.width)).latents(
        small_pack.images
    )


@pytest.fixture
def whole_and_cut(
    task: Callable[..., Task], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Network, Network]]:
    """Train twice: at once, and with a cut in the given round, as a killed process leaves it.

    One layer is the whole encoder, for the graph of many takes seconds to build.
    """

    def small(_: str, options: Any) -> keras.Model:
        size = options.image_size_px
        images = keras.Input((size, size, 3), dtype="uint8")
        x = keras.layers.Flatten()(keras.ops.cast(images, "float32") * (1 / 255))
        return keras.Model(images, keras.layers.Dense(options.width, name="embedding")(x))

    def train_both(learner: type[Learner], cut: int, **options: Any) -> tuple[Network, Network]:
        monkeypatch.setattr(f"{learner.__module__}.build", small)
        whole = training.train(learner(task(**options)))
        again = dataclasses.replace(task(**options), work=Workdir(tmp_path / "cut"))
        plain = training._Trainer._train

        def train(trainer: Any, bar: Any) -> float:
            if trainer.progress.rounds + 1 == cut:
                raise KeyboardInterrupt
            return plain(trainer, bar)

        with monkeypatch.context() as patch:
            patch.setattr(training._Trainer, "_train", train)
            with pytest.raises(KeyboardInterrupt):
                training.train(learner(again))
        return whole, training.train(learner(again))

    return train_both


@pytest.fixture(autouse=True)
def quick_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """One dense layer in place of the convolutions, whose graph takes seconds to build."""

    def backbone_of(settings: EncoderConfig) -> tuple[str, PixelPcaOptions]:
        return "pixel_pca", PixelPcaOptions(settings.image_size_px, settings.width)

    monkeypatch.setattr("train.encoders.learner.backbone_of", backbone_of)
