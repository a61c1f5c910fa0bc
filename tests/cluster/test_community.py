"""A community on all that reaches beyond one machine: what is lost on the way costs it nothing.

Two processes of the bot with a shard each, on PostgreSQL, Milvus and buckets, train on a cluster of
two nodes. Encoder and training are real ones, as small as they can be; Discord is the stand-in.
"""

import asyncio
from random import Random

import pytest

from bot.shards import Shards
from model.image import ImageLimits
from tests.bot.discord.asking import ask, links
from tests.bot.discord.process import REAL_TAGGER, BotProcess
from tests.bot.discord.standin.files import File
from tests.bot.discord.standin.server import StandIn
from tests.cluster.beyond import Beyond
from tests.torture.people import People
from tests.torture.waiting import until
from train.config import BoostersConfig, BundleConfig, EncoderConfig, TrainConfig
from train.metric import MetricOptions
from train.run import STEPS, Run
from train.workdir import Workdir

PATIENCE_SECONDS = 600.0
LOOK_SECONDS = 0.1
WIDTH = 24
# Of what is trained: seconds of work, and without any doubt better than what is served before.
TRAINING = (
    "train.encoder.kind=pixel_pca",
    "train.encoder.image_size_px=16",
    f"train.encoder.width={WIDTH}",
    "train.boosters.rounds=8",
    "train.metric.epochs=0",
)
POOR = TrainConfig(
    jobs=1,
    encoder=EncoderConfig(kind="pixel_pca", image_size_px=16, width=2),
    boosters=BoostersConfig(rounds=2),
    metric=MetricOptions(epochs=0),
    bundle=BundleConfig(name="poor", index=False),
)


@pytest.fixture
def poor_bundle(tmp_path, tiny_dataset):
    """What the bot serves at first."""
    out, work = tmp_path / "poor", Workdir(tmp_path / "work")
    Run((tiny_dataset,), out, work, POOR, ImageLimits()).steps(STEPS)
    return out


@pytest.fixture
def beyond(tmp_path):
    with Beyond.started(tmp_path) as started:
        yield started


@pytest.fixture
def options(beyond, nodes, poor_bundle, tiny_dataset):
    """What is configured for both processes."""
    return [
        *beyond.options(nodes.dashboard, tiny_dataset, TRAINING),
        f"model.bundle={poor_bundle}",
        "bot.autotag.default=reply",
        "bot.decoders.processes=1",
    ]


async def holds(condition) -> None:
    assert await until(condition, PATIENCE_SECONDS, LOOK_SECONDS)


async def post(guilds: list[People], times: int) -> None:
    """Let people post in both guilds, without waiting for answers."""
    for _ in range(times):
        for people in guilds:
            await people.post()


async def answered(guilds: list[People]) -> None:
    await holds(lambda: not any(people.unanswered() for people in guilds))


@pytest.mark.timeout(1800)
async def test_with_everything_beyond_one_machine_nothing_is_lost_and_nothing_is_there_twice(
    beyond, nodes, options, tmp_path
):
    async with StandIn() as discord:
        discord.shards = 2
        discord.interaction_seconds = PATIENCE_SECONDS
        guilds = [People(discord, Random(shard), None, shard) for shard in range(2)]
        bots = []
        for shard in range(2):
            place = tmp_path / f"bot {shard}"
            place.mkdir()
            shards = Shards(shard, shard, 2)
            bots.append(BotProcess(discord, place, *options, tagger=REAL_TAGGER, shards=shards))
        try:
            await asyncio.gather(*(bot.start() for bot in bots))
            await _live(guilds, bots[0], nodes, tmp_path / "bot 0" / "data")
            await _be_served_the_new(guilds, beyond)
            await asyncio.gather(*(bot.stop(PATIENCE_SECONDS) for bot in bots))
        finally:
            await asyncio.gather(*(bot.kill() for bot in bots if bot.process))
        assert [bot.troubles() for bot in bots] == [[], []]
        discord.check()
    await _look_at_what_is_left(guilds, beyond)


async def _live(guilds, bot, nodes, data_dir) -> None:
    """Post, teach and mark; train, and go on while a node and a bot are killed."""
    for people in guilds:
        await ask(people.mira, people.desk, "privacy opt-in")
    await post(guilds, 3)
    await answered(guilds)
    for people in guilds:
        await people.teach()
        await people.mark()
    await guilds[0].train()
    await holds(lambda: list(data_dir.glob("rebuilds/*/work/progress.json")))
    await post(guilds, 1)
    await asyncio.to_thread(nodes.lose)
    await bot.says("a Ray job was lost", PATIENCE_SECONDS)
    await post(guilds, 2)
    await bot.kill()
    await post(guilds, 2)
    await bot.start()
    await bot.says("submitted the Ray job", PATIENCE_SECONDS)
    await asyncio.to_thread(nodes.join)
    await post(guilds, 1)
    await answered(guilds)


async def _be_served_the_new(guilds, beyond) -> None:
    """Wait for the bundle that is trained, in both guilds, and post for it."""
    job = "SELECT state, message FROM jobs WHERE kind = 'rebuild'"
    await holds(lambda: beyond.rows(job)[0][0] not in ("queued", "running"))
    (bundle,) = beyond.published()
    assert beyond.rows(job) == [("done", f"published {bundle.path.name}")]
    for people in guilds:

        async def told(people=people) -> bool:
            return bundle.encoder_id in (await ask(people.mira, people.desk, "about")).text

        await people.discord.wait_for(told, PATIENCE_SECONDS)
    await post(guilds, 1)
    await answered(guilds)
    for people in guilds:
        file = File("a.png", people.posts[0].attachments[0].file.data)
        found = links(await ask(people.mira, people.desk, "similar", image=file))
        assert found
        assert set(found.values()) <= {one.id for one in people.posts}


async def _look_at_what_is_left(guilds, beyond) -> None:
    """Fail unless everything is there, and once."""
    for people in guilds:
        assert people.noted
        assert people.tags
        assert not people.unanswered()
        assert not people.doubled()
    posts = sorted(one.id for people in guilds for one in people.posts)
    examples = "SELECT illustration_id FROM handed_in"
    kept = f"SELECT post_id FROM attachments WHERE illustration_id NOT IN ({examples}) ORDER BY 1"
    assert beyond.column(kept) == posts
    ids = beyond.column("SELECT id FROM illustrations ORDER BY 1")
    assert len(ids) == len(posts) + len(beyond.column(examples))
    (bundle,) = beyond.published()
    embedded = "SELECT illustration_id FROM embeddings WHERE encoder_id = '{}' ORDER BY 1"
    assert beyond.column(embedded.format(bundle.encoder_id)) == ids
    assert beyond.indexed(bundle.encoder_id, WIDTH) == ids
    noted = {
        (id_, who, name)
        for people in guilds
        for (id_, who), names in people.noted.items()
        for name in names
    }
    marks = beyond.rows('SELECT illustration_id, user_id, name FROM marks WHERE "right"')
    assert noted <= set(marks)  # examples of lessons are marked as well
    taught = {(people.guild.id, name) for people in guilds for name in people.tags}
    assert set(beyond.rows("SELECT guild_id, name FROM taught_tags")) == taught
    beyond.check_thumbnails()
    await beyond.check_catalogue()
