"""The inference process: ``python -m bot.inference_process OPTIONS_AS_JSON``.

The only kind of process that imports TensorFlow, an executor of one: requests are answered in
their order. It holds the tagger and the community's vector index; what belongs into the index is
the catalogue's business, and told by ``add`` and ``remove``.
"""

import dataclasses
import importlib
import json
import logging
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from bot.child import ParentPipe
from bot.frames import Frame
from model.errors import HoshizoraError
from model.head import Evidence
from model.index import VectorIndex

log = logging.getLogger(__name__)


class TagLike(Protocol):
    """A tag of either kind."""

    @property
    def name(self) -> str:
        """English, or the only name there is."""
        ...

    @property
    def name_ja(self) -> str:
        """Japanese; empty: unknown."""
        ...

    @property
    def threshold(self) -> float:
        """From which score on the tag counts."""
        ...


class KnownTag(TagLike, Protocol):
    """A tag of the vocabulary."""

    @property
    def support(self) -> int:
        """Labelled illustrations that it was fitted on."""
        ...


class FoundTag(TagLike, Protocol):
    """A tag with its score."""

    @property
    def score(self) -> float:
        """Calibrated probability."""
        ...


class TaggerLike(Protocol):
    """What this process needs of ``model.Tagger``; ``bot.fakes.FakeTagger`` has it too."""

    @property
    def vocabulary(self) -> Sequence[KnownTag]:
        """T tags."""
        ...

    @property
    def width(self) -> int:
        """D, the numbers of an embedding."""
        ...

    @property
    def image_size_px(self) -> int:
        """S, the side of the square that the encoder reads."""
        ...

    @property
    def encoder_id(self) -> str:
        """Which encoder the embeddings are of."""
        ...

    def encode(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(N, H, W, 3) → (N, D)."""
        ...

    def score(self, embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, D) → (N, T)."""
        ...

    def select(self, scores: NDArray[np.float32], top: int) -> Sequence[FoundTag]:
        """(T,) → the best ``top`` tags by falling score."""
        ...

    def explain(self, embedding: NDArray[np.float32], name: str) -> Evidence | None:
        """What speaks for a tag of an embedding (D,); None: the vocabulary has no such tag."""
        ...


class Executor:
    """Answers requests with one tagger and one index."""

    def __init__(self, tagger: TaggerLike, index: VectorIndex) -> None:
        self._tagger = tagger
        self._index = index
        self._operations: dict[str, Callable[[Frame], Frame]] = {
            "describe": self._describe,
            "search": self._search,
            "explain": self._explain,
            "add": self._add,
            "remove": self._remove,
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
        tags = [
            [[tag.name, tag.name_ja, float(tag.score), float(tag.threshold)] for tag in row]
            for row in (
                self._tagger.select(scores, ask["top"]) for scores in self._tagger.score(embeddings)
            )
        ]
        similar = self._neighbours(embeddings, request)
        return Frame({"tags": tags, "similar": similar}, (embeddings.tobytes(),))

    def _search(self, request: Frame) -> Frame:
        return Frame({"similar": self._neighbours(self._embeddings(request.blobs[0]), request)})

    def _explain(self, request: Frame) -> Frame:
        (embedding,) = self._embeddings(request.blobs[0])
        evidence = self._tagger.explain(embedding, request.header["name"])
        return Frame({"evidence": None if evidence is None else dataclasses.asdict(evidence)})

    def _neighbours(
        self, embeddings: NDArray[np.float32], request: Frame
    ) -> list[list[tuple[int, float]]]:
        wanted: int = request.header["neighbours"]
        allowed = request.blobs[1] if len(request.blobs) > 1 else None
        found = self._index.search(
            embeddings, wanted, None if allowed is None else set(_integers(allowed))
        )
        return [[(one.id, float(one.distance)) for one in row] for row in found]

    def _add(self, request: Frame) -> Frame:
        self._index.add(_integers(request.blobs[0]), self._embeddings(request.blobs[1]))
        return Frame({})

    def _remove(self, request: Frame) -> Frame:
        self._index.remove(_integers(request.blobs[0]))
        return Frame({})

    def _ids(self, _request: Frame) -> Frame:
        return Frame({}, (np.array(sorted(self._index.ids), np.int64).tobytes(),))

    def _embeddings(self, blob: bytes) -> NDArray[np.float32]:
        return np.frombuffer(blob, np.float32).reshape(-1, self._tagger.width)


def _integers(blob: bytes) -> list[int]:
    return cast("list[int]", np.frombuffer(blob, np.int64).tolist())


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
    index = VectorIndex(
        directory, tagger.width, tagger.encoder_id, tail_limit=options["tail_limit"]
    )
    executor = Executor(tagger, index)
    # The first call compiles; better now than while somebody waits.
    size_px = tagger.image_size_px
    tagger.score(tagger.encode(np.full((1, size_px, size_px, 3), 255, np.uint8)))
    return executor


def _main() -> None:
    pipe = ParentPipe.take_over()
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(message)s")
    try:
        executor = _load(json.loads(sys.argv[1]))
    except HoshizoraError as error:
        pipe.answer(Frame({"refused": str(error)}))
        return
    pipe.answer(executor.introduction())
    for request in pipe.requests():
        pipe.answer(executor.answer(request))


if __name__ == "__main__":
    _main()
    # TensorFlow's threads may take long to end; nothing is left to save.
    sys.stderr.flush()
    os._exit(0)
