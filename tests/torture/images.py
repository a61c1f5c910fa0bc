"""Hostile images through the real decoder pool, as the service has it.

Whatever comes in, the pool answers with an image or with an ``ImageError``, in the time and the
memory that it may take. Meanwhile a sound image is decoded again and again: it is never refused,
whatever happens to the decoders beside it. At the end decoders are killed at work.
"""

import asyncio
import contextlib
import os
import signal
import tempfile
import time
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from tqdm import tqdm

from bot.config import DecodersConfig
from bot.decoding.pool import DecodedImage, DecoderPool
from bot.processes.children import Child, ChildDiedError
from model.errors import ImageError
from model.image import ImageLimits, MiB
from tests.torture.bombs import FLOOD_PX, bombs, cut_off
from tests.torture.corpus import seeds
from tests.torture.outcome import Outcome
from tests.torture.processes import cpu_seconds, peak_mib
from tests.torture.waiting import until

# Of a decoder's work; by the clock an image takes longer where a machine does other things as well.
MOST_SECONDS, MOST_MIB = 2.0, 512.0
GRACE_SECONDS = 0.05  # until a process that is over its time has ended
HANGS_AFTER_SECONDS = 30.0
SIZE_PX = 16
INPUTS_PER_KILL = 1000
# A killed decoder is replaced within a second: by the clock as well, where nothing else keeps the
# machine busy.
REPLACED_SECONDS, PATIENCE_SECONDS = 1.0, 4.0
SMALL_RUN = 2000
ROOT = Path(__file__).parents[2]


