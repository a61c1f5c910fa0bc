"""Messages that show how far jobs are: edited in place while they run, also after a restart."""

import asyncio
import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import discord

from bot.catalogue import Job
from bot.discord.board import Board, board_language
from bot.discord.face import Face
from bot.discord.jobs.button import MOST_LOOKED_AT, cancel_view
from bot.discord.jobs.describing import KINDS, progress_text
from bot.jobs import OVER

log = logging.getLogger(__name__)

# No oftener: Discord takes some five edits in as many seconds.
SHOW_SECONDS = 3.0
# A job may have ended in the moment before the bot did: such a message is put right at a start.
ENDED_LATELY = timedelta(hours=1)


class Boards:
    """The boards of this process, one for each job that has one."""

    def __init__(self, client: discord.Client, face: Face) -> None:
        self._client = client
        self._face = face
        self._jobs = face.catalogue.jobs
        self._following: dict[int, asyncio.Task[None]] = {}

    async def open(self, job_id: int) -> None:
        """Send the message of a job to the channel that is noted for it, and keep it up to date."""
        job = await self._jobs.get(job_id)
        if job is None or not job.notice_channel_id:
            return
        board = self._board(job)
        language = await board_language(self._client, self._face.catalogue.guilds, job.guild_id)
        notice = await board.open(progress_text(language, job), cancel_view(job, language))
        if notice is not None:
            await self._jobs.update(job_id, notice=notice)
            self._follow(job, board)

    async def resume(self, guilds: Iterable[discord.Guild]) -> None:
        """Go on with the boards of some guilds after a restart."""
        lately = datetime.now(UTC) - ENDED_LATELY
        for guild in guilds:
            for job in await self._jobs.of_guild(guild.id, MOST_LOOKED_AT):
                shown = job.notice is not None and job.kind in KINDS
                if shown and (job.state not in OVER or job.updated_at > lately):
                    self._follow(job, self._board(job))

    async def close(self) -> None:
        """End; the next start goes on."""
        tasks = list(self._following.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _board(self, job: Job) -> Board:
        return Board(self._client, job.notice_channel_id, job.notice)

    def _follow(self, job: Job, board: Board) -> None:
        if job.id not in self._following:
            task = asyncio.create_task(self._keep(job, board))
            self._following[job.id] = task
            task.add_done_callback(lambda _: self._following.pop(job.id, None))

    async def _keep(self, job: Job, board: Board) -> None:
        """Show each change until the job is over, or forgotten with its guild."""
        guilds, shown = self._face.catalogue.guilds, ""
        try:
            async for current in self._face.jobs.follow(job.id):
                language = await board_language(self._client, guilds, job.guild_id)
                text = progress_text(language, current)
                if text != shown:
                    shown = text
                    await board.show(text, cancel_view(current, language))
                if current.state not in OVER:
                    await asyncio.sleep(SHOW_SECONDS)
        except Exception:
            log.exception("job %d: its progress is not shown any more", job.id)
