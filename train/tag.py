"""``python -m train tag``: one more tag for a bundle that is there, in seconds.

No network is retrained, and everything that the bundle has stays as it is to the byte: the new tag
is taught as a community's own tags are (``model.teaching``), and lies beside the forest.
"""

import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from model.bundle import Bundle, publish_bundle
from model.datasets import is_image
from model.errors import DatasetError, ImageError, TrainingError
from model.image import ImageLimits, image_from_bytes, read_image_file
from model.tagger import Tagger
from model.taught_tags import NamedTaught, write_taught_tags
from train.card import CARD_FILE

REMADE = ("format", "files")
SAME = 1e-6  # Cosines of one image with itself differ from 1 by less.


def add_tag(
    source: Path,
    out: Path,
    name: str,
    name_ja: str,
    folders: tuple[Path, Path | None],
    limits: ImageLimits,
) -> Bundle:
    """Publish a bundle with one more tag.

    Args:
        source: The bundle to start from.
        out: The bundle to publish; must not exist.
        name: The new tag.
        name_ja: Its Japanese name, or empty.
        folders: Directories of images that have the tag, and of images that have it not (or None).
        limits: What images are refused.

    Raises:
        TrainingError: If the tag exists already.
        DatasetError: If a directory holds no usable image, or both hold the same one.
        BundleError: If a bundle cannot be read or written.
    """
    tagger = Tagger.load(source, limits=limits)
    bundle = tagger.bundle
    name = name.strip()
    known = {tag.name for tag in tagger.vocabulary}
    if not name or name in known:
        problem = "exists already in the bundle" if name in known else "is empty"
        raise TrainingError(f"The tag name {name!r} {problem}. Choose another --name.")
    right, wrong = folders
    positives = embed_folder(right, tagger, limits)
    negatives = embed_folder(wrong, tagger, limits) if wrong else positives[:0]
    _check_apart(positives, negatives, folders)
    taught = tagger.prior.teach(positives, negatives)
    manifest = {key: bundle.manifest[key] for key in bundle.manifest if key not in REMADE}
    manifest |= {
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "tags": len(tagger.vocabulary) + 1,
        "taught": [*bundle.manifest.get("taught", []), name],
    }

    def write(directory: Path) -> None:
        for file in bundle.manifest["files"]:
            target = directory / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((bundle.directory / file).read_bytes())
        write_taught_tags(directory, [*tagger.taught, NamedTaught(name, name_ja, taught)])
        with (directory / CARD_FILE).open("a", encoding="utf-8") as card:
            card.write(f"- Taught later, from {len(positives)} images: {name}\n")

    return publish_bundle(out, manifest, write)


def _check_apart(
    positives: NDArray[np.float32],
    negatives: NDArray[np.float32],
    folders: tuple[Path, Path | None],
) -> None:
    """Refuse examples that contradict each other; embeddings are of length 1."""
    same = int((positives @ negatives.T > 1 - SAME).any(axis=1).sum())
    if same:
        raise DatasetError(
            f"{folders[0]} and {folders[1]} have {same} of the same images. An image has the tag "
            "or has it not: take each out of one of the two."
        )


def embed_folder(folder: Path, tagger: Tagger, limits: ImageLimits) -> NDArray[np.float32]:
    """(n, D) embeddings of the images in a directory; unreadable ones are said and left out.

    Raises:
        DatasetError: If none is left.
    """
    files = [path for path in sorted(folder.rglob("*")) if is_image(path)]
    size = tagger.image_size_px
    images: list[NDArray[np.uint8]] = []
    for path in tqdm(files, desc=folder.name):
        try:
            images.append(image_from_bytes(read_image_file(path, limits), limits, size))
        except ImageError as error:
            tqdm.write(f"left out: {path}: {error.code}: {error.message}")
    if not images:
        raise DatasetError(f"{folder} holds no image that can be read. Check the directory.")
    return tagger.encode(np.stack(images))
