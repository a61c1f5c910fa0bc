"""One refit."""

from datetime import UTC, datetime

import numpy as np
import pytest

from bot.catalogue import Refit, Version
from bot.inference.client import BundleFacts
from bot.teaching.fitting import Fitting, IncompleteError, leading, only_teachers
from bot.teaching.teacher import Fitted

BUNDLE = BundleFacts("enc", "enc", 4, 16, ())
ANOTHER = BundleFacts("another", "another", 4, 16, ())


def versions(*reasons):
    """A history with these reasons, oldest first; newest first as the catalogue has it."""
    now = datetime.now(UTC)
    return [
        Version(number, 1, number, reason, "e", 1, 0, 0.5, now, 0, True)
        for number, reason in enumerate(reasons, 1)
    ][::-1]


def refits(*reasons):
    """Wishes with these reasons, oldest first."""
    now = datetime.now(UTC)
    return [Refit(number, 1, one, 0, None, now) for number, one in enumerate(reasons, 1)]


@pytest.mark.parametrize(
    ("before", "wished", "expected"),
    [
        ([], ["taught"], True),
        (["taught", "taught"], ["forgotten"], True),
        (["taught"], ["retrained"], False),
        (["taught", "retrained", "taught"], ["taught"], False),
        (["retrained", "bundle"], [], False),
        (["retrained"], ["rolled_back"], True),
        (["retrained", "rolled_back"], ["taught"], True),
        (["rolled_back"], ["taught", "retrained", "taught"], False),
    ],
)
def test_everybodys_marks_count_from_a_retraining_until_a_rollback(before, wished, expected):
    assert only_teachers(versions(*before), refits(*wished)) is expected


@pytest.mark.parametrize(
    ("wished", "expected"),
    [
        ([], None),
        (["bundle"], 0),
        (["taught", "forgotten", "taught", "bundle"], 2),
        (["retrained", "taught", "forgotten"], 0),
        (["retrained", "rolled_back", "taught"], 1),
    ],
)
def test_of_all_wishes_the_version_notes_the_one_that_says_most(wished, expected):
    wishes = refits(*wished)
    assert leading(wishes) == (None if expected is None else wishes[expected])


class Teacher:
    """Remembers what it fitted."""

    def __init__(self) -> None:
        self.fitted: list[tuple[int, int]] = []

    async def fit(self, prior_id, positives, negatives):
        self.fitted.append((len(positives), len(negatives)))
        return Fitted(b"model", 0.4, len(positives))


@pytest.fixture
async def example(catalogue, posted, taught):
    """A fitting, its teacher, a tag with one example, and the wish to fit it."""
    ids = await posted(1, "a", "b")
    tag = await catalogue.taught.tag(await taught("dusk", ids[0]))
    await catalogue.taught.hand_in(tag.id, [ids[1]], 9)
    await catalogue.taught.teach_marks(tag.id, 9, {ids[1]: False})
    teacher = Teacher()
    return Fitting(catalogue, teacher), teacher, tag, await catalogue.taught.pending_refits()


async def test_a_refit_publishes_a_version_and_strikes_its_wishes_off(catalogue, example):
    fitting, teacher, tag, wishes = example
    assert await fitting.refit(tag, wishes, BUNDLE, complete=False) == 1
    assert teacher.fitted == [(1, 1)]
    current = await catalogue.taught.current(tag.id, "enc")
    assert (current.model, current.version.threshold) == (b"model", 0.4)
    assert (current.version.reason, current.version.created_by) == ("taught", 9)
    assert await catalogue.taught.pending_refits() == []


async def test_without_positives_there_is_a_version_that_says_nothing(catalogue, example):
    fitting, teacher, tag, wishes = example
    right = (await catalogue.taught.examples(tag.id)).positives
    await catalogue.taught.teach_marks(tag.id, 9, dict.fromkeys(right, False))
    assert await fitting.refit(tag, wishes, BUNDLE, complete=False) == 1
    assert teacher.fitted == []
    assert await catalogue.taught.current(tag.id, "enc") is None


async def test_examples_that_are_still_to_be_embedded_are_waited_for(catalogue, example):
    fitting, _, tag, wishes = example
    with pytest.raises(IncompleteError):
        await fitting.refit(tag, wishes, ANOTHER, complete=True)
    (right,) = (await catalogue.taught.examples(tag.id)).positives
    await catalogue.add_embeddings("another", [right], np.zeros((1, 4), np.float32))
    with pytest.raises(IncompleteError):
        await fitting.refit(tag, wishes, ANOTHER, complete=False)
    assert await fitting.refit(tag, [], ANOTHER, complete=True) == 1
    (version,) = await catalogue.taught.versions(tag.id)
    assert (version.reason, version.positives, version.negatives) == ("bundle", 1, 0)


async def test_what_is_forgotten_while_it_is_fitted_is_not_published(catalogue, example):
    fitting, teacher, tag, wishes = example
    (right,) = (await catalogue.taught.examples(tag.id)).positives
    fit = teacher.fit

    async def forgetting(*asked):
        await catalogue.remove([right])
        return await fit(*asked)

    teacher.fit = forgetting
    assert await fitting.refit(tag, wishes, BUNDLE, complete=False) is None
    assert await catalogue.taught.versions(tag.id) == []
    assert await catalogue.taught.pending_refits() != []
