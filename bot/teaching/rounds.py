"""A round of the dialogue: which illustrations to ask about next."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.catalogue import Catalogue, CurrentVersion, TaughtTag
from bot.illustrations import Neighbour, SimilarIllustration
from bot.index import IndexEngine
from bot.inference.supervisor import InferenceSupervisor
from bot.places import Scope
from bot.teaching.teacher import Teacher

# Of more, the nearest to the examples are looked at, and as many again at random: what the tag's
# first examples do not show lies elsewhere.
MOST_CANDIDATES = 4000
# Each example is a search of its own.
MOST_SEARCHED = 8

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Round:
    """What to ask next.

    Attributes:
        illustrations: The most telling ones first; fewer than wished for where few are left.
        scores: What the tag's version says of each.
        version: Which; 0: there is none yet, the illustrations are any.
        positives: How many examples it was fitted on that have the tag.
        negatives: How many that have not.
        remaining: How many there are to ask about, these included.
    """

    tag: TaughtTag
    illustrations: tuple[SimilarIllustration, ...]
    scores: tuple[float, ...]
    version: int
    positives: int
    negatives: int
    remaining: int


class Rounds:
    """Chooses among what may be learnt from, what may be shown, and what was not marked yet."""

    def __init__(
        self,
        catalogue: Catalogue,
        index: IndexEngine,
        inference: InferenceSupervisor,
        teacher: Teacher,
    ) -> None:
        self._catalogue = catalogue
        self._index = index
        self._taught = catalogue.taught
        self._inference = inference
        self._teacher = teacher

    async def ask(
        self, tag: TaughtTag, scope: Scope, user_id: int, count: int, skip: Collection[int] = ()
    ) -> Round:
        """Choose the next illustrations.

        Args:
            tag: That is being taught.
            scope: What may be shown to whom teaches.
            user_id: Who teaches; nobody is asked twice, whatever came of the answer.
            count: How many.
            skip: What is not to be asked about now.

        Raises:
            UnavailableError: If inference or the teaching process is not there.
        """
        current = await self._taught.current(tag.id, self._inference.facts.prior_id)
        trainable = await self._taught.trainable_ids(tag.guild_id, scope.channels)
        marked = await self._taught.marked_ids(tag.id, teachers_only=True)
        marked |= await self._taught.marked_ids(tag.id, user_id)
        apart = np.array(sorted({*marked, *skip}), np.int64)
        left = np.setdiff1d(trainable, apart, assume_unique=True)
        if current is None:
            ids = _sample(left, count, tag.id)
            chosen = [(int(one), 0.0) for one in ids]
        else:
            chosen = await self._choose(current, left, marked, count, scope)
        rows = [[Neighbour(id_, 0.0) for id_, _ in chosen]]
        (shown,) = await self._catalogue.resolve(rows, scope)
        scores = dict(chosen)
        return Round(
            tag=tag,
            illustrations=shown,
            scores=tuple(scores[one.id] for one in shown),
            version=0 if current is None else current.version.number,
            positives=0 if current is None else current.version.positives,
            negatives=0 if current is None else current.version.negatives,
            remaining=len(left),
        )

    async def _choose(
        self,
        current: CurrentVersion,
        left: Ids,
        marked: Collection[int],
        count: int,
        scope: Scope,
    ) -> list[tuple[int, float]]:
        encoder_id = self._inference.facts.encoder_id
        examples = await self._taught.version_examples(current.version.id)
        _, positives = await self._catalogue.embeddings(encoder_id, examples.positives)
        candidates = await self._narrow(left, positives, current, scope)
        known, embeddings = await self._catalogue.embeddings(encoder_id, candidates.tolist())
        if not known:
            return []
        _, asked = await self._catalogue.embeddings(encoder_id, sorted(marked))
        choice = await self._teacher.choose(
            current.model, embeddings, asked.reshape(-1, embeddings.shape[1]), count
        )
        return [(known[place], float(choice.scores[place])) for place in choice.positions]

    async def _narrow(
        self, left: Ids, positives: NDArray[np.float32], current: CurrentVersion, scope: Scope
    ) -> Ids:
        """Not too many candidates: half of them near the examples, half of them any."""
        if len(left) <= MOST_CANDIDATES:
            return left
        near = np.empty(0, np.int64)
        some = _sample(np.arange(len(positives)), MOST_SEARCHED, current.version.id)
        if len(some):
            client, each = self._inference.client, MOST_CANDIDATES // 2 // len(some)
            rows = await self._index.search(client, positives[some], scope, each, left)
            near = np.array([one.id for row in rows for one in row], np.int64)
            near = np.intersect1d(near, left)
        rest = np.setdiff1d(left, near, assume_unique=True)
        any_ = _sample(rest, MOST_CANDIDATES - len(near), current.version.id)
        return np.union1d(near, any_)


def _sample(values: Ids, count: int, seed: int) -> Ids:
    """Some of the values; the same ones for the same seed, so that asking again changes nothing."""
    if len(values) <= count:
        return values
    return np.sort(np.random.default_rng(seed).choice(values, count, replace=False))
