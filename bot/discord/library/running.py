"""One import under way: it walks, keeps how far it is, shows it, and comes to its end."""

import asyncio
import logging
import time
from typing import Literal

import discord

from bot.catalogue import Job
from bot.catalogue.jobs import JobState
from bot.discord.board import Board, board_language
from bot.discord.channels import PostChannel
from bot.discord.face import Face
from bot.discord.library.button import cancel_view
from bot.discord.library.cursor import Cursor, Standing, Waiting
from bot.discord.library.describing import ended_text, running_text
from bot.discord.library.importing import StoppedError, StopReason, Walk
from bot.discord.library.taking import Taking
from bot.jobs import to_its_end
from bot.posts import Language

log = logging.getLogger(__name__)

OPEN: tuple[JobState, ...] = ("queued", "running")
REPORT_SECONDS = 5.0

Reason = Literal["", "internal"] | StopReason


class Ledger:
    """What is kept and shown of imports."""

    def __init__(self, client: discord.Client, face: Face) -> None:
        self._client = client
        self._guilds = face.catalogue.guilds
        self._jobs = face.catalogue.jobs

    def board(self, job: Job) -> Board:
        """The message that shows how far an import is."""
        return Board(self._client, job.notice_channel_id, job.notice)

    async def language(self, job: Job) -> Language:
        """Of that message."""
        return await board_language(self._client, self._guilds, job.guild_id)

    async def begin(self, job: Job) -> bool:
        """Note that an import is under way; False: it is over, or was forgotten."""
        current = await self._jobs.get(job.id)
        if current is None or current.state not in OPEN:
            return False
        await self._jobs.update(job.id, state="running")
        return True

    async def note(self, job: Job, standing: Standing) -> None:
        """Keep how far an import is."""
        await self._jobs.update(job.id, progress=standing.share, cursor=standing.cursor.text())

    async def open_board(self, job: Job, board: Board, standing: Standing) -> None:
        """Send the message, and note which one it is."""
        language = await self.language(job)
        text = running_text(language, job.channel_id, standing)
        notice = await board.open(text, cancel_view(job.id, language))
        if notice is not None:
            await self._jobs.update(job.id, notice=notice)

    async def show(self, job: Job, board: Board, standing: Standing) -> None:
        """Show how far an import is."""
        language = await self.language(job)
        text = running_text(language, job.channel_id, standing)
        await board.show(text, cancel_view(job.id, language))

    async def end(self, job: Job, board: Board, state: JobState, reason: Reason = "") -> None:
        """Note how an import ended, and show it."""
        progress = 1.0 if state == "done" else None
        reached = await self._jobs.get(job.id)
        cursor = None if reached is None else Cursor.of(reached.cursor).ended().text()
        await self._jobs.update(
            job.id, state=state, message=reason, progress=progress, cursor=cursor
        )
        log.info("import %d of channel %d: %s %s", job.id, job.channel_id, state, reason)
        ended = await self._jobs.get(job.id)
        if ended is not None:
            await self.show_end(ended, board)

    async def show_end(self, job: Job, board: Board) -> None:
        """Show how an import ended."""
        await board.show(ended_text(await self.language(job), job), None)


class Running:
    """An import that is under way.

    Attributes:
        job: What was asked for.
        channel: What is imported.
        taking: What is done with its messages.
        task: Ends with the import.
    """

    def __init__(self, job: Job, channel: PostChannel, taking: Taking, ledger: Ledger) -> None:
        self.job = job
        self.channel = channel
        self.taking = taking
        self._ledger = ledger
        self._board = ledger.board(job)
        self._walk = Walk(channel, job.created_at, Cursor.of(job.cursor), taking, self._report)
        self._reported_seconds = 0.0
        self._waiting: Waiting = ""
        self.task: asyncio.Task[None] | None = None

    @property
    def place_id(self) -> int:
        """The channel or thread that is being read."""
        return self._walk.standing.cursor.place_id

    async def run(self, *, shown: bool) -> None:
        """Lead it to its end.

        Args:
            shown: Whether to send a message that shows how far it is.
        """
        if not await self._ledger.begin(self.job):
            return
        if shown:
            await self._ledger.open_board(self.job, self._board, self._walk.standing)
            self._reported_seconds = time.monotonic()
        outcome = await self._outcome()
        if outcome is not None:
            await self._ledger.end(self.job, self._board, *outcome)

    async def halt(self, patience_seconds: float) -> None:
        """End it after the image that is being brought, or without that if it takes too long."""
        self._walk.stop()
        if self.task is not None:
            await asyncio.wait({self.task}, timeout=patience_seconds)
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)

    async def _outcome(self) -> tuple[JobState, Reason] | None:
        """Walk; how it ended, and why. None: it was halted."""
        try:
            complete = await self._walk.run()
        except StoppedError as error:
            return "failed", error.reason
        except Exception:
            log.exception("import %d: stopped by an unexpected error", self.job.id)
            return "failed", "internal"
        finally:
            # Else the next run would count again from where this one began.
            await to_its_end(self._ledger.note(self.job, self._walk.standing))
        return ("done", "") if complete else None

    async def _report(self, standing: Standing) -> None:
        now = time.monotonic()
        # That it waits is shown at once: while it does there is no later report.
        begins_to_wait = bool(standing.waiting) and standing.waiting != self._waiting
        if now - self._reported_seconds < REPORT_SECONDS and not begins_to_wait:
            return
        self._reported_seconds, self._waiting = now, standing.waiting
        await self._ledger.note(self.job, standing)
        await self._ledger.show(self.job, self._board, standing)
