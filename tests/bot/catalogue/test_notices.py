"""Notices: told once."""

import asyncio


async def test_something_is_told_once_about_a_channel(catalogue):
    told = await asyncio.gather(*(catalogue.notices.told(7, 70, "send") for _ in range(9)))
    assert sorted(told) == [False] * 8 + [True]
    assert await catalogue.notices.told(7, 70, "read")
    assert await catalogue.notices.told(7, 71, "send")


async def test_what_is_put_right_may_be_told_again(catalogue):
    await catalogue.notices.told(7, 70, "send")
    await catalogue.notices.told(7, 71, "send")
    await catalogue.notices.forget(7, 70)
    assert await catalogue.notices.told(7, 70, "send")
    assert not await catalogue.notices.told(7, 71, "send")
