"""What people said about a tag, in a guild and in some of its channels."""

from bot.catalogue import Verdicts


async def test_verdicts_are_counted_over_the_illustrations_of_a_guild(catalogue, posted):
    (first,) = await posted(1, "first", guild=7)
    (second,) = await posted(2, "second", guild=7)
    (foreign,) = await posted(3, "foreign", guild=8)
    await catalogue.marks.put(first, 100, {"sea": True, "moon": False})
    await catalogue.marks.put(first, 101, {"sea": True})
    await catalogue.marks.put(second, 100, {"sea": False})
    await catalogue.marks.put(foreign, 100, {"sea": False})
    assert await catalogue.verdicts(7, "sea") == Verdicts(right=2, wrong=1)
    assert await catalogue.verdicts(7, "moon") == Verdicts(right=0, wrong=1)
    assert await catalogue.verdicts(7, "snow") == Verdicts(right=0, wrong=0)


async def test_verdicts_on_what_may_not_be_shown_do_not_count(catalogue, posted):
    (shown,) = await posted(1, "shown", guild=7, channel_id=70)
    (secret,) = await posted(2, "secret", guild=7, channel_id=71)
    await catalogue.marks.put(shown, 100, {"sea": True})
    await catalogue.marks.put(secret, 100, {"sea": False})
    assert await catalogue.verdicts(7, "sea", frozenset({70})) == Verdicts(right=1, wrong=0)
    assert await catalogue.verdicts(7, "sea", frozenset()) == Verdicts(right=0, wrong=0)
