"""The teaching process: ``python -m bot.teaching.process OPTIONS_AS_JSON``.

It fits taught tags and asks what to learn next, so that neither ever keeps the inference process or
the bot from answering. It runs at low priority, and never imports TensorFlow. It keeps nothing:
whatever a request is about comes with it.
"""

import importlib
import logging
import os
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.processes.child import serve
from bot.processes.frames import Frame
from model.asking import choose
from model.correcting import FEWEST
from model.errors import HoshizoraError, VersionMismatchError
from model.teaching import Prior, Taught

log = logging.getLogger(__name__)

# Behind whatever answers people; not as far while it starts, which a teacher waits for.
STARTING_NICENESS, NICENESS = 5, 10


class Executor:
    """Answers requests with one prior."""

    def __init__(self, prior: Prior) -> None:
        self._prior = prior
        self._operations: dict[str, Callable[[Frame], Frame]] = {
            "fit": self._fit,
            "score": self._score,
            "choose": self._choose,
        }

    def warm_up(self) -> None:
        """Fit something: the first time takes long, better now than while somebody waits."""
        some = self._prior.background[: FEWEST + 1]
        self._prior.score([self._prior.teach(some[:-1], some[-1:])], some)

    def introduction(self) -> Frame:
        """The first frame: what this process fits tags for."""
        return Frame({"prior_id": self._prior.id})

    def answer(self, request: Frame) -> Frame:
        """Answer one request; an error becomes an answer too."""
        try:
            return self._operations[request.header["operation"]](request)
        except HoshizoraError as error:
            return Frame({"failed": str(error)})
        except Exception as error:
            log.exception("teaching: %s failed", request.header.get("operation"))
            return Frame({"failed": f"{type(error).__name__}: {error}"})

    def _fit(self, request: Frame) -> Frame:
        positives, negatives = map(self._embeddings, request.blobs)
        prior_id = request.header["prior_id"]
        if prior_id != self._prior.id:
            raise VersionMismatchError(
                f"The tag is wanted for the prior {prior_id}, the bundle has {self._prior.id}. "
                "Fit it with the bundle that is to serve it."
            )
        taught = self._prior.teach(positives, negatives)
        facts = {"threshold": float(taught.threshold), "support": int(taught.support)}
        return Frame(facts, (taught.to_bytes(),))

    def _score(self, request: Frame) -> Frame:
        model, embeddings = request.blobs
        _, scores = self._scored(model, self._embeddings(embeddings))
        return Frame({}, (scores.tobytes(),))

    def _choose(self, request: Frame) -> Frame:
        model, candidates, marked = request.blobs
        unknown = self._embeddings(candidates)
        taught, scores = self._scored(model, unknown)
        count = request.header["count"]
        chosen = choose(unknown, scores, taught.threshold, self._embeddings(marked), count)
        return Frame({"positions": [int(one) for one in chosen]}, (scores.tobytes(),))

    def _scored(
        self, model: bytes, embeddings: NDArray[np.float32]
    ) -> tuple[Taught, NDArray[np.float32]]:
        taught = Taught.from_bytes(model)
        scores = self._prior.score([taught], embeddings)[:, 0]
        return taught, np.ascontiguousarray(scores, np.float32)

    def _embeddings(self, blob: bytes) -> NDArray[np.float32]:
        return np.frombuffer(blob, np.float32).reshape(-1, self._prior.width)


def _load(options: dict[str, Any]) -> Executor:
    os.nice(STARTING_NICENESS)
    module, _, name = options["prior"].partition(":")
    prior: Prior = getattr(importlib.import_module(module), name).load(options["bundle"] or None)
    executor = Executor(prior)
    executor.warm_up()
    os.nice(NICENESS - STARTING_NICENESS)
    return executor


if __name__ == "__main__":
    serve(_load)
