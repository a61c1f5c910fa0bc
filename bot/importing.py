"""Filling the library: the gallery that the project draws, or a folder of the operator's.

What was imported is noted by fingerprint in the same transaction as the illustration, so an import
goes on where it was cut off, brings nothing twice, and does not bring back what was deleted since.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.catalogue import Catalogue
from bot.config import GalleryConfig
from bot.errors import UnavailableError
from bot.inference.supervisor import InferenceSupervisor
from bot.pipeline import Candidate, Pipeline
from bot.sources import DatasetFolder, DrawnGallery, Reading, Source, fingerprint
from model.errors import DatasetError, ImageError, StoreError
from model.image import ImageLimits

log = logging.getLogger(__name__)
T = TypeVar("T")

BATCH = 8
LOG_EVERY = 500
# Before a store that was away is tried again.
STORE_PAUSE_SECONDS = 10.0


@dataclass(frozen=True)
class Progress:
    """How far an import is."""

    done: int
    total: int


class Importer:
    """Brings everything of a source into the library, once."""

    def __init__(
        self, pipeline: Pipeline, catalogue: Catalogue, inference: InferenceSupervisor
    ) -> None:
        self._pipeline = pipeline
        self._catalogue = catalogue
        self._inference = inference
        self.progress: Progress | None = None

    async def run(self, config: GalleryConfig, limits: ImageLimits) -> None:
        """Import what the configuration names; errors are logged, never raised."""
        try:
            await self._inference.ready()
            # Of several processes one brings it all; the others find everything known.
            async with self._catalogue.turns.turn("import"):
                if config.folder:
                    vocabulary = self._inference.facts.vocabulary
                    japanese = {tag.name: tag.name_ja for tag in vocabulary}
                    await self._bring(DatasetFolder(config.folder, limits, japanese))
                elif config.count:
                    await self._bring(DrawnGallery(config.count))
        except DatasetError as error:
            log.error("import: %s", error)
        except Exception:
            log.exception("import: stopped by an unexpected error; the next start goes on")
        finally:
            self.progress = None

    async def _bring(self, source: Source) -> None:
        keys = await asyncio.to_thread(source.keys)
        known = await self._catalogue.imported()
        pending = [key for key in keys if fingerprint(key) not in known]
        done = total = len(keys)
        done -= len(pending)
        if not pending:
            return
        log.info("import: %d of %d illustrations of %s to come", len(pending), total, source.name)
        self.progress = Progress(done, total)
        left_out = 0
        reading = source.read(pending)
        while batch := await asyncio.to_thread(_take, reading, BATCH):
            left_out += await self._bring_batch(batch)
            before, done = done, done + len(batch)
            self.progress = Progress(done, total)
            if done // LOG_EVERY > before // LOG_EVERY:
                log.info("import: %d of %d", done, total)
        log.info("import: finished, %d brought, %d left out", len(pending) - left_out, left_out)

    async def _bring_batch(self, batch: Sequence[Reading]) -> int:
        """Bring one batch, however often inference or a store has to be waited for.

        Returns:
            How many were left out.
        """
        read = [(key, one) for key, one in batch if isinstance(one, Candidate)]
        left_out = [(key, one) for key, one in batch if isinstance(one, ImageError)]
        while True:
            try:
                outcomes = await self._pipeline.ingest([one for _, one in read])
                break
            except UnavailableError:
                await self._inference.ready()
            except StoreError as away:
                log.warning("import: %s", away)
                await asyncio.sleep(STORE_PAUSE_SECONDS)
        for (key, _), outcome in zip(read, outcomes, strict=True):
            if isinstance(outcome, ImageError):
                left_out.append((key, outcome))
        for key, error in left_out:
            log.warning("import: %s was left out: %s: %s", key, error.code, error)
        return len(left_out)


def _take(iterator: Iterator[T], count: int) -> list[T]:
    return [one for _, one in zip(range(count), iterator, strict=False)]
