"""The large service as a whole: its start, its memory, and its answers under steady load."""

import asyncio
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp

from benchmarks.load import Load, send
from benchmarks.material import Bench, large_png
from benchmarks.serving import memory_of, served
from benchmarks.table import Goal, Row
from benchmarks.timing import MILLISECONDS
from bot.bundles.index_places import index_place

START_SECONDS, OWN_BYTES = 12, 2e9
SECONDS, SECONDS_WHEN_QUICK = 60, 4
CLIENTS = 8
POSTS_PER_SECOND = 4
MEDIANS = 3  # Within so many of them the slowest hundredth is to stay.


def measure_service(bench: Bench) -> Iterator[Row]:
    """Start it, ask at a steady pace, then as fast as one client and as several can."""
    bundle, data = bench.large_bundle.directory, bench.large_data
    place = index_place(data / "index", bundle)
    place.parent.mkdir(exist_ok=True)
    if not place.exists():
        shutil.copytree(bench.library.directory, place, copy_function=os.link)
    return iter(asyncio.run(_measure(bench, bundle, data)))


async def _measure(bench: Bench, bundle: Path, data: Path) -> list[Row]:
    seconds = SECONDS_WHEN_QUICK if bench.quick else SECONDS
    png, began = large_png(), time.perf_counter()
    async with (
        served(bundle, data, bench.place / "service.log") as bot,
        aiohttp.ClientSession() as session,
    ):
        started = time.perf_counter() - began
        idle = memory_of(bot.pid)
        load = Load(bot.url, session, [png], POSTS_PER_SECOND, "describe")
        await load.run_for(seconds)
        busy = memory_of(bot.pid)
        url = f"{bot.url}/api/v1/describe"
        alone = await _throughput(session, url, png, 1, seconds / 3)
        together = await _throughput(session, url, png, CLIENTS, seconds / 3)
    scale = f"{bench.scale.tags:,} tags, {bench.scale.items:,} illustrations"
    typical = load.percentile(50)
    return [
        Row(f"start of the service, {scale}", started, "s", goal=Goal(START_SECONDS)),
        Row(
            "memory of its own, all processes",
            max(idle.own, busy.own) / 1e9,
            "GB",
            goal=Goal(OWN_BYTES / 1e9),
            note=f"mapped files beside it, which are given back when others need the space: "
            f"{busy.mapped / 1e9:.2f} GB",
        ),
        Row("answer under steady load, median", typical * MILLISECONDS, "ms"),
        Row(
            "answer under steady load, 99th percentile",
            load.percentile(99) * MILLISECONDS,
            "ms",
            goal=Goal(MEDIANS * typical * MILLISECONDS),
            note=f"{POSTS_PER_SECOND} a second over HTTP, {len(load.seconds)} answers, "
            f"{load.failed} requests without one; goal: {MEDIANS} medians",
        ),
        Row(
            f"answers a second to {CLIENTS} clients",
            together,
            "",
            rival="to one",
            rival_value=alone,
            more_is_better=True,
            goal=Goal(1.3, "ratio"),
            note="each asks again as soon as it is answered; images are decoded side by side, "
            "and encoded and scored one after the other",
        ),
    ]


async def _throughput(
    session: aiohttp.ClientSession, url: str, png: bytes, clients: int, seconds: float
) -> float:
    """Answers a second to clients that ask again as soon as they are answered."""
    end = time.perf_counter() + seconds
    answered = 0

    async def ask() -> None:
        nonlocal answered
        while time.perf_counter() < end:
            await send(session, url, png)
            answered += 1

    began = time.perf_counter()
    await asyncio.gather(*(ask() for _ in range(clients)))
    return answered / (time.perf_counter() - began)
