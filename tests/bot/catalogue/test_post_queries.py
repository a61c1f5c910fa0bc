"""Questions about many posts."""

import pytest

from bot.catalogue import GuildTotals
from bot.places import AttachmentKey, Place


@pytest.fixture
async def posts(catalogue, posted, new_post):
    """Four posts with images, in two guilds, and one without."""
    await posted(1, "a", "b", author=5)
    await posted(4, "c", author=6, channel_id=71, parent_id=70, private=True)
    await posted(2, "d", author=5, channel_id=72)
    await posted(3, "e", author=8, guild=8, channel_id=80)
    await catalogue.posts.claim(new_post(5, author=9, channel_id=73))
    await catalogue.posts.note_error(AttachmentKey(5, 50, 0, "f", spoiler=False), "truncated")
    return catalogue.posts


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"guild_id": 7}, [1, 2, 4, 5]),
        ({"guild_id": 9}, []),
        ({"author_id": 5}, [1, 2]),
        ({"channel_id": 72}, [2]),
        ({"channel_id": 71}, [4]),
        ({"guild_id": 7, "author_id": 8}, []),
        ({"guild_id": 7, "channel_id": 70, "author_id": 6}, [4]),
    ],
)
async def test_posts_are_found_by_guild_channel_and_author(posts, conditions, expected):
    assert await posts.ids_of(**conditions) == expected


async def test_a_channel_includes_its_threads(posts):
    assert await posts.ids_of(channel_id=70) == [1, 4]


async def test_all_posts_of_everybody_are_never_meant(posts):
    with pytest.raises(ValueError, match="Expected a guild"):
        await posts.ids_of()


async def test_what_stands_in_a_channel_does_not_stand_in_its_threads(posts, new_post):
    await posts.claim(new_post(9))
    assert await posts.standing_in(70) == [1, 9]


async def test_people_and_guilds_are_those_with_a_post(posts):
    assert await posts.authors(7) == {5, 6, 9}
    assert await posts.guilds() == {7, 8}


async def test_places_are_those_with_an_illustration_each_once(posts, posted):
    await posted(10, "again", channel_id=72)
    places = await posts.channels(7)
    assert sorted(places, key=lambda place: place.channel_id) == [
        Place(7, 70),
        Place(7, 71, 70, private=True),
        Place(7, 72),
    ]
    assert await posts.channels(9) == []


async def test_places_may_be_asked_for_without_an_illustration_too(catalogue, posts, new_post):
    await catalogue.posts.claim(new_post(77, guild=9, channel_id=90))
    assert await posts.places(9) == [Place(9, 90)]
    assert await posts.channels(9) == []


async def test_totals_count_what_has_an_illustration(posts):
    assert await posts.totals(7) == GuildTotals(posts=3, illustrations=4, channels=3)
    assert await posts.totals(9) == GuildTotals(posts=0, illustrations=0, channels=0)


async def test_however_many_ids_are_looked_up(posts):
    assert await posts.known(range(60_000)) == {1, 2, 3, 4, 5}


async def test_what_was_handed_in_with_a_command_stands_nowhere_and_is_somebodys(posts, posted):
    before = await posts.places(7), await posts.channels(7), await posts.totals(7)
    await posted(10, "example", author=4, channel_id=0)
    assert (await posts.places(7), await posts.channels(7), await posts.totals(7)) == before
    assert (await posts.get(10)).state == "example"
    assert await posts.pending() == [await posts.get(id_) for id_ in (1, 2, 3, 4, 5)]
    assert 4 in await posts.authors(7)
    assert await posts.ids_of(author_id=4) == [10]
    assert 10 in await posts.ids_of(guild_id=7)
