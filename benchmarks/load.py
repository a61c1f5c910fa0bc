"""Requests to a running bot at a steady pace.

A request's time runs from the moment at which it is due, so that one that must wait counts in full.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Literal

import aiohttp
import numpy as np


@dataclass
class Load:
    """Requests until it is told to stop.

    Attributes:
        images: PNG files, sent in turn.
        per_second: The pace.
        operation: Post images to the local channel, or have them described alone.
        seconds: Of each answer, from when its request was due.
        failed: How many requests got none.
        said: By name of a tag, when the first answer that says it came.
    """

    url: str
    session: aiohttp.ClientSession
    images: list[bytes]
    per_second: float
    operation: Literal["posts", "describe"] = "posts"
    seconds: list[float] = field(default_factory=list)
    failed: int = 0
    said: dict[str, float] = field(default_factory=dict)

    async def run(self) -> None:
        """Ask until cancelled; what is under way is answered first."""
        began, asked = time.perf_counter(), set[asyncio.Task[None]]()
        try:
            number = 0
            while True:
                due = began + number / self.per_second
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                asked.add(asyncio.create_task(self._ask(number, due)))
                number += 1
        finally:
            await asyncio.gather(*asked)

    async def run_for(self, seconds: float) -> None:
        """Ask for so long."""
        running = asyncio.create_task(self.run())
        await asyncio.sleep(seconds)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    def percentile(self, share: float) -> float:
        """Seconds that so many percent of the answers took at most; NaN without an answer."""
        return float(np.percentile(self.seconds, share)) if self.seconds else float("nan")

    async def _ask(self, number: int, due: float) -> None:
        image = self.images[number % len(self.images)]
        try:
            answer = await send(self.session, f"{self.url}/api/v1/{self.operation}", image)
        except (aiohttp.ClientError, TimeoutError):
            self.failed += 1
            return
        now = time.perf_counter()
        self.seconds.append(now - due)
        for tag in answer["tags"]:
            self.said.setdefault(tag["name"], now)


async def send(session: aiohttp.ClientSession, url: str, image: bytes) -> dict[str, Any]:
    """Send a PNG as the field ``image`` of a form; the answer."""
    form = aiohttp.FormData()
    form.add_field("image", image, filename="a.png", content_type="image/png")
    async with session.post(url, data=form) as response:
        response.raise_for_status()
        answer: dict[str, Any] = await response.json()
        return answer
