"""The pipeline: admission, guilds, kills and restarts."""

import asyncio
import os
import signal
from datetime import UTC, datetime

import pytest

from bot.catalogue import Page
from bot.errors import BusyError, UnavailableError, UnknownPostError
from bot.illustrations import LOCAL_GUILD
from bot.pipeline import Candidate
from bot.places import AttachmentKey, Place, Scope
from bot.posts import NewPost
from bot.running import started
from model.errors import DirectoryError
from tests.bot.indexed import indexed
from tests.bot.live_tags import live
from tests.bot.milvus import on_both_indexes

pytestmark = on_both_indexes

ELSEWHERE = 42
GUILD, OPEN, SECRET = 7, 70, 71
BLUES = [(30, 60, 200), (30, 60, 190), (30, 60, 210), (30, 70, 200)]


async def posted(bot, post_id, *images, channel_id=OPEN, guild_id=GUILD):
    """A post of a guild with some images; the ids of its illustrations."""
    place = Place(guild_id, channel_id)
    await bot.library.catalogue.posts.claim(NewPost(post_id, place, 5, datetime.now(UTC)))
    return await bot.service.pipeline.ingest(
        [
            Candidate(
                image,
                guild_id,
                "posted",
                "title",
                attachment=AttachmentKey(post_id, 10 * post_id + number, number, "title", False),
            )
            for number, image in enumerate(images)
        ]
    )


async def test_posts_are_kept_across_a_restart_and_are_found_again(settings, picture):
    async with started(settings) as bot:
        await bot.inference.ready()
        post = await bot.service.post(Candidate(picture((9, 90, 9)), LOCAL_GUILD, "posted", "Leaf"))
    async with started(settings) as bot:
        kept = await bot.service.illustration(post.id, LOCAL_GUILD)
        assert kept == post
        await bot.inference.ready()
        later = await bot.service.post(
            Candidate(picture((9, 91, 9)), LOCAL_GUILD, "posted", "Leaf 2")
        )
        assert [one.id for one in later.similar] == [post.id]


async def test_more_requests_than_places_are_told_so(settings):
    async with started(settings) as bot:
        await bot.inference.ready()
        admitted = [bot.service.admit() for _ in range(settings.bot.max_queue)]
        for place in admitted:
            place.__enter__()
        with pytest.raises(BusyError, match="8 images"), bot.service.admit():
            pass
        admitted[0].__exit__(None, None, None)
        with bot.service.admit():
            pass


async def test_a_place_is_free_again_after_a_request_that_failed(settings):
    async with started(settings) as bot:
        await bot.inference.ready()
        for _ in range(settings.bot.max_queue + 1):
            with pytest.raises(UnknownPostError), bot.service.admit():
                await bot.service.illustration(1, LOCAL_GUILD)


async def test_while_inference_is_gone_posts_are_refused_and_then_answered_again(
    settings, picture, until
):
    async with started(settings) as bot:
        await bot.inference.ready()
        first = await bot.service.post(
            Candidate(picture((250, 250, 0)), LOCAL_GUILD, "posted", "A")
        )
        os.kill(bot.inference.client.pid, signal.SIGKILL)
        with pytest.raises(UnavailableError):
            await bot.service.post(Candidate(picture(), LOCAL_GUILD, "posted", "B"))
        assert await bot.service.page(LOCAL_GUILD, Page(5)) == ([first], 1)
        await until(lambda: bot.inference.restarts)
        await asyncio.wait_for(bot.inference.ready(), 10)
        again = await bot.service.post(
            Candidate(picture((250, 251, 0)), LOCAL_GUILD, "posted", "C")
        )
        assert [one.id for one in again.similar] == [first.id]


