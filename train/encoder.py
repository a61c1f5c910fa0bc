"""Step ``encoder``: train the autoencoder on the packed images. No label is read here.

Command: python -m train encoder --data DIR --workdir W
Expected, on 2 cores at half width and 112×112: about 5 minutes an epoch of 18,500 images in
bfloat16 (6 in float32); validation error (mean squared, pixels in 0..1) below 0.012 after
10 epochs.

An epoch of two million images takes hours, so the unit of work is a *round* of at most
``round_images`` images: after each one comes a validation, a line in ``metrics.jsonl`` and a
checkpoint. A killed run goes on from the last round.
"""

import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from model.autoencoder import AutoencoderOptions, build_autoencoder
from model.errors import TrainingError
from train.config import EncoderConfig, TrainConfig
from train.marks import encoder_mark
from train.pack import Pack
from train.workdir import Workdir, write_json

CHECKPOINT = "checkpoint.keras"
WARM_UP_STEPS = 200


@dataclass
class Progress:
    """Where the training stands; saved beside the checkpoint."""

    rounds: int = 0
    best_error: float = math.inf
    best_round: int = 0


def autoencoder_options(config: EncoderConfig) -> AutoencoderOptions:
    """The network that a configuration asks for."""
    return AutoencoderOptions(
        image_size_px=config.image_size_px,
        width=config.width,
        width_multiplier=config.width_multiplier,
        normalise_everywhere=config.normalise_everywhere,
        sigmoid_output=config.sigmoid_output,
    )


def train_encoder(pack: Pack, config: TrainConfig, work: Workdir, pack_mark: str) -> None:
    """Run the step; leaves ``best.keras``, the whole autoencoder, in its directory.

    Raises:
        TrainingError: If the loss is no longer a finite number, or no image is left.
    """
    mark = encoder_mark(pack_mark, config)
    if work.is_done("encoder", mark):
        return
    work.begin("encoder")
    trainer = _Trainer(pack, config, work, mark)
    while not trainer.finished:
        trainer.run_round()
    work.mark_done("encoder", mark, asdict(trainer.progress))


