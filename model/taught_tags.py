"""The taught tags that a bundle carries: one file each beside the forest, and their names."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from model.errors import BundleError
from model.scorer import Tag
from model.taught import Taught

TAUGHT_FILE = "taught.json"
TAUGHT_DIRECTORY = "taught"


@dataclass(frozen=True)
class NamedTaught:
    """A taught tag and what it is called; ``name_ja`` is empty where none is known."""

    name: str
    name_ja: str
    taught: Taught

    @property
    def tag(self) -> Tag:
        """As the vocabulary has it."""
        return Tag(self.name, self.name_ja, self.taught.threshold, self.taught.support)


def read_taught_tags(directory: Path, encoder_id: str) -> tuple[NamedTaught, ...]:
    """Read a bundle's taught tags; most bundles have none.

    Raises:
        BundleError: If a file is unreadable or of another encoder.
    """
    listing = directory / TAUGHT_FILE
    if not listing.is_file():
        return ()
    try:
        names = json.loads(listing.read_text(encoding="utf-8"))
        tags = tuple(
            NamedTaught(one["name"], one["name_ja"], _read(directory / one["file"]))
            for one in names
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BundleError(
            f"{directory} lists taught tags that this version cannot read ({error}). "
            "Take the bundle again from where it was published."
        ) from error
    for one in tags:
        if one.taught.encoder_id != encoder_id:
            raise BundleError(
                f"The taught tag {one.name!r} of {directory} is of the encoder "
                f"{one.taught.encoder_id}, the bundle has {encoder_id}. Teach it again."
            )
    return tags


def write_taught_tags(directory: Path, tags: Sequence[NamedTaught]) -> None:
    """Write taught tags into a bundle's directory, as ``read_taught_tags`` reads them."""
    (directory / TAUGHT_DIRECTORY).mkdir(exist_ok=True)
    names: list[dict[str, str]] = []
    for number, one in enumerate(tags):
        file = f"{TAUGHT_DIRECTORY}/{number:05d}.npz"
        (directory / file).write_bytes(one.taught.to_bytes())
        names.append({"name": one.name, "name_ja": one.name_ja, "file": file})
    text = json.dumps(names, ensure_ascii=False, indent=0)
    (directory / TAUGHT_FILE).write_text(text, encoding="utf-8")


def _read(file: Path) -> Taught:
    return Taught.from_bytes(file.read_bytes())
