"""Two processes of one bot: each has a shard of Discord, both have one catalogue."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import StartError
from bot.fakes import FakeIdentity, publish_fake
from bot.running import started
from bot.shards import Shards
from tests.bot.discord.asking import ask
from tests.bot.discord.community import Community, running, settings_for
from tests.bot.discord.process import BotProcess
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.world import Channel

RED, BLUE = (220, 30, 30), (30, 60, 200)
HERE, THERE = Shards(0, 0, 2), Shards(1, 1, 2)


@pytest.fixture(autouse=True)
def in_haste(monkeypatch):
    monkeypatch.setattr("bot.sharing.hearing.GATHER_SECONDS", 0.05)
    monkeypatch.setattr("bot.catalogue.turns.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("bot.bundles.watching.SCAN_SECONDS", 1.0)
    monkeypatch.setattr("bot.bundles.takeover.GRACE_SECONDS", 0.2)
    monkeypatch.setattr("bot.bundles.takeover.LOOK_SECONDS", 0.1)


@pytest.fixture
def channels(discord) -> list[Channel]:
    """A channel in a guild of each shard."""
    discord.shards = 2
    return [discord.add_guild("Art", shard=number).add_channel("sketches") for number in range(2)]


@pytest.fixture
def settings_of(discord, tmp_path, postgresql):
    """Settings of a process with some shards; bundles and thumbnails are everybody's."""
    url = postgresql.emptied()

    def make(name: str, shards: Shards):
        made = settings_for(discord, tmp_path / name)
        shared = {"bundles_dir": str(tmp_path / "bundles"), "catalogue": url}
        shared["thumbnails_dir"] = str(tmp_path / "thumbnails")
        return replace(made, bot=replace(made.bot, **shared), shards=shards)

    return make


