"""A reply → what is sent: embeds, and one picture that decoders draw from thumbnails."""

import asyncio
import io
import logging
from dataclasses import dataclass

import discord

from bot.decoding.pool import DecoderPool
from bot.discord.embeds import grid_request, picture_name, reply_embeds
from bot.errors import DrawingError
from bot.replies import Reply
from bot.thumbnails import Thumbnails
from model.errors import StoreError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rendered:
    """What one message holds.

    Attributes:
        picture: An image file with the similar illustrations; None: nothing is similar.
        picture_name: What it is called; a name of Discord's own convention covers it.
    """

    embeds: list[discord.Embed]
    picture: bytes | None
    picture_name: str

    def files(self) -> list[discord.File]:
        """The picture to attach; a new object each time, since sending uses it up."""
        if self.picture is None:
            return []
        return [discord.File(io.BytesIO(self.picture), self.picture_name)]


class Renderer:
    """Renders replies."""

    def __init__(self, decoders: DecoderPool, thumbnails: Thumbnails) -> None:
        self._decoders = decoders
        self._thumbnails = thumbnails

    async def render(self, reply: Reply) -> Rendered:
        """Embeds and picture; should drawing fail, or the store, the links go without a picture."""
        picture = await self._picture(reply)
        embeds = reply_embeds(reply, pictured=picture is not None)
        return Rendered(embeds, picture, picture_name(reply))

    async def _picture(self, reply: Reply) -> bytes | None:
        keys = {one.illustration.thumbnail for one in reply.shown}
        try:
            grid = grid_request(reply, await asyncio.to_thread(self._read, keys))
            return None if grid is None else await self._decoders.draw(grid)
        except (DrawingError, StoreError) as error:
            log.warning("a reply goes without its picture: %s", error)
            return None

    def _read(self, keys: set[str]) -> dict[str, bytes | None]:
        return {key: self._thumbnails.get(key) for key in keys}
