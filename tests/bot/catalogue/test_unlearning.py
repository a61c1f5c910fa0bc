"""Unlearning: no model outlives what it has learnt from, and its tag is fitted without it."""

import pytest
import sqlalchemy as sa

from bot.catalogue import Examples
from tests.bot.postgresql import on_sqlite

CONTENT = b"what a model has learnt of it"


@pytest.fixture
async def fitted(catalogue, posted, taught, published):
    """A tag with a version that was fitted on three illustrations: two handed in, one consented."""
    await posted(1, "a", "b")
    await posted(2, "c", author=6)
    await catalogue.people.opt_in(6)
    tag_id = await taught("dusk", 1, 2)
    await catalogue.taught.teach_marks(tag_id, 9, {3: False})
    await published(tag_id, model=CONTENT)
    return tag_id


async def refits(catalogue):
    return [(one.tag_id, one.reason) for one in await catalogue.taught.pending_refits()]


async def kept(catalogue, tag_id):
    return [one.number for one in await catalogue.taught.versions(tag_id) if one.kept]


async def test_a_forgotten_illustration_takes_every_model_that_learnt_from_it(
    catalogue, fitted, published
):
    await published(fitted)
    await catalogue.remove([1])
    assert await kept(catalogue, fitted) == []
    assert await refits(catalogue) == [(fitted, "forgotten")]
    assert await catalogue.taught.current(fitted, "enc") is None
    assert await catalogue.taught.examples(fitted) == Examples((2,), (3,))


async def test_a_forgotten_post_does_so_too(catalogue, fitted):
    await catalogue.posts.remove([2])
    assert await kept(catalogue, fitted) == []
    assert await refits(catalogue) == [(fitted, "forgotten")]


async def test_what_no_model_has_learnt_from_goes_without_further_ado(catalogue, posted, fitted):
    (other,) = await posted(3, "d")
    await catalogue.remove([other])
    assert await kept(catalogue, fitted) == [1]
    assert await refits(catalogue) == []


async def test_a_version_that_learnt_from_less_holds_until_the_refit(catalogue, fitted, published):
    await published(fitted, examples=Examples((1,), ()))
    await catalogue.posts.remove([2])
    assert await kept(catalogue, fitted) == [2]
    assert await refits(catalogue) == []
    await catalogue.remove([2])
    assert await refits(catalogue) == []
    await published(fitted, examples=Examples((1,), ()), prior_id="other")
    await catalogue.remove([1])
    assert await refits(catalogue) == [(fitted, "forgotten")]


async def test_a_consent_that_is_taken_back_is_unlearnt(catalogue, fitted):
    await catalogue.people.opt_out(5)
    assert await refits(catalogue) == []
    await catalogue.people.opt_out(6)
    assert await kept(catalogue, fitted) == []
    assert await refits(catalogue) == [(fitted, "forgotten")]
    (version,) = await catalogue.taught.versions(fitted)
    assert await catalogue.taught.version_examples(version.id) == Examples((1, 2), ())
    await catalogue.people.opt_in(6)
    assert await catalogue.taught.version_examples(version.id) == Examples((1, 2), ())


async def test_what_was_handed_in_is_learnt_from_whatever_its_author_chooses(catalogue, fitted):
    await catalogue.people.opt_in(5)
    await catalogue.people.opt_out(5)
    assert await kept(catalogue, fitted) == [1]


async def test_marks_that_are_forgotten_are_unlearnt(catalogue, fitted):
    assert await catalogue.people.forget_marks(9) == 3
    assert await kept(catalogue, fitted) == []
    assert await refits(catalogue) == [(fitted, "forgotten")]
    assert await catalogue.taught.examples(fitted) == Examples((), ())
    assert (await catalogue.taught.trainable_ids(7)).tolist() == [3]


async def test_what_somebody_else_says_too_stays_learnt(catalogue, fitted, published):
    await catalogue.taught.hand_in(fitted, [1, 2], 9)
    await catalogue.taught.teach_marks(fitted, 8, {1: True, 2: True, 3: False})
    await published(fitted)
    assert await catalogue.people.forget_marks(8) == 3
    assert await kept(catalogue, fitted) == [2, 1]
    assert await refits(catalogue) == []


async def test_marks_of_the_same_name_in_another_guild_hold_nothing_here(
    catalogue, posted, taught, fitted
):
    (there,) = await posted(3, "d", guild=8)
    await taught("dusk", there, guild=8, by=4)
    await catalogue.taught.drop_refits([one.id for one in await catalogue.taught.pending_refits()])
    await catalogue.people.forget_marks(4)
    assert await kept(catalogue, fitted) == [1]
    assert await refits(catalogue) == []


@on_sqlite
async def test_no_byte_of_a_model_stays_in_the_files(catalogue, fitted, tmp_path):
    def found():
        return any(CONTENT in file.read_bytes() for file in tmp_path.iterdir())

    assert found()
    await catalogue.remove([1])
    assert not found()


async def test_without_the_unlearning_nothing_is_forgotten(catalogue, fitted, refuse):
    refuse("INSERT", "refits")
    for forget in (
        catalogue.remove([1]),
        catalogue.posts.remove([2]),
        catalogue.people.opt_out(6),
        catalogue.people.forget_marks(9),
    ):
        with pytest.raises(sa.exc.IntegrityError, match="full"):
            await forget
    assert await kept(catalogue, fitted) == [1]
    assert await catalogue.count() == 3
    assert await catalogue.taught.examples(fitted) == Examples((1, 2), (3,))


async def test_forgetting_tells_who_waits_for_refits(catalogue, fitted):
    await catalogue.taught.asked()
    await catalogue.remove([1])
    await catalogue.taught.asked()
    assert await refits(catalogue) == [(fitted, "forgotten")]
