"""The buttons that cancel a job; they work after a restart too."""

from collections.abc import Sequence

import discord

from bot.catalogue import Job
from bot.discord.acknowledging import defer
from bot.discord.board import board_language
from bot.discord.circumstances import settings_for
from bot.discord.errors import RefusalError, answered
from bot.discord.face import face_of
from bot.discord.jobs import texts
from bot.discord.jobs.describing import KINDS, REBUILD, jobs_text, progress_text
from bot.discord.languages import language_for
from bot.discord.numbered import NumberedButton
from bot.discord.operator import is_operator, require_operator
from bot.discord.teachers import require_teacher
from bot.jobs import OVER
from bot.posts import Language

# As many as stand below one message.
MOST_BUTTONS = 25
MOST_JOBS = 10
# Imports are jobs too, and have a list of their own: they take no place in this one.
MOST_LOOKED_AT = 100


class CancelJob(NumberedButton, template=r"job:cancel:(?P<job>\d{1,18})"):
    """Cancels one job, for those who may start it."""

    name = "job:cancel"
    label = texts.CANCEL

    @answered
    async def callback(self, interaction: discord.Interaction) -> None:
        """Cancel; the message that shows the job then says so."""
        await defer(interaction)
        face = face_of(interaction)
        await require_teacher(face.teachers, interaction)
        job = await face.catalogue.jobs.get(self.number)
        if job is None or job.kind not in KINDS:
            raise RefusalError(texts.OVER)
        if job.kind == REBUILD:
            await require_operator(interaction)
        elif job.guild_id != interaction.guild_id:
            raise RefusalError(texts.OVER)
        if not await face.jobs.cancel(job.id):
            raise RefusalError(texts.OVER)
        await _show_end(interaction, job)


def cancel_view(job: Job, language: Language) -> discord.ui.View | None:
    """The button below the progress of a job; None: it is over."""
    if job.state in OVER:
        return None
    view = discord.ui.View(timeout=None)
    view.add_item(CancelJob(job.id, language))
    return view


def list_view(jobs: Sequence[Job], language: Language) -> discord.ui.View:
    """The buttons below a list of jobs, one for each that is not over."""
    view = discord.ui.View(timeout=None)
    for job in [one for one in jobs if one.state not in OVER][:MOST_BUTTONS]:
        button = CancelJob(job.id, language)
        button.item.label = texts.CANCEL_ONE(language, id=job.id)
        view.add_item(button)
    return view


async def listed_jobs(interaction: discord.Interaction) -> list[Job]:
    """The newest jobs of the guild where somebody asks, and whatever is under way there.

    The operator sees every rebuild under way.

    Acknowledge the interaction before.
    """
    jobs = face_of(interaction).catalogue.jobs
    newest = await jobs.of_guild(interaction.guild_id or 0, MOST_LOOKED_AT)
    found = [one for one in newest if one.kind in KINDS]
    found = found[:MOST_JOBS] + [one for one in found[MOST_JOBS:] if one.state not in OVER]
    under_way = await jobs.open_(REBUILD)
    if under_way and await is_operator(interaction):
        known = {one.id for one in found}
        found += [one for one in under_way if one.id not in known]
    return sorted(found, key=lambda job: -job.id)


async def _show_end(interaction: discord.Interaction, job: Job) -> None:
    """In a list that one person sees: the list as it is now; else the message of the job itself."""
    face, message = face_of(interaction), interaction.message
    if message is not None and message.flags.ephemeral:
        language = language_for(interaction, await settings_for(face, interaction))
        found = await listed_jobs(interaction)
        text, view = jobs_text(language, found), list_view(found, language)
        await interaction.edit_original_response(content=text, view=view)
        return
    ended = await face.catalogue.jobs.get(job.id)
    if ended is not None:
        language = await board_language(interaction.client, face.catalogue.guilds, job.guild_id)
        text = progress_text(language, ended)
        await interaction.edit_original_response(content=text, view=None)
