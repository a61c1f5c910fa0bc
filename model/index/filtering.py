"""What of a part of the index a search may find."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Filter:
    """What was not deleted, and of that what is allowed.

    Attributes:
        alive: (n,) mask of the part's items.
        allowed: Rising ids; None: all.
    """

    alive: NDArray[np.bool_]
    allowed: NDArray[np.int64] | None

    def holds(self, ids: NDArray[np.int64], places: NDArray[Any] | slice) -> NDArray[np.bool_]:
        """Mask of the items at some places that may be found; ``ids`` are the whole part's."""
        alive = self.alive[places]
        return alive if self.allowed is None else alive & within(ids[places], self.allowed)


def within(ids: NDArray[np.int64], allowed: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Mask of the ids that are among rising ones."""
    at = np.searchsorted(allowed, ids)
    found = at < len(allowed)
    found[found] = allowed[at[found]] == ids[found]
    return found
