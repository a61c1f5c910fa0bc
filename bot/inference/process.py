"""The inference process: ``python -m bot.inference.process OPTIONS_AS_JSON``.

The only kind of process that imports TensorFlow, an executor of one: requests are answered in
their order. It holds the tagger and the community's vector index; what belongs into the index is
the catalogue's business, and told by ``add`` and ``remove``.
"""

import dataclasses
import importlib
import logging
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.inference.own_scoring import OwnScorer, joined
from bot.inference.taggers import TaggerLike
from bot.processes.child import serve
from bot.processes.frames import Frame
from bot.tags.own import LiveTag, OwnTag
from model.index import VectorIndex

log = logging.getLogger(__name__)


class Executor:
    """Answers requests with one tagger, one index, and the taught tags as they are at that moment.

    Each request reads the taught tags once, so no answer mixes versions.
    """

    def __init__(self, tagger: TaggerLike, index: VectorIndex) -> None:
        self._tagger = tagger
        self._index = index
        self._own = OwnScorer(tagger.prior)
        self._thresholds = np.array([tag.threshold for tag in tagger.vocabulary], np.float32)
        self._operations: dict[str, Callable[[Frame], Frame]] = {
            "describe": self._describe,
            "search": self._search,
            "explain": self._explain,
            "known_tags": self._known_tags,
            "teach": self._teach,
            "add": self._add,
            "remove": self._remove,
            "erase": self._erase,
            "ids": self._ids,
        }

    def introduction(self) -> Frame:
        """The first frame: what the service needs to know of the bundle."""
        tagger = self._tagger
        vocabulary = [
            [tag.name, tag.name_ja, float(tag.threshold), int(tag.support)]
            for tag in tagger.vocabulary
        ]
        return Frame(
            {
                "encoder_id": tagger.encoder_id,
                "prior_id": tagger.prior.id,
                "width": tagger.width,
                "image_size_px": tagger.image_size_px,
                "vocabulary": vocabulary,
            }
        )

    def answer(self, request: Frame) -> Frame:
        """Answer one request; an error becomes an answer too."""
        try:
            return self._operations[request.header["operation"]](request)
        except Exception as error:
            log.exception("inference: %s failed", request.header.get("operation"))
            return Frame({"failed": f"{type(error).__name__}: {error}"})

    def _describe(self, request: Frame) -> Frame:
        ask, size_px = request.header, self._tagger.image_size_px
        images = np.frombuffer(request.blobs[0], np.uint8).reshape(-1, size_px, size_px, 3)
        embeddings = np.ascontiguousarray(self._tagger.encode(images), np.float32)
        tags = self._tags(embeddings, ask["guild_id"], ask["top"])
        similar = self._neighbours(embeddings, request)
        return Frame({"tags": tags, "similar": similar}, (embeddings.tobytes(),))

    def _tags(
        self, embeddings: NDArray[np.float32], guild_id: int | None, top: int
    ) -> list[list[tuple[str, str, float, float]]]:
        if top <= 0:
            return [[] for _ in embeddings]
        own = self._own.score(embeddings, guild_id)
        # A taught tag may take the place of one of the same name.
        best = self._tagger.best(embeddings, top + max(map(len, own), default=0))
        return [
            [
                (tag.name, tag.name_ja, float(tag.score), float(tag.threshold))
                for tag in joined(known, taught, top)
            ]
            for known, taught in zip(best, own, strict=True)
        ]

    def _search(self, request: Frame) -> Frame:
        return Frame({"similar": self._neighbours(self._embeddings(request.blobs[0]), request)})

    def _explain(self, request: Frame) -> Frame:
        (embedding,) = self._embeddings(request.blobs[0])
        name = request.header["name"]
        evidence = self._own.evidence(embedding, name, request.header["guild_id"])
        if evidence is None:
            evidence = self._tagger.explain(embedding, name)
        return Frame({"evidence": None if evidence is None else dataclasses.asdict(evidence)})

    def _known_tags(self, request: Frame) -> Frame:
        vocabulary, embeddings = self._tagger.vocabulary, self._embeddings(request.blobs[0])
        own = self._own.score(embeddings, request.header["guild_id"])
        names = [
            [tag.name for tag in taught if tag.sure]
            + [vocabulary[at].name for at in np.flatnonzero(row >= self._thresholds).tolist()]
            for row, taught in zip(self._tagger.score(embeddings), own, strict=True)
        ]
        return Frame({"names": names})

    def _teach(self, request: Frame) -> Frame:
        tags = [
            LiveTag(OwnTag(**tag), prior_id, model)
            for (tag, prior_id), model in zip(request.header["tags"], request.blobs, strict=True)
        ]
        self._own, unread = self._own.swapped(tags, request.header["gone"])
        return Frame({"unread": sorted(unread)})

    def _neighbours(
        self, embeddings: NDArray[np.float32], request: Frame
    ) -> list[list[tuple[int, float]]]:
        wanted: int = request.header["neighbours"]
        allowed = request.blobs[1] if len(request.blobs) > 1 else None
        found = self._index.search(
            embeddings, wanted, None if allowed is None else _integers(allowed)
        )
        return [[(one.id, float(one.distance)) for one in row] for row in found]

    def _add(self, request: Frame) -> Frame:
        self._index.add(_integers(request.blobs[0]), self._embeddings(request.blobs[1]))
        return Frame({})

    def _remove(self, request: Frame) -> Frame:
        self._index.remove(_integers(request.blobs[0]))
        return Frame({})

    def _erase(self, _request: Frame) -> Frame:
        return Frame({"complete": self._index.erase()})

    def _ids(self, _request: Frame) -> Frame:
        return Frame({}, (self._index.ids.tobytes(),))

    def _embeddings(self, blob: bytes) -> NDArray[np.float32]:
        return np.frombuffer(blob, np.float32).reshape(-1, self._tagger.width)


def _integers(blob: bytes) -> NDArray[np.int64]:
    return np.frombuffer(blob, np.int64)


def _load(options: dict[str, Any]) -> Executor:
    module, _, name = options["tagger"].partition(":")
    kind = getattr(importlib.import_module(module), name)
    tagger: TaggerLike = kind.load(options["bundle"] or None)
    directory = Path(options["index_dir"]) / tagger.encoder_id
    directory.mkdir(parents=True, exist_ok=True)
    for other in directory.parent.iterdir():
        # Of another encoder: nobody would take forgotten illustrations out of it any more.
        if other != directory and other.is_dir():
            shutil.rmtree(other)
    limit = options["tail_limit"]
    index = VectorIndex(
        directory, tagger.width, tagger.encoder_id, tail_limit=limit, background=True
    )
    executor = Executor(tagger, index)
    # The first call compiles; better now than while somebody waits.
    size_px = tagger.image_size_px
    tagger.best(tagger.encode(np.full((1, size_px, size_px, 3), 255, np.uint8)), 1)
    return executor


if __name__ == "__main__":
    serve(_load)
    # TensorFlow's threads may take long to end; nothing is left to save.
    sys.stderr.flush()
    os._exit(0)
