"""What a method is given: images to fit on, and how."""

import dataclasses
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from train.config import EncoderConfig, TrainConfig
from train.pack import Pack
from train.workdir import Workdir

SEEDS_APART = 1000  # Of an encoder's networks, so that runs with seeds in a row share none.


@dataclass(frozen=True)
class Task:
    """One encoder to fit.

    Attributes:
        pack: The images.
        config: How.
        work: Where checkpoints are kept.
        mark: The fingerprint of all of this: a checkpoint made under another one is none.
        number: Which network of the encoder this is, from 0.
        of: How many there are.
    """

    pack: Pack
    config: TrainConfig
    work: Workdir
    mark: str
    number: int = 0
    of: int = 1

    def part(self, number: int, of: int, settings: EncoderConfig) -> Self:
        """The task to fit one of several networks of an encoder, with a seed of its own.

        Args:
            number: Which one, from 0.
            of: How many there are; all take about as long.
            settings: How to fit it.
        """
        config = dataclasses.replace(
            self.config, encoder=settings, seed=self.config.seed + SEEDS_APART * number
        )
        return dataclasses.replace(self, config=config, number=number, of=of)

    @property
    def directory(self) -> Path:
        """Where the checkpoints of this network are; made if need be."""
        return self.work.step("encoder" if self.of == 1 else f"encoder/{self.number}")

    def note(self, done: int, total: int) -> None:
        """Say how far the step is, of which the networks before are done."""
        self.work.note("encoder", self.number * total + done, self.of * total)

    @property
    def settings(self) -> EncoderConfig:
        """The encoder's own part of the configuration."""
        return self.config.encoder

    @cached_property
    def fitting_rows(self) -> NDArray[np.int64]:
        """Rows to fit on, rising; near-identical variants only if asked for."""
        return np.flatnonzero(self.pack.fitting & self._wanted)

    @cached_property
    def validation_rows(self) -> NDArray[np.int64]:
        """Rows that were held out, rising."""
        return np.flatnonzero(self.pack.validation & self._wanted)

    @property
    def _wanted(self) -> NDArray[np.bool_]:
        kept = [self.settings.variants or not row.variant for row in self.pack.rows]
        return np.array(kept, dtype=np.bool_)