async def test_what_is_forgotten_while_inference_is_gone_stays_forgotten(settings, picture, until):
    async with started(settings) as bot:
        await bot.inference.ready()
        first = await bot.service.post(
            Candidate(picture((250, 250, 0)), LOCAL_GUILD, "posted", "A")
        )
        os.kill(bot.inference.client.pid, signal.SIGKILL)
        await bot.service.forget(first.id, LOCAL_GUILD)
        await until(lambda: bot.inference.restarts)
        await asyncio.wait_for(bot.inference.ready(), 10)
        assert await indexed(bot) == []


async def test_a_guild_neither_sees_nor_deletes_what_belongs_to_another(settings, picture):
    async with started(settings) as bot:
        await bot.inference.ready()
        theirs = await bot.service.post(
            Candidate(picture((0, 0, 99)), ELSEWHERE, "posted", "Theirs")
        )
        ours = await bot.service.post(Candidate(picture((0, 0, 98)), LOCAL_GUILD, "posted", "Ours"))
        assert ours.similar == ()
        described = await bot.service.describe(picture((0, 0, 99)), Scope(ELSEWHERE), 3, 9)
        assert [one.id for one in described.similar] == [theirs.id]
        for ask in (bot.service.illustration, bot.service.thumbnail, bot.service.forget):
            with pytest.raises(UnknownPostError):
                await ask(theirs.id, LOCAL_GUILD)
        assert (await bot.service.page(LOCAL_GUILD, Page(9)))[1] == 1


async def test_what_another_guild_posts_in_that_moment_does_not_come_between(
    settings, picture, monkeypatch
):
    async with started(settings) as bot:
        await bot.inference.ready()
        await posted(bot, 1, picture((9, 90, 9)))

        async def as_before_that_post(*_args):
            return None  # nothing had to be filtered out

        monkeypatch.setattr(bot.library.catalogue, "allowed_ids", as_before_that_post)
        post = await bot.service.post(Candidate(picture((9, 91, 9)), LOCAL_GUILD, "posted", "Leaf"))
        assert post.similar == ()
        drawn = Candidate(picture((9, 92, 9)), LOCAL_GUILD, "gallery", "Drawn", import_key="k")
        await bot.service.pipeline.ingest([drawn])
        (gallery, _), _ = await bot.service.page(LOCAL_GUILD, Page(2))
        assert [one.id for one in gallery.similar] == [post.id]


async def test_forgetting_leaves_no_thumbnail_and_no_place_in_the_index(
    settings, picture, tmp_path
):
    async with started(settings) as bot:
        await bot.inference.ready()
        post = await bot.service.post(Candidate(picture(), LOCAL_GUILD, "posted", "Doomed"))
        assert len(list((tmp_path / "data" / "thumbnails").rglob("*.webp"))) == 1
        await bot.service.forget(post.id, LOCAL_GUILD)
        assert list((tmp_path / "data" / "thumbnails").rglob("*.webp")) == []
        assert await indexed(bot) == []


async def test_posts_and_deletions_side_by_side_leave_index_and_catalogue_in_step(
    settings, picture
):
    async with started(settings) as bot:
        await bot.inference.ready()

        async def post_and_maybe_forget(number: int) -> None:
            post = await bot.service.post(
                Candidate(picture((number, 9 * number, 0)), LOCAL_GUILD, "posted", str(number))
            )
            if number % 2:
                await bot.service.forget(post.id, LOCAL_GUILD)

        await asyncio.gather(*(post_and_maybe_forget(number) for number in range(20)))
        posts, total = await bot.service.page(LOCAL_GUILD, Page(50))
        assert total == 10
        assert await indexed(bot) == sorted(post.id for post in posts)


