"""A post that is deleted over HTTP is off the disk a day later."""

from dataclasses import replace

from bot.config import IndexConfig
from tests.bot.remains import begin_at_high_ids, pass_a_day, remains, traces_of_illustrations

# So many that the index would not write a segment anew for one of them.
POSTS = 24


async def test_a_post_that_was_deleted_over_http_is_off_the_disk_a_day_later(
    settings, local_channel, noise, until, tmp_path
):
    few = replace(settings, bot=replace(settings.bot, index=IndexConfig(tail_limit=2)))
    async with local_channel(few) as channel:
        library, data = channel.bot.library, tmp_path / "data"
        await begin_at_high_ids(library)
        await channel.bot.inference.ready()
        first, *others = [(await channel.post(noise()))["id"] for _ in range(POSTS)]
        gone = await traces_of_illustrations(library, [first])
        kept = await traces_of_illustrations(library, others)
        assert remains(data, gone | kept).keys() == gone.keys() | kept.keys()
        response = await channel.client.delete(f"/api/v1/posts/{first}")
        assert response.status == 204
        left = remains(data, gone)[f"embedding of {first}"]
        assert all("segment-" in file for file in left), "one of many is not worth a new segment"
        await pass_a_day(library, data, until)
        assert remains(data, gone) == {}
        assert remains(data, kept).keys() == kept.keys()
