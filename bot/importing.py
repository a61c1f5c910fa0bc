"""Filling the library: the gallery that the project draws, or a folder of the operator's.

What was imported is noted by fingerprint in the same transaction as the illustration, so an import
goes on where it was cut off, brings nothing twice, and does not bring back what was deleted since.
"""

import asyncio
import hashlib
import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from bot.catalogue import Catalogue
from bot.config import GalleryConfig
from bot.errors import UnavailableError
from bot.gallery import draw_gallery
from bot.illustrations import LOCAL_GUILD, TagName
from bot.pipeline import Candidate, Pipeline
from bot.supervisor import InferenceSupervisor
from model.datasets import Row, read_dataset
from model.errors import DatasetError, ImageError
from model.image import ImageLimits, read_image_file

log = logging.getLogger(__name__)
T = TypeVar("T")

# A key and what was read for it, or why it cannot be read.
Reading = tuple[str, Candidate | ImageError]

BATCH = 8
GALLERY_SEED = 0
LOG_EVERY = 500


@dataclass(frozen=True)
class Progress:
    """How far an import is."""

    done: int
    total: int


class Source(Protocol):
    """Where illustrations come from. Synchronous: it is read in a thread."""

    @property
    def name(self) -> str:
        """What the log calls it."""
        ...

    def keys(self) -> Sequence[str]:
        """The identity of everything there is, in order."""
        ...

    def read(self, keys: Sequence[str]) -> Iterator[Reading]:
        """The illustrations of these keys, in order."""
        ...


class DrawnGallery:
    """The illustrations that the project draws itself."""

    name = "the drawn gallery"

    def __init__(self, count: int) -> None:
        self._count = count

    def keys(self) -> Sequence[str]:
        """One key for each drawing; which picture is behind it, only drawing tells."""
        return [f"gallery:{GALLERY_SEED}:{number}" for number in range(self._count)]

    def read(self, keys: Sequence[str]) -> Iterator[Reading]:
        """Draw; earlier ones are drawn too and passed over."""
        wanted = set(keys)
        for key, drawing in zip(self.keys(), draw_gallery(self._count, GALLERY_SEED), strict=True):
            if key in wanted:
                png = io.BytesIO()
                drawing.image.save(png, "PNG", compress_level=1)
                given = tuple(TagName(*tag) for tag in drawing.tags)
                yield (
                    key,
                    Candidate(
                        data=png.getvalue(),
                        guild_id=LOCAL_GUILD,
                        origin="gallery",
                        title=drawing.title,
                        title_ja=drawing.title_ja,
                        given_tags=given,
                        import_key=fingerprint(key),
                    ),
                )


class DatasetFolder:
    """The illustrations of a dataset directory, with the tags given there."""

    def __init__(self, directory: Path, limits: ImageLimits, japanese: Mapping[str, str]) -> None:
        self.name = str(directory)
        self._directory = directory
        self._limits = limits
        self._japanese = japanese
        self._rows: dict[str, Row] = {}

    def keys(self) -> Sequence[str]:
        """One key for each row; bad rows are listed in the log.

        Raises:
            DatasetError: If the directory holds no tagged image at all.
        """
        dataset = read_dataset(self._directory)
        for problem in dataset.problems:
            log.warning("import: %s was left out: %s", problem.name, problem.message)
        place = self._directory.resolve()
        self._rows = {f"folder:{place}:{row.name}": row for row in dataset.rows}
        return list(self._rows)

    def read(self, keys: Sequence[str]) -> Iterator[Reading]:
        """Read the files."""
        for key in keys:
            row = self._rows[key]
            try:
                data = read_image_file(row.file, self._limits)
            except ImageError as error:
                yield key, error
                continue
            given = given_tags(row.tags, row.tags_ja, self._japanese)
            yield (
                key,
                Candidate(
                    data=data,
                    guild_id=LOCAL_GUILD,
                    origin="gallery",
                    title=row.title,
                    given_tags=given,
                    import_key=fingerprint(key),
                ),
            )


def given_tags(
    tags: Sequence[str], tags_ja: Sequence[str], japanese: Mapping[str, str]
) -> tuple[TagName, ...]:
    """Pair a row's tags with their Japanese names.

    The two lists of a row are not aligned, so only the vocabulary's pairs count. A Japanese tag
    that is nobody's translation is a tag of its own.

    Args:
        tags: English names.
        tags_ja: Japanese names.
        japanese: The vocabulary's Japanese name of each English one.
    """
    paired = [TagName(tag, japanese.get(tag, "")) for tag in tags]
    known = {tag.name_ja for tag in paired}
    return (*paired, *(TagName(tag, tag) for tag in tags_ja if tag not in known))


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
            if config.source:
                vocabulary = self._inference.facts.vocabulary
                japanese = {tag.name: tag.name_ja for tag in vocabulary}
                await self._bring(DatasetFolder(Path(config.source), limits, japanese))
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
        """Bring one batch, however often inference has to be waited for.

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
        for (key, _), outcome in zip(read, outcomes, strict=True):
            if outcome is not None:
                left_out.append((key, outcome))
        for key, error in left_out:
            log.warning("import: %s was left out: %s: %s", key, error.code, error)
        return len(left_out)


def fingerprint(key: str) -> str:
    """What is kept of an imported illustration's identity, also after it was forgotten."""
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


def _take(iterator: Iterator[T], count: int) -> list[T]:
    return [one for _, one in zip(range(count), iterator, strict=False)]
