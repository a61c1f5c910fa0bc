"""A post that is deleted over HTTP is off the disk a day later."""

from dataclasses import replace

from bot.config import IndexConfig
from tests.bot.remains import begin_at_high_ids, pass_a_day, remains, traces_of_illustrations


async def test_a_post_that_was_deleted_over_http_is_off_the_disk_a_day_later(
    settings, local_channel, noise, until, tmp_path
):
    few = replace(settings, bot=replace(settings.bot, index=IndexConfig(tail_limit=2)))
    async with local_channel(few) as channel:
        library, data = channel.bot.library, tmp_path / "data"
        await begin_at_high_ids(library)
        await channel.bot.inference.ready()
        posts = [(await channel.post(noise()))["id"] for _ in range(6)]
        gone = await traces_of_illustrations(library, posts[::2])
        kept = await traces_of_illustrations(library, posts[1::2])
        before = remains(data, gone | kept)
        assert before.keys() == gone.keys() | kept.keys()
        assert any("segment-" in file for files in before.values() for file in files)
        for id_ in posts[::2]:
            response = await channel.client.delete(f"/api/v1/posts/{id_}")
            assert response.status == 204
        assert remains(data, gone)
        await pass_a_day(library, data, until)
        assert remains(data, gone) == {}
        assert remains(data, kept).keys() == kept.keys()
