"""The cog of ``/tag-admin``, for those who manage the server and whom they let."""

from discord.ext import commands

from bot.discord.tag_admin.group import TAG_ADMIN
from bot.discord.tag_admin.lessons import Lessons
from bot.discord.tag_admin.naming import Naming
from bot.discord.tag_admin.training import Training
from bot.discord.tag_admin.versions import Versions


class TagAdmin(Naming, Lessons, Versions, Training):
    """What a guild decides about tags, what it teaches, and the jobs that come of it."""

    tag_admin = TAG_ADMIN

    async def cog_unload(self) -> None:
        """Leave the messages of jobs as they are; the next start goes on with them."""
        await self._boards.close()

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        """A new session: jobs that are under way are shown again."""
        guilds = [one for one in self._client.guilds if one.shard_id == shard_id]
        await self._boards.resume(guilds)
