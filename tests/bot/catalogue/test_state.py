"""Facts about the bot itself."""

from bot.catalogue import Catalogue


async def test_a_fact_is_the_last_one_noted_also_after_a_restart(url):
    first = await Catalogue.open(url)
    assert await first.state.get("connected_at") is None
    await first.state.put("connected_at", "early")
    await first.state.put("connected_at", "late")
    await first.state.put("other", "")
    await first.close()
    again = await Catalogue.open(url)
    assert await again.state.get("connected_at") == "late"
    assert await again.state.get("other") == ""
    assert await again.state.starting_with("connected") == {"connected_at": "late"}
    assert await again.state.starting_with("connected%") == {}
    await again.close()


async def test_of_a_fact_that_is_settled_the_first_one_stays(url):
    first, second = [await Catalogue.open(url) for _ in range(2)]
    assert await first.state.settled("owner", "one") == "one"
    assert await second.state.settled("owner", "two") == "one"
    for each in (first, second):
        await each.close()
