"""What may be shown, and what has a tag."""

import numpy as np
import pytest

from bot.illustrations import LOCAL_GUILD
from bot.places import AttachmentKey


async def test_another_guild_sees_only_its_own(catalogue, new):
    here, there = await catalogue.add([new("here"), new("there", guild_id=7)])
    assert (await catalogue.allowed_ids(7)).tolist() == [there]
    assert (await catalogue.allowed_ids(LOCAL_GUILD)).tolist() == [here]


async def test_a_guild_that_is_alone_needs_no_filter(catalogue, new):
    await catalogue.add([new()])
    assert await catalogue.allowed_ids(LOCAL_GUILD) is None
    assert (await catalogue.allowed_ids(7)).tolist() == []


async def test_an_answer_shows_only_what_stands_in_its_channels(catalogue, posted, new):
    (here,) = await posted(1, "here", channel_id=70)
    (thread,) = await posted(2, "thread", channel_id=71, parent_id=70)
    (elsewhere,) = await posted(3, "elsewhere", guild=8, channel_id=70)
    await catalogue.add([new("of no post", guild_id=7)])
    assert (await catalogue.allowed_ids(7, {70})).tolist() == [here]
    assert sorted((await catalogue.allowed_ids(7, {70, 71, 72})).tolist()) == [here, thread]
    assert (await catalogue.allowed_ids(7, [])).tolist() == []
    assert (await catalogue.allowed_ids(8, [70])).tolist() == [elsewhere]
    assert (await catalogue.allowed_ids(7, [70])).dtype == np.int64


async def test_nothing_is_filtered_only_if_everything_may_be_shown(catalogue, posted, new):
    await posted(1, "a", channel_id=70)
    (hidden,) = await posted(2, "b", channel_id=71)
    assert await catalogue.allowed_ids(7, {70, 71}) is None
    assert await catalogue.allowed_ids(7, {70}) is not None
    await catalogue.remove([hidden])
    assert await catalogue.allowed_ids(7, {70}) is None
    await catalogue.add([new("local")])
    assert await catalogue.allowed_ids(7, {70}) is not None


async def test_attachments_without_an_illustration_are_nothing_to_show(catalogue, posted):
    (id_,) = await posted(1, "a")
    await posted(2, "hidden", channel_id=71)
    await catalogue.posts.note_error(AttachmentKey(1, 99, 1, "bad", spoiler=False), "truncated")
    assert (await catalogue.allowed_ids(7, {70})).tolist() == [id_]


async def test_more_channels_than_a_statement_has_parameters(catalogue, posted):
    (id_,) = await posted(1, "a", channel_id=70)
    await posted(2, "b", channel_id=99_999)
    channels = range(40_000)
    assert (await catalogue.allowed_ids(7, channels)).tolist() == [id_]
    assert await catalogue.tagged(7, channels, ["moon"], 10) == ([id_], 1)


async def test_an_illustration_has_the_tags_that_were_sure_or_given(catalogue, posted):
    ids = await posted(1, "a", "b")
    for name, expected in (("starry sky", ids), ("moon", ids), ("sea", []), ("unknown", [])):
        found, total = await catalogue.tagged(7, None, [name], 10)
        assert (sorted(found), total) == (expected, len(expected))


async def test_all_tags_are_asked_for_at_once(catalogue, posted):
    (id_,) = await posted(1, "a")
    assert await catalogue.tagged(7, None, ["starry sky", "moon"], 10) == ([id_], 1)
    assert await catalogue.tagged(7, None, ["starry sky", "sea"], 10) == ([], 0)
    assert await catalogue.tagged(7, None, [], 10) == ([id_], 1)


@pytest.mark.parametrize(
    ("name", "verdicts", "has"),
    [
        ("sea", [True], True),
        ("sea", [True, False], False),
        ("sea", [True, True, False], True),
        ("starry sky", [False], False),
        ("starry sky", [False, True], True),
        ("moon", [False, False, True], False),
        ("of one's own", [True], True),
    ],
)
async def test_the_majority_of_marks_decides_and_the_bot_where_they_are_even(
    catalogue, posted, name, verdicts, has
):
    (id_,) = await posted(1, "a")
    for user, right in enumerate(verdicts):
        await catalogue.marks.put(id_, user, {name: right})
    assert await catalogue.tagged(7, None, [name], 10) == (([id_], 1) if has else ([], 0))
    assert await catalogue.tag_counts(7, [name]) == {name: int(has)}


async def test_pages_of_a_tag_are_newest_first_and_know_the_total(catalogue, posted):
    ids = await posted(1, "a", "b", "c", "d")
    assert await catalogue.tagged(7, None, ["moon"], 2) == ([ids[3], ids[2]], 4)
    assert await catalogue.tagged(7, None, ["moon"], 2, 3) == ([ids[0]], 4)


async def test_tags_are_found_in_the_guild_and_its_channels_alone(catalogue, posted):
    (here,) = await posted(1, "here", channel_id=70)
    await posted(2, "thread", channel_id=71, parent_id=70)
    await posted(3, "elsewhere", guild=8, channel_id=70)
    assert await catalogue.tagged(7, [70], ["moon"], 10) == ([here], 1)
    assert (await catalogue.tagged(7, None, ["moon"], 10))[1] == 2
    assert await catalogue.tag_counts(7, ["moon", "sea"]) == {"moon": 2, "sea": 0}
    assert await catalogue.tag_counts(7, ["moon"], [70]) == {"moon": 1}
    assert await catalogue.tag_counts(9, ["moon"]) == {"moon": 0}
    assert await catalogue.tag_counts(7, []) == {}


async def test_what_was_handed_in_with_a_command_is_shown_to_nobody(catalogue, posted):
    (shown,) = await posted(1, "a")
    await posted(2, "example", channel_id=0)
    assert (await catalogue.allowed_ids(7)).tolist() == [shown]
    assert (await catalogue.allowed_ids(7, [70])).tolist() == [shown]
    assert await catalogue.tagged(7, None, ["starry sky"], 9) == ([shown], 1)
    assert await catalogue.tag_counts(7, ["starry sky"]) == {"starry sky": 1}
