"""Taking posts on: each exactly once, from the message to its one answer.

A post is claimed in the catalogue before anything is done with it, so a message that arrives twice
(a resumed session repeats events) is taken on once. Until it is settled it is pending there, and
``bot.discord.catching_up`` goes on with it. An answer that was sent but not noted (the process was
killed in between, or the connection cut) is found again in the channel; within some minutes Discord
itself refuses a second message with the post's nonce.
"""

import asyncio
import logging
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

import discord

from bot.discord.channels import MessageChannel
from bot.discord.clock import Clock
from bot.discord.noting import noted
from bot.discord.posting.bringing import Bringing
from bot.discord.posting.sending import Outbox
from bot.discord.trouble import (
    PAUSES_SECONDS,
    TROUBLE,
    passes,
    said,
    says_that_it_is_gone,
    spread,
)
from bot.discord.waiting import rest, unless_ending
from bot.errors import UnavailableError, UnknownPostError
from bot.library import Library
from bot.metrics import Stopwatch
from bot.places import Place
from bot.posts import Mode, NewPost, Post
from bot.service import Service

log = logging.getLogger(__name__)

# So many answers are made at once for one channel. Discord takes only some in a while, and one that
# waits for long would show what might be shown when it was made.
ANSWERS_AT_ONCE = 4
# Beyond so many a post is left in the catalogue, where it is found again: Discord may be in trouble
# for as long as it likes, and people go on posting.
MOST_WAITING = 5000
# An answer's date is rounded, and takes its time.
CLOCKS_APART = timedelta(minutes=1)


