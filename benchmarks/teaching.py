"""Teaching while serving: from the command to the first answer that says the new tag.

The real bot, over HTTP: 100,000 background rows, 100,000 illustrations in the library, 20 examples,
and 5 posts a second that want their answers all the while.
"""

import asyncio
import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import aiohttp

from benchmarks.large import fill_library, published, with_background
from benchmarks.load import Load, send
from benchmarks.material import Bench
from benchmarks.serving import served
from benchmarks.table import Goal, Row
from bot.gallery import draw
from model.errors import TrainingError

BACKGROUND = LIBRARY = 100_000
EXAMPLES = 20
POSTS_PER_SECOND = 5
USUAL_SECONDS = 60
LESSONS = 8
KIND = "night-sky"
WARM_UP = 10
PATIENCE_SECONDS = 300.0
GOAL_SECONDS = 3


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    crowd: int = BACKGROUND
    usual_seconds: float = USUAL_SECONDS
    lessons: int = LESSONS


QUICK = Effort(crowd=2000, usual_seconds=4, lessons=2)


def measure_teaching(bench: Bench) -> Iterator[Row]:
    """Seconds to the new tag; then what the posts beside it noticed."""
    effort = QUICK if bench.quick else Effort()
    usual, busy, lessons = asyncio.run(_measure(bench, effort, bench.place / "teaching"))
    yield Row(
        "from the command to an answer with the new tag",
        median(lessons),
        "s",
        goal=Goal(GOAL_SECONDS),
        note=f"{EXAMPLES} examples, {effort.crowd:,} background rows and as many illustrations, "
        f"{POSTS_PER_SECOND} posts a second meanwhile; the slowest of {len(lessons)}: "
        f"{max(lessons):.2f}",
    )
    yield Row(
        "answer to a post while tags are taught, 99th percentile",
        busy.percentile(99),
        "s",
        rival="without teaching",
        rival_value=usual.percentile(99),
        goal=Goal(0.5, "ratio"),
        note=f"{len(busy.seconds)} posts against {len(usual.seconds)}; goal: within twice",
    )
    yield Row("posts that got no answer", busy.failed + usual.failed, "", goal=Goal(0))


async def _measure(bench: Bench, effort: Effort, place: Path) -> tuple[Load, Load, list[float]]:
    scorer = with_background(bench.scorer, effort.crowd)
    bundle = published(scorer, bench.bundle, place / "bundle").directory
    crowd = bench.between.embeddings(effort.crowd, seed=3)
    await fill_library(place / "data" / "catalogue.sqlite", bench.encoder.id, crowd, lambda _: None)
    images = [_png(seed) for seed in range(3 * EXAMPLES)]
    examples, others = images[:EXAMPLES], images[EXAMPLES:]
    serving = served(bundle, place / "data", place / "log.txt")
    async with serving as bot, aiohttp.ClientSession() as session:
        posts = [await send(session, f"{bot.url}/api/v1/posts", one) for one in examples]
        ids = [int(one["id"]) for one in posts]
        warm, usual, busy = (
            Load(bot.url, session, some, POSTS_PER_SECOND) for some in (images, others, others)
        )
        await warm.run_for(WARM_UP / POSTS_PER_SECOND)
        await usual.run_for(effort.usual_seconds)
        running = asyncio.create_task(busy.run())
        try:
            pause = effort.usual_seconds / effort.lessons
            lessons = []
            for number in range(effort.lessons):
                lessons.append(await _teach(busy, f"taught {number}", ids))
                await asyncio.sleep(max(0.0, pause - lessons[-1]))
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    return usual, busy, lessons


async def _teach(load: Load, name: str, examples: list[int]) -> float:
    """Register a tag; seconds until a post's answer says it. Then it is forgotten again."""
    began = time.perf_counter()
    body = {"name": name, "examples": examples}
    async with load.session.post(f"{load.url}/api/v1/tags", json=body) as response:
        response.raise_for_status()
    while name not in load.said:
        if time.perf_counter() - began > PATIENCE_SECONDS:
            raise TrainingError(f"No answer has said the new tag within {PATIENCE_SECONDS:.0f} s.")
        await asyncio.sleep(0.005)
    seconds = load.said[name] - began
    async with load.session.delete(f"{load.url}/api/v1/taught", params={"name": name}) as response:
        response.raise_for_status()
    return seconds


def _png(seed: int) -> bytes:
    file = io.BytesIO()
    draw(KIND, seed).image.save(file, "PNG")
    return file.getvalue()
