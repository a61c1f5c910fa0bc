"""What the index of a running bot holds, whichever engine it has."""

from bot.running import Bot


async def indexed(bot: Bot) -> list[int]:
    """The ids, rising."""
    return (await bot.library.index.of(bot.inference.client).ids()).tolist()
