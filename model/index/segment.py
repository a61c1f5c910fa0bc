"""A segment: one immutable part of the index in a directory of its own, searched by Annoy.

The directory holds the embeddings and ids by rising id, Annoy's file and a manifest. It appears by
one rename and is never written again, because overwriting a mapped file kills its readers; only
``removed.bin`` beside them grows.

Annoy loads a file of another width or metric without a word, so the manifest is checked first, and
a damaged file can crash it, so the checksums are too.
"""

import errno
import json
import logging
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from annoy import AnnoyIndex
from numpy.typing import NDArray

from model.errors import VersionMismatchError
from model.exact import Neighbour, ranked
from model.files import checksums, sync
from model.index.filtering import Filter
from model.index.scanning import nearest_places, warm_up

METRIC: Final = "euclidean"
LOOKED_AT = 8000  # So many items Annoy measures for one answer,
FOR_EACH = 20  # or so many for each neighbour that it is asked for.
SCANNED = 2  # So many items are scanned in the time in which Annoy measures one.
SPARE = 2  # So many times the neighbours it is asked for: a few may be deleted.
MORE = 4  # Times as many, where a filter leaves too few of them.
SAMPLE = 1000  # Items that are looked at to tell how many a filter leaves.
BLOCK = 65_536
_ANNOY, _EMBEDDINGS, _IDS = "annoy.ann", "embeddings.npy", "ids.npy"
_DATA = (_ANNOY, _EMBEDDINGS, _IDS)
_MANIFEST, _REMOVED = "manifest.json", "removed.bin"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Identity:
    """Whose embeddings an index holds.

    Attributes:
        encoder_id: The encoder's.
        width: D.
    """

    encoder_id: str
    width: int


