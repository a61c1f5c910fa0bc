"""What the catalogue is asked for that grows with the library, timed on a small one."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.large import fill_library
from bot.catalogue import Catalogue
from bot.illustrations import LOCAL_GUILD, Impression, NewIllustration

ENCODER = "e" * 16
WIDTH = 196
OTHER_GUILD, EMPTY_GUILD = 5, 6
REPEATS = 9


def measure_choosing(illustrations: int) -> Iterator[tuple[str, float]]:
    """Names of figures, and their values, from a catalogue in SQLite without thumbnails."""
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as place:
        yield from asyncio.run(_measure(Path(place) / "catalogue.sqlite", illustrations))


async def _measure(file: Path, illustrations: int) -> list[tuple[str, float]]:
    random = np.random.default_rng(0)
    vectors = random.standard_normal((illustrations, WIDTH), np.float32)
    await fill_library(file, ENCODER, vectors, lambda _: None)
    catalogue = await Catalogue.open(f"sqlite+aiosqlite:///{file}")
    try:
        # Where a guild has everything there is, its own are not listed.
        await catalogue.add([_of_another_guild(vectors[0])])
        counted = await _microseconds(lambda: catalogue.allowed_ids(EMPTY_GUILD))
        listed = await _microseconds(lambda: catalogue.allowed_ids(LOCAL_GUILD))
        aligned = await _microseconds(lambda: catalogue.embedded_ids(ENCODER))
    finally:
        await catalogue.close()
    return [
        ("illustration counted us", counted / illustrations),
        ("own id listed us", max(0.0, listed - counted) / illustrations),
        ("id aligned us", aligned / illustrations),
    ]


async def _microseconds(ask: Callable[[], Awaitable[object]]) -> float:
    """Processor time, the median of some times that it is asked, after a first one.

    SQLite works in this process, so that counts; waiting for a core of a busy machine does not.
    """
    took = []
    await ask()
    for _ in range(REPEATS):
        began = time.process_time()
        await ask()
        took.append(time.process_time() - began)
    return statistics.median(took) * 1e6


def _of_another_guild(embedding: NDArray[np.float32]) -> NewIllustration:
    return NewIllustration(
        guild_id=OTHER_GUILD,
        origin="gallery",
        title="",
        title_ja="",
        width_px=1,
        height_px=1,
        thumbnail="",
        encoder_id=ENCODER,
        impression=Impression(embedding, (), ()),
    )
