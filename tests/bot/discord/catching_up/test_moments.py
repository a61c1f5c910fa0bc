"""When something was done last for each shard, also after their number was changed."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from bot.discord.catching_up.moments import Moments

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def moments(catalogue):
    """What is kept by a process of so many shards."""

    def of(count, what="connected_at"):
        return Moments(SimpleNamespace(shard_count=count), catalogue.state, what)

    return of


async def test_each_shard_has_its_own_moment(moments):
    await moments(2).put(0, NOON)
    assert await moments(2).get(0) == NOON
    assert await moments(2).get(1) is None, "another process's, which has not been there yet"
    assert await moments(2, "checked_at").get(0) is None


async def test_with_another_number_of_shards_the_earliest_moment_counts(moments, catalogue):
    await catalogue.state.put("connected_at:0", LATER.isoformat())  # of an earlier version
    assert await moments(1).get(0) == LATER
    await moments(2).put(0, NOON)
    await moments(2).put(1, LATER)
    assert [await moments(4).get(shard) for shard in range(4)] == [NOON] * 4
