"""A dataset directory → rows, whatever mixture of the three formats it holds.

* ``metadata.jsonl`` (the Hugging Face image-folder convention) in the directory or below it,
* images with ``NAME.txt`` beside them (comma-separated tags),
* images with ``NAME.EXT.json`` beside them (gallery-dl's ``--write-metadata``).

Bad rows never stop a run: each becomes a ``Problem`` that the report lists.
"""

import dataclasses
import json
from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from model.errors import DatasetError
from model.files import is_inside

Split = Literal["train", "test", "vendor_holdout"]
IMAGE_SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".avif"}
METADATA_NAME = "metadata.jsonl"
_PERMISSIVE = ("CC0", "CC-BY-", "MIT", "BSD", "APACHE-2.0", "UNICODE")


@dataclass(frozen=True)
class Row:
    """One tagged illustration of a dataset.

    Attributes:
        file: The image, an absolute path.
        name: Its path relative to the dataset directory: the row's identity.
        group: Rows of one group are near-duplicates and always fall on one side of a split.
        variant: Whether the row says that it is a variant of another.
        lent: Whether it was only lent for learning, by somebody who may take it back.
    """

    file: Path
    name: str
    title: str
    tags: tuple[str, ...]
    tags_ja: tuple[str, ...]
    split: Split
    group: str
    licence: str
    author: str
    source: str
    variant: bool
    lent: bool = False

    @property
    def permissive(self) -> bool:
        """Whether the licence lets a bundle trained on it be published under any licence."""
        licence = self.licence.upper()
        return licence.startswith(_PERMISSIVE) and "-SA" not in licence and "-N" not in licence

    def without(self, tags: AbstractSet[str]) -> "Row":
        """The same row as if it had none of these tags."""
        return dataclasses.replace(
            self,
            tags=tuple(tag for tag in self.tags if tag not in tags),
            tags_ja=tuple(tag for tag in self.tags_ja if tag not in tags),
        )


@dataclass(frozen=True)
class Problem:
    """A row that was left out, and why."""

    name: str
    message: str


@dataclass(frozen=True)
class Dataset:
    """Everything that a dataset directory holds."""

    directory: Path
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


def read_dataset(directory: Path, *, untagged: bool = False) -> Dataset:
    """Read a dataset directory; a file described twice counts once, metadata.jsonl first.

    Args:
        directory: Where to look, folders below it included.
        untagged: Take images that nothing describes as well: training has no use for them, a
            library has.

    Raises:
        DatasetError: If the directory is missing or holds no image of the wanted kind at all.
    """
    if not directory.is_dir():
        raise DatasetError(f"There is no dataset directory {directory}. Check --data.")
    rows: dict[Path, Row] = {}
    problems: list[Problem] = []
    for found in _walk(directory.resolve(), rows, untagged=untagged):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            rows.setdefault(found.file, found)
    if not rows:
        raise DatasetError(
            f"{directory} holds no {'' if untagged else 'tagged '}image ({len(problems)} unusable "
            "rows). Expected a "
            f"{METADATA_NAME}, images with NAME.txt beside them, or images with NAME.EXT.json."
        )
    return Dataset(directory, tuple(rows.values()), tuple(problems))


def is_image(path: Path) -> bool:
    """Whether a file's name says that it is an image of a kind that we read."""
    return path.suffix.lower() in IMAGE_SUFFIXES


def _walk(directory: Path, known: Collection[Path], *, untagged: bool) -> Iterator[Row | Problem]:
    """Rows of metadata files, then those of sidecars whose image is not known by then.

    With ``untagged``, an image that nothing usable describes is a row without tags.
    """
    for metadata in sorted(directory.rglob(METADATA_NAME)):
        if _leads_out(directory, metadata):
            yield _outside(str(metadata.relative_to(directory)), metadata.name)
        else:
            yield from _metadata_rows(directory, metadata)
    for image in sorted(directory.rglob("*")):
        if is_image(image) and image not in known:
            found = _sidecar_row(directory, image)
            if _leads_out(directory, image):
                if found or untagged:
                    yield _outside(str(image.relative_to(directory)), image.name)
                continue
            if found:
                yield found
            if untagged and not isinstance(found, Row):
                yield _row(directory, image, {})


