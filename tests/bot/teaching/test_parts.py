"""How a guild's own tag is found."""

import pytest

from tests.bot.teaching.lessons import PURPLES, TEACHER

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_tag_is_found_by_its_japanese_name_and_its_alias(guild):
    (example,) = await guild.posted(PURPLES[:1])
    await guild.teaching.register(guild.id, "grape", "ブドウ", [example], TEACHER)
    await guild.catalogue.guilds.set_tag(guild.id, "grape", alias="vitis")
    for name in ("Grape", "ぶどう", "VITIS"):
        assert (await guild.teaching.get(guild.id, name)).name == "grape"
    registered = await guild.teaching.get(guild.id, "grape")
    assert await guild.teaching.tag(guild.id, registered.id) == registered
    assert await guild.teaching.tag(guild.id + 1, registered.id) is None
    assert [tag.name for tag in await guild.teaching.own(guild.id)] == ["grape"]
