"""A new encoder: the library is embedded again from its thumbnails."""

import sqlite3

from bot.illustrations import LOCAL_GUILD
from bot.pipeline import Candidate
from bot.places import Scope
from bot.running import started


async def test_after_a_change_of_the_encoder_the_library_is_found_again(
    settings, picture, tmp_path, until
):
    async with started(settings) as bot:
        await bot.inference.ready()
        red, green, gone = [
            await bot.service.post(Candidate(picture(colour), LOCAL_GUILD, "posted", "t"))
            for colour in ((220, 0, 0), (0, 220, 0), (0, 0, 220))
        ]
    # As if another encoder had embedded them; one has lost its thumbnail.
    with sqlite3.connect(tmp_path / "data" / "catalogue.sqlite") as connection:
        connection.execute("UPDATE embeddings SET encoder_id = 'old'")
    connection.close()
    for file in (tmp_path / "data" / "thumbnails").rglob(f"{gone.thumbnail}.webp"):
        file.unlink()
    old_index = tmp_path / "data" / "index" / "old" / "base-000001"
    old_index.mkdir(parents=True)
    async with started(settings) as bot:
        await bot.inference.ready()

        async def embedded() -> bool:
            return len(await bot.inference.client.ids()) == 2

        await until(embedded)
        assert not old_index.exists()
        near = await bot.service.describe(picture((0, 221, 0)), Scope(LOCAL_GUILD), 1, 5)
        assert [one.id for one in near.similar] == [green.id, red.id]
        assert (await bot.service.illustration(red.id, LOCAL_GUILD)).tags == red.tags
