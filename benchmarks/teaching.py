"""Teaching while serving: from the command to the first answer that says the new tag.

The real bot, over HTTP: 100,000 background rows, 100,000 illustrations in the library, 20 examples,
and 5 posts a second that want their answers all the while. A post's time runs from the moment at
which it is due, so that one that must wait counts in full.
"""

import asyncio
import io
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import numpy as np

from benchmarks.crowd import crowded_bundle, fill_library
from benchmarks.material import Bench
from benchmarks.table import Row
from bot.gallery import draw
from model.errors import TrainingError

BACKGROUND = LIBRARY = 100_000
EXAMPLES = 20
POSTS_PER_SECOND = 5
USUAL_SECONDS = 60
LESSONS = 8
KIND = "night-sky"
WARM_UP = 10
START_SECONDS = 300.0
GOAL_SECONDS = 3


@dataclass(frozen=True)
class Effort:
    """How much is measured."""

    crowd: int = BACKGROUND
    usual_seconds: float = USUAL_SECONDS
    lessons: int = LESSONS


QUICK = Effort(crowd=2000, usual_seconds=4, lessons=2)


@dataclass
class Load:
    """Posts at a steady pace, until it is told to stop.

    Attributes:
        seconds: Of each answer, from when its post was due.
        failed: How many posts got none.
        said: By name of a tag, when the first answer that says it came.
    """

    url: str
    session: aiohttp.ClientSession
    images: list[bytes]
    seconds: list[float] = field(default_factory=list)
    failed: int = 0
    said: dict[str, float] = field(default_factory=dict)

    async def run(self) -> None:
        """Post until cancelled; what is under way is answered first."""
        began, posts = time.perf_counter(), set[asyncio.Task[None]]()
        try:
            number = 0
            while True:
                due = began + number / POSTS_PER_SECOND
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                posts.add(asyncio.create_task(self._post(number, due)))
                number += 1
        finally:
            await asyncio.gather(*posts)

    async def _post(self, number: int, due: float) -> None:
        try:
            answer = await post(self.session, self.url, self.images[number % len(self.images)])
        except (aiohttp.ClientError, TimeoutError):
            self.failed += 1
            return
        now = time.perf_counter()
        self.seconds.append(now - due)
        for tag in answer["tags"]:
            self.said.setdefault(tag["name"], now)


def measure_teaching(bench: Bench) -> Iterator[Row]:
    """Seconds to the new tag; then what the posts beside it noticed."""
    effort = QUICK if bench.quick else Effort()
    with tempfile.TemporaryDirectory() as place:
        usual, busy, lessons = asyncio.run(_measure(bench, effort, Path(place)))
    note = (
        f"{EXAMPLES} examples, {effort.crowd:,} background rows and as many illustrations, "
        f"{POSTS_PER_SECOND} posts a second meanwhile; goal: {GOAL_SECONDS}"
    )
    slowest = f"{note}; the slowest of {len(lessons)}: {max(lessons):.2f}"
    yield Row("from the command to an answer with the new tag", median(lessons), "s", note=slowest)
    yield Row(
        "answer to a post while tags are taught, 99th percentile",
        _percentile(busy),
        "s",
        rival="without teaching",
        rival_value=_percentile(usual),
        note=f"{len(busy.seconds)} posts against {len(usual.seconds)}; goal: within twice",
    )
    yield Row("posts that got no answer", busy.failed + usual.failed, "")


async def post(session: aiohttp.ClientSession, url: str, image: bytes) -> dict[str, Any]:
    """Post an image to the local channel; the answer."""
    form = aiohttp.FormData()
    form.add_field("image", image, filename="a.png", content_type="image/png")
    async with session.post(f"{url}/api/v1/posts", data=form) as response:
        response.raise_for_status()
        answer: dict[str, Any] = await response.json()
        return answer


async def _measure(bench: Bench, effort: Effort, place: Path) -> tuple[Load, Load, list[float]]:
    bundle = crowded_bundle(bench, place / "bundle", effort.crowd)
    await fill_library(bench, place / "data" / "catalogue.sqlite", effort.crowd)
    images = [_png(seed) for seed in range(3 * EXAMPLES)]
    async with _serving(bundle.directory, place) as url, aiohttp.ClientSession() as session:
        examples = [int((await post(session, url, one))["id"]) for one in images[:EXAMPLES]]
        await _load_for(Load(url, session, images), WARM_UP / POSTS_PER_SECOND)
        usual = Load(url, session, images[EXAMPLES:])
        await _load_for(usual, effort.usual_seconds)
        busy = Load(url, session, images[EXAMPLES:])
        running = asyncio.create_task(busy.run())
        try:
            pause = effort.usual_seconds / effort.lessons
            lessons = []
            for number in range(effort.lessons):
                lessons.append(await _teach(busy, f"taught {number}", examples))
                await asyncio.sleep(max(0.0, pause - lessons[-1]))
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    return usual, busy, lessons


async def _load_for(load: Load, seconds: float) -> None:
    running = asyncio.create_task(load.run())
    await asyncio.sleep(seconds)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def _teach(load: Load, name: str, examples: list[int]) -> float:
    """Register a tag; seconds until a post's answer says it. Then it is forgotten again."""
    began = time.perf_counter()
    body = {"name": name, "examples": examples}
    async with load.session.post(f"{load.url}/api/v1/tags", json=body) as response:
        response.raise_for_status()
    while name not in load.said:
        if time.perf_counter() - began > START_SECONDS:
            raise TrainingError(f"No answer has said the new tag within {START_SECONDS:.0f} s.")
        await asyncio.sleep(0.005)
    seconds = load.said[name] - began
    async with load.session.delete(f"{load.url}/api/v1/taught", params={"name": name}) as response:
        response.raise_for_status()
    return seconds


@asynccontextmanager
async def _serving(bundle: Path, place: Path) -> AsyncIterator[str]:
    """The bot as a process of its own; its address once it answers images."""
    settings = {"bot.data_dir": place / "data", "bot.gallery.count": 0, "model.bundle": bundle}
    command = [sys.executable, "-m", "bot", "--local", "--port", "0"]
    for key, value in settings.items():
        command += ["--set", f"{key}={value}"]
    log = place / "log.txt"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(*command, stdout=output, stderr=output)
    try:
        yield await _address(process, log)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _address(process: asyncio.subprocess.Process, log: Path) -> str:
    end = time.monotonic() + START_SECONDS
    text = ""
    while process.returncode is None and time.monotonic() < end:
        text = (await asyncio.to_thread(log.read_bytes)).decode(errors="replace")
        address = re.search(r"the local channel is at (http://\S+)/\n", text)
        if address and "inference is ready" in text:
            return address[1]
        await asyncio.sleep(0.1)
    raise TrainingError(f"The bot has not begun to serve. The end of its log: {text[-1000:]}")


def _png(seed: int) -> bytes:
    file = io.BytesIO()
    draw(KIND, seed).image.save(file, "PNG")
    return file.getvalue()


def _percentile(load: Load) -> float:
    return float(np.percentile(load.seconds, 99)) if load.seconds else float("nan")