@dataclass(frozen=True)
class Segment:
    """An opened segment.

    Attributes:
        directory: Its own.
        ids: (n,) int64, rising.
        embeddings: (n, D) float32, mapped.
        replaces: Names of the segments that it was made of.
        annoy: Annoy's index of the n places; its own types end here.
    """

    directory: Path
    ids: NDArray[np.int64]
    embeddings: NDArray[np.float32]
    replaces: frozenset[str]
    annoy: Any

    def __len__(self) -> int:
        return len(self.ids)

    @classmethod
    def open(cls, directory: Path, identity: Identity) -> Self | None:
        """Open a segment, or return None if it is damaged.

        Raises:
            VersionMismatchError: If it is whole but of another encoder, width or metric.
        """
        try:
            manifest = json.loads((directory / _MANIFEST).read_text(encoding="utf-8"))
            found = {name: manifest[name] for name in ("encoder_id", "width", "metric")}
            replaces = frozenset(manifest.get("replaces", ()))
            intact = checksums(directory, _DATA) == manifest["sha256"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("The index segment %s is damaged (%s) and left out.", directory, error)
            return None
        expected = {"encoder_id": identity.encoder_id, "width": identity.width, "metric": METRIC}
        if found != expected:
            raise VersionMismatchError(
                f"The index {directory} holds embeddings of {found}. Expected {expected}. "
                "Move it away and embed the illustrations again with this encoder."
            )
        if not intact:
            _log.warning("The index segment %s fails its checksums and is left out.", directory)
            return None
        segment = cls.map(directory, identity.width, replaces)
        if not (np.diff(segment.ids) > 0).all():  # As those of earlier versions may.
            _log.warning("The index segment %s is in no order and is left out.", directory)
            return None
        return segment

    @classmethod
    def map(cls, directory: Path, width: int, replaces: frozenset[str] = frozenset()) -> Self:
        """Open a segment that is known to be whole."""
        annoy = AnnoyIndex(width, METRIC)
        annoy.load(str(directory / _ANNOY))
        warm_up()
        return cls(directory, *stored_items(directory), replaces, annoy)

    def moved(self, directory: Path) -> Self:
        """The same after its directory was renamed; what is mapped stays mapped."""
        return replace(self, directory=directory)

    def removed(self) -> NDArray[np.int64]:
        """Ids that were deleted since it was written; one cut off by a crash is ignored."""
        file = self.directory / _REMOVED
        written = file.read_bytes() if file.exists() else b""
        return np.frombuffer(written[: len(written) // 8 * 8], np.int64)

    def places(self, ids: NDArray[np.int64]) -> NDArray[np.intp]:
        """Where those of some rising ids stand that it has."""
        at = np.searchsorted(self.ids, ids)
        at[at == len(self.ids)] = 0
        return at[self.ids[at] == ids] if len(self.ids) else at[:0]

    def nearest(
        self, embeddings: NDArray[np.float32], neighbours: int, wanted: Filter
    ) -> list[list[Neighbour]]:
        """Find the nearest items, exactly where that is no slower than asking Annoy.

        Annoy filters nothing, so the rarer the wanted items are the more it must look at: as the
        root of how rare they are. In proportion would look at as many wanted ones as without a
        filter, but among fewer fewer are enough (of 400,000 a tenth: recall 0.997 instead of 1).

        Args:
            embeddings: (N, D) float32.
            neighbours: How many of each.
            wanted: What may be found.
        """
        count = self._share(wanted) * len(self)
        among = len(self) / max(count, 1)
        asked = int(SPARE * neighbours * among) + 1
        looked_at = max(int(LOOKED_AT * among**0.5), FOR_EACH * asked)
        if count <= SCANNED * looked_at:
            return self._exactly(embeddings, neighbours, wanted)
        found: list[list[Neighbour]] = []
        for embedding in embeddings:
            more, near = 1, self._near(embedding, asked, looked_at, wanted)
            while len(near) < neighbours and count > looked_at * (more := MORE * more):
                near = self._near(embedding, asked * more, looked_at * more, wanted)
            if len(near) >= neighbours:
                found.append(ranked(self.ids[near], self.embeddings[near], embedding, neighbours))
            else:
                found += self._exactly(embedding[None], neighbours, wanted)
        return found

    def _near(
        self, embedding: NDArray[np.float32], asked: int, looked_at: int, wanted: Filter
    ) -> NDArray[np.intp]:
        """Places of those of the ``asked`` nearest by Annoy that may be found."""
        answer = self.annoy.get_nns_by_vector(embedding.tolist(), asked, looked_at)
        near = np.array(answer, np.intp)
        return near[wanted.holds(self.ids, near)]

    def _share(self, wanted: Filter) -> float:
        """About which part of the items may be found: told from a sample."""
        places = np.linspace(0, len(self) - 1, min(SAMPLE, len(self))).astype(np.intp)
        return float(wanted.holds(self.ids, places).mean())

    def _exactly(
        self, embeddings: NDArray[np.float32], neighbours: int, wanted: Filter
    ) -> list[list[Neighbour]]:
        allowed = wanted.allowed
        places = np.arange(len(self)) if allowed is None else self.places(allowed)
        places = places[wanted.alive[places]]
        near = (nearest_places(self.embeddings, places, one, neighbours) for one in embeddings)
        return [
            ranked(self.ids[few], self.embeddings[few], one, neighbours)
            for few, one in zip(near, embeddings, strict=True)
        ]


def store_items(directory: Path, ids: NDArray[np.int64], embeddings: NDArray[np.float32]) -> None:
    """Keep items where ``stored_items`` finds them."""
    np.save(directory / _IDS, ids, allow_pickle=False)
    np.save(directory / _EMBEDDINGS, embeddings, allow_pickle=False)


def stored_items(directory: Path) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The ids of a directory, and its embeddings, mapped."""
    embeddings = np.load(directory / _EMBEDDINGS, mmap_mode="r", allow_pickle=False)
    return np.load(directory / _IDS, allow_pickle=False), np.asarray(embeddings)


def note_removed(directory: Path, ids: NDArray[np.int64]) -> None:
    """Add deleted ids to those that a segment's directory remembers."""
    with (directory / _REMOVED).open("ab") as file:
        file.truncate(file.tell() // 8 * 8)  # A crash may have cut the last number off.
        file.write(ids.tobytes())
    sync(directory / _REMOVED)


@dataclass(frozen=True)
class Source:
    """What a segment is made of: a part of an earlier one, or what was in memory.

    Attributes:
        ids: (n,) int64.
        embeddings: (n, D) float32.
        places: Those that are to be in it.
    """

    ids: NDArray[np.int64]
    embeddings: NDArray[np.float32]
    places: NDArray[np.intp]


def write_segment(
    directory: Path,
    sources: Sequence[Source],
    identity: Identity,
    trees: int,
    replaces: Sequence[str] = (),
) -> None:
    """Write a segment's files, and make them durable. One renames the directory then.

    Args:
        directory: An existing one, under another name than a segment's.
        sources: At least one item; no id twice.
        identity: Whose embeddings they are.
        trees: Annoy's: more are more exact, larger and slower to make.
        replaces: Names of the segments that nobody needs any more then.

    Raises:
        OSError: If the disk is full.
    """
    ids = np.concatenate([one.ids[one.places] for one in sources])
    _check_space(directory, len(ids) * (2 * np.dtype(np.float32).itemsize * identity.width + 100))
    order = np.argsort(ids)
    np.save(directory / _IDS, ids[order], allow_pickle=False)
    shape = (len(ids), identity.width)
    file = directory / _EMBEDDINGS
    embeddings = np.lib.format.open_memmap(file, "w+", np.dtype(np.float32), shape)
    annoy = AnnoyIndex(identity.width, METRIC)
    annoy.set_seed(0)
    annoy.on_disk_build(str(directory / _ANNOY))
    for start, block in _in_order(sources, order):
        embeddings[start : start + len(block)] = block
        for place, embedding in enumerate(block, start):
            annoy.add_item(place, embedding.tolist())
    embeddings.flush()
    annoy.build(trees, 1)
    annoy.unload()
    manifest = {
        "encoder_id": identity.encoder_id,
        "width": identity.width,
        "metric": METRIC,
        "count": len(ids),
        "replaces": list(replaces),
        "sha256": checksums(directory, _DATA),
    }
    (directory / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for name in (*_DATA, _MANIFEST):
        sync(directory / name)


def _check_space(directory: Path, needed_bytes: int) -> None:
    """Mapped files have no way to say that the disk is full: the process would die of it."""
    free = shutil.disk_usage(directory).free
    if free < needed_bytes:
        raise OSError(
            errno.ENOSPC, f"{needed_bytes / 1e6:.0f} MB are needed, {free / 1e6:.0f} MB are free"
        )


def _in_order(
    sources: Sequence[Source], order: NDArray[np.intp]
) -> Iterable[tuple[int, NDArray[np.float32]]]:
    """The sources' embeddings one after the other, taken in an order; with where each block is."""
    whose = np.repeat(np.arange(len(sources)), [len(one.places) for one in sources])
    places = np.concatenate([one.places for one in sources])
    for start in range(0, len(order), BLOCK):
        asked = order[start : start + BLOCK]
        block = np.empty((len(asked), sources[0].embeddings.shape[1]), np.float32)
        for number, source in enumerate(sources):
            mine = whose[asked] == number
            block[mine] = source.embeddings[places[asked[mine]]]
        yield start, block
