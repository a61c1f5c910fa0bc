"""What a service has after years: a large background sample, and a library that people filled.

Both are made of the bundle's own background embeddings, each moved a little, so that they lie as
real ones do.
"""

import dataclasses
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.material import Bench
from bot.catalogue import Catalogue
from bot.illustrations import LOCAL_GUILD, Impression, NewIllustration
from model.bundle import Bundle, publish_bundle
from model.head import Background, Labels
from model.scorer import Scorer

APART = 0.4  # How far an embedding of length 1 is moved: about as far as the nearest drawing.
AT_ONCE = 1000
REMADE = ("format", "files")


def crowded_bundle(bench: Bench, target: Path, rows: int) -> Bundle:
    """Publish the bundle with so many background rows; tags and boosters are the same."""
    scorer, own = bench.scorer, bench.scorer.background
    more = max(0, rows - len(own))
    origin, moved = moved_embeddings(own, more, seed=0)
    background = _extended(scorer.head.background, origin, moved)
    head = dataclasses.replace(scorer.head, background=background)
    crowded: Scorer = dataclasses.replace(scorer, head=head, background=background.embeddings())
    manifest = {key: value for key, value in bench.bundle.manifest.items() if key not in REMADE}

    def write(directory: Path) -> None:
        for file in bench.bundle.manifest["files"]:
            copy = directory / file
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes((bench.bundle.directory / file).read_bytes())
        crowded.save(directory)

    return publish_bundle(target, manifest | {"background": len(own) + more}, write)


def _extended(
    background: Background, origin: NDArray[np.int64], moved: NDArray[np.float32]
) -> Background:
    """With more rows behind it, each with the tags of the row that it comes from."""
    labels, scale = background.labels, background.scale
    codes = np.clip(np.rint(moved / scale), -127, 127).astype(np.int8)
    tags = [labels.tags[labels.starts[row] : labels.starts[row + 1]] for row in origin.tolist()]
    ends = labels.starts[-1] + np.cumsum([len(one) for one in tags], dtype=np.int64)
    starts = np.concatenate([labels.starts, ends])
    return Background(
        np.concatenate([background.codes, codes]),
        scale,
        Labels(starts, np.concatenate([labels.tags, *tags])),
    )


async def fill_library(bench: Bench, database: Path, count: int) -> None:
    """Store so many illustrations in a new catalogue, without thumbnails."""
    database.parent.mkdir(parents=True, exist_ok=True)
    catalogue = await Catalogue.open(f"sqlite+aiosqlite:///{database}")
    try:
        for at in range(0, count, AT_ONCE):
            few = min(AT_ONCE, count - at)
            _, embeddings = moved_embeddings(bench.scorer.background, few, seed=1 + at)
            await catalogue.add([_illustration(bench, embedding) for embedding in embeddings])
    finally:
        await catalogue.close()


def moved_embeddings(
    embeddings: NDArray[np.float32], count: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """(count,) rows drawn at random, and (count, D) of length 1: each a little beside its row."""
    random = np.random.default_rng(seed)
    rows = random.integers(0, len(embeddings), count)
    steps = random.normal(0, APART / np.sqrt(embeddings.shape[1]), (count, embeddings.shape[1]))
    moved = embeddings[rows] + steps
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    return rows, moved.astype(np.float32)


def _illustration(bench: Bench, embedding: NDArray[np.float32]) -> NewIllustration:
    return NewIllustration(
        guild_id=LOCAL_GUILD,
        origin="gallery",
        title="",
        title_ja="",
        width_px=1,
        height_px=1,
        thumbnail="",
        encoder_id=bench.encoder.id,
        impression=Impression(embedding, (), ()),
    )
