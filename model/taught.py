"""One taught tag as it is stored: everything that scores it, for one encoder, in tens of kB."""

import io
import math
from dataclasses import dataclass
from typing import Self
from zipfile import BadZipFile

import numpy as np

from model.errors import BundleError
from model.head import Floats
from model.standard import Standard
from model.trees import Booster

FORMAT = 1


@dataclass(frozen=True, eq=False)
class Taught:
    """A taught tag.

    Attributes:
        encoder_id: Whose embeddings it reads.
        threshold: From this score on the tag is said without reservation.
        positives: (n, D) float16 examples that have it: the new ones are compared with.
        negatives: (m, D) float16 examples that have it not.
        standard: What likeness to the examples is compared with.
        stretch: How far margins are stretched before they become scores.
        booster: The trees, which start from that likeness.
    """

    encoder_id: str
    threshold: float
    positives: Floats
    negatives: Floats
    standard: Standard
    stretch: float
    booster: Booster

    @property
    def support(self) -> int:
        """The different examples that have the tag."""
        return self.standard.support

    def to_bytes(self) -> bytes:
        """As ``from_bytes`` reads it: an archive of plain arrays."""
        file = io.BytesIO()
        usual, spread = self.standard.usual, self.standard.spread
        np.savez_compressed(
            file,
            format=np.int64(FORMAT),
            encoder_id=np.array(self.encoder_id),
            support=np.int64(self.support),
            numbers=np.array([self.threshold, usual, spread, self.stretch], np.float64),
            positives=self.positives.astype(np.float16),
            negatives=self.negatives.astype(np.float16),
            features=self.booster.features,
            bins=self.booster.bins,
            leaves=self.booster.leaves,
            exponent=np.int64(self.booster.exponent),
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what ``to_bytes`` wrote.

        Raises:
            BundleError: If the bytes are damaged or of another format.
        """
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            if int(arrays["format"]) != FORMAT:
                raise ValueError(f"format {int(arrays['format'])}, expected {FORMAT}")
            booster = Booster(
                arrays["features"], arrays["bins"], arrays["leaves"], int(arrays["exponent"])
            )
            threshold, usual, spread, stretch = map(float, arrays["numbers"])
            taught = cls(
                encoder_id=str(arrays["encoder_id"]),
                threshold=threshold,
                positives=arrays["positives"].astype(np.float32),
                negatives=arrays["negatives"].astype(np.float32),
                standard=Standard(usual, spread, int(arrays["support"])),
                stretch=stretch,
                booster=booster,
            )
            taught.check()
        except (OSError, ValueError, KeyError, TypeError, BadZipFile, EOFError) as error:
            raise BundleError(
                f"A taught tag cannot be read ({error}). Expected what `Taught.to_bytes` wrote. "
                "Refit the tag."
            ) from error
        return taught

    def check(self) -> None:
        """Compare the parts with each other.

        Raises:
            ValueError: If they cannot belong together.
        """
        booster, rounds, standard = self.booster, len(self.booster.bins), self.standard
        leaves = booster.leaves.shape[1]
        sound = (
            self.positives.ndim == self.negatives.ndim == 2
            and 0 < len(self.positives) <= self.support
            and self.positives.shape[1] == self.negatives.shape[1]
            and booster.features.shape == booster.bins.shape == (rounds, leaves - 1)
            and booster.leaves.shape == (rounds, leaves)
            and all(map(math.isfinite, (self.threshold, standard.usual, standard.spread)))
            and standard.spread > 0
            and 0 < self.stretch < math.inf
            and bool(np.isfinite(self.positives).all() and np.isfinite(self.negatives).all())
        )
        if not sound:
            raise ValueError("its parts do not fit together")