class _Trainer:
    """One training run, round by round."""

    def __init__(self, pack: Pack, config: TrainConfig, work: Workdir, mark: str) -> None:
        self.settings = config.encoder
        self.seed = config.seed
        self.pack = pack
        self.work = work
        self.directory = work.step("encoder")
        self.mark = mark
        wanted = np.array([self.settings.variants or not row.variant for row in pack.rows])
        self.train_rows = np.flatnonzero(pack.fitting & wanted)
        self.validation_rows = np.flatnonzero(pack.validation & wanted)
        if not len(self.train_rows):
            raise TrainingError("No usable image is left to train on; see pack/problems.json.")
        per_round = min(self.settings.round_images, len(self.train_rows))
        self.steps = math.ceil(per_round / self.settings.batch)
        self.rounds = max(1, round(self.settings.epochs * len(self.train_rows) / per_round))
        keras.utils.set_random_seed(config.seed)
        self.progress = Progress()
        self.model = self._resume() or self._start()

    @property
    def finished(self) -> bool:
        """All rounds done, or no better for ``patience_rounds``."""
        stale = self.progress.rounds - self.progress.best_round
        return self.progress.rounds >= self.rounds or stale >= self.settings.patience_rounds

    def run_round(self) -> None:
        """Train on the next slice, validate, note the metrics, save a checkpoint."""
        began = time.monotonic()
        number = self.progress.rounds + 1
        with tqdm(total=self.steps, desc=f"encoder {number}/{self.rounds}", unit="batch") as bar:
            error = self._train(bar)
        validation = self._validate() if len(self.validation_rows) else error
        if not math.isfinite(validation):
            raise TrainingError(
                f"The validation error became {validation} in round {number}. The checkpoint "
                "before it is kept. Lower train.encoder.learning_rate and run again."
            )
        self.progress.rounds = number
        if validation < self.progress.best_error:
            self.progress.best_error, self.progress.best_round = validation, number
            _save(self.model, self.directory / "best.keras")
        metrics = {
            "round": number,
            "train_error": error,
            "validation_error": validation,
            "learning_rate": float(self.model.optimizer.learning_rate),
            "seconds": round(time.monotonic() - began, 1),
        }
        with (self.directory / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(metrics) + "\n")
        _save(self.model, self.directory / CHECKPOINT)
        write_json(self.directory / "progress.json", {"mark": self.mark, **asdict(self.progress)})

    def _train(self, bar: Any) -> float:  # noqa: ANN401 - tqdm has no types
        total, first = 0.0, self.progress.rounds * self.steps
        for step, rows in enumerate(self._batches(), start=first):
            images = np.asarray(self.pack.images[rows])
            if self.settings.mirror:
                flip = np.random.default_rng((self.seed, step)).random(len(rows)) < 0.5
                images[flip] = images[flip, :, ::-1]
            loss = float(self.model.train_on_batch(images, images.astype(np.float32) / 255))
            if not math.isfinite(loss):
                raise TrainingError(
                    f"The loss became {loss} at step {step} (round {self.progress.rounds + 1}, "
                    f"steps {first} to {first + self.steps}). The checkpoint before it is kept. "
                    "Lower train.encoder.learning_rate and run again."
                )
            total += loss
            bar.update()
            self.work.note("encoder", step + 1, self.rounds * self.steps)
            bar.set_postfix(error=f"{loss:.4f}", refresh=False)
        return total / self.steps

    def _batches(self) -> Iterator[NDArray[np.int64]]:
        """This round's batches: the rounds walk one endless chain of shuffled epochs."""
        batch, count = self.settings.batch, len(self.train_rows)
        start = self.progress.rounds * self.steps * batch
        for at in range(start, start + self.steps * batch, batch):
            positions = np.arange(at, at + batch)
            rows = [
                self._shuffled(epoch)[positions[positions // count == epoch] % count]
                for epoch in np.unique(positions // count)
            ]
            yield np.sort(np.concatenate(rows))

    def _shuffled(self, epoch: int) -> NDArray[np.int64]:
        return np.random.default_rng((self.seed, int(epoch))).permutation(self.train_rows)

    def _validate(self) -> float:
        total, batch = 0.0, self.settings.batch
        for at in range(0, len(self.validation_rows), batch):
            images = np.asarray(self.pack.images[self.validation_rows[at : at + batch]])
            expected = images.astype(np.float32) / 255
            restored = keras.ops.convert_to_numpy(self.model.predict_on_batch(images))
            total += float(np.square(restored - expected).mean()) * len(images)
        return total / len(self.validation_rows)

    def _start(self) -> keras.Model:
        (self.directory / "metrics.jsonl").unlink(missing_ok=True)
        keras.config.set_dtype_policy(self.settings.precision)
        model = build_autoencoder(autoencoder_options(self.settings))
        keras.config.set_dtype_policy("float32")
        schedule = keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=0.0,
            decay_steps=max(1, self.rounds * self.steps - WARM_UP_STEPS),
            warmup_target=self.settings.learning_rate,
            warmup_steps=min(WARM_UP_STEPS, self.rounds * self.steps),
            alpha=0.01,
        )
        # JAX is fast only when compiled; TensorFlow's graph is, and XLA would take minutes more.
        jit = keras.backend.backend() == "jax"
        model.compile(keras.optimizers.Adam(schedule), loss="mse", jit_compile=jit)
        return model

    def _resume(self) -> keras.Model | None:
        """The model of the last finished round, if it was trained under the same settings."""
        state = self.directory / "progress.json"
        if not state.is_file():
            return None
        saved = json.loads(state.read_text())
        if saved.pop("mark") != self.mark:
            return None
        self.progress = Progress(**saved)
        # A kill between the metrics and the checkpoint: that round is done again.
        metrics = self.directory / "metrics.jsonl"
        lines = metrics.read_text(encoding="utf-8").splitlines(keepends=True)
        metrics.write_text("".join(lines[: self.progress.rounds]), encoding="utf-8")
        return keras.models.load_model(self.directory / CHECKPOINT, safe_mode=True)


def _save(model: keras.Model, file: Path) -> None:
    """Save so that a kill leaves the old file or the new one."""
    partial = file.with_name(f"partial-{file.name}")
    model.save(partial)
    partial.replace(file)