async def run(seed: int, size: int) -> Outcome:
    """Try so many images; the share that chance made is led by coverage."""
    outcome = Outcome("images")
    pool = DecoderPool(DecodersConfig(), ImageLimits())
    pool.start()
    trial, images = Trial(pool, outcome), hostile(seed, size, outcome)
    try:
        async with trial.sound_images(), contextlib.aclosing(images):
            with tqdm(total=size, unit=" images", desc="images") as shown:
                async for name, data in images:
                    await trial.attempt(name, data)
                    shown.update()
                    if outcome.inputs == size:
                        break
        outcome.notes.append(f"decoders that had to be replaced: {pool.replaced}")
        outcome.notes.append(f"the most work for one image: {outcome.worst_seconds:.2f} s")
    finally:
        await pool.close()
    replaced = await kill_decoders(max(3, size // INPUTS_PER_KILL), outcome)
    outcome.notes.append(f"a killed decoder was replaced after {replaced:.2f} s at most")
    return outcome


async def kill_decoders(kills: int, outcome: Outcome) -> float:
    """End the only decoder at its work: another takes its place, and the image is not lost.

    Returns:
        The most seconds until the image was there.
    """
    longest = 0.0
    pool = DecoderPool(DecodersConfig(processes=1), ImageLimits())
    pool.start()
    (_, data), *_ = seeds(0, drawings=1)
    try:
        for _ in range(kills):
            await pool.decode(data, SIZE_PX)
            (victim,) = pool.pids
            os.kill(victim, signal.SIGSTOP)  # so that it is at work until it is killed
            work = asyncio.create_task(pool.decode(data, SIZE_PX))
            await until(lambda: pool.busy_pids, HANGS_AFTER_SECONDS)
            begun = time.monotonic()
            os.kill(victim, signal.SIGKILL)
            outcome.faults += 1
            try:
                await work
            except ImageError as error:
                outcome.found("lost", f"a sound image, when its decoder died: {error}")
            seconds = time.monotonic() - begun
            longest = max(longest, seconds)
            work_seconds = cpu_seconds(pool.pids[0])
            if work_seconds > REPLACED_SECONDS or seconds > PATIENCE_SECONDS:
                said = f"after {seconds:.2f} s, of which {work_seconds:.2f} s were its own work"
                outcome.found("hangs", f"a killed decoder was replaced {said}")
    finally:
        await pool.close()
    return longest


async def hostile(seed: int, size: int, outcome: Outcome) -> AsyncIterator[tuple[str, bytes]]:
    """Bombs, everything cut off, and as many mutations as are left."""
    corpus = list(seeds(seed))
    count = 0
    for name, data in bombs(FLOOD_PX if size >= SMALL_RUN else FLOOD_PX // 10):
        yield name, data
        count += 1
    for name, data in cut_off(iter(corpus[:: 1 if size >= SMALL_RUN else 8])):
        yield name, data
        count += 1
    outcome.notes.append(f"bombs and cut images: {count}, the others by mutation")
    async for guided in mutations(corpus, seed, max(0, size - count), outcome):
        yield guided


async def mutations(
    corpus: list[tuple[str, bytes]], seed: int, count: int, outcome: Outcome
) -> AsyncIterator[tuple[str, bytes]]:
    """What the guide makes of the corpus; it is started again where an input has ended it."""
    if find_spec("atheris") is None:
        outcome.notes.append("no mutations: there is no atheris for this system")
        return
    said: deque[str] = deque(maxlen=20)
    with tempfile.TemporaryDirectory(prefix="torture-") as directory:
        place = Path(directory) / "corpus"
        place.mkdir()
        for name, data in corpus:
            (place / name).write_bytes(data)
        told = starts = 0
        while told < count:
            arguments = (str(place), str(seed + starts), str(count - told))
            environment = {"PYTHONPATH": str(ROOT)}
            guide = await Child.start("tests.torture.guide", arguments, environment, said.append)
            starts += 1
            before = told
            try:
                while told < count:
                    frame = await guide.receive(HANGS_AFTER_SECONDS, MiB)
                    if surprise := frame.header.get("surprise"):
                        outcome.found("crashes", f"{surprise}, no ImageError, at {name}")
                        continue
                    told += 1
                    name = f"mutation {told} of seed {seed}"
                    yield name, frame.blobs[0]
            except ChildDiedError as error:
                if told == before:
                    raise RuntimeError("\n".join(["The guide tells nothing:", *said])) from error
            finally:
                guide.kill()
                await guide.close(1.0)
        kept = len(list(place.iterdir())) - len(corpus)
        outcome.notes.append(f"mutations that reached new code: {kept}; guides started: {starts}")


@dataclass
class Trial:
    """Tries images on a pool."""

    pool: DecoderPool
    outcome: Outcome

    async def attempt(self, name: str, data: bytes) -> None:
        """One hostile image: an answer or a refusal, within bounds."""
        self.outcome.inputs += 1
        before = {pid: cpu_seconds(pid) for pid in self.pool.pids}
        costs = 0.0
        try:
            async with asyncio.timeout(HANGS_AFTER_SECONDS):
                await self.pool.decode(data, SIZE_PX)
        except ImageError as error:
            costs = MOST_SECONDS if "of work" in error.message else 0.0
            if "took longer" in error.message:
                self._keep("hangs", f"{error} at {name}", data)
        except TimeoutError:
            self._keep("hangs", f"no answer in {HANGS_AFTER_SECONDS:g} s to {name}", data)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            self._keep("crashes", f"{error!r} at {name}", data)
        costs = max([costs, *(cpu_seconds(pid) - spent for pid, spent in before.items())])
        held = max((peak_mib(pid) for pid in self.pool.pids), default=0.0)
        self.outcome.took(costs, held)
        if costs > MOST_SECONDS + GRACE_SECONDS:
            self._keep("hangs", f"{costs:.2f} s of work for {name}", data)
        if held > MOST_MIB:
            self._keep("leaked", f"{held:.0f} MiB since a decoder's start, at {name}", data)

    @contextlib.asynccontextmanager
    async def sound_images(self) -> AsyncIterator[None]:
        """Meanwhile a sound image is decoded, over and over, and always to the same."""
        (_, data), *_ = seeds(0, drawings=1)
        expected = await self.pool.decode(data, SIZE_PX)
        running = asyncio.create_task(self._decode_again(data, expected))
        try:
            yield
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def _decode_again(self, data: bytes, expected: DecodedImage) -> None:
        while True:
            try:
                decoded = await self.pool.decode(data, SIZE_PX)
                if not np.array_equal(decoded.prepared, expected.prepared):
                    self.outcome.found("lost", "a sound image was decoded to another")
            except ImageError as error:
                self.outcome.found("lost", f"a sound image was refused: {error}")
            await asyncio.sleep(0.02)

    def _keep(self, kind: str, sentence: str, data: bytes) -> None:
        """Keep what does harm, so that it can be looked at."""
        with tempfile.NamedTemporaryFile(prefix="torture-", delete=False) as file:
            file.write(data)
        self.outcome.found(kind, f"{sentence}; the image is kept as {file.name}")
