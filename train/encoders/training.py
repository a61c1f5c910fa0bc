"""Train a learner's network in rounds, so that a killed run goes on from the last one.

An epoch of two million images takes hours, so the unit of work is a *round* of at most
``round_images`` pictures: after each one comes a validation, a line in ``metrics.jsonl`` and a
checkpoint. The encoder of the round with the best validation loss is kept, or of the last one where
losses of different rounds do not compare.
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

from model.errors import TrainingError
from model.networks import Network
from train.encoders.learner import Learner, Trained
from train.workdir import write_json

CHECKPOINT = "checkpoint.weights.h5"
ENCODER = "encoder"
WARM_UP_STEPS = 200
VALIDATION_SEED = 1


@dataclass
class Progress:
    """Where the training stands; saved beside the checkpoint."""

    rounds: int = 0
    best_loss: float = math.inf
    best_round: int = 0


def train(learner: Learner) -> Network:
    """Train to the end, or go on with what an earlier run has left under the same mark.

    Raises:
        TrainingError: If the loss is no longer a finite number, or no image is left.
    """
    trainer = _Trainer(learner)
    while not trainer.finished:
        trainer.run_round()
    return Network(learner.kind, learner.options, read_arrays(best_of(trainer.directory, ENCODER)))


class _Trainer:
    """One training run, round by round."""

    def __init__(self, learner: Learner) -> None:
        self.learner, self.task = learner, learner.task
        self.settings, self.seed = self.task.settings, self.task.config.seed
        self.directory = self.task.directory
        self.rows = self.task.fitting_rows
        if not len(self.rows):
            raise TrainingError("No usable image is left to train on; see pack/problems.json.")
        # All in pictures, of which an illustration makes as many as the learner has views.
        pictures = len(self.rows) * learner.views
        per_round = min(self.settings.round_images, pictures)
        self.steps = math.ceil(per_round / self.settings.batch)
        self.rounds = max(1, round(self.settings.epochs * len(self.rows) / per_round))
        self.at_once = max(1, self.settings.batch // learner.views)
        keras.utils.set_random_seed(self.seed)
        self.progress = Progress()
        self.trained = self._start()
        self._resume()

    @property
    def finished(self) -> bool:
        """All rounds done, or no better for ``patience_rounds``."""
        stale = self.progress.rounds - self.progress.best_round
        return self.progress.rounds >= self.rounds or stale >= self.settings.patience_rounds

    def run_round(self) -> None:
        """Train on the next slice, validate, note the metrics, save a checkpoint."""
        began = time.monotonic()
        number = self.progress.rounds + 1
        self.learner.begin_round(self.trained, self.progress.rounds / self.rounds)
        with tqdm(total=self.steps, desc=f"encoder {number}/{self.rounds}", unit="batch") as bar:
            loss = self._train(bar)
        validation = self._validate() if len(self.task.validation_rows) else loss
        if not math.isfinite(validation):
            raise TrainingError(
                f"The validation loss became {validation} in round {number}. The checkpoint "
                "before it is kept. Lower train.encoder.learning_rate and run again."
            )
        self.progress.rounds = number
        if validation < self.progress.best_loss or not self.learner.comparable:
            self.progress.best_loss, self.progress.best_round = validation, number
            for name, part in {ENCODER: self.trained.encoder, **self.trained.parts}.items():
                _write_arrays(best_of(self.directory, name), part.get_weights())
        metrics = {
            "network": self.task.number,
            "round": number,
            "train_loss": loss,
            "validation_loss": validation,
            "learning_rate": float(self.trained.model.optimizer.learning_rate),
            "pictures": self.steps * self.at_once * self.learner.views,
            "seconds": round(time.monotonic() - began, 1),
        }
        with (self.directory / "metrics.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(metrics) + "\n")
        _save(self.trained.model, self.directory / CHECKPOINT)
        state = {"mark": self.task.mark, **asdict(self.progress)}
        write_json(self.directory / "progress.json", state)

    def _train(self, bar: Any) -> float:  # noqa: ANN401 - tqdm has no types
        total, first = 0.0, self.progress.rounds * self.steps
        for step, rows in enumerate(self._batches(), start=first):
            random = np.random.default_rng((self.seed, step))
            loss = self._loss(self.trained.model.train_on_batch, rows, random)
            if not math.isfinite(loss):
                raise TrainingError(
                    f"The loss became {loss} at step {step} (round {self.progress.rounds + 1}, "
                    f"steps {first} to {first + self.steps}). The checkpoint before it is kept. "
                    "Lower train.encoder.learning_rate and run again."
                )
            total += loss
            bar.update()
            self.task.note(step + 1, self.rounds * self.steps)
            bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
        return total / self.steps

    def _batches(self) -> Iterator[NDArray[np.int64]]:
        """This round's batches: the rounds walk one endless chain of shuffled epochs."""
        count = len(self.rows)
        start = self.progress.rounds * self.steps * self.at_once
        for at in range(start, start + self.steps * self.at_once, self.at_once):
            positions = np.arange(at, at + self.at_once)
            rows = [
                self._shuffled(epoch)[positions[positions // count == epoch] % count]
                for epoch in np.unique(positions // count)
            ]
            yield np.sort(np.concatenate(rows))

    def _shuffled(self, epoch: int) -> NDArray[np.int64]:
        return np.random.default_rng((self.seed, int(epoch))).permutation(self.rows)

    def _validate(self) -> float:
        """The mean loss of the rows that were held out, the same pictures of them every time."""
        random, total = np.random.default_rng(VALIDATION_SEED), 0.0
        held = self.task.validation_rows
        for at in range(0, len(held), self.at_once):
            rows = held[at : at + self.at_once]
            total += self._loss(self.trained.model.test_on_batch, rows, random) * len(rows)
        return total / len(held)

    def _loss(
        self,
        run: Any,  # noqa: ANN401 - a method of a Keras model
        rows: NDArray[np.int64],
        random: np.random.Generator,
    ) -> float:
        images, expected = self.learner.batch(rows, random)
        return float(run(images, expected, return_dict=True)["loss"])

    def _start(self) -> Trained:
        keras.config.set_dtype_policy(self.settings.precision)
        trained = self.learner.build()
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
        optimizer = keras.optimizers.Adam(schedule)
        trained.model.compile(optimizer, loss=self.learner.loss(), jit_compile=jit)
        return trained

    def _resume(self) -> None:
        """Go on after the last finished round, if it was trained under the same settings."""
        state, metrics = self.directory / "progress.json", self.directory / "metrics.jsonl"
        saved = json.loads(state.read_text()) if state.is_file() else {}
        if saved.pop("mark", None) != self.task.mark:
            metrics.unlink(missing_ok=True)
            return
        self.progress = Progress(**saved)
        # A kill between the metrics and the checkpoint: that round is done again.
        lines = metrics.read_text(encoding="utf-8").splitlines(keepends=True)
        metrics.write_text("".join(lines[: self.progress.rounds]), encoding="utf-8")
        self.trained.model.optimizer.build(self.trained.model.trainable_variables)
        self.trained.model.load_weights(self.directory / CHECKPOINT)


def _save(model: keras.Model, file: Path) -> None:
    """Save weights and the optimizer's state so that a kill leaves the old file or the new one."""
    partial = file.with_name(f"partial-{file.name}")
    model.save_weights(partial)
    partial.replace(file)


def _write_arrays(file: Path, arrays: list[Any]) -> None:
    partial = file.with_name(f"partial-{file.name}")
    np.savez(partial, *arrays)
    partial.replace(file)


def rounds_in(directory: Path) -> list[dict[str, float]]:
    """What was noted of each round, of one network after the other.

    Args:
        directory: Of the step ``encoder``.

    Returns:
        Lines of ``metrics.jsonl``; none where nothing was trained by gradients.
    """
    files = sorted(directory.rglob("metrics.jsonl"))
    texts = [file.read_text(encoding="utf-8") for file in files]
    return [json.loads(line) for text in texts for line in text.splitlines()]


def best_of(directory: Path, part: str) -> Path:
    """Where the weights of a part lie, as they were after the best round."""
    return directory / f"best-{part}.npz"


def find_best(directory: Path, part: str) -> Path | None:
    """The same, in the network of an encoder that has such a part; None where none has."""
    return next(iter(sorted(directory.rglob(best_of(directory, part).name))), None)


def read_arrays(file: Path) -> tuple[NDArray[Any], ...]:
    """The weights of a best round, in the order of Keras' ``get_weights``."""
    with file.open("rb") as stored, np.load(stored, allow_pickle=False) as arrays:
        return tuple(arrays[f"arr_{i}"] for i in range(len(arrays.files)))
