"""The bundles: what lies in their directory, what is new, and which bundle a start serves.

A bundle is known by the name of its directory and the checksum of its manifest.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.catalogue import Catalogue
from model.bundle import MANIFEST
from model.errors import BundleError, StoreError

log = logging.getLogger(__name__)

# Notes which bundle ``model.bundle`` was at the last start: for all processes of a bot, which may
# have it in different places.
CONFIGURED = "model.bundle"
LONGEST_ID = 64


@dataclass(frozen=True)
class Found:
    """A directory that is a bundle, or means to become one.

    Attributes:
        path: On this machine; of a bundle that lies elsewhere, where a copy goes.
        checksum: As its manifest says; empty: it has none that can be read.
        encoder_id: The same.
        created: When it was made, as its manifest says.
        changed_at: When anything in it changed last, by the clock of where it lies.
    """

    path: Path
    checksum: str
    encoder_id: str
    created: str
    changed_at: datetime


def find_bundles(directory: Path) -> list[Found]:
    """Everything in the bundles directory that may be a bundle; hidden names are never."""
    if not directory.is_dir():
        return []
    places = [one for one in sorted(directory.iterdir()) if not one.name.startswith(".")]
    return [found for one in places if one.is_dir() and (found := _look_at(one))]


def _look_at(path: Path) -> Found | None:
    try:
        changed = max(map(_changed_at, (path, *path.rglob("*"))))
    except FileNotFoundError:  # changed this very moment
        return None
    return described(path, _manifest(path), changed)


def described(path: Path, manifest: Mapping[str, object], changed: float) -> Found:
    """What a manifest tells of a bundle; it may hold anything.

    Args:
        path: See ``Found``.
        manifest: Empty: there is none that can be read.
        changed: When anything changed last, in seconds since 1970.
    """
    encoder = manifest.get("encoder")
    return Found(
        path,
        str(manifest.get("checksum", ""))[:LONGEST_ID],
        str(encoder.get("id", "") if isinstance(encoder, dict) else "")[:LONGEST_ID],
        str(manifest.get("created", "")),
        datetime.fromtimestamp(changed, UTC),
    )


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_ctime
    except PermissionError:  # Whoever opens it says so.
        return 0.0


def _manifest(path: Path) -> dict[str, object]:
    try:
        content = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def checksum_of(bundle: Path) -> str:
    """The checksum that a bundle's manifest carries; empty: there is none that can be read."""
    return str(_manifest(bundle).get("checksum", ""))


def _named(configured: str) -> str:
    """The configured bundle by what it holds, or else by where it is to be; empty: the default."""
    return (checksum_of(Path(configured)) or configured) if configured else ""


async def bundle_at_start(
    catalogue: Catalogue, verified: Callable[[str, str], Path], configured: str
) -> str:
    """Which bundle to serve: the one that was taken over last, else the configured one.

    The configuration wins where the operator has changed it since. A bundle that cannot be opened
    stays noted as the one to serve: it may be back soon.

    Args:
        catalogue: Knows what was taken over.
        verified: Opens a bundle by its name and checksum where they lie, and says where it is.
        configured: ``model.bundle``.

    Returns:
        A directory; empty: the default bundle.
    """
    noted = await catalogue.state.get(CONFIGURED)
    named = await asyncio.to_thread(_named, configured)
    await catalogue.state.put(CONFIGURED, named)
    is_as_before = noted in (named, configured)  # Earlier versions noted where it lies.
    for one in await catalogue.bundles.served():
        if one.state != "served":
            continue
        try:
            if is_as_before:
                return str(await asyncio.to_thread(verified, one.directory, one.checksum))
            await catalogue.bundles.update(one.id, "retired", "model.bundle was changed.")
        except (BundleError, StoreError) as error:
            log.error("%s Serving model.bundle instead.", error)
    return configured
