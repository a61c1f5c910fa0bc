"""The button that cancels an import; it works after a restart too."""

from typing import Protocol, runtime_checkable

import discord
from discord.ext import commands

from bot.discord.acknowledging import defer
from bot.discord.errors import RefusalError, answered
from bot.discord.face import face_of
from bot.discord.library import texts
from bot.discord.numbered import NumberedButton
from bot.posts import Language

# The name of the cog that holds the imports.
COG = "Library"


@runtime_checkable
class Canceller(Protocol):
    """What the button asks."""

    async def cancel(self, job_id: int) -> bool:
        """Cancel an import; False: it is over already."""
        ...


class CancelImport(NumberedButton, template=r"library:cancel:(?P<job>\d{1,18})"):
    """Cancels one import, for those who manage the server."""

    name = "library:cancel"
    label = texts.CANCEL

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Cancel; the message itself then says so."""
        if not interaction.permissions.manage_guild:
            raise RefusalError(texts.MAY_NOT_CANCEL)
        await defer(interaction)
        job = await face_of(interaction).catalogue.jobs.get(self.number)
        if job is None or job.guild_id != interaction.guild_id:
            raise RefusalError(texts.OVER)
        if not await _canceller(interaction.client).cancel(job.id):
            raise RefusalError(texts.OVER)


def cancel_view(job_id: int, language: Language) -> discord.ui.View:
    """The button, to be attached to the progress of an import."""
    view = discord.ui.View(timeout=None)
    view.add_item(CancelImport(job_id, language))
    return view


def _canceller(client: discord.Client) -> Canceller:
    cog: object = client.get_cog(COG) if isinstance(client, commands.AutoShardedBot) else None
    if not isinstance(cog, Canceller):
        raise TypeError(f"The client has no cog {COG}. Expected the one that imports.")
    return cog
