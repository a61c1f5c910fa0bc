"""``/tag-admin retrain`` and ``jobs``: long work, started and watched."""

import discord
from discord import app_commands

from bot.discord.board import may_write
from bot.discord.circumstances import asked_in_guild
from bot.discord.jobs import texts
from bot.discord.jobs.button import list_view, listed_jobs
from bot.discord.jobs.describing import jobs_text
from bot.discord.operator import require_operator
from bot.discord.tag_admin.group import TAG_ADMIN, Handlers
from bot.discord.translator import named


class Training(Handlers):
    """Learns from all feedback, or builds the whole model anew."""

    @TAG_ADMIN.command(
        name=named("retrain", "再学習"),
        description=named(
            "Learn this server's tags again from all feedback that may count",
            "このサーバーのタグを、使える回答すべてから学習し直します",
        ),
    )
    @app_commands.rename(everything=named("everything", "すべて"))
    @app_commands.describe(
        everything=named(
            "True: rebuild the whole model, for every server (operator only)",
            "True：すべてのサーバーのモデル全体を再構築する（運営者のみ）",
        )
    )
    async def retrain(
        self,
        interaction: discord.Interaction,
        everything: bool = False,  # noqa: FBT001, FBT002 - an option of the command
    ) -> None:
        """Begin; a message in the channel shows how far it is."""
        asked = await asked_in_guild(self._face, interaction)
        here = interaction.channel
        shown = may_write(here)
        notice_channel_id = here.id if here is not None and shown else 0
        guild_id, user_id = asked.guild.id, interaction.user.id
        if everything:
            await require_operator(interaction)
            job_id = await self._face.rebuilding.start(guild_id, user_id, notice_channel_id)
        else:
            job_id = await self._face.teaching.retrain(guild_id, user_id, notice_channel_id)
        await self._boards.open(job_id)
        begun = texts.REBUILDING if everything else texts.RETRAINING
        where = texts.SHOWN_HERE if shown else texts.ASK_FOR_IT
        content = f"{begun(asked.language)}\n{where(asked.language)}"
        await interaction.edit_original_response(content=content)

    @TAG_ADMIN.command(
        name=named("jobs", "ジョブ"),
        description=named(
            "Show the jobs of this server and how far they are",
            "このサーバーのジョブと進み具合を表示します",
        ),
    )
    async def jobs(self, interaction: discord.Interaction) -> None:
        """The newest jobs, with a button to cancel each that is not over."""
        asked = await asked_in_guild(self._face, interaction)
        found = await listed_jobs(interaction)
        await interaction.edit_original_response(
            content=jobs_text(asked.language, found), view=list_view(found, asked.language)
        )
