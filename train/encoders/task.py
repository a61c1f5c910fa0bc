"""What a method is given: images to fit on, and how."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from train.config import EncoderConfig, TrainConfig
from train.pack import Pack
from train.workdir import Workdir


@dataclass(frozen=True)
class Task:
    """One encoder to fit.

    Attributes:
        pack: The images.
        config: How.
        work: Where checkpoints are kept, in the step ``encoder``.
        mark: The fingerprint of all of this: a checkpoint made under another one is none.
    """

    pack: Pack
    config: TrainConfig
    work: Workdir
    mark: str

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
