"""What taught tags say now takes the place of what they said when an illustration came."""

import pytest

from bot.errors import UnknownTagError
from bot.illustrations import Impression, ScoredTag


@pytest.fixture
async def ids(catalogue, posted, new):
    """Three illustrations; of the first, the tag was said when it came."""
    said = Impression(new().impression.embedding, (ScoredTag("dusk", "", 0.9, 0.5),), ())
    return await posted(1, "a", changes={"impression": said}) + await posted(2, "b", "c")


@pytest.fixture
async def dusk(taught):
    """A tag of the same guild, taught without examples."""
    return await taught("dusk")


async def tagged(catalogue):
    return (await catalogue.tagged(7, None, ["dusk"], 9))[0]


async def test_what_came_before_the_tag_is_found_by_it(catalogue, ids, dusk):
    first, second, third = ids
    await catalogue.rescored.write(dusk, 0.5, {second: 0.7, third: 0.3})
    assert await tagged(catalogue) == [second, first]
    assert await catalogue.tag_counts(7, ["dusk", "sea"]) == {"dusk": 2, "sea": 0}


async def test_what_it_was_said_of_first_is_not_found_if_it_says_so_no_more(catalogue, ids, dusk):
    first = ids[0]
    await catalogue.rescored.write(dusk, 0.5, {first: 0.2})
    assert await tagged(catalogue) == []
    await catalogue.rescored.write(dusk, 0.5, {first: 0.6})
    assert await tagged(catalogue) == [first]


async def test_the_last_score_and_the_last_threshold_hold(catalogue, ids, dusk):
    second = ids[1]
    await catalogue.rescored.write(dusk, 0.5, {second: 0.7})
    await catalogue.rescored.write(dusk, 0.8, {second: 0.7})
    assert second not in await tagged(catalogue)
    await catalogue.rescored.write(dusk, 0.7, {second: 0.7})
    assert second in await tagged(catalogue)


async def test_what_people_say_counts_more(catalogue, ids, dusk):
    second = ids[1]
    await catalogue.rescored.write(dusk, 0.5, {second: 0.7})
    await catalogue.marks.put(second, 9, {"dusk": False})
    assert second not in await tagged(catalogue)


async def test_what_was_forgotten_meanwhile_is_left_out(catalogue, ids, dusk):
    await catalogue.remove([ids[1]])
    await catalogue.rescored.write(dusk, 0.5, {ids[1]: 0.7, ids[2]: 0.7})
    assert await tagged(catalogue) == [ids[2], ids[0]]
    await catalogue.rescored.write(dusk, 0.5, {})


async def test_it_can_be_cleared_for_a_guild(catalogue, ids, dusk, posted, taught):
    (elsewhere,) = await posted(3, "d", guild=8)
    await catalogue.rescored.write(dusk, 0.5, {ids[0]: 0.1, ids[1]: 0.7})
    await catalogue.rescored.write(await taught("dusk", guild=8), 0.5, {elsewhere: 0.7})
    await catalogue.rescored.clear(7, "dusk")
    assert await tagged(catalogue) == [ids[0]]
    assert await catalogue.tagged(8, None, ["dusk"], 9) == ([elsewhere], 1)


async def test_what_a_tag_says_after_it_was_removed_or_demoted_is_not_kept(
    catalogue, ids, dusk, posted
):
    (elsewhere,) = await posted(3, "d", guild=8)
    await catalogue.rescored.write(dusk, 0.5, {ids[1]: 0.7, elsewhere: 0.7})
    assert (await catalogue.tagged(8, None, ["dusk"], 9))[0] == []
    assert await tagged(catalogue) == [ids[1], ids[0]]
    await catalogue.taught.set_promoted(dusk, promoted=True)
    await catalogue.rescored.write(dusk, 0.5, {elsewhere: 0.7})
    assert (await catalogue.tagged(8, None, ["dusk"], 9))[0] == [elsewhere]
    await catalogue.taught.remove(dusk)
    with pytest.raises(UnknownTagError):
        await catalogue.rescored.write(dusk, 0.5, {ids[1]: 0.7, elsewhere: 0.7})
    assert await tagged(catalogue) == []
