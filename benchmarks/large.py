"""What a service has after years, made of what the bundle really has.

*Tags*: boosters of the size that is asked for are really fitted on the bundle's background sample,
and each is repeated with the embedding's numbers exchanged, so that no two read the same. What the
head says of a tag is repeated as it is.

*Background rows and illustrations* lie between a real embedding and some of its nearest: a mixture
of the four, by shares drawn at random.
"""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.catalogue import Catalogue
from bot.illustrations import LOCAL_GUILD, Impression, NewIllustration
from model.bundle import Bundle, publish_bundle
from model.calibration import Calibration
from model.forest import Forest
from model.head import Background, Head, Labels, find_neighbourhood
from model.scorer import Scorer
from model.trees import Booster

NEAREST, MIXED = 10, 3  # So many of the nearest, of which so many are mixed with a row.
AT_ONCE = 1000
BLOCK = 65_536
REMADE = ("format", "files")
Floats = NDArray[np.float32]


def with_tags(scorer: Scorer, boosters: Sequence[Booster], count: int) -> Scorer:
    """A scorer of so many tags, their boosters repeated with features exchanged."""
    own = len(scorer.vocabulary)
    origin = np.arange(count) % own
    vocabulary = tuple(
        dataclasses.replace(scorer.vocabulary[column], name=f"{scorer.vocabulary[column].name} {t}")
        if t >= own
        else scorer.vocabulary[column]
        for t, column in enumerate(origin.tolist())
    )
    head, calibration = scorer.head, scorer.calibration
    labels = _labels_of(head.background.labels, own, count)
    return dataclasses.replace(
        scorer,
        vocabulary=vocabulary,
        head=Head(
            dataclasses.replace(head.background, labels=labels),
            np.ascontiguousarray(head.ridge[:, origin]),
            head.prevalence[origin],
            head.coefficients,
        ),
        forest=repeated(boosters, count, scorer.forest.width),
        calibration=Calibration(calibration.slope, calibration.offsets[origin]),
    )


def repeated(boosters: Sequence[Booster], count: int, width: int) -> Forest:
    """A forest of so many tags, made of a few boosters of one depth.

    Args:
        boosters: At least one.
        count: Tags.
        width: D.
    """
    depth = max(booster.depth for booster in boosters)
    whole = [booster.deepened(depth) for booster in boosters]
    trees = np.array([len(whole[t % len(whole)].bins) for t in range(count)], np.int64)
    first = np.concatenate([[0], np.cumsum(trees)])
    nodes = np.empty((first[-1], 2**depth - 1, 2), np.uint8)
    leaves = np.empty((first[-1], 2**depth), np.int8)
    random = np.random.default_rng(0)
    for t in range(count):
        booster, place = whole[t % len(whole)], slice(first[t], first[t + 1])
        exchanged = np.arange(256, dtype=np.uint8)
        exchanged[:width] = random.permutation(width)
        nodes[place, :, 0] = exchanged[booster.features]
        nodes[place, :, 1] = booster.bins
        leaves[place] = booster.leaves
    exponents = np.array([whole[t % len(whole)].exponent for t in range(count)], np.int8)
    return Forest(nodes, leaves, first, exponents, width)


def with_background(scorer: Scorer, rows: int) -> Scorer:
    """A scorer of so many background rows, each new one with the tags of the row it is nearest."""
    background, own = scorer.head.background, scorer.background
    mixtures = Between(own)
    blocks = list(mixtures.drawn(max(0, rows - len(own)), seed=0))
    origin = np.concatenate([np.empty(0, np.int64), *(rows for rows, _ in blocks)])
    more = np.concatenate([own[:0], *(embeddings for _, embeddings in blocks)])
    codes = np.clip(np.rint(more / background.scale), -127, 127).astype(np.int8)
    labels = background.labels
    tags = [labels.tags[labels.starts[row] : labels.starts[row + 1]] for row in origin.tolist()]
    ends = labels.starts[-1] + np.cumsum([len(one) for one in tags], dtype=np.int64)
    enlarged = Background(
        np.concatenate([background.codes, codes]),
        background.scale,
        Labels(
            np.concatenate([labels.starts, ends]),
            np.concatenate([labels.tags, *tags]),
        ),
    )
    head = dataclasses.replace(scorer.head, background=enlarged)
    return dataclasses.replace(scorer, head=head, background=enlarged.embeddings())


