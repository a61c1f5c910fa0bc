"""Imports as jobs: started, cancelled, gone on with after a restart.

What is kept of a job is its cursor, written every few seconds. A kill loses what came after it, and
nothing comes of that: messages that are known already are passed over.
"""

import asyncio
import logging
from collections.abc import Collection, Iterable

import discord

from bot.catalogue import Job, NewJob
from bot.discord.channels import PostChannel, channel_of
from bot.discord.errors import RefusalError
from bot.discord.face import Face
from bot.discord.library import texts
from bot.discord.library.describing import percent_of
from bot.discord.library.running import OPEN, Ledger, Running
from bot.discord.library.taking import Taking

log = logging.getLogger(__name__)

KIND = "import"
# How long an image that is being brought may take when an import is to end.
CANCEL_PATIENCE_SECONDS = 10.0
CLOSE_PATIENCE_SECONDS = 0.3


class Imports:
    """The imports of this process, one at a time for each guild."""

    def __init__(self, client: discord.Client, face: Face) -> None:
        self._face = face
        self._jobs = face.catalogue.jobs
        self._ledger = Ledger(client, face)
        self._running: dict[int, Running] = {}
        # Of jobs that were cancelled: nobody goes on with them in the moment before that is noted.
        self._cancelled: set[int] = set()
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
        job, is_new = await self._jobs.start(new, in_guild=True)
        if not is_new:
            raise RefusalError(
                texts.ALREADY_IMPORTING,
                channel=job.channel_id,
                percent=percent_of(job.progress),
            )
        self._begin(job, channel, shown=shown)

    async def resume(self, guilds: Iterable[discord.Guild]) -> None:
        """Go on with what some guilds had under way when the bot ended."""
        present = {guild.id: guild for guild in guilds if not guild.unavailable}
        for job in await self._jobs.open_(KIND):
            guild = present.get(job.guild_id)
            if guild is None or job.id in self._running:
                continue
            channel = await _channel(guild, job.channel_id)
            if channel is None:
                await self._ledger.end(job, self._ledger.board(job), "failed", "gone")
            else:
                log.info("import %d goes on", job.id)
                self._begin(job, channel, shown=False)

    async def cancel(self, job_id: int) -> bool:
        """Cancel an import; what was taken stays.

        Returns:
            False: it is over already.
        """
        self._cancelled.add(job_id)
        if job_id in self._running:
            await self._running[job_id].halt(CANCEL_PATIENCE_SECONDS)
        job = await self._jobs.get(job_id)
        if job is None:
            return False
        board = self._ledger.board(job)
        if job.state not in OPEN:
            await self._ledger.show_end(job, board)
            return False
        await self._ledger.end(job, board, "cancelled")
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
                await self.resume([guild])

    async def guild_gone(self, guild_id: int) -> None:
        """The bot was removed from a guild; its jobs are forgotten with it."""
        for running in self._of(guild_id):
            running.taking.leave(guild_id)
            await running.halt(CANCEL_PATIENCE_SECONDS)

    def _of(self, guild_id: int | None) -> list[Running]:
        return [one for one in self._running.values() if one.job.guild_id == guild_id]

    def _begin(self, job: Job, channel: PostChannel, *, shown: bool) -> None:
        """Without waiting for anything: so two who begin the same are told apart."""
        if self._closing or job.id in self._running or job.id in self._cancelled:
            return
        running = Running(job, channel, Taking(self._face, channel.guild), self._ledger)
        self._running[job.id] = running
        running.task = asyncio.create_task(self._lead(running, shown=shown))

    async def _lead(self, running: Running, *, shown: bool) -> None:
        try:
            await running.run(shown=shown)
        except Exception:
            log.exception("import %d: an unexpected error; the next start goes on", running.job.id)
        finally:
            del self._running[running.job.id]


async def _channel(guild: discord.Guild, channel_id: int) -> PostChannel | None:
    try:
        channel = await channel_of(guild, channel_id)
    except (discord.NotFound, discord.Forbidden):
        return None
    return channel if isinstance(channel, PostChannel) else None