async def test_a_tag_is_explained_by_the_nearest_visible_illustrations_that_have_it(
    settings, picture
):
    async with started(settings) as bot:
        await bot.inference.ready()
        asked, _beside = await posted(bot, 1, picture(BLUES[0]), picture(BLUES[0]))
        (far,) = await posted(bot, 2, picture(BLUES[3]))
        (near,) = await posted(bot, 3, picture(BLUES[1]))
        (denied,) = await posted(bot, 4, picture(BLUES[2]))
        await posted(bot, 5, picture(BLUES[0]), channel_id=SECRET)
        await posted(bot, 6, picture(BLUES[0]), guild_id=ELSEWHERE)
        (told,) = await posted(bot, 7, picture((255, 0, 0)))
        marks = bot.library.catalogue.marks
        await marks.put(denied, 99, {"blue": False})
        await marks.put(told, 99, {"blue": True})
        visible = Scope(GUILD, frozenset({OPEN}))
        reasons = await bot.service.why(asked, "blue", visible, 9)
        assert [one.id for one in reasons.similar] == [near, far, told]
        assert reasons.evidence.having == 1
        assert len((await bot.service.why(asked, "blue", visible, 2)).similar) == 2
        assert (await bot.service.why(asked, "blue", Scope(GUILD, frozenset()), 9)).similar == ()


async def test_a_tag_that_the_bundle_lacks_is_explained_by_the_guilds_illustrations_alone(
    settings, picture
):
    async with started(settings) as bot:
        await bot.inference.ready()
        (asked,) = await posted(bot, 1, picture(BLUES[0]))
        (other,) = await posted(bot, 2, picture(BLUES[1]))
        await bot.library.catalogue.marks.put(other, 99, {"teal": True})
        reasons = await bot.service.why(asked, "teal", Scope(GUILD), 9)
        assert reasons.evidence is None
        assert [one.id for one in reasons.similar] == [other]


async def test_an_illustration_without_an_embedding_of_the_bundle_is_explained_later(settings):
    async with started(settings) as bot:
        await bot.inference.ready()
        with pytest.raises(UnavailableError, match="read anew"):
            await bot.service.why(4711, "blue", Scope(GUILD), 9)


async def test_two_bots_cannot_share_a_data_directory(settings):
    async with started(settings):
        with pytest.raises(DirectoryError, match="in use by another process"):
            async with started(settings):
                pass


async def test_a_data_directory_that_cannot_be_written_is_refused(settings, tmp_path):
    (tmp_path / "data").write_text("a file in the way")
    with pytest.raises(DirectoryError, match=r"cannot be written.*Check bot\.data_dir"):
        async with started(settings):
            pass


async def test_a_guilds_own_tags_are_said_there_whichever_way_an_image_comes(settings, picture):
    teal = picture((0, 128, 128))
    async with started(settings) as bot:
        await bot.inference.ready()
        await bot.service.overlay.swap([live("teal", (0, 128, 128), guild_id=GUILD)])
        here = await posted(bot, 1, teal)
        there = await posted(bot, 2, teal, guild_id=ELSEWHERE)
        catalogue = bot.library.catalogue
        kept = [{tag.name for tag in one.tags} for one in await catalogue.illustrations(here)]
        others = [{tag.name for tag in one.tags} for one in await catalogue.illustrations(there)]
        assert [kept[0] - others[0], others[0] - kept[0]] == [{"teal"}, set()]
        post = await bot.service.post(Candidate(teal, GUILD, "posted", "Teal"))
        assert "teal" in {tag.name for tag in post.tags}
        described = await bot.service.describe(teal, Scope(LOCAL_GUILD), 30, 0)
        assert "teal" not in {tag.name for tag in described.tags}
        assert (await bot.service.why(post.id, "teal", Scope(GUILD), 3)).evidence is not None
        assert (await bot.service.why(there[0], "teal", Scope(ELSEWHERE), 3)).evidence is None


async def test_a_batch_of_several_guilds_is_refused_since_each_has_tags_of_its_own(
    settings, picture
):
    async with started(settings) as bot:
        await bot.inference.ready()
        batch = [Candidate(picture(), guild, "posted", "One") for guild in (GUILD, ELSEWHERE)]
        with pytest.raises(ValueError, match="of one guild"):
            await bot.service.pipeline.ingest(batch)
        assert await bot.service.count() == 0