def _metadata_rows(directory: Path, metadata: Path) -> Iterator[Row | Problem]:
    # Bytes, since a text's splitlines() also splits at characters that JSON allows in a string.
    for number, line in enumerate(metadata.read_bytes().split(b"\n"), start=1):
        place = f"{metadata.relative_to(directory)} line {number}"
        if not line.strip():
            continue
        try:
            content = json.loads(line)
            file = (metadata.parent / content["file_name"]).resolve()
            exists = file.is_file()
        except (OSError, RuntimeError, ValueError, TypeError, KeyError) as error:
            yield Problem(place, f"not a JSON object with a usable file_name: {error}")
            continue
        if not file.is_relative_to(directory):
            yield _outside(place, content["file_name"])
        elif not exists:
            yield Problem(place, f"the file {content['file_name']} is missing")
        else:
            yield _row(directory, file, content)


def _leads_out(directory: Path, file: Path) -> bool:
    """Whether a file that was found below the directory is a link to one that is not there."""
    # Only links are looked at closely: there may be a million files.
    return file.is_symlink() and not is_inside(directory, str(file.relative_to(directory)))


def _outside(place: str, name: str) -> Problem:
    return Problem(place, f"{name} lies outside the dataset directory")


def _sidecar_row(directory: Path, image: Path) -> Row | Problem | None:
    described, listed = image.with_name(image.name + ".json"), image.with_suffix(".txt")
    for file in (described, listed):
        if _leads_out(directory, file):
            return _outside(str(file.relative_to(directory)), file.name)
    if described.is_file():
        try:
            content = json.loads(described.read_bytes())
            if not isinstance(content, dict):
                raise TypeError("not an object")
        except (OSError, RecursionError, ValueError, TypeError) as error:
            return Problem(str(described.relative_to(directory)), f"broken JSON: {error}")
        return _row(directory, image, content)
    if listed.is_file():
        text = listed.read_text(encoding="utf-8", errors="replace")
        return _row(directory, image, {"tags": text.replace("\n", ",")})
    return None


def _row(directory: Path, file: Path, content: dict[str, Any]) -> Row:
    name = str(file.relative_to(directory))
    holdout = bool(content.get("vendor_holdout"))
    test = content.get("split") == "test"
    return Row(
        file=file,
        name=name,
        title=_text(content.get("title")) or _text(file.stem),
        tags=_tags(content.get("tags", content.get("tag_string"))),
        tags_ja=_tags(content.get("tags_ja")),
        split="vendor_holdout" if holdout else "test" if test else "train",
        group=_text(content.get("split_group")) or name,
        licence=_text(content.get("licence") or content.get("license")),
        author=_text(content.get("author")),
        source=_text(content.get("source") or content.get("category")),
        variant=bool(content.get("variant_of")),
        lent=bool(content.get("lent")),
    )


def _tags(value: object) -> tuple[str, ...]:
    """A list, a comma-separated text, or a space-separated one with underscores (boorus)."""
    if isinstance(value, str):
        by_comma = "," in value or "_" not in value
        value = value.split(",") if by_comma else [tag.replace("_", " ") for tag in value.split()]
    if not isinstance(value, list):
        return ()
    cleaned = (_text(tag) for tag in value if isinstance(tag, str))
    return tuple(dict.fromkeys(tag for tag in cleaned if tag))


def _text(value: object) -> str:
    """One line of text that can be written as UTF-8: a lone surrogate becomes a question mark."""
    text = "" if value is None else str(value)
    return " ".join(text.split()).encode("utf-8", "replace").decode("utf-8")
