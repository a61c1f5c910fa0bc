"""The vector index: an Annoy base that is rebuilt, an exact tail for what came since, tombstones.

Why this shape: Annoy answers 200,000 embeddings in well under a millisecond but can neither add nor
delete, and exact search over some thousand embeddings is as fast. So new items go to the tail,
deleted ones are masked, and a rebuild makes one new base of everything that lives.

On disk each base is a directory of its own, ``base-000001``, with its embeddings, its ids, Annoy's
file and a manifest. It appears by one rename and is never written again, because overwriting a
mapped file kills its readers; only ``removed.bin`` beside them grows.

Annoy loads a file of another width or metric without a word, so the manifest is checked first, and
a damaged file can crash it, so the checksums are too.
"""

import json
import logging
import re
import shutil
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from annoy import AnnoyIndex
from numpy.typing import NDArray

from model.errors import VersionMismatchError, WidthMismatchError
from model.exact import Items, Neighbour, merged
from model.files import sha256, sync

__all__ = ["Neighbour", "VectorIndex"]

METRIC: Final = "euclidean"
ASKED = 400  # With 20 trees Annoy then compares about 8,000 items.
_ANNOY, _EMBEDDINGS, _IDS = "annoy.ann", "embeddings.npy", "ids.npy"
_MANIFEST, _REMOVED = "manifest.json", "removed.bin"
_BASE_NAME = re.compile(r"base-(\d{6,})(\.part)?")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Base:
    """One immutable generation on disk, opened."""

    directory: Path
    items: Items
    annoy: Any  # AnnoyIndex; its own types end here.

    @classmethod
    def write(cls, directory: Path, items: Items, encoder_id: str, trees: int) -> Self:
        """Write a base under another name, make it durable, and let it appear at once.

        Raises:
            OSError: If the disk is full; nothing is left behind then.
        """
        width = items.embeddings.shape[1]
        part = directory.with_name(directory.name + ".part")
        try:
            part.mkdir(parents=True)
            np.save(part / _IDS, items.ids, allow_pickle=False)
            np.save(part / _EMBEDDINGS, items.embeddings, allow_pickle=False)
            annoy = AnnoyIndex(width, METRIC)
            annoy.set_seed(0)
            for place, embedding in enumerate(items.embeddings):
                annoy.add_item(place, embedding.tolist())
            annoy.build(trees)
            annoy.save(str(part / _ANNOY))
            files = {name: sha256(part / name) for name in (_ANNOY, _EMBEDDINGS, _IDS)}
            identity = {"encoder_id": encoder_id, "width": width, "metric": METRIC}
            manifest = json.dumps({**identity, "count": len(items), "sha256": files}, indent=1)
            (part / _MANIFEST).write_text(manifest, encoding="utf-8")
            for file in (*part.iterdir(), part):
                sync(file)
            part.rename(directory)
            sync(directory.parent)
        except OSError:
            shutil.rmtree(part, ignore_errors=True)
            raise
        return cls._map(directory, width)

    @classmethod
    def open(cls, directory: Path, encoder_id: str, width: int) -> Self | None:
        """Open a base, or return None if it is damaged.

        Raises:
            VersionMismatchError: If it is whole but of another encoder, width or metric.
        """
        try:
            manifest = json.loads((directory / _MANIFEST).read_text(encoding="utf-8"))
            identity = {name: manifest[name] for name in ("encoder_id", "width", "metric")}
            intact = all(
                sha256(directory / name) == manifest["sha256"][name]
                for name in (_ANNOY, _EMBEDDINGS, _IDS)
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("The index base %s is damaged (%s) and left out.", directory, error)
            return None
        expected = {"encoder_id": encoder_id, "width": width, "metric": METRIC}
        if identity != expected:
            raise VersionMismatchError(
                f"The index {directory} holds embeddings of {identity}. Expected {expected}. "
                "Move it away and embed the illustrations again with this encoder."
            )
        if not intact:
            _log.warning("The index base %s fails its checksums and is left out.", directory)
            return None
        return cls._map(directory, width)

    @classmethod
    def _map(cls, directory: Path, width: int) -> Self:
        annoy = AnnoyIndex(width, METRIC)
        annoy.load(str(directory / _ANNOY))
        embeddings = np.load(directory / _EMBEDDINGS, mmap_mode="r", allow_pickle=False)
        return cls(directory, Items.of(np.load(directory / _IDS), np.asarray(embeddings)), annoy)

    def removed(self) -> NDArray[np.int64]:
        """Return the ids that were deleted since; a number cut off by a crash is ignored."""
        file = self.directory / _REMOVED
        written = file.read_bytes() if file.exists() else b""
        return np.frombuffer(written[: len(written) // 8 * 8], np.int64)

    def remember_removed(self, ids: NDArray[np.int64]) -> None:
        """Keep deleted ids deleted across restarts."""
        with (self.directory / _REMOVED).open("ab") as file:
            file.truncate(file.tell() // 8 * 8)  # A crash may have cut the last number off.
            file.write(ids.tobytes())
        sync(self.directory / _REMOVED)

    def nearest(
        self, embeddings: NDArray[np.float32], neighbours: int, wanted: NDArray[np.bool_]
    ) -> list[list[Neighbour]]:
        """Find the nearest items under the mask ``wanted``, exactly where that is no slower."""
        places = np.flatnonzero(wanted)
        # Annoy filters nothing, so the rarer the wanted ones are the more it must look at.
        asked = max(ASKED, 2 * neighbours) * len(wanted) // max(len(places), 1)
        if len(places) <= asked * self.annoy.get_n_trees():
            return self.items.take(places).nearest(embeddings, neighbours)
        found: list[list[Neighbour]] = []
        for embedding in embeddings:
            near = np.array(self.annoy.get_nns_by_vector(embedding.tolist(), asked), np.intp)
            near = near[wanted[near]]
            if len(near) >= neighbours:
                found.append(self.items.ranked(embedding, near, neighbours))
            else:
                found += self.items.take(places).nearest(embedding[None], neighbours)
        return found


@dataclass(frozen=True)
class _State:
    """What a search sees; every change makes a new one."""

    base: _Base | None
    alive: NDArray[np.bool_]
    tail: Items


class VectorIndex:
    """Find the nearest items by Euclidean distance, add and delete them at once.

    Any thread may search while one changes the index: a search works on the state that it found,
    and changes wait for one another. One process at a time may write to a directory.

    The tail is not kept on disk: the catalogue owns the embeddings. After opening, its owner adds
    what ``ids`` lacks and removes what it has too many. Deletions are kept.
    """

    def __init__(
        self,
        directory: Path | None,
        width: int,
        encoder_id: str,
        *,
        trees: int = 20,
        tail_limit: int = 5000,
    ) -> None:
        """Open the newest intact base of a directory, or start empty.

        Args:
            directory: Where bases are kept; None keeps everything in memory and exact.
            width: D.
            encoder_id: Whose embeddings these are.
            trees: Annoy's trees in the next base.
            tail_limit: Adding more than this, and more than a quarter of the base, rebuilds.

        Raises:
            VersionMismatchError: If the base there is of another encoder, width or metric.
        """
        self._directory = directory
        self._width = width
        self._encoder_id = encoder_id
        self._trees = trees
        self._tail_limit = tail_limit
        self._changing = threading.RLock()
        self._state: _State
        self._switch_to(self._newest())
        if not self._state.alive.all():
            # What was deleted since the last rebuild leaves the disk now.
            self._rebuild_or_warn()

    @property
    def encoder_id(self) -> str:
        """Whose embeddings it holds."""
        return self._encoder_id

    def __len__(self) -> int:
        state = self._state
        return int(state.alive.sum()) + len(state.tail)

    @property
    def ids(self) -> frozenset[int]:
        """The ids of everything that a search can find."""
        state = self._state
        in_base = state.base.items.ids[state.alive].tolist() if state.base else []
        return frozenset([*in_base, *state.tail.ids.tolist()])

    def add(self, ids: Sequence[int], embeddings: NDArray[np.float32]) -> None:
        """Add items, searchable at once; an id that is there already is replaced.

        Args:
            ids: N numbers; where one comes twice, its last embedding counts.
            embeddings: (N, D) finite float32. N may be 0.

        Raises:
            WidthMismatchError: If the embeddings are not (N, D).
            ValueError: If an embedding is not finite.
        """
        embeddings = self._checked(embeddings)
        if len(ids) != len(embeddings):
            raise WidthMismatchError(
                f"Every embedding needs one id. Received: {len(ids)} ids for {len(embeddings)} "
                "embeddings."
            )
        last = {each: place for place, each in enumerate(ids)}
        places = np.fromiter(last.values(), np.intp, len(last))
        new = Items.of(np.fromiter(last, np.int64, len(last)), embeddings[places])
        with self._changing:
            self._change(remove=last, add=new)
            if self._directory and len(self._state.tail) > self._rebuild_above:
                self._rebuild_or_warn()

    def remove(self, ids: Collection[int]) -> None:
        """Delete items for good; unknown ids are ignored.

        Raises:
            OSError: If the disk is full. They are gone from the searches of this process even so.
        """
        with self._changing:
            self._change(remove=ids, add=Items.none(self._width))

    def search(
        self,
        embeddings: NDArray[np.float32],
        neighbours: int,
        allowed: Collection[int] | None = None,
    ) -> list[list[Neighbour]]:
        """Find the nearest items of each embedding, nearest first.

        Args:
            embeddings: (N, D) finite float32. N may be 0.
            neighbours: How many to find.
            allowed: The only ids that may be found; None allows all.

        Returns:
            N lists of min(neighbours, number of allowed items).

        Raises:
            WidthMismatchError: If the embeddings are not (N, D).
            ValueError: If an embedding is not finite.
        """
        embeddings = self._checked(embeddings)
        state, neighbours = self._state, max(neighbours, 0)
        tail = state.tail if allowed is None else state.tail.take(state.tail.among(allowed))
        found = tail.nearest(embeddings, neighbours)
        if state.base:
            items = state.base.items
            wanted = state.alive if allowed is None else state.alive & items.among(allowed)
            in_base = state.base.nearest(embeddings, neighbours, wanted)
            found = [merged(pair, neighbours) for pair in zip(found, in_base, strict=True)]
        return found

    def rebuild(self) -> None:
        """Make one base of everything that lives and delete the files of the ones before.

        Searches go on meanwhile. Does nothing without a directory.

        Raises:
            OSError: If the disk is full; the index goes on as it was.
        """
        if not self._directory:
            return
        with self._changing:
            living = self._living(self._state)
            old = _generations(self._directory)
            base = None
            if len(living):
                number = max(old.values(), default=0) + 1
                place = self._directory / f"base-{number:06d}"
                base = _Base.write(place, living, self._encoder_id, self._trees)
            self._switch_to(base)
            for directory in old:
                _discard(directory)

    def _rebuild_or_warn(self) -> None:
        try:
            self.rebuild()
        except OSError as error:
            self._rebuild_above = len(self._state.tail) + self._tail_limit
            _log.warning(
                "The index could not be rebuilt (%s). Searches stay exact but get slower: "
                "free space in %s.",
                error,
                self._directory,
            )

    def _newest(self) -> _Base | None:
        if not self._directory:
            return None
        for directory in sorted(_generations(self._directory), reverse=True):
            if not directory.suffix:
                base = _Base.open(directory, self._encoder_id, self._width)
                if base:
                    return base
        return None

    def _switch_to(self, base: _Base | None) -> None:
        alive = ~base.items.among(base.removed().tolist()) if base else np.empty(0, np.bool_)
        self._rebuild_above = max(self._tail_limit, len(alive) // 4)
        self._state = _State(base, alive, Items.none(self._width))

    def _change(self, remove: Collection[int], add: Items) -> None:
        """Switch to a state without some items and with others, then note the deletions."""
        state = self._state
        alive, kept, base = state.alive, state.tail, state.base
        if base:
            alive = state.alive & ~base.items.among(remove)
        if (leaving := kept.among(remove)).any():
            kept = kept.take(~leaving)
        self._state = _State(base, alive, kept.joined(add))
        gone = state.alive & ~alive
        if base and gone.any():
            base.remember_removed(base.items.ids[gone])

    @staticmethod
    def _living(state: _State) -> Items:
        return state.base.items.take(state.alive).joined(state.tail) if state.base else state.tail

    def _checked(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        embeddings = np.asarray(embeddings, np.float32)
        if embeddings.ndim != 2 or embeddings.shape[1] != self._width:
            raise WidthMismatchError(
                f"The index holds embeddings (N, {self._width}). Received: {embeddings.shape}. "
                "Use embeddings of the encoder that the index was made for."
            )
        if not np.isfinite(embeddings).all():
            raise ValueError("An embedding is not finite. Expected finite numbers only.")
        return embeddings


def _generations(directory: Path) -> dict[Path, int]:
    """Return every base there with its number, half-written ones too."""
    names = directory.iterdir() if directory.is_dir() else ()
    matches = ((path, _BASE_NAME.fullmatch(path.name)) for path in names)
    return {path: int(match[1]) for path, match in matches if match}


def _discard(directory: Path) -> None:
    """Delete a base so that a crash on the way leaves none that looks whole."""
    part = directory if directory.suffix else directory.with_name(directory.name + ".part")
    if part != directory:
        directory.rename(part)
    shutil.rmtree(part, ignore_errors=True)
