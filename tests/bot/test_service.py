"""The pipeline: admission, guilds, kills and restarts."""

import asyncio
import os
import signal

import pytest

from bot.catalogue import Page
from bot.errors import BusyError, UnavailableError, UnknownPostError
from bot.illustrations import LOCAL_GUILD
from bot.pipeline import Candidate
from bot.running import started
from model.errors import DirectoryError

ELSEWHERE = 42


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
        assert (await bot.inference.client.ids()).tolist() == []


async def test_a_guild_neither_sees_nor_deletes_what_belongs_to_another(settings, picture):
    async with started(settings) as bot:
        await bot.inference.ready()
        theirs = await bot.service.post(
            Candidate(picture((0, 0, 99)), ELSEWHERE, "posted", "Theirs")
        )
        ours = await bot.service.post(Candidate(picture((0, 0, 98)), LOCAL_GUILD, "posted", "Ours"))
        assert ours.similar == ()
        described = await bot.service.describe(picture((0, 0, 99)), ELSEWHERE, 3, 9)
        assert [one.id for one in described.similar] == [theirs.id]
        for ask in (bot.service.illustration, bot.service.thumbnail, bot.service.forget):
            with pytest.raises(UnknownPostError):
                await ask(theirs.id, LOCAL_GUILD)
        assert (await bot.service.page(LOCAL_GUILD, Page(9)))[1] == 1


async def test_forgetting_leaves_no_thumbnail_and_no_place_in_the_index(
    settings, picture, tmp_path
):
    async with started(settings) as bot:
        await bot.inference.ready()
        post = await bot.service.post(Candidate(picture(), LOCAL_GUILD, "posted", "Doomed"))
        assert len(list((tmp_path / "data" / "thumbnails").rglob("*.webp"))) == 1
        await bot.service.forget(post.id, LOCAL_GUILD)
        assert list((tmp_path / "data" / "thumbnails").rglob("*.webp")) == []
        assert (await bot.inference.client.ids()).tolist() == []


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
        assert (await bot.inference.client.ids()).tolist() == sorted(post.id for post in posts)


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
