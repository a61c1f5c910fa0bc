"""Which tags guilds have taught."""


async def names(tags):
    return [tag.name for tag in await tags]


async def test_a_guilds_tags_are_its_own(catalogue, taught):
    await taught("dusk")
    await taught("dawn")
    await taught("dusk", guild=8)
    assert await names(catalogue.taught.of_guild(7)) == ["dawn", "dusk"]
    assert await names(catalogue.taught.of_guild(8)) == ["dusk"]
    assert await names(catalogue.taught.of_guild(9)) == []


async def test_a_tag_is_found_by_its_exact_name_and_by_its_id(catalogue, taught):
    tag_id = await taught("dusk", by=9)
    tag = await catalogue.taught.get(7, "dusk")
    assert tag == await catalogue.taught.tag(tag_id)
    assert (tag.name, tag.name_ja, tag.created_by, tag.promoted) == ("dusk", "夕暮れ", 9, False)
    assert await catalogue.taught.get(7, "Dusk") is None
    assert await catalogue.taught.get(8, "dusk") is None
    assert await catalogue.taught.tag(tag_id + 1) is None


async def test_a_tag_is_promoted_until_it_is_not(catalogue, taught):
    tag_id, other = await taught("b", guild=8), await taught("a")
    for promoted in (True, False):
        await catalogue.taught.set_promoted(tag_id, promoted=promoted)
        assert (await catalogue.taught.tag(tag_id)).promoted is promoted
        assert (await catalogue.taught.tag(other)).promoted is False
