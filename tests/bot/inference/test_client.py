"""What can be asked of the inference process: the client against the executor, frames between."""

import io

import numpy as np
import pytest

from bot.inference.client import (
    EMBEDDINGS_AT_ONCE,
    BundleFacts,
    InferenceClient,
    InferenceFailedError,
    Query,
)
from bot.inference.process import Executor
from bot.processes.frames import frame_parts, read_frame
from model.index import VectorIndex
from tests.bot.live_tags import TAGGER, embedded, live

TEAL, RED, BLUE = (0, 128, 128), (220, 30, 30), (30, 60, 200)


class InProcess:
    """A child that is none: frames go through bytes, as they would, to an executor here."""

    pid = 0
    alive = True

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self.requests = 0

    async def exchange(self, frame, timeout_seconds, max_bytes):
        self.requests += 1
        return through_bytes(self.executor.answer(through_bytes(frame)))


def through_bytes(frame):
    return read_frame(io.BytesIO(b"".join(frame_parts(frame))))


@pytest.fixture
def client(tmp_path):
    index = VectorIndex(tmp_path, TAGGER.width, TAGGER.encoder_id, tail_limit=50)
    facts = BundleFacts(
        TAGGER.encoder_id, TAGGER.prior.id, TAGGER.width, TAGGER.image_size_px, TAGGER.vocabulary
    )
    return InferenceClient(InProcess(Executor(TAGGER, index)), facts)


def plain(colour) -> np.ndarray:
    return np.full((16, 16, 3), colour, np.uint8)


async def tags(client, colour, guild_id=None, top=30):
    (found,) = await client.describe([plain(colour)], Query(top, 0, guild_id=guild_id))
    return {tag.name: tag for tag in found.tags}


async def test_a_taught_tag_is_said_in_its_guild_beside_the_bundles_tags(client):
    assert await client.teach([live("teal", TEAL, name_ja="青緑")]) == frozenset()
    here, elsewhere = await tags(client, TEAL, 7), await tags(client, TEAL, 8)
    assert here.keys() - elsewhere.keys() == {"teal"}
    assert here["teal"].name_ja == "青緑"
    assert here["teal"].score > (await tags(client, RED, 7))["teal"].score
    assert here["sea"] == elsewhere["sea"]
    assert (await tags(client, TEAL)).keys() == elsewhere.keys()


async def test_a_promoted_tag_is_said_everywhere(client):
    await client.teach([live("teal", TEAL, promoted=True)])
    assert "teal" in (await tags(client, TEAL, 8)).keys() & (await tags(client, TEAL)).keys()


async def test_a_taught_tag_takes_the_place_of_the_bundles_of_its_name(client):
    await client.teach([live("red", TEAL)])
    everywhere = await tags(client, TEAL, 8, top=12)
    here = await tags(client, TEAL, 7, top=12)
    assert here.keys() == everywhere.keys()
    assert here["red"].score != everywhere["red"].score


async def test_what_is_gone_is_not_said_and_what_is_damaged_neither(client):
    good, bad = live("teal", TEAL), live("rouge", RED, tag_id=2)
    object.__setattr__(bad, "model", b"damaged")
    assert await client.teach([good, bad]) == {2}
    assert "rouge" not in (said := await tags(client, RED, 7))
    assert "teal" in said
    assert await client.teach([], gone=[1, 5]) == frozenset()
    assert "teal" not in await tags(client, RED, 7)


async def test_each_image_of_a_batch_has_its_own_scores(client):
    await client.teach([live("teal", TEAL)])
    query = Query(30, 0, guild_id=7)
    both = await client.describe([plain(TEAL), plain(RED)], query)
    alone = [(await client.describe([plain(colour)], query))[0] for colour in (TEAL, RED)]
    assert [one.tags for one in both] == [one.tags for one in alone]


async def test_nothing_is_scored_where_no_tags_are_wanted(client, monkeypatch):
    monkeypatch.setattr(type(TAGGER), "score", None)
    (found,) = await client.describe([plain(TEAL)], Query(0, 0))
    assert found.tags == ()
    assert found.embedding.tolist() == embedded(TEAL)[0].tolist()


async def test_what_speaks_for_a_taught_tag_is_told_where_it_counts(client):
    await client.teach([live("teal", TEAL), live("red", TEAL, tag_id=2)])
    (embedding,) = embedded(TEAL)
    assert (await client.explain(embedding, "teal", 7)).having >= 1
    assert await client.explain(embedding, "teal", 8) is None
    bundles = TAGGER.explain(embedding, "red")
    assert await client.explain(embedding, "red", 8) == bundles
    assert await client.explain(embedding, "red", 7) != bundles


async def test_what_is_sure_is_told_a_few_embeddings_at_a_time(client):
    await client.teach([live("teal", TEAL)])
    many = embedded(*[RED, BLUE] * 9)
    before = client._child.requests
    names = await client.known_tags(many)
    assert client._child.requests - before == 18 / EMBEDDINGS_AT_ONCE
    assert len(names) == 18
    assert [("red" in one, "blue" in one) for one in names[:2]] == [(True, False), (False, True)]
    assert all("teal" not in one for one in names)
    assert await client.known_tags(many[:0]) == []


async def test_a_guilds_own_tags_are_sure_in_that_guild_alone(client):
    await client.teach([live("teal", TEAL)])
    (here,) = await client.known_tags(embedded(TEAL), 7)
    (elsewhere,) = await client.known_tags(embedded(TEAL), 8)
    assert here - elsewhere == {"teal"}


async def test_what_fails_is_said_and_the_next_question_is_answered(client):
    with pytest.raises(InferenceFailedError):
        await client.known_tags(np.zeros((1, 5), np.float32))
    assert await client.known_tags(embedded(RED))
