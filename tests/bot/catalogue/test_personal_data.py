"""What is kept of somebody who teaches, and what they can see of it."""


async def test_an_export_says_what_was_handed_in_taught_and_asked_for(
    catalogue, posted, taught, published
):
    (of_a_message,) = await posted(1, "sea", author=5)
    (of_a_file,) = await posted(2, "moon", author=9, channel_id=0)
    tag_id = await taught("dusk", of_a_message, of_a_file, by=9)
    await published(tag_id, created_by=9)
    export = await catalogue.people.export(9)
    (file,) = export["files_you_handed_in_as_examples"]
    assert (file["guild"], file["images"][0]["title"]) == (7, "moon")
    assert "message" not in file
    (illustration,) = export["illustrations_you_handed_in_as_examples"]
    assert illustration["message"] == "https://discord.com/channels/7/70/1"
    (tag,) = export["tags_you_taught"]
    assert (tag["guild"], tag["tag"]) == (7, "dusk")
    (version,) = export["versions_of_tags_that_you_asked_for"]
    assert (version["tag"], version["version"], version["reason"]) == ("dusk", 1, "taught")
    assert export["posts"] == []
    assert [mark["message"] for mark in export["marks"]] == [illustration["message"], None]


async def test_teaching_is_counted_as_the_export_has_it(catalogue, posted, taught):
    (of_a_message,) = await posted(1, "sea", author=9)
    await taught("dusk", of_a_message, *await posted(2, "a", "b", author=9, channel_id=0))
    await taught("dawn")
    totals = await catalogue.people.totals(9)
    assert (totals.posts, totals.illustrations, totals.marks) == (1, 1, 3)
    assert (totals.handed_in, totals.taught_tags) == (3, 2)
    nobody = await catalogue.people.totals(4)
    assert (nobody.handed_in, nobody.taught_tags) == (0, 0)


async def test_who_deletes_everything_takes_their_files_along_but_not_the_guilds_tag(
    catalogue, posted, taught, published
):
    (of_a_message,) = await posted(1, "sea", author=5)
    await posted(2, "moon", author=9, channel_id=0)
    tag_id = await taught("dusk", of_a_message, 2, by=9)
    await published(tag_id)
    await catalogue.posts.remove(await catalogue.posts.ids_of(author_id=9), for_good=True)
    await catalogue.people.forget_marks(9)
    assert (await catalogue.illustrations([1, 2]))[0].id == of_a_message
    assert await catalogue.taught.tag(tag_id) is not None
    assert await catalogue.taught.current(tag_id, "enc") is None
    assert (await catalogue.taught.trainable_ids(7)).tolist() == []
