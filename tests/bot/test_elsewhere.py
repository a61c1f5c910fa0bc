"""A bot whose bundles and thumbnails lie in a bucket."""

from dataclasses import replace

import pytest

from bot.bundles import watching
from bot.bundles.choosing import bundle_at_start
from bot.bundles.stores import bundle_store
from bot.errors import StartError
from bot.fakes import FakeIdentity, publish_fake
from bot.replies import error_text
from bot.running import started
from model.errors import ConfigError, StoreError
from model.store import open_store
from tests.object_store import fresh_url


@pytest.fixture
def elsewhere(settings, request):
    """The settings of such a bot."""
    root = fresh_url("s3", request)
    bot = replace(settings.bot, bundles_dir=f"{root}/bundles", thumbnails_dir=f"{root}/thumbnails")
    return replace(settings, bot=bot)


async def test_posts_and_bundles_live_in_the_bucket_or_are_refused_and_answers_come_from_a_copy(
    elsewhere, local_channel, picture, until, tmp_path, monkeypatch
):
    monkeypatch.setattr(watching, "SCAN_SECONDS", 0.2)
    place, fetched = elsewhere.bot.bundles_place, tmp_path / "data" / "fetched"
    bundles = bundle_store(place, tmp_path / "other-machine")
    thumbnails = open_store(elsewhere.bot.thumbnails_place)
    async with local_channel(elsewhere) as channel:
        await channel.bot.inference.ready()
        await _refused_while_away(channel, picture(), monkeypatch)
        post = await channel.post(picture())
        shown = await channel.client.get(f"/api/v1/posts/{post['id']}/thumbnail")
        (stored,) = thumbnails.entries()
        assert await shown.read() == thumbnails.read(stored.name)
        bundles.publish(publish_fake(tmp_path / "new", FakeIdentity(mark="new")).directory)
        await until(lambda: channel.bot.inference.bundle.name == "new")
        deleted = await channel.client.delete(f"/api/v1/posts/{post['id']}")
        assert deleted.status == 204, await deleted.text()
        assert list(thumbnails.entries()) == []
        served = channel.bot.inference.bundle
        catalogue, verified = channel.bot.library.catalogue, bundle_store(place, fetched).open
        assert await bundle_at_start(catalogue, verified, elsewhere.model.bundle) == str(served)
    assert served.is_relative_to(fetched)
    assert not (tmp_path / "data" / "thumbnails").exists()


async def _refused_while_away(channel, picture, monkeypatch):
    """A post whose thumbnail cannot be written is not kept, and may come again."""
    with monkeypatch.context() as patch:
        patch.setattr(channel.bot.library.thumbnails, "put", _away)
        refused = await channel.send("/api/v1/posts", picture)
    assert (refused.status, "Retry-After" in refused.headers) == (503, True)
    assert "s3://" not in await refused.text()
    assert await channel.bot.service.count() == 0


def _away(_content: bytes) -> str:
    raise StoreError("s3://bucket cannot be used: reset.")


@pytest.mark.parametrize("option", ["bundles_dir", "thumbnails_dir"])
async def test_a_bot_whose_bucket_is_missing_does_not_start(settings, s3_bucket, option):
    bot = replace(settings.bot, **{option: "s3://nowhere/here"})
    with pytest.raises(StartError, match=rf"s3://nowhere/here .*no such bucket.* bot.{option}"):
        async with started(replace(settings, bot=bot)):
            pass


async def test_a_bot_without_the_package_of_a_protocol_does_not_start(settings):
    bot = replace(settings.bot, bundles_dir="nonsense://bucket")
    with pytest.raises(ConfigError, match=r"hoshizora\[s3\]"):
        async with started(replace(settings, bot=bot)):
            pass


def test_where_a_store_is_stays_between_the_bot_and_its_log():
    text = error_text(StoreError("s3://bucket cannot be used: reset."))
    assert text.code == "unavailable"
    assert "bucket" not in text.message + text.message_ja
