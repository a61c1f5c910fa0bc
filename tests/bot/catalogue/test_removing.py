"""Removing a tag: with everything that was said of it, and nothing else."""

from bot.illustrations import ScoredTag

DUSK = {"name": "dusk", "threshold": 0.5}


async def test_a_tag_goes_with_its_versions_and_its_refits(catalogue, posted, taught, published):
    (id_,) = await posted(1, "a")
    tag_id, other = await taught("dusk", id_), await taught("dawn", id_)
    await published(tag_id)
    await published(other)
    await catalogue.taught.hand_in(tag_id, [id_], 9)
    await catalogue.taught.remove(tag_id)
    assert await catalogue.taught.versions(tag_id) == []
    assert await catalogue.taught.pending_refits() == []
    assert [one.tag.id for one in await catalogue.taught.all_current("enc")] == [other]


async def test_what_was_said_of_it_in_its_guild_goes(catalogue, posted, taught, new):
    told = (ScoredTag("dusk", "", 0.9, 0.5), ScoredTag("sea", "", 0.9, 0.5))
    impression = {"impression": new().impression.__class__(new().impression.embedding, told, ())}
    (here,) = await posted(1, "a", changes=impression)
    (there,) = await posted(2, "b", changes=impression, guild=8)
    tag_id = await taught("dusk", here)
    there_too = await taught("dusk", there, guild=8)
    await catalogue.marks.put(here, 3, {"dusk": True, "sea": True})
    await catalogue.guilds.set_tag(7, "dusk", alias="twilight")
    assert (await catalogue.guilds.settings(7)).rules.aliases == {"dusk": "twilight"}
    await catalogue.rescored.write(tag_id, 0.5, {here: 0.9})
    await catalogue.rescored.write(there_too, 0.5, {there: 0.9})
    await catalogue.taught.remove(tag_id)
    assert await catalogue.tagged(7, None, ["dusk"], 9) == ([], 0)
    assert await catalogue.tagged(8, None, ["dusk"], 9) == ([there], 1)
    assert await catalogue.tagged(7, None, ["sea"], 9) == ([here], 1)
    assert {mark.name for mark in await catalogue.marks.of(here)} == {"sea"}
    assert (await catalogue.guilds.settings(7)).rules.aliases == {}


async def test_what_was_handed_in_for_it_alone_may_be_learnt_from_no_more(
    catalogue, posted, taught
):
    alone, shared = await posted(1, "a", "b")
    tag_id = await taught("dusk", alone, shared)
    await taught("dawn", shared)
    assert await catalogue.taught.remove(tag_id) == []
    assert (await catalogue.taught.trainable_ids(7)).tolist() == [shared]


async def test_another_tag_that_was_fitted_on_it_unlearns_it(catalogue, posted, taught, published):
    handed_in, other = await posted(1, "a", "b")
    tag_id, dawn = await taught("dusk", handed_in), await taught("dawn", other)
    await catalogue.taught.teach_marks(dawn, 9, {handed_in: False})
    assert await published(dawn) == 1
    await catalogue.taught.remove(tag_id)
    assert [one.kept for one in await catalogue.taught.versions(dawn)] == [False]
    assert [one.reason for one in await catalogue.taught.pending_refits()] == ["forgotten"]
    examples = await catalogue.taught.examples(dawn)
    assert (examples.positives, examples.negatives) == ((other,), ())


async def test_files_that_were_handed_in_for_it_alone_are_to_be_forgotten(
    catalogue, posted, taught
):
    alone = await posted(1, "a", "b", channel_id=0)
    shared = await posted(2, "c", "d", channel_id=0)
    (of_a_message,) = await posted(3, "e")
    tag_id = await taught("dusk", *alone, *shared, of_a_message)
    await taught("dawn", shared[0])
    # Another command that has only begun.
    await posted(4, "f", channel_id=0)
    assert await catalogue.taught.remove(tag_id) == [1]


async def test_files_whose_command_was_killed_are_found_at_the_next_start(
    catalogue, posted, taught
):
    await posted(1, "a", channel_id=0)
    await posted(2, channel_id=0)
    (used,) = await posted(3, "b", channel_id=0)
    await posted(4, "c")
    await taught("dusk", used)
    assert await catalogue.taught.unused_examples() == {1: 7, 2: 7}


async def test_a_tag_that_is_promoted_no_more_is_on_nothing_elsewhere(catalogue, posted, taught):
    (here,) = await posted(1, "a")
    (there,) = await posted(2, "b", guild=8)
    (with_their_own,) = await posted(3, "c", guild=9)
    tag_id = await taught("dusk", here)
    await taught("dusk", with_their_own, guild=9)

    async def tagged():
        return [(await catalogue.tagged(guild, None, ["dusk"], 9))[1] for guild in (7, 8, 9)]

    for undo in (
        catalogue.taught.set_promoted(tag_id, promoted=False),
        catalogue.guilds.forget(7),
    ):
        await catalogue.taught.set_promoted(tag_id, promoted=True)
        scores = dict.fromkeys((here, there, with_their_own), 0.9)
        await catalogue.rescored.write(tag_id, 0.5, scores)
        assert await tagged() == [1, 1, 1]
        await undo
        assert await tagged() == [1, 0, 1]


async def test_a_guild_that_is_left_takes_its_tags_along(catalogue, posted, taught, published):
    tag_id = await taught("dusk", *await posted(1, "a"))
    await published(tag_id)
    other = await taught("dusk", guild=8)
    assert await catalogue.guilds.known() == {7, 8}
    await catalogue.guilds.forget(7)
    assert await catalogue.taught.versions(tag_id) == []
    assert await catalogue.taught.tag(tag_id) is None
    assert await catalogue.taught.tag(other) is not None
    assert await catalogue.guilds.known() == {8}
