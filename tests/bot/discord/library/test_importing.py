"""The walk through a channel's history, with a Discord that is a few lists."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from unittest.mock import Mock

import discord
import pytest

from bot.discord.library.cursor import Cursor, Standing
from bot.discord.library.importing import StoppedError, Walk, places_of
from bot.errors import UnavailableError

BEGUN = datetime(2025, 1, 1, tzinfo=UTC)
UNTIL = BEGUN + timedelta(days=100)


def at(days: float) -> int:
    return discord.utils.time_snowflake(BEGUN + timedelta(days=days))


async def each(items):
    for one in items:
        yield one


class History:
    """What is posted in a place; fails as often as it is told to."""

    def __init__(self, days) -> None:
        self.days = days
        self.asked: list[int] = []
        self.failures: list[Exception] = []

    def __call__(self, *, limit, after, oldest_first):
        assert (limit, oldest_first) == (None, True)
        self.asked.append(after.id)
        return self._messages(after.id)

    async def _messages(self, after):
        for day in self.days:
            if self.failures and self.failures[0].after == day:
                raise self.failures.pop(0)
            if at(day) > after:
                yield SimpleNamespace(id=at(day))


def place(kind, day, days, *, threads=(), archived=()):
    made = Mock(spec_set=kind)
    made.id = at(day)
    made.guild.id = 1
    if kind is not discord.ForumChannel:
        made.history = History(days)
    if kind is discord.Thread:
        made.parent_id = at(0)
        made.is_private.return_value = False
    if kind in (discord.TextChannel, discord.ForumChannel):
        made.threads = list(threads)
        made.archived_threads = lambda limit: each(archived)
    return made


def text(days, **more):
    return place(discord.TextChannel, 0, days, **more)


def thread(day, days):
    return place(discord.Thread, day, days)


def refusal(kind, after: float = -1.0, status: int = 403):
    error = kind(SimpleNamespace(status=status, reason="no"), "no")
    error.after = after
    return error


class Taker:
    """Notes what it is given; the errors of a message come first, one at each attempt."""

    def __init__(self, **errors) -> None:
        self.taken: list[int] = []
        self.errors = errors.get("errors", {})
        self.is_ready = asyncio.Event()
        self.on_take = lambda: None

    async def take(self, message, where):
        self.on_take()
        failures = self.errors.get(message.id, [])
        if failures:
            raise failures.pop(0)
        self.taken.append(message.id)
        return 2

    async def ready(self):
        await self.is_ready.wait()


class Reports(list):
    async def __call__(self, standing: Standing) -> None:
        self.append(standing)


def walk(channel, taker, cursor=None, reports=None) -> Walk:
    made = Walk(
        channel, UNTIL, cursor or Cursor(), taker, Reports() if reports is None else reports
    )
    made.pauses = (0.001, 0.001)
    return made


def days_of(taker) -> list[int]:
    every = {at(day): day for day in range(200)}
    return [every[id_] for id_ in taker.taken]


async def test_every_message_is_dealt_with_once_oldest_first():
    taker = Taker()
    one = walk(text([1, 2, 3]), taker)
    assert await one.run()
    assert days_of(taker) == [1, 2, 3]
    assert one.standing.cursor == Cursor(at(0), at(3), read=3, taken=6)


async def test_what_comes_after_the_command_is_left_alone():
    taker = Taker()
    assert await walk(text([1, 99, 101]), taker).run()
    assert days_of(taker) == [1, 99]


async def test_threads_follow_their_channel_archived_ones_too():
    channel = text([1, 50], threads=[thread(40, [41])], archived=[thread(20, [21, 60])])
    taker, reports = Taker(), Reports()
    assert await walk(channel, taker, reports=reports).run()
    assert days_of(taker) == [1, 50, 21, 60, 41]
    assert [one.place for one in reports] == sorted(one.place for one in reports)
    assert [one.share for one in reports] == sorted(one.share for one in reports)
    assert reports[-1].places == 3


async def test_private_threads_are_imported_only_when_they_are_named():
    private = thread(5, [6])
    private.is_private.return_value = True
    assert [one.id for one in await places_of(text([], threads=[private]))] == [at(0)]
    assert await places_of(private) == [private]


async def test_a_forum_is_its_threads():
    forum = place(discord.ForumChannel, 0, [], threads=[thread(3, [4])], archived=[thread(1, [2])])
    taker = Taker()
    assert await walk(forum, taker).run()
    assert days_of(taker) == [2, 4]


async def test_it_goes_on_where_its_cursor_stands():
    channel = text([1, 2], threads=[thread(10, [11, 12, 13]), thread(20, [21])])
    taker = Taker()
    cursor = Cursor(at(10), at(12), read=4, taken=8)
    one = walk(channel, taker, cursor)
    assert await one.run()
    assert days_of(taker) == [13, 21]
    assert one.standing.cursor.read == 6


async def test_when_discord_fails_it_waits_and_goes_on_where_it_was():
    channel = text([1, 2, 3])
    channel.history.failures = [
        refusal(discord.DiscordServerError, after=2, status=502) for _ in range(5)
    ]
    taker, reports = Taker(), Reports()
    assert await walk(channel, taker, reports=reports).run()
    assert days_of(taker) == [1, 2, 3]
    assert channel.history.asked == [0] + [at(1)] * 5
    assert "discord" in {one.waiting for one in reports}
    assert reports[-1].waiting == ""


async def test_a_broken_connection_is_no_reason_to_give_up():
    channel = text([1])
    error = OSError("connection reset")
    error.after = 1
    channel.history.failures = [error]
    taker = Taker()
    assert await walk(channel, taker).run()
    assert days_of(taker) == [1]


async def test_while_inference_is_away_it_waits_without_losing_a_message(until):
    taker, reports = Taker(errors={at(1): [UnavailableError("starting")]}), Reports()
    running = asyncio.create_task(walk(text([1, 2]), taker, reports=reports).run())
    await until(lambda: any(one.waiting == "inference" for one in reports))
    assert taker.taken == []
    taker.is_ready.set()
    assert await running
    assert days_of(taker) == [1, 2]


async def test_a_message_that_fails_again_and_again_is_left_out_and_counted():
    trouble = [TimeoutError() for _ in range(10)]
    taker = Taker(errors={at(1): trouble, at(2): [ValueError("unexpected")]})
    one = walk(text([1, 2, 3]), taker)
    assert await one.run()
    assert days_of(taker) == [3]
    assert len(trouble) == 7  # one attempt and one after each pause
    assert one.standing.cursor.failed == 2


@pytest.mark.parametrize(
    ("error", "reason"), [(discord.Forbidden, "forbidden"), (discord.NotFound, "gone")]
)
async def test_a_channel_that_cannot_be_read_ends_the_walk_with_the_reason(error, reason):
    channel = text([1, 2])
    channel.history.failures = [refusal(error, after=2)]
    taker = Taker()
    one = walk(channel, taker)
    with pytest.raises(StoppedError) as caught:
        await one.run()
    assert caught.value.reason == reason
    assert one.standing.cursor.message_id == at(1)


async def test_a_thread_that_cannot_be_read_is_left_out():
    closed = thread(10, [11, 12])
    closed.history.failures = [refusal(discord.Forbidden, after=12)]
    taker = Taker()
    assert await walk(text([1], threads=[closed, thread(20, [21])]), taker).run()
    assert days_of(taker) == [1, 11, 21]


async def test_when_stopped_it_finishes_the_message_at_hand_and_no_other():
    taker = Taker()
    one = walk(text([1, 2, 3]), taker)
    taker.on_take = lambda: one.stop() if len(taker.taken) == 1 else None
    assert not await one.run()
    assert days_of(taker) == [1, 2]
    assert one.standing.cursor.message_id == at(2)


@pytest.mark.parametrize("error", [TimeoutError(), UnavailableError("starting")])
async def test_when_stopped_while_it_waits_the_message_is_left_for_the_next_run(error, until):
    taker, reports = Taker(errors={at(2): [error]}), Reports()
    one = walk(text([1, 2]), taker, reports=reports)
    one.pauses = (60.0,)
    running = asyncio.create_task(one.run())
    await until(lambda: reports and reports[-1].waiting)
    one.stop()
    assert not await running
    assert one.standing.cursor.message_id == at(1)
    assert one.standing.cursor.failed == 0
