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


async def test_what_is_promoted_comes_in_the_order_it_was_taught(catalogue, taught):
    ids = [await taught(name, guild=guild) for name, guild in (("b", 8), ("a", 7), ("c", 7))]
    for tag_id in ids[:2]:
        await catalogue.taught.set_promoted(tag_id, promoted=True)
    assert await names(catalogue.taught.promoted()) == ["b", "a"]
    await catalogue.taught.set_promoted(ids[0], promoted=False)
    assert await names(catalogue.taught.promoted()) == ["a"]
