"""Imports as jobs: started, shown, cancelled, gone on with after a restart.

What is kept of a job is its cursor, written every few seconds. A kill loses what came after it, and
nothing comes of that: messages that are known already are passed over.
"""

import asyncio
import logging
import time
from collections.abc import Collection
from dataclasses import dataclass, field

import discord

from bot.catalogue import Job, NewJob
from bot.catalogue.jobs import JobState
from bot.discord.channel_options import PostChannel
from bot.discord.errors import RefusalError
from bot.discord.face import Face
from bot.discord.languages import language_of
from bot.discord.library import texts
from bot.discord.library.board import Board
from bot.discord.library.button import cancel_view
from bot.discord.library.cursor import Cursor
from bot.discord.library.describing import ended_text, percent_of, running_text
from bot.discord.library.importing import Standing, StoppedError, Waiting, Walk
from bot.discord.library.taking import Taking
from bot.posts import Language

log = logging.getLogger(__name__)

KIND = "import"
OPEN: tuple[JobState, ...] = ("queued", "running")
REPORT_SECONDS = 5.0
# How long an image that is being brought may take when an import is to end.
CANCEL_PATIENCE_SECONDS = 10.0
CLOSE_PATIENCE_SECONDS = 0.3


@dataclass
class Running:
    """An import that is under way.

    Attributes:
        channel: What is imported.
        reported: When its progress was noted last, on the monotonic clock.
        waiting: What it was waiting for then.
    """

    job: Job
    channel: PostChannel
    taking: Taking
    board: Board
    walk: Walk = field(init=False)
    task: asyncio.Task[None] = field(init=False)
    reported: float = 0.0
    waiting: Waiting = ""

    @property
    def place_id(self) -> int:
        """The channel or thread that is being read."""
        return self.walk.standing.cursor.place_id

    async def halt(self, patience_seconds: float) -> None:
        """End it after the image that is being brought, or without that if it takes too long."""
        self.walk.stop()
        await asyncio.wait({self.task}, timeout=patience_seconds)
        if not self.task.done():
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)


