"""Posts: taken on exactly once, worked on, settled."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from bot.errors import UnknownPostError
from bot.illustrations import Neighbour
from bot.places import AttachmentKey, Place
from bot.posts import NewPost


def key(post_id: int, attachment_id: int, place: int = 0, *, spoiler: bool = False):
    return AttachmentKey(post_id, attachment_id, place, f"title {attachment_id}", spoiler)


async def errands(catalogue):
    return [(one.kind, one.message_id, one.post_id) for one in await catalogue.errands.pending()]


async def test_of_many_claims_of_one_message_exactly_one_succeeds(catalogue, new_post):
    claims = await asyncio.gather(*(catalogue.posts.claim(new_post(1)) for _ in range(25)))
    assert sorted(claims) == [False] * 24 + [True]
    assert await catalogue.posts.claim(new_post(2))


async def test_a_claimed_message_stays_claimed_when_it_is_settled(catalogue, new_post):
    await catalogue.posts.claim(new_post(1))
    await catalogue.posts.settle(1, "answered", 11)
    assert not await catalogue.posts.claim(new_post(1))
    assert (await catalogue.posts.get(1)).state == "answered"


async def test_what_was_forgotten_for_good_is_never_taken_on_again(catalogue, new_post):
    for post_id in (1, 2):
        await catalogue.posts.claim(new_post(post_id))
    await catalogue.posts.remove([1, 999], for_good=True)
    await catalogue.posts.remove([2])
    assert not await catalogue.posts.claim(new_post(1))
    assert await catalogue.posts.get(1) is None
    assert await catalogue.posts.claim(new_post(2))
    assert await catalogue.posts.claim(new_post(999))


async def test_a_post_comes_back_as_it_was_claimed_with_its_moment_in_utc(catalogue):
    there = datetime(2025, 5, 5, 14, 5, tzinfo=timezone(timedelta(hours=9)))
    place = Place(7, 71, parent_id=70, private=True)
    await catalogue.posts.claim(NewPost(1 << 62, place, 5, there))
    post = await catalogue.posts.get(1 << 62)
    assert (post.id, post.place, post.author_id) == (1 << 62, place, 5)
    assert post.created_at == there
    assert post.created_at.tzinfo is UTC
    assert (post.state, post.reply_id, post.attachments) == ("pending", None, ())
    assert await catalogue.posts.get(2) is None


async def test_attachments_stand_in_their_order_whichever_was_ready_first(catalogue, new, new_post):
    await catalogue.posts.claim(new_post(1))
    (late,) = await catalogue.add([new("b", attachment=key(1, 20, 2, spoiler=True))])
    await catalogue.posts.note_error(key(1, 30, 1), "truncated")
    (early,) = await catalogue.add([new("a", attachment=key(1, 40, 0))])
    post = await catalogue.posts.get(1)
    assert [(one.attachment_id, one.illustration_id, one.error) for one in post.attachments] == [
        (40, early, ""),
        (30, None, "truncated"),
        (20, late, ""),
    ]
    assert [one.spoiler for one in post.attachments] == [False, False, True]
    assert post.attachments[0].title == "title 40"
    assert post.illustration_ids == (early, late)


async def test_an_attachment_is_never_stored_twice(catalogue, new, new_post):
    await catalogue.posts.claim(new_post(1))
    await catalogue.add([new("a", attachment=key(1, 10))])
    with pytest.raises(sa.exc.IntegrityError):
        await catalogue.add([new("b", attachment=key(1, 11)), new("a", attachment=key(1, 10))])
    assert await catalogue.count() == 1
    assert len((await catalogue.posts.get(1)).attachments) == 1


async def test_an_illustration_of_a_forgotten_post_is_not_stored(catalogue, new, new_post):
    await catalogue.posts.claim(new_post(1))
    await catalogue.posts.claim(new_post(2))
    await catalogue.posts.remove([1])
    with pytest.raises(UnknownPostError, match="no post 1"):
        await catalogue.add([new("b", attachment=key(2, 20)), new("a", attachment=key(1, 10))])
    assert await catalogue.count() == 0


async def test_an_error_of_an_attachment_gives_way_to_its_illustration(catalogue, new, new_post):
    await catalogue.posts.claim(new_post(1))
    await catalogue.posts.note_error(key(1, 10), "not_found")
    await catalogue.posts.note_error(key(1, 11), "not_found")
    (id_,) = await catalogue.add([new("a", attachment=key(1, 10))])
    await catalogue.posts.note_error(key(1, 10), "truncated")
    attachments = (await catalogue.posts.get(1)).attachments
    assert {one.attachment_id: (one.illustration_id, one.error) for one in attachments} == {
        10: (id_, ""),
        11: (None, "not_found"),
    }


async def test_an_error_of_a_forgotten_post_is_not_noted(catalogue):
    with pytest.raises(UnknownPostError, match="no post 1"):
        await catalogue.posts.note_error(key(1, 10), "truncated")


async def test_a_post_is_found_by_its_reply_and_by_its_illustrations(catalogue, posted, new):
    first, second = await posted(1, "a", "b", reply=11)
    (third,) = await posted(2, "c")
    (local,) = await catalogue.add([new("local")])
    assert (await catalogue.posts.of_reply(11)).id == 1
    assert await catalogue.posts.of_reply(12) is None
    found = await catalogue.posts.of_illustrations([second, third, local, 999])
    assert {id_: post.id for id_, post in found.items()} == {second: 1, third: 2}
    assert found[second].illustration_ids == (first, second)
    assert await catalogue.posts.of_illustrations([]) == {}


async def test_what_is_pending_is_oldest_first_and_of_the_guilds_asked_for(catalogue, new_post):
    for post_id, guild in ((3, 7), (1, 7), (2, 8), (4, 9)):
        await catalogue.posts.claim(new_post(post_id, guild=guild))
    await catalogue.posts.settle(4, "silent")
    assert [post.id for post in await catalogue.posts.pending()] == [1, 2, 3]
    assert [post.id for post in await catalogue.posts.pending({7, 9})] == [1, 3]
    assert await catalogue.posts.pending([]) == []


async def test_settling_says_whether_the_post_still_exists(catalogue, new_post):
    await catalogue.posts.claim(new_post(1))
    assert await catalogue.posts.settle(1, "quiet")
    assert await catalogue.posts.settle(1, "answered", 11)
    assert (await catalogue.posts.get(1)).reply_id == 11
    assert await catalogue.posts.settle(1, "silent")
    assert (await catalogue.posts.get(1)).reply_id is None
    await catalogue.posts.remove([1])
    assert not await catalogue.posts.settle(1, "answered", 11)


async def test_what_an_answer_shows_replaces_what_it_showed(catalogue, posted):
    moon, sun, star = await posted(1, "moon", "sun", "star")
    one, other = await posted(2, "one", "other", near=(moon,))
    await catalogue.posts.showing(2, {one: [Neighbour(sun, 0.5), Neighbour(star, 0.75)], other: []})
    shown = {found.id: found.similar for found in await catalogue.illustrations([one, other])}
    assert [(near.id, near.distance) for near in shown[one]] == [(sun, 0.5), (star, 0.75)]
    assert shown[other] == ()


async def test_an_answer_never_records_anything_for_another_post(catalogue, posted):
    (moon,) = await posted(1, "moon")
    (sun,) = await posted(2, "sun")
    await catalogue.posts.showing(2, {moon: [Neighbour(sun, 0.5)]})
    assert (await catalogue.illustration(moon)).similar == ()
    with pytest.raises(UnknownPostError):
        await catalogue.posts.showing(3, {})


async def test_what_was_forgotten_before_it_could_be_recorded_is_rendered_again(catalogue, posted):
    moon, star = await posted(1, "moon", "star")
    (sun,) = await posted(2, "sun")
    await catalogue.remove([moon])
    await catalogue.posts.showing(2, {sun: [Neighbour(moon, 0.25), Neighbour(star, 0.5)]})
    assert await errands(catalogue) == []
    assert await catalogue.posts.settle(2, "answered", 22)
    assert await errands(catalogue) == [("render", 22, 2)]
    assert [near.id for near in (await catalogue.illustration(sun)).similar] == [star]


async def test_what_is_forgotten_while_the_answer_is_on_its_way_is_rendered_again(
    catalogue, posted
):
    (moon,) = await posted(1, "moon")
    (sun,) = await posted(2, "sun")
    await catalogue.posts.showing(2, {sun: [Neighbour(moon, 0.25)]})
    await catalogue.remove([moon])
    assert await errands(catalogue) == []
    await catalogue.posts.settle(2, "answered", 22)
    assert await errands(catalogue) == [("render", 22, 2)]
    await catalogue.posts.settle(2, "answered", 22)
    assert len(await errands(catalogue)) == 1


async def test_an_answer_that_shows_only_what_exists_needs_no_rendering(catalogue, posted):
    (moon,) = await posted(1, "moon")
    (sun,) = await posted(2, "sun")
    await catalogue.posts.showing(2, {sun: [Neighbour(moon, 0.25)]})
    await catalogue.posts.settle(2, "answered", 22)
    assert await errands(catalogue) == []


async def test_a_neighbour_comes_with_its_place_and_its_cover(catalogue, new, new_post, posted):
    await catalogue.posts.claim(new_post(1, channel_id=71, parent_id=70, private=True))
    covered = new("covered", guild_id=7, attachment=key(1, 10, spoiler=True))
    (moon,) = await catalogue.add([covered])
    (sun,) = await posted(2, "sun", near=(moon,))
    ((resolved,),) = await catalogue.resolve([[Neighbour(moon, 0.0)]])
    assert (resolved.thumbnail, resolved.spoiler, resolved.post_id) == ("key-covered", True, 1)
    assert resolved.place == Place(7, 71, 70, private=True)
    assert (await catalogue.illustration(sun)).similar == (resolved,)


async def test_forgetting_a_post_that_is_none_costs_nothing(catalogue, new_post, posted):
    await posted(1, "a")
    assert await catalogue.posts.remove([2, 3]) == {}
    assert await catalogue.posts.remove([]) == {}
    assert await catalogue.posts.known([1, 2]) == {1}


async def test_who_asks_for_a_post_before_it_is_quiet_is_heard(catalogue, new_post):
    posts = catalogue.posts
    await posts.claim(new_post(30))
    assert await posts.ask(30)
    assert await posts.settle(30, "quiet")
    assert (await posts.get(30)).state == "asked"
    await posts.settle(30, "answered", 31)
    assert not await posts.ask(30)


async def test_some_posts_are_read_at_once(catalogue, new_post):
    for post_id in (30, 31, 32):
        await catalogue.posts.claim(new_post(post_id))
    assert [post.id for post in await catalogue.posts.some([32, 30, 99])] == [30, 32]
    assert await catalogue.posts.some([]) == []


async def test_a_quiet_post_is_asked_for_once_and_then_waits_for_its_answer(catalogue, new_post):
    posts = catalogue.posts
    await posts.claim(new_post(30))
    await posts.settle(30, "quiet")
    assert sorted([await posts.ask(30), await posts.ask(30)]) == [False, True]
    assert not await posts.ask(31)
    assert 30 in [post.id for post in await posts.pending()]


async def test_what_is_claimed_as_imported_is_never_pending(catalogue, new_post):
    posts = catalogue.posts
    assert await posts.claim(new_post(40), "imported")
    assert not await posts.claim(new_post(40))
    assert (await posts.get(40)).state == "imported"
    assert await posts.pending() == []
