"""Waiting ends when what is waited for is there, or when it is time to end."""

import asyncio

from bot.discord.waiting import rest, unless_ending


async def test_a_rest_ends_with_its_time_or_with_the_end():
    ending = asyncio.Event()
    async with asyncio.timeout(5):
        await rest(0.01, ending)
        ending.set()
        await rest(60.0, ending)


async def test_what_is_wanted_is_waited_for_unless_it_is_time_to_end():
    wanted, ending = asyncio.Event(), asyncio.Event()
    waiting = asyncio.create_task(unless_ending(wanted.wait(), ending))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    wanted.set()
    async with asyncio.timeout(5):
        await waiting
        ending.set()
        await unless_ending(asyncio.Event().wait(), ending)
