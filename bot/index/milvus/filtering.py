"""What a search may find, in Milvus's own words."""

from collections.abc import Sequence

from bot.places import NOWHERE, Scope


def expression(scope: Scope | None, allowed: Sequence[int] | None = None) -> str:
    """What a server filters by; empty: by nothing."""
    parts = []
    if scope is not None:
        parts.append(f"guild_id == {scope.guild_id:d}")
        if scope.channels is None:
            parts.append(f"channel_id != {NOWHERE}")
        else:
            parts.append(_among("channel_id", sorted(scope.channels - {NOWHERE})))
    if allowed is not None:
        parts.append(_among("id", allowed))
    return " and ".join(parts)


def _among(field: str, values: Sequence[int]) -> str:
    return f"{field} in [{', '.join(map(str, values))}]"
