"""What guilds chose."""

import asyncio
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from bot.catalogue import Catalogue, NewAnswer, NewJob, tables
from bot.catalogue.guilds import Guilds
from bot.places import Place
from bot.posts import GuildSettings
from bot.tags.rules import TagRules
from tests.bot.postgresql import on_postgresql


async def test_a_guild_that_chose_nothing_has_what_holds_everywhere(catalogue):
    assert await catalogue.guilds.settings(7) == GuildSettings()
    assert await catalogue.guilds.known() == set()


async def test_each_guild_has_its_own_choices(catalogue):
    await catalogue.guilds.set_language(7, "ja")
    await catalogue.guilds.set_threshold(7, 0.8)
    assert await catalogue.guilds.settings(7) == GuildSettings("ja", TagRules(threshold=0.8))
    assert await catalogue.guilds.settings(8) == GuildSettings()


async def test_one_choice_leaves_the_others_and_can_be_taken_back(catalogue):
    await catalogue.guilds.set_threshold(7, 0.8)
    await catalogue.guilds.set_language(7, "en")
    await catalogue.guilds.set_threshold(7, None)
    assert await catalogue.guilds.settings(7) == GuildSettings("en")
    await catalogue.guilds.set_language(7, "")
    assert await catalogue.guilds.settings(7) == GuildSettings()


async def test_a_mode_knows_since_when_and_by_whom(catalogue):
    before = datetime.now(UTC)
    await catalogue.guilds.set_mode(7, 70, "quiet", 5)
    await catalogue.guilds.set_mode(7, 70, "reply", 6)
    await catalogue.guilds.set_mode(7, 71, "off", 5)
    modes = (await catalogue.guilds.settings(7)).modes
    assert {channel: (one.mode, one.changed_by) for channel, one in modes.items()} == {
        70: ("reply", 6),
        71: ("off", 5),
    }
    assert before <= modes[70].changed_at <= datetime.now(UTC)
    assert modes[70].changed_at.tzinfo is UTC


async def test_rules_on_a_tag_change_one_by_one(catalogue):
    await catalogue.guilds.set_tag(7, "sea", alias="the deep")
    await catalogue.guilds.set_tag(7, "sea", threshold=0.0)
    await catalogue.guilds.set_tag(7, "sky", hidden=True)
    assert (await catalogue.guilds.settings(7)).rules == TagRules(
        hidden=frozenset({"sky"}), aliases={"sea": "the deep"}, thresholds={"sea": 0.0}
    )
    await catalogue.guilds.set_tag(7, "sea", alias="", threshold=None)
    await catalogue.guilds.set_tag(7, "sky", hidden=False)
    assert (await catalogue.guilds.settings(7)).rules == TagRules()


async def test_a_tag_without_rules_leaves_no_row(catalogue):
    await catalogue.guilds.set_tag(7, "sea", alias="the deep")
    await catalogue.guilds.set_tag(7, "sea", alias="")
    await catalogue.guilds.set_tag(7, "sky")
    async with catalogue._database.reading() as connection:
        assert (await connection.execute(sa.select(tables.guild_tags))).all() == []


async def test_choices_outlive_a_restart(url):
    first = await Catalogue.open(url)
    await first.guilds.set_mode(7, 70, "reply", 5)
    await first.guilds.set_tag(7, "sea", hidden=True)
    chosen = await first.guilds.settings(7)
    await first.close()
    again = await Catalogue.open(url)
    assert await again.guilds.settings(7) == chosen
    await again.close()


async def test_what_is_known_is_not_read_again(catalogue, monkeypatch):
    chosen = await catalogue.guilds.settings(7)
    monkeypatch.setattr(catalogue._database, "reading", None)
    assert await catalogue.guilds.settings(7) is chosen


@on_postgresql
async def test_what_another_process_changes_is_read_again(catalogue, url, until):
    assert (await catalogue.guilds.settings(7)).language == ""
    other = await Catalogue.open(url)
    await other.guilds.set_language(7, "ja")
    await other.close()

    async def is_known() -> bool:
        return (await catalogue.guilds.settings(7)).language == "ja"

    await until(is_known)


async def test_what_changes_while_it_is_read_is_not_remembered_as_it_was(catalogue, monkeypatch):
    read, change = asyncio.Event(), asyncio.Event()
    original = catalogue._database.reading

    class Slow:
        def __init__(self):
            self._inner = original()

        async def __aenter__(self):
            return await self._inner.__aenter__()

        async def __aexit__(self, *error):
            read.set()
            await change.wait()
            return await self._inner.__aexit__(*error)

    monkeypatch.setattr(catalogue._database, "reading", Slow)
    reading = asyncio.create_task(catalogue.guilds.settings(7))
    await read.wait()
    await catalogue.guilds.set_language(7, "ja")
    change.set()
    await reading
    assert (await catalogue.guilds.settings(7)).language == "ja"


async def test_a_channel_that_is_gone_is_forgotten_alone(catalogue):
    await catalogue.guilds.set_mode(7, 70, "reply", 5)
    await catalogue.guilds.set_mode(7, 71, "reply", 5)
    await catalogue.notices.told(7, 70, "send")
    for id_, place in ((1, Place(7, 70)), (2, Place(7, 72, 70)), (3, Place(7, 71))):
        await catalogue.answers.add(NewAnswer(id_, place, 5), [])
    await catalogue.guilds.forget_channel(7, 70)
    assert set((await catalogue.guilds.settings(7)).modes) == {71}
    assert await catalogue.notices.told(7, 70, "send")
    assert [bool(await catalogue.answers.get(id_)) for id_ in (1, 2, 3)] == [False, False, True]


@pytest.fixture
async def two_guilds(catalogue, posted):
    for guild in (7, 8):
        await catalogue.guilds.set_language(guild, "ja")
        await catalogue.guilds.set_mode(guild, 70, "reply", 5)
        await catalogue.guilds.set_tag(guild, "sea", hidden=True)
        await catalogue.notices.told(guild, 70, "send")
        await catalogue.jobs.add(NewJob("import", guild, 70, 5, 70))
        await catalogue.answers.add(NewAnswer(guild * 100, Place(guild, 70), 5), [])
        await posted(guild, "a", guild=guild, reply=guild * 10)
        await catalogue.posts.remove([guild])
    return catalogue


async def test_a_guild_that_the_bot_left_is_forgotten_and_no_other(two_guilds):
    catalogue = two_guilds
    kept = await catalogue.guilds.settings(8)
    assert await catalogue.guilds.known() == {7, 8}
    await catalogue.guilds.forget(7)
    assert await catalogue.guilds.known() == {8}
    assert await catalogue.guilds.settings(7) == GuildSettings()
    assert await Guilds(catalogue._database).settings(7) == GuildSettings()
    assert await catalogue.jobs.of_guild(7, 10) == []
    assert await catalogue.answers.get(700) is None
    assert [errand.guild_id for errand in await catalogue.errands.pending()] == [8]
    assert await catalogue.guilds.settings(8) == kept
    assert len(await catalogue.jobs.of_guild(8, 10)) == 1
    assert await catalogue.answers.get(800) is not None


async def test_a_guild_is_known_by_whatever_is_kept_of_it(catalogue):
    await catalogue.jobs.add(NewJob("import", 1, 70, 5, 70))
    await catalogue.guilds.set_mode(2, 70, "off", 5)
    await catalogue.notices.told(3, 70, "send")
    assert await catalogue.guilds.known() == {1, 2, 3}