@pytest.fixture
async def processes(discord, channels, settings_of):
    """A process for each shard."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(running(settings_of(name, shards), discord))
            for name, shards in (("one", HERE), ("two", THERE))
        ]


async def post(channel: Channel, picture, colour=RED):
    return await channel.guild.owner.post(channel, files=[File("a.png", picture(colour))])


async def indexed(community: Community) -> set[int]:
    return set((await community.bot.inference.client.ids()).tolist())


async def test_each_post_is_answered_once_by_the_process_of_its_shard(
    processes, channels, discord, picture
):
    messages = [await post(channel, picture) for channel in channels]
    for channel in channels:
        await discord.wait_for(channel.bot_messages, 20)
    await asyncio.sleep(0.5)
    answered = [int(one.reference["message_id"]) for c in channels for one in c.bot_messages()]
    assert answered == [one.id for one in messages]
    for community in processes:
        counted = community.bot.service.metrics.text().decode()
        assert 'hoshizora_posts_total{outcome="answered"} 1.0' in counted


async def test_what_one_process_adds_and_forgets_the_index_of_the_other_follows(
    processes, channels, discord, picture, until
):
    one, two = processes
    message = await post(channels[0], picture)
    await until(lambda: _same(one, two, 1))
    (id_,) = await indexed(one)
    await two.bot.library.forget([id_])
    await until(lambda: _same(one, two, 0))
    assert await one.catalogue.posts.get(message.id) is not None


async def _same(one: Community, two: Community, count: int) -> bool:
    here, there = await indexed(one), await indexed(two)
    return here == there and len(here) == count


async def test_what_was_missed_while_the_news_were_not_heard_is_made_up_for(
    processes, channels, discord, picture, until, postgresql, monkeypatch
):
    monkeypatch.setattr("bot.catalogue.engines.postgresql.LISTEN_AGAIN_SECONDS", 1.0)
    one, two = processes
    postgresql.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
    )
    await post(channels[0], picture)
    await until(lambda: _same(one, two, 1))


async def test_a_tag_that_one_process_has_taught_promoted_and_removed_the_other_follows(
    processes, channels, discord, picture, until
):
    one, two = processes
    guild_id, owner_id = channels[0].guild.id, channels[0].guild.owner.id
    await post(channels[0], picture, BLUE)
    await until(lambda: indexed(one))
    teaching = one.bot.teaching
    examples = sorted(await indexed(one))
    registered = await teaching.register(guild_id, "dusk", "夕暮れ", examples, owner_id)
    overlay = two.bot.service.overlay
    await until(lambda: overlay.live(registered.tag_id))
    assert not overlay.live(registered.tag_id).promoted
    await teaching.promote(guild_id, "dusk", True, owner_id)
    await until(lambda: overlay.live(registered.tag_id).promoted)
    await teaching.remove(guild_id, "dusk", owner_id)
    await until(lambda: not overlay.live(registered.tag_id))


async def test_a_bundle_is_taken_by_all_and_the_library_is_read_for_it_once(
    processes, channels, discord, picture, until, tmp_path
):
    one, two = processes
    for channel in channels:
        await post(channel, picture)
    await until(lambda: _same(one, two, 2))
    read = [0, 0]
    for place, community in enumerate(processes):
        _count_embedded(community, read, place)
    publish_fake(tmp_path / "bundles" / "new", FakeIdentity("fake-negatives", " (new)"))
    await until(lambda: all(one.bot.inference.bundle.name == "new" for one in processes))
    await until(lambda: _same(one, two, 2))
    assert sorted(read) == [0, 2]
    (row,) = await one.catalogue.bundles.all()
    assert row.state == "served"

    async def old_ones_are_gone() -> bool:
        return await one.catalogue.encoders() == {"fake-negatives"}

    await until(old_ones_are_gone)
    await post(channels[1], picture, BLUE)
    await until(lambda: _same(one, two, 3))


def _count_embedded(community: Community, read: list[int], place: int) -> None:
    add = community.bot.library.add_embeddings

    async def counted(encoder_id, ids, embeddings):
        read[place] += len(ids)
        await add(encoder_id, ids, embeddings)

    community.bot.library.add_embeddings = counted


async def test_a_second_process_with_the_same_shard_does_not_start(processes, settings_of):
    with pytest.raises(StartError, match="each shard in one process"):
        async with started(settings_of("three", THERE)):
            pass


async def test_a_folder_is_imported_once_however_many_processes_are_told_to(
    processes, until, tmp_path, picture, caplog
):
    folder = tmp_path / "folder"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.png").write_bytes(picture((10 * number, 0, 0)))
    gallery = replace(processes[0].settings.bot.gallery, source=str(folder))
    limits = processes[0].settings.model.limits
    await asyncio.gather(*(one.bot.importer.run(gallery, limits) for one in processes))
    assert await processes[0].catalogue.count() == 4
    assert "unexpected error" not in caplog.text
    await until(lambda: _same(*processes, 4))


async def test_what_was_posted_while_the_shards_were_spread_anew_is_answered_once(
    discord, channels, settings_of, picture
):
    discord.shards = 1
    for channel in channels:
        channel.guild.me.joined_at -= timedelta(days=1)
    async with running(replace(settings_of("all", HERE), shards=None), discord):
        for channel in channels:
            await post(channel, picture)
            await discord.wait_for(channel.bot_messages, 20)
    discord.shards = 2
    for channel in channels:
        await post(channel, picture, BLUE)
    async with AsyncExitStack() as stack:
        for name, shards in (("all", HERE), ("two", THERE)):
            await stack.enter_async_context(running(settings_of(name, shards), discord))
        for channel in channels:
            await discord.wait_for(lambda c=channel: len(c.bot_messages()) == 2, 20)


async def test_commands_are_told_to_discord_by_the_process_of_the_first_shard(processes, discord):
    one, two = processes

    def told() -> int:
        return sum(
            request.method == "PUT" and request.path.endswith("/commands")
            for request in discord.requests
        )

    assert told() == 1
    await one.catalogue.state.put("commands", "what another version has told")
    await two.restart()
    assert told() == 1
    await one.restart()
    assert told() == 2


@pytest.mark.timeout(240)
async def test_a_process_that_is_killed_loses_nothing_and_doubles_nothing(
    discord, channels, postgresql, picture, tmp_path
):
    shared = (
        f"bot.catalogue={postgresql.emptied()}",
        f"bot.bundles_dir={tmp_path / 'bundles'}",
        f"bot.thumbnails_dir={tmp_path / 'thumbnails'}",
        "bot.autotag.default=reply",
        "bot.gallery.count=0",
        "bot.decoders.processes=1",
    )
    one, two = (
        BotProcess(discord, _made(tmp_path / name), *shared, shards=shards)
        for name, shards in (("one", HERE), ("two", THERE))
    )
    here, there = channels
    try:
        archive = there.guild.add_channel("archive")
        long_ago = datetime.now(UTC) - timedelta(days=30)
        for number in range(12):
            file = File(f"{number}.png", picture((20 * number, 0, 90)))
            await there.guild.owner.post(archive, files=[file], at=long_ago)
        await asyncio.gather(one.start(), two.start())
        await ask(there.guild.owner, there, "library import", channel=archive)
        for channel in (here, there) * 3:
            await post(channel, picture)
        await two.kill()
        publish_fake(tmp_path / "bundles" / "new", FakeIdentity("fake-negatives", " (new)"))
        for channel in (here, there) * 3:
            await post(channel, picture, BLUE)
        await one.says("the bundle new answers now", 60)
        await two.start()
        await two.says("import 1 of channel", 60)
        for channel in channels:
            await discord.wait_for(lambda c=channel: len(_answers(c)) >= 6, 60)
            await post(channel, picture)
            await discord.wait_for(lambda c=channel: len(_answers(c)) >= 7, 60)
            last = channel.bot_messages()[-1]
            assert "(new)" in f"{last.content} {last.embeds}"
        await asyncio.gather(one.stop(), two.stop())
    finally:
        await asyncio.gather(one.kill(), two.kill())
    assert one.troubles() == two.troubles() == []
    for channel in channels:
        answered = _answers(channel)
        assert len(answered) == len(set(answered)) == 7
    ((stored,),) = postgresql.execute("SELECT count(*) FROM illustrations", "catalogue")
    assert stored == 14 + 12
    rows = postgresql.execute("SELECT state FROM jobs", "catalogue")
    assert rows == [("done",)]


def _made(place):
    place.mkdir()
    return place


def _answers(channel: Channel) -> list[int]:
    """The posts that were answered in a channel."""
    return [int(one.reference["message_id"]) for one in channel.bot_messages() if one.reference]
