"""Being there: a process that has lost its shards ends, one that may have none does not start."""

import asyncio
from dataclasses import replace

import pytest

from bot.catalogue import Catalogue
from bot.errors import StartError
from bot.shards import Shards
from bot.sharing.presence import present
from tests.bot.conftest import make_settings
from tests.bot.postgresql import on_postgresql, on_sqlite


@pytest.fixture
def settings(tmp_path):
    made = make_settings(tmp_path)
    shared = replace(made.bot, bundles_dir=str(tmp_path), thumbnails_dir=str(tmp_path))
    return replace(made, bot=shared, discord_token="a.token", shards=Shards(0, 3, 16))


@on_sqlite
async def test_a_part_of_the_shards_needs_a_catalogue_that_others_can_share(catalogue, settings):
    with pytest.raises(StartError, match=r"PostgreSQL.*--shards 0-15/16"):
        async with present(catalogue, settings, "one"):
            pass
    async with present(catalogue, replace(settings, shards=Shards(0, 15, 16)), "one") as keeping:
        assert keeping is None


@on_postgresql
async def test_a_part_of_the_shards_needs_bundles_and_thumbnails_that_all_can_reach(
    catalogue, settings
):
    alone = replace(settings, bot=replace(settings.bot, thumbnails_dir=""))
    with pytest.raises(StartError, match=r"bot\.thumbnails_dir to a bucket"):
        async with present(catalogue, alone, "one"):
            pass
    async with present(catalogue, replace(alone, shards=Shards(0, 15, 16)), "one"):
        pass


@on_postgresql
async def test_shards_are_free_again_after_a_clean_end(catalogue, settings, url):
    async with present(catalogue, settings, "one"):
        other = await Catalogue.open(url, "two")
        with pytest.raises(StartError, match=r"0-3/16 \(.*:/"):
            async with present(other, settings, "two"):
                pass
    async with present(other, settings, "two"):
        pass
    await other.close()


@on_postgresql
async def test_a_process_whose_shards_another_has_by_now_ends_and_says_why(
    catalogue, settings, monkeypatch
):
    monkeypatch.setattr("bot.catalogue.claiming.KEEP_SECONDS", 0.01)
    async with present(catalogue, settings, "one") as keeping:
        await asyncio.sleep(0.1)
        assert not keeping.done()
        async with present(catalogue, settings, "one"):
            with pytest.raises(StartError, match="not heard of"):
                await asyncio.wait_for(keeping, 10)
