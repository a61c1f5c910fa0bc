"""What a search may find, in Milvus's own words."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.places import NOWHERE, Scope


def expression(
    scope: Scope | None, allowed: Collection[int] | NDArray[np.int64] | None = None
) -> str:
    """What a server filters by; empty: by nothing."""
    parts = []
    if scope is not None:
        parts.append(f"guild_id == {scope.guild_id:d}")
        if scope.channels is None:
            parts.append(f"channel_id != {NOWHERE}")
        else:
            parts.append(_among("channel_id", sorted(scope.channels - {NOWHERE})))
    if allowed is not None:
        parts.append(_among("id", [int(one) for one in allowed]))
    return " and ".join(parts)


def _among(field: str, values: Sequence[int]) -> str:
    return f"{field} in [{', '.join(map(str, values))}]"