class Between:
    """Embeddings that lie between real ones.

    Args:
        embeddings: (n, D) real ones of length 1, n ≥ 2.
    """

    def __init__(self, embeddings: Floats) -> None:
        self._embeddings = embeddings
        near = find_neighbourhood(embeddings, embeddings).rows
        self._nearest = near[:, 1 : NEAREST + 1]  # The first is a row itself.

    def drawn(self, count: int, seed: int) -> Iterator[tuple[NDArray[np.int64], Floats]]:
        """So many, block by block.

        Yields:
            (b,) the row that counts most of each, and (b, D) float32 of length 1.
        """
        random = np.random.default_rng(seed)
        for at in range(0, count, BLOCK):
            few = min(BLOCK, count - at)
            rows = random.integers(0, len(self._embeddings), few)
            chosen = random.integers(0, self._nearest.shape[1], (few, MIXED))
            shares = np.sort(random.dirichlet(np.ones(MIXED + 1), few), axis=1)[:, ::-1]
            mixed = shares[:, :1] * self._embeddings[rows]
            for place in range(MIXED):
                other = self._embeddings[self._nearest[rows, chosen[:, place]]]
                mixed += shares[:, place + 1, None] * other
            mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
            yield rows, mixed.astype(np.float32)

    def embeddings(self, count: int, seed: int) -> Floats:
        """(count, D) of them at once."""
        blocks = [embeddings for _, embeddings in self.drawn(count, seed)]
        return np.concatenate([self._embeddings[:0], *blocks])


def published(scorer: Scorer, like: Bundle, target: Path) -> Bundle:
    """Publish a bundle with another scorer; everything else is as in the one that it is like."""
    facts = {"tags": len(scorer.vocabulary), "background": len(scorer.background)}
    manifest = {key: value for key, value in like.manifest.items() if key not in REMADE}

    def write(directory: Path) -> None:
        for file in like.manifest["files"]:
            copy = directory / file
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes((like.directory / file).read_bytes())
        scorer.save(directory)

    return publish_bundle(target, manifest | facts, write)


async def fill_library(
    database: Path, encoder_id: str, embeddings: Floats, told: Callable[[int], object]
) -> None:
    """Store an illustration for each embedding in a new catalogue, without thumbnails.

    Args:
        database: The file.
        encoder_id: Whose embeddings they are.
        embeddings: (n, D).
        told: Hears how many were stored.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    catalogue = await Catalogue.open(f"sqlite+aiosqlite:///{database}")
    try:
        for at in range(0, len(embeddings), AT_ONCE):
            few = embeddings[at : at + AT_ONCE]
            await catalogue.add([_illustration(encoder_id, embedding) for embedding in few])
            told(len(few))
    finally:
        await catalogue.close()


def _labels_of(labels: Labels, own: int, count: int) -> Labels:
    """The same rows with the tags that stand for theirs."""
    repeats = -(-count // own)
    starts = [0]
    rows = []
    for row in range(len(labels)):
        tags = labels.tags[labels.starts[row] : labels.starts[row + 1]].astype(np.int64)
        every = (tags + own * np.arange(repeats)[:, None]).ravel()
        rows.append(every[every < count])
        starts.append(starts[-1] + len(rows[-1]))
    together = np.concatenate([np.empty(0, np.int64), *rows])
    return Labels(np.array(starts, np.int64), together.astype(np.int32))


def _illustration(encoder_id: str, embedding: Floats) -> NewIllustration:
    return NewIllustration(
        guild_id=LOCAL_GUILD,
        origin="gallery",
        title="",
        title_ja="",
        width_px=1,
        height_px=1,
        thumbnail="",
        encoder_id=encoder_id,
        impression=Impression(embedding, (), ()),
    )
