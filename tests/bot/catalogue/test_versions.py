"""Versions: which of them holds, and on what it was fitted."""

from dataclasses import replace

import pytest

from bot.catalogue import Examples, NewVersion
from bot.catalogue.publishing import KEPT_MODELS


@pytest.fixture
async def tag_id(posted, taught):
    return await taught("dusk", *await posted(1, "a", "b"))


async def numbers(catalogue, tag_id, prior_id="enc"):
    current = await catalogue.taught.current(tag_id, prior_id)
    return None if current is None else current.version.number


async def test_what_is_published_holds_from_then_on_and_its_refit_is_done(
    catalogue, tag_id, published
):
    assert await catalogue.taught.current(tag_id, "enc") is None
    assert await published(tag_id) == 1
    assert await published(tag_id, model=b"second", reason="retrained") == 2
    current = await catalogue.taught.current(tag_id, "enc")
    assert (current.tag.name, current.version.number, current.model) == ("dusk", 2, b"second")
    assert await catalogue.taught.pending_refits() == []
    assert [(one.number, one.reason) for one in await catalogue.taught.versions(tag_id)] == [
        (2, "retrained"),
        (1, "taught"),
    ]


async def test_a_version_says_on_what_it_was_fitted(catalogue, posted, tag_id, published):
    (wrong,) = await posted(2, "c")
    await catalogue.people.opt_in(5)
    await catalogue.taught.teach_marks(tag_id, 9, {wrong: False})
    await published(tag_id)
    (version,) = await catalogue.taught.versions(tag_id)
    assert (version.positives, version.negatives, version.created_by) == (2, 1, 9)
    assert (version.threshold, version.prior_id, version.kept) == (0.5, "enc", True)
    assert await catalogue.taught.version_examples(version.id) == Examples((1, 2), (wrong,))


async def test_one_can_go_back_to_what_still_has_an_example(catalogue, posted, tag_id, published):
    (third,) = await posted(2, "c")
    await published(tag_id)
    first = (await catalogue.taught.versions(tag_id))[0].id
    await catalogue.taught.hand_in(tag_id, [third], 9)
    await published(tag_id)
    second = (await catalogue.taught.versions(tag_id))[0].id
    assert await catalogue.taught.restorable(tag_id) == {first, second}
    await catalogue.remove([1, 2])
    assert await catalogue.taught.restorable(tag_id) == {second}
    assert await catalogue.taught.restorable(99) == set()


async def test_each_encoder_has_a_version_that_holds(catalogue, tag_id, published):
    await published(tag_id)
    await published(tag_id, prior_id="other", reason="bundle")
    assert await numbers(catalogue, tag_id) == 1
    assert await numbers(catalogue, tag_id, "other") == 2
    assert await numbers(catalogue, tag_id, "third") is None


async def test_all_that_holds_is_known_at_a_start(catalogue, tag_id, taught, published):
    second = await taught("dawn")
    unfitted = await taught("noon", guild=8)
    await published(tag_id)
    await published(tag_id, model=b"newer")
    await published(second, model=b"of dawn", examples=Examples((), ()))
    found = await catalogue.taught.all_current("enc")
    assert [(one.tag.id, one.version.tag_id, one.model) for one in found] == [
        (tag_id, tag_id, b"newer"),
        (second, second, b"of dawn"),
    ]
    assert unfitted not in {one.tag.id for one in found}
    assert await catalogue.taught.all_current("other") == []


async def test_a_version_that_was_fitted_on_nothing_is_said_of_nothing(
    catalogue, tag_id, published
):
    await published(tag_id)
    await catalogue.taught.teach_marks(tag_id, 9, {1: None, 2: None})
    assert await published(tag_id, model=None) == 2
    assert await catalogue.taught.current(tag_id, "enc") is None
    assert await catalogue.taught.all_current("enc") == []


async def test_what_may_not_be_learnt_from_any_more_is_not_published(
    catalogue, posted, tag_id, published
):
    (willing,) = await posted(2, "c", author=6)
    await catalogue.people.opt_in(6)
    await catalogue.taught.teach_marks(tag_id, 9, {willing: False})
    fitted = await catalogue.taught.examples(tag_id)
    await catalogue.people.opt_out(6)
    assert await published(tag_id, examples=fitted) is None
    fitted = await catalogue.taught.examples(tag_id)
    await catalogue.remove([1])
    assert await published(tag_id, examples=fitted) is None
    assert await catalogue.taught.versions(tag_id) == []
    assert len(await catalogue.taught.pending_refits()) == 2
    assert await published(tag_id) == 1


async def test_what_nobody_says_any_more_is_not_published(catalogue, tag_id, published):
    fitted = await catalogue.taught.examples(tag_id)
    await catalogue.taught.teach_marks(tag_id, 9, {1: False})
    assert await published(tag_id, examples=fitted) is None
    assert await published(tag_id) == 1


async def test_nothing_is_published_of_a_tag_that_was_removed(catalogue, tag_id):
    fitted = await catalogue.taught.examples(tag_id)
    await catalogue.taught.remove(tag_id)
    new = NewVersion(tag_id, "taught", "enc", 0.5, b"model")
    assert await catalogue.taught.publish(new, fitted, [1]) is None


async def test_only_the_newest_models_are_kept_but_every_version_is_known(
    catalogue, tag_id, published
):
    await published(tag_id, prior_id="other")
    fitted, publish = await catalogue.taught.examples(tag_id), catalogue.taught.publish
    new = NewVersion(tag_id, "taught", "enc", 0.5, b"model")
    for number in range(KEPT_MODELS + 2):
        await publish(replace(new, model=b"%d" % number), fitted, ())
    versions = await catalogue.taught.versions(tag_id)
    assert [one.number for one in versions if not one.kept] == [3, 2]
    assert len(versions) == KEPT_MODELS + 3
    assert await numbers(catalogue, tag_id, "other") == 1
