"""What an import brings: the gallery that the project draws, or a folder of the operator's."""

import hashlib
import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from bot.gallery import draw_gallery
from bot.illustrations import LOCAL_GUILD, TagName
from bot.pipeline import Candidate
from model.datasets import Row, read_dataset
from model.errors import ImageError
from model.image import ImageLimits, read_image_file

log = logging.getLogger(__name__)

# A key and what was read for it, or why it cannot be read.
Reading = tuple[str, Candidate | ImageError]

GALLERY_SEED = 0


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
    """The illustrations of a folder, with the tags that are given there, if any."""

    def __init__(self, directory: Path, limits: ImageLimits, japanese: Mapping[str, str]) -> None:
        self.name = str(directory)
        self._directory = directory
        self._limits = limits
        self._japanese = japanese
        self._rows: dict[str, Row] = {}

    def keys(self) -> Sequence[str]:
        """One key for each row; bad rows are listed in the log.

        Raises:
            DatasetError: If the directory holds no image at all.
        """
        dataset = read_dataset(self._directory, untagged=True)
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


def fingerprint(key: str) -> str:
    """What is kept of an imported illustration's identity, also after it was forgotten."""
    return hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