class Intake:
    """Leads posts to their answers, some at once, the others in their order.

    Attributes:
        unheard: Posts that came and could not be claimed so far: only reading the channel again
            would find them, should this process end.
    """

    def __init__(
        self,
        service: Service,
        library: Library,
        bringing: Bringing,
        outbox: Outbox,
        clock: Clock,
        at_once: int,
    ) -> None:
        self._service = service
        self._library = library
        self._posts = library.catalogue.posts
        self._guilds = library.catalogue.guilds
        self._tombstones = library.catalogue.tombstones
        self._bringing = bringing
        self._outbox = outbox
        self._clock = clock
        self._places = asyncio.Semaphore(at_once)
        self._turns: WeakValueDictionary[int, asyncio.Semaphore] = WeakValueDictionary()
        self._tasks: dict[int, asyncio.Task[None]] = {}
        # Posts whose answer Discord may have taken while sending it seemed to fail, and since when.
        self._tried: dict[int, tuple[Post, datetime]] = {}
        self._closing = asyncio.Event()
        self.unheard: set[int] = set()
        self._clicked: set[int] = set()  # what could not be noted so far

    @property
    def waiting(self) -> int:
        """How many posts were taken on and are not settled yet."""
        return len(self._tasks)

    async def hear(self, message: discord.Message, place: Place, default: Mode) -> None:
        """Take on a post that has just come, where its guild wants that.

        Args:
            message: The post.
            place: Where it stands.
            default: What is done with it where its guild has chosen nothing.
        """

        async def take() -> bool:
            mode = (await self._guilds.settings(place.guild_id)).mode(place, default)
            if mode != "off":
                await self.take(message, place, mode)
            return True

        self.unheard.add(message.id)
        if await noted(f"post {message.id}", take, self._closing):
            self.unheard.discard(message.id)

    async def hear_click(self, post_id: int, channel: MessageChannel) -> None:
        """Take on that somebody wants the answer to a post of a quiet channel.

        Raises:
            discord.HTTPException: If the message cannot be had now; the post is asked for, and
                answered when that is found.
        """
        if post_id in self._clicked:
            return
        self._clicked.add(post_id)
        try:
            is_first = await noted(
                f"a click on post {post_id}", lambda: self._posts.ask(post_id), self._closing
            )
        finally:
            self._clicked.discard(post_id)
        if is_first:
            self.go_on(await channel.fetch_message(post_id), "reply")

    async def take(self, message: discord.Message, place: Place, mode: Mode) -> bool:
        """Take a post on, unless that was done before.

        Returns:
            Whether it is new.
        """
        new = NewPost(message.id, place, message.author.id, message.created_at)
        is_new = await self._posts.claim(new)
        self.unheard.discard(message.id)
        if not is_new:
            return False
        # Asked only after the claim: whoever wishes now finds the post, and takes it away.
        wish = await self._tombstones.wished_at(message.author.id)
        if wish is not None and message.created_at <= wish:
            await self._library.forget_posts([message.id], for_good=True)
            return False
        self.go_on(message, mode)
        return True

    def go_on(self, message: discord.Message, mode: Mode) -> None:
        """Work on a post that was claimed, by this run or by one before.

        Args:
            message: The post.
            mode: What is done with it where its guild has chosen nothing.
        """
        if self._closing.is_set():
            return  # It stays as it is, and the next start answers it.
        if len(self._tasks) >= MOST_WAITING and message.id not in self._tasks:
            self._count("postponed")
            return
        before = self._tasks.get(message.id)
        task = asyncio.create_task(self._persist(message, mode, before))
        self._tasks[message.id] = task
        task.add_done_callback(lambda _: self._end(message.id, task))

    def is_at_work_on(self, post_id: int) -> bool:
        """Whether a post is on its way to its answer at this moment."""
        return post_id in self._tasks

    async def finished(self, post_id: int) -> None:
        """Wait until a post that is on its way has come to its end."""
        if post_id in self._tasks:
            await asyncio.wait([self._tasks[post_id]])

    async def close(self, seconds: float) -> None:
        """Finish what has begun within some seconds; the rest stays pending."""
        self._closing.set()
        if self._tasks:
            await asyncio.wait(list(self._tasks.values()), timeout=seconds)
        await self.let_go()

    async def let_go(self) -> None:
        """Leave what is under way as it is, pending: the client that it hangs on ends."""
        late = list(self._tasks.values())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _end(self, post_id: int, task: asyncio.Task[None]) -> None:
        if self._tasks.get(post_id) is task:
            del self._tasks[post_id]
            self._tried.pop(post_id, None)

    async def _persist(
        self, message: discord.Message, mode: Mode, before: asyncio.Task[None] | None
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        for pause in map(spread, PAUSES_SECONDS):
            await self._until_ready()
            if self._closing.is_set():
                return
            try:
                await self._lead(message, mode)
                return
            except UnknownPostError:
                await self._gone(message)
                return
            except UnavailableError as error:
                log.warning("post %d: %s", message.id, error)
            except TROUBLE as error:
                if says_that_it_is_gone(error):
                    await self._gone(message)
                    return
                if not passes(error):
                    await self._give_up(message, f"Discord refuses: {error}")
                    return
                log.warning("post %d: %s; trying again in %.1f s", message.id, said(error), pause)
            except Exception as error:
                log.exception("post %d: an unexpected error", message.id)
                await self._give_up(message, said(error))
                return
            await rest(pause, self._closing)
        log.error("post %d: given up for now; it is tried again later", message.id)
        self._count("postponed")

    async def _lead(self, message: discord.Message, mode: Mode) -> None:
        """Once through, from the message to its answer."""
        if message.id in self._tried and await self._stands_already(message):
            return
        watch = Stopwatch(self._service.metrics)
        async with self._places:
            if self._closing.is_set():
                return
            await self._bringing.bring(message, watch)
        async with self._turn(message.channel.id):
            post = await self._posts.get(message.id)
            if post is None:
                raise UnknownPostError(f"The post {message.id} was deleted.")
            if not post.open:
                return
            settings = await self._guilds.settings(post.place.guild_id)
            begun = self._clock.now()
            try:
                state = await self._outbox.deliver(
                    message, post, settings.mode_for(post, mode), watch
                )
            except TROUBLE:
                self._tried.setdefault(post.id, (post, begun))
                raise
        self._count(state)
        log.info(
            "post %d in channel %d: %s, %d images (%s)",
            post.id,
            post.place.channel_id,
            state,
            len(post.attachments),
            watch,
        )

    def _turn(self, channel_id: int) -> asyncio.Semaphore:
        turn = self._turns.get(channel_id)
        if turn is None:
            turn = self._turns[channel_id] = asyncio.Semaphore(ANSWERS_AT_ONCE)
        return turn

    async def _stands_already(self, message: discord.Message) -> bool:
        """Whether Discord has taken the answer; if its post was forgotten since, that goes too."""
        post, since = self._tried[message.id]
        if not isinstance(message.channel, MessageChannel):
            return False
        return bool(await self._outbox.adopt(message.channel, [post], since - CLOCKS_APART))

    async def _gone(self, message: discord.Message) -> None:
        await self._library.forget_posts([message.id])
        self._count("gone")

    async def _give_up(self, message: discord.Message, why: str) -> None:
        log.warning("post %d stays unanswered: %s", message.id, why)
        await self._posts.settle(message.id, "silent")
        self._count("failed")

    async def _until_ready(self) -> None:
        """Wait until there is a model to ask, unless it is time to close."""
        inference = self._service.inference
        if inference.state != "ready":
            await unless_ending(inference.ready(), self._closing)

    def _count(self, outcome: str) -> None:
        self._service.metrics.posts.labels(outcome).inc()
