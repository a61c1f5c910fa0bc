"""The cog of ``/library``, for those who manage the server, and of the imports under way."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.catalogue import NewJob
from bot.discord.board import may_write
from bot.discord.channel_options import ChannelOption, found
from bot.discord.circumstances import asked_in_guild
from bot.discord.errors import RefusalError
from bot.discord.face import Face
from bot.discord.library import texts
from bot.discord.library.button import COG
from bot.discord.library.describing import status_text
from bot.discord.library.imports import KIND, Imports
from bot.discord.permissions import permission_names, unreadable
from bot.discord.translator import named

MOST_JOBS = 5


class Library(commands.Cog, name=COG):
    """What a guild has in the library, and how more of it comes there."""

    library = app_commands.Group(
        name=named("library", "ライブラリ"),
        description=named(
            "The illustrations that I know of this server", "このサーバーの作品を管理します"
        ),
        guild_only=True,
        allowed_contexts=app_commands.AppCommandContext(guild=True),
        default_permissions=discord.Permissions(manage_guild=True),
    )

    def __init__(self, client: discord.Client, face: Face) -> None:
        self._client = client
        self._face = face
        self._imports = imports = Imports(client, face)
        face.jobs.led_elsewhere(KIND, lambda job: imports.cancel(job.id))

    async def cog_unload(self) -> None:
        """End the imports for now; the next start goes on with them."""
        await self._imports.close()

    async def cancel(self, job_id: int) -> bool:
        """Cancel an import; False: it is over already."""
        return await self._imports.cancel(job_id)

    @library.command(
        name=named("import", "取り込み"),
        description=named(
            "Add what was posted in a channel until now, without answering it",
            "チャンネルの過去の投稿を取り込みます（返信はしません）",
        ),
    )
    @app_commands.rename(channel=named("channel", "チャンネル"))
    @app_commands.describe(
        channel=named(
            "The channel with its public threads, the forum, or one thread",
            "チャンネル（公開スレッドを含む）・フォーラム・スレッド",
        )
    )
    async def import_(self, interaction: discord.Interaction, channel: ChannelOption) -> None:
        """Begin to import a channel's history."""
        asked = await asked_in_guild(self._face, interaction)
        guild, language = asked.guild, asked.language
        if not interaction.client.intents.message_content:
            raise RefusalError(texts.NO_MESSAGE_CONTENT)
        where = await found(channel)
        if missing := unreadable(where):
            names = permission_names(missing, language)
            raise RefusalError(texts.MAY_NOT_READ, channel=where.id, permissions=names)
        here = interaction.channel
        shown = may_write(here)
        job = NewJob(KIND, guild.id, where.id, interaction.user.id, here.id if here else 0)
        await self._imports.start(where, job, shown=shown)
        text = texts.STARTED_HERE if shown else texts.STARTED
        await interaction.followup.send(text(language, channel=where.id), ephemeral=True)

    @library.command(
        name=named("status", "状況"),
        description=named(
            "How many illustrations I know here, and how imports are going",
            "作品の数と取り込みの状況を表示します",
        ),
    )
    async def status(self, interaction: discord.Interaction) -> None:
        """Say what is in the library, and how imports are going."""
        asked = await asked_in_guild(self._face, interaction)
        guild, language = asked.guild, asked.language
        catalogue = self._face.catalogue
        totals = await catalogue.posts.totals(guild.id)
        jobs = [
            job for job in await catalogue.jobs.of_guild(guild.id, MOST_JOBS) if job.kind == KIND
        ]
        await interaction.followup.send(status_text(language, totals, jobs), ephemeral=True)

    @commands.Cog.listener()
    async def on_shard_ready(self, shard_id: int) -> None:
        """A new session: what was under way goes on."""
        await self._resume([one for one in self._client.guilds if one.shard_id == shard_id])

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A guild is back from an outage."""
        await self._resume([guild])

    @commands.Cog.listener()
    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """A message was deleted: it may be one that is about to be imported."""
        self._imports.touched(payload.guild_id, {payload.message_id})

    @commands.Cog.listener()
    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Many messages were deleted at once."""
        self._imports.touched(payload.guild_id, payload.message_ids)

    @commands.Cog.listener()
    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """A message was edited: its attachments may be others now."""
        self._imports.touched(payload.guild_id, {payload.message_id})

    @commands.Cog.listener()
    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """A channel was deleted, with its threads."""
        await self._imports.channel_gone(channel.guild, channel.id)

    @commands.Cog.listener()
    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        """A thread was deleted."""
        guild = self._client.get_guild(payload.guild_id)
        if guild is not None:
            await self._imports.channel_gone(guild, payload.thread_id)

    @commands.Cog.listener()
    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """The bot was removed from a guild."""
        await self._imports.guild_gone(guild.id)

    async def _resume(self, guilds: list[discord.Guild]) -> None:
        # Without the intent every message looks as if it had no images.
        if self._client.intents.message_content:
            await self._imports.resume(guilds)
