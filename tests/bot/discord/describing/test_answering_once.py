"""A public answer stands once, and shows what may show when it is sent."""

import asyncio

from tests.bot.discord.asking import ask, links
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.permissions import P

RED, CRIMSON = (220, 30, 30), (215, 32, 30)


async def test_an_answer_that_discord_took_without_saying_so_is_not_given_twice(
    community, discord, picture, art
):
    first, _ = await art.post(RED)
    discord.faults.http(path=r"/webhooks/.*", status=502, took_effect=True, times=1)
    image = File("art.png", picture(CRIMSON))
    before = len(art.sketches.bot_messages())
    result = await ask(art.theo, art.sketches, "similar", image=image, public=True)
    answer = result.original
    await discord.wait_for(lambda: community.catalogue.answers.get(answer.id), 10)
    assert art.sketches.bot_messages()[before:] == [answer]
    assert links(result) == {1: first.id}


async def test_who_lost_access_while_the_picture_was_drawn_is_not_shown_it(
    community, discord, picture, art, monkeypatch
):
    cabin = art.guild.add_channel("cabin")
    secret, _ = await art.post(RED, channel=cabin)
    draw, drawing = community.bot.decoders.draw, asyncio.Event()

    async def slowly(grid):
        drawing.set()
        await asyncio.sleep(2.2)
        return await draw(grid)

    monkeypatch.setattr(community.bot.decoders, "draw", slowly)
    image = File("art.png", picture(CRIMSON))
    result = await art.theo.command(art.sketches, "similar", image=image, public=True)
    await asyncio.wait_for(drawing.wait(), 10)
    cabin.overwrite(art.theo, deny=P.VIEW_CHANNEL)
    await result.settled(10)
    assert str(secret.id) not in result.text
    assert result.original.attachments == []