class Imports:
    """The imports of this process, one at a time for each guild."""

    def __init__(self, client: discord.Client, face: Face) -> None:
        self._client = client
        self._face = face
        self._jobs = face.catalogue.jobs
        self._running: dict[int, Running] = {}
        self._starting = asyncio.Lock()
        self._closing = False

    async def start(self, channel: PostChannel, new: NewJob, *, shown: bool) -> None:
        """Begin to import a channel.

        Args:
            channel: What is imported.
            new: The job.
            shown: Whether its progress can be shown where it was asked for.

        Raises:
            RefusalError: If the guild has an import under way.
        """
        async with self._starting:
            for other in await self._jobs.open_(KIND):
                if other.guild_id == new.guild_id:
                    raise RefusalError(
                        texts.ALREADY_IMPORTING,
                        channel=other.channel_id,
                        percent=percent_of(other.progress),
                    )
            job = await self._jobs.get(await self._jobs.add(new))
        if job is not None:
            self._begin(job, channel, shown=shown)

    async def resume(self, guild: discord.Guild) -> None:
        """Go on with what a guild had under way when the bot ended."""
        for job in await self._jobs.open_(KIND):
            if job.guild_id != guild.id or job.id in self._running or guild.unavailable:
                continue
            channel = await self._channel(guild, job.channel_id)
            if channel is None:
                await self._end(job, self._board(job), "failed", "gone")
            else:
                log.info("import %d goes on", job.id)
                self._begin(job, channel, shown=False)

    async def cancel(self, job_id: int) -> bool:
        """Cancel an import; what was taken stays.

        Returns:
            False: it is over already.
        """
        if job_id in self._running:
            await self._running[job_id].halt(CANCEL_PATIENCE_SECONDS)
        job = await self._jobs.get(job_id)
        if job is None:
            return False
        if job.state not in OPEN:
            await self._show_end(job, self._board(job))
            return False
        await self._end(job, self._board(job), "cancelled", "")
        return True

    async def close(self) -> None:
        """End for now: the next start goes on."""
        self._closing = True
        await asyncio.gather(*(one.halt(CLOSE_PATIENCE_SECONDS) for one in self._running.values()))

    def touched(self, guild_id: int | None, message_ids: Collection[int]) -> None:
        """Messages of a guild were deleted or edited."""
        for running in self._of(guild_id):
            running.taking.touch(message_ids)

    async def channel_gone(self, guild: discord.Guild, channel_id: int) -> None:
        """A channel or a thread was deleted: nothing of it comes in any more."""
        for running in self._of(guild.id):
            running.taking.leave(channel_id)
            if channel_id in (running.channel.id, running.place_id):
                await running.halt(CANCEL_PATIENCE_SECONDS)
        await self.resume(guild)

    async def guild_gone(self, guild_id: int) -> None:
        """The bot was removed from a guild; its jobs are forgotten with it."""
        for running in self._of(guild_id):
            running.taking.leave(guild_id)
            await running.halt(CANCEL_PATIENCE_SECONDS)

    def _of(self, guild_id: int | None) -> list[Running]:
        return [one for one in self._running.values() if one.job.guild_id == guild_id]

    def _board(self, job: Job) -> Board:
        return Board(self._client, job.notice_channel_id, job.notice)

    async def _channel(self, guild: discord.Guild, channel_id: int) -> PostChannel | None:
        channel = guild.get_channel_or_thread(channel_id)
        if channel is None:
            try:
                channel = await guild.fetch_channel(channel_id)  # an archived thread
            except (discord.NotFound, discord.Forbidden):
                return None
        return channel if isinstance(channel, PostChannel) else None

    def _begin(self, job: Job, channel: PostChannel, *, shown: bool) -> None:
        """Without waiting for anything: so two who begin the same are told apart."""
        if self._closing or job.id in self._running:
            return
        running = Running(job, channel, Taking(self._face, channel.guild), self._board(job))

        async def report(standing: Standing) -> None:
            await self._report(running, standing)

        running.walk = Walk(channel, job.created_at, Cursor.of(job.cursor), running.taking, report)
        self._running[job.id] = running
        running.task = asyncio.create_task(self._lead(running, shown=shown))

    async def _lead(self, running: Running, *, shown: bool) -> None:
        job = running.job
        try:
            await self._jobs.update(job.id, state="running")
            if shown:
                await self._open_board(running)
            outcome = await self._outcome(running)
            if outcome is not None:
                await self._end(job, running.board, *outcome)
        except Exception:
            log.exception("import %d: an unexpected error; the next start goes on", job.id)
        finally:
            del self._running[job.id]

    async def _outcome(self, running: Running) -> tuple[JobState, str] | None:
        """Walk; how it ended, and why. None: it was halted."""
        try:
            complete = await running.walk.run()
        except StoppedError as error:
            return "failed", error.reason
        except Exception:
            log.exception("import %d: stopped by an unexpected error", running.job.id)
            return "failed", "internal"
        finally:
            await self._note(running)
        return ("done", "") if complete else None

    async def _open_board(self, running: Running) -> None:
        text = running_text(
            await self._language(running.job), running.channel.id, running.walk.standing
        )
        notice = await running.board.open(
            text, cancel_view(running.job.id, await self._language(running.job))
        )
        running.reported = time.monotonic()
        if notice is not None:
            await self._jobs.update(running.job.id, notice=notice)

    async def _report(self, running: Running, standing: Standing) -> None:
        now = time.monotonic()
        # That it waits is shown at once: while it does there is no later report.
        begins_to_wait = bool(standing.waiting) and standing.waiting != running.waiting
        if now - running.reported < REPORT_SECONDS and not begins_to_wait:
            return
        running.reported, running.waiting = now, standing.waiting
        await self._note(running)
        language = await self._language(running.job)
        text = running_text(language, running.channel.id, standing)
        await running.board.show(text, cancel_view(running.job.id, language))

    async def _note(self, running: Running) -> None:
        """Keep how far it is."""
        standing = running.walk.standing
        await self._jobs.update(
            running.job.id, progress=standing.share, cursor=standing.cursor.text()
        )

    async def _end(self, job: Job, board: Board, state: JobState, reason: str) -> None:
        progress = 1.0 if state == "done" else None
        await self._jobs.update(job.id, state=state, message=reason, progress=progress)
        ended = await self._jobs.get(job.id)
        if ended is not None:
            log.info("import %d of channel %d: %s %s", job.id, job.channel_id, state, reason)
            await self._show_end(ended, board)

    async def _show_end(self, job: Job, board: Board) -> None:
        await board.show(ended_text(await self._language(job), job), None)

    async def _language(self, job: Job) -> Language:
        settings = await self._face.catalogue.guilds.settings(job.guild_id)
        guild = self._client.get_guild(job.guild_id)
        return language_of(guild, settings) if guild else settings.language or "en"
