"""What the index of a running bot holds and finds, whichever engine it has."""

from bot.errors import UnavailableError
from bot.illustrations import LOCAL_GUILD
from bot.pipeline import Candidate
from bot.places import Scope
from bot.running import Bot


async def indexed(bot: Bot) -> list[int]:
    """The ids, rising."""
    return (await bot.library.index.of(bot.inference.client).ids()).tolist()


async def holds(bot: Bot, expected: list[int]) -> bool:
    """Whether these are the ids; not while it cannot be asked."""
    try:
        return await indexed(bot) == expected
    except UnavailableError:
        return False


async def post(bot: Bot, picture, colour):
    """Post a picture of one colour to the local channel."""
    return await bot.service.post(Candidate(picture(colour), LOCAL_GUILD, "posted", "t"))


async def similar(bot: Bot, id_: int) -> list[int]:
    """What is similar to an illustration of the local channel, nearest first."""
    near = await bot.service.similar([id_], Scope(LOCAL_GUILD), 5)
    return [one.id for one in near[id_]]
