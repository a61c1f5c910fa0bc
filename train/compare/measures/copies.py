"""The same picture again: does an encoder know a picture that was cropped, tinted, saved anew?

Changed test illustrations are looked up among all test illustrations, unchanged. Beside the encoder
stand three perceptual hashes, 64 bits each, as such systems have used them for long: they do not
depend on the encoder and are measured once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from model.errors import DatasetError
from model.head import Floats
from model.image import ImageLimits, prepare_image
from train.compare.measures.disturbing import CHANGES, disturb
from train.compare.space import Labelled
from train.pack import decode_rows

PICTURE_PX = 128
NEAR = np.float32(1e-5)  # Embeddings of pictures that are alike pixel by pixel differ by less.
HASHES: Mapping[str, Callable[[Image.Image], imagehash.ImageHash]] = {
    "pHash": imagehash.phash,
    "dHash": imagehash.dhash,
    "wHash": imagehash.whash,
}
ENCODER = "encoder"
Found = dict[str, dict[str, float]]  # change → what looked it up → recall@1
Embed = Callable[[NDArray[np.uint8]], Floats]


@dataclass(frozen=True)
class Gallery:
    """The pictures that are looked up, and those among which they are found.

    Attributes:
        images: (L, PICTURE_PX, PICTURE_PX, 3) uint8: every test illustration.
        rows: (L,) their row numbers.
        asked: (n,) places in ``images`` of those that are changed and looked up.
    """

    images: NDArray[np.uint8]
    rows: NDArray[np.int64]
    asked: NDArray[np.int64]


def read_gallery(
    labelled: Labelled, limits: ImageLimits, count: int = 500, seed: int = 0
) -> Gallery:
    """Decode the test split and choose whom to ask: no variants, one of a group.

    Args:
        labelled: The rows.
        limits: What images are refused; a row that cannot be decoded any more is left out.
        count: How many are asked about at most.
        seed: Which.

    Raises:
        DatasetError: If no picture of the test split can be read.
    """
    images, bad = decode_rows([labelled.rows[i] for i in labelled.test], PICTURE_PX, limits)
    good = np.setdiff1d(np.arange(len(images)), np.array(list(bad), dtype=np.int64))
    rows = labelled.test[good]
    if not len(rows):
        raise DatasetError("No illustration of the test split can be read. Check --data.")
    order = np.random.default_rng(seed).permutation(len(rows))
    order = order[[not labelled.rows[i].variant for i in rows[order].tolist()]]
    firsts = np.unique(labelled.groups[rows[order]], return_index=True)[1]
    return Gallery(images[good], rows, np.sort(order[np.sort(firsts)[:count]]))


def measure_copies(embed: Embed, size_px: int, gallery: Gallery, library: Floats) -> Found:
    """Measure an encoder.

    Args:
        embed: (n, size_px, size_px, 3) uint8 → (n, D) embeddings.
        size_px: The side of the encoder's input.
        gallery: The pictures.
        library: (L, D) embeddings of ``gallery.images``.

    Returns:
        For every change, under ``ENCODER``, the share of changed pictures whose nearest one is
        their original.
    """
    found: Found = {}
    for name in tqdm(CHANGES, desc="copies", unit="change"):
        changed = disturb(gallery.images[gallery.asked], name)
        embeddings = embed(np.stack([prepare_image(picture, size_px) for picture in changed]))
        squares = np.square(library).sum(axis=1) - 2 * (embeddings @ library.T)
        squares += np.square(embeddings).sum(axis=1, keepdims=True)
        found[name] = {ENCODER: recall_at_1(squares, gallery.asked, NEAR)}
    return found


def measure_hashes(gallery: Gallery) -> Found:
    """Measure the perceptual hashes of ``HASHES``, by the number of bits that differ."""
    pictures = [Image.fromarray(image) for image in gallery.images]
    libraries = {
        name: _bits(pictures, name) for name in tqdm(HASHES, desc="hashes", unit="library")
    }
    found: Found = {}
    for change in tqdm(CHANGES, desc="hashes", unit="change"):
        changed = disturb(gallery.images[gallery.asked], change)
        found[change] = {}
        for name, library in libraries.items():
            # Of -1 and 1, the product is the number of equal bits less that of different ones.
            different = (library.shape[1] - _bits(changed, name) @ library.T) / 2
            found[change][name] = recall_at_1(different, gallery.asked)
    return found


def together(*found: Found) -> Found:
    """Several results as one: what an encoder and the hashes found of each change."""
    return {
        change: {by: share for one in found for by, share in one[change].items()}
        for change in found[0]
    }


def recall_at_1(
    distances: Floats, originals: NDArray[np.int64], near: np.float32 | int = 0
) -> float:
    """How many find their original first.

    Args:
        distances: (n, L) to everything that may be found.
        originals: (n,) the right places.
        near: By how much distances must differ to count as different.

    Returns:
        The mean over the n, 0..1. Where k are nearest alike and the original is one of them, it is
        found first in one of k orders, and 1 / k counts: hashes have many ties.
    """
    first = distances <= distances.min(axis=1, keepdims=True) + near
    hit = np.take_along_axis(first, originals[:, None], axis=1)[:, 0]
    return float((hit / first.sum(axis=1)).mean())


def _bits(pictures: Sequence[Image.Image], name: str) -> Floats:
    """(n, 64) hashes as -1 and 1."""
    hashes = [HASHES[name](picture).hash.ravel() for picture in pictures]
    return np.where(np.stack(hashes), 1, -1).astype(np.float32)
