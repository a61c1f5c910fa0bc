"""One refit: examples → embeddings → a model → a version of the catalogue."""

import logging
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from bot.catalogue import (
    THE_BOT,
    Catalogue,
    Examples,
    NewVersion,
    Refit,
    RefitReason,
    TaughtTag,
    Version,
)
from bot.errors import TeachingFailedError, TeachingLostError
from bot.inference.client import BundleFacts
from bot.teaching.teacher import Teacher

log = logging.getLogger(__name__)

# Reasons that say whose marks count from then on.
_DECIDING: tuple[RefitReason, ...] = ("retrained", "rolled_back")


class IncompleteError(Exception):
    """Examples have no embedding of the encoder yet: the library is being read anew."""


def only_teachers(versions: Sequence[Version], refits: Sequence[Refit]) -> bool:
    """Whether only the marks of those who teach count for a tag, and not everybody's.

    A retrain lets everybody's count, for later refits too; a rollback ends that.

    Args:
        versions: The tag's, newest first.
        refits: What is wished of it, oldest first.
    """
    reasons = [one.reason for one in reversed(versions)] + [one.reason for one in refits]
    deciding = [reason for reason in reasons if reason in _DECIDING]
    return not deciding or deciding[-1] != "retrained"


def leading(refits: Sequence[Refit]) -> Refit | None:
    """The wish that a version is noted for, of all that it grants; None: there is none.

    What decides whose marks count must not be lost among others, and what people wish says more
    of a version than what the bot had to do besides.
    """
    weights = {"retrained": 2, "rolled_back": 2, "taught": 1}
    return max(refits, key=lambda one: (weights.get(one.reason, 0), one.id), default=None)


class Fitting:
    """Fits tags for one encoder with one teacher."""

    def __init__(self, catalogue: Catalogue, teacher: Teacher) -> None:
        self._catalogue = catalogue
        self._taught = catalogue.taught
        self._teacher = teacher

    async def warm_up(self) -> None:
        """Start the teaching process: somebody is about to teach. Errors show when it is asked."""
        try:
            await self._teacher.warm_up()
        except (TeachingLostError, TeachingFailedError) as error:
            log.info("the teaching process is not ready yet: %s", error)

    async def refit(
        self, tag: TaughtTag, refits: Sequence[Refit], bundle: BundleFacts, *, complete: bool
    ) -> int | None:
        """Fit a tag on what may be learnt from now, and publish that as a version.

        A tag without positives gets a version without a model: it is known, and says nothing.

        Args:
            tag: Which.
            refits: The wishes that this grants, oldest first; empty: a new bundle wants it.
            bundle: What the teacher fits for.
            complete: Whether every embedding that there will be is there. Then an example without
                one is left out; else it is waited for.

        Returns:
            The version's number; None: something was forgotten meanwhile, so nothing was
            published and the wishes stand.

        Raises:
            IncompleteError: If embeddings are still to come.
            TeachingFailedError: If it cannot be fitted.
            TeachingLostError: If the teaching process was lost; trying again helps.
        """
        versions = await self._taught.versions(tag.id)
        examples = await self._taught.examples(
            tag.id, teachers_only=only_teachers(versions, refits)
        )
        encoder_id = bundle.encoder_id
        right, positives = await self._embeddings(encoder_id, examples.positives, complete)
        wrong, negatives = await self._embeddings(encoder_id, examples.negatives, complete)
        model, threshold = None, 0.0
        if examples.positives and not right:
            raise IncompleteError  # it would say nothing from then on
        if right:
            fitted = await self._teacher.fit(bundle.prior_id, positives, negatives)
            model, threshold = fitted.model, fitted.threshold
        wish = leading(refits)
        reason: RefitReason = "bundle" if wish is None else wish.reason
        asked_by = THE_BOT if wish is None else wish.asked_by
        new = NewVersion(tag.id, reason, bundle.prior_id, threshold, model, asked_by)
        used = Examples(tuple(right), tuple(wrong))
        number = await self._taught.publish(new, used, [one.id for one in refits])
        if number is not None:
            log.info(
                "tag %d: version %d (%s), %d right and %d wrong",
                *(tag.id, number, reason, len(right), len(wrong)),
            )
        return number

    async def _embeddings(
        self,
        encoder_id: str,
        ids: Collection[int],
        complete: bool,  # noqa: FBT001
    ) -> tuple[list[int], NDArray[np.float32]]:
        known, embeddings = await self._catalogue.embeddings(encoder_id, list(ids))
        if not complete and len(known) < len(ids):
            raise IncompleteError
        return known, embeddings
