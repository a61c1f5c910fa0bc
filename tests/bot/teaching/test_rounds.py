"""Which illustrations a round of the dialogue asks about."""

from types import SimpleNamespace

import numpy as np
import pytest

from bot.illustrations import Neighbour
from bot.index import EmbeddedIndex
from bot.places import Scope
from bot.teaching import rounds
from bot.teaching.rounds import Rounds
from bot.teaching.teacher import Choice

GUILD, TEACHER, OTHER = 7, 9, 10


class Teacher:
    """Asks about the first ones; remembers what it could choose from."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, int]] = []

    async def choose(self, model, candidates, marked, count):
        self.shapes.append((len(candidates), len(marked)))
        count = min(count, len(candidates))
        return Choice(tuple(range(count)), np.linspace(1, 0, len(candidates)))


class Inference:
    """Finds the oldest of what is allowed; remembers how it was asked."""

    facts = SimpleNamespace(encoder_id="enc", prior_id="enc")

    def __init__(self) -> None:
        self.client = self
        self.searched: list[tuple[int, int]] = []

    async def search(self, embeddings, query):
        self.searched.append((len(embeddings), query.neighbours))
        found = query.allowed[: query.neighbours].tolist()
        return [tuple(Neighbour(id_, 0.1) for id_ in found)] * len(embeddings)


@pytest.fixture
def asking(catalogue):
    """Rounds of a catalogue's tags, with a teacher and an inference of the test's."""
    made = SimpleNamespace(teacher=Teacher(), inference=Inference())
    made.rounds = Rounds(catalogue, EmbeddedIndex(catalogue), made.inference, made.teacher)
    return made


@pytest.fixture
async def library(catalogue, posted, taught):
    """A tag with one example, and twelve illustrations of somebody who consents."""
    await catalogue.people.opt_in(5)
    ids = await posted(1, *"abcdefghijklm", author=5)
    tag_id = await taught("dusk", ids[0])
    return await catalogue.taught.tag(tag_id), ids


async def test_before_there_is_a_model_any_illustrations_are_asked_about(asking, library):
    tag, ids = library
    asked = await asking.rounds.ask(tag, Scope(GUILD), TEACHER, 4)
    assert (asked.version, asked.remaining, len(asked.illustrations)) == (0, 12, 4)
    assert {one.id for one in asked.illustrations} <= set(ids[1:])
    again = await asking.rounds.ask(tag, Scope(GUILD), TEACHER, 4)
    assert again == asked


async def test_nobody_is_asked_again_about_what_was_marked_while_teaching(
    catalogue, asking, library, published
):
    tag, ids = library
    await published(tag.id)
    await catalogue.taught.teach_marks(tag.id, OTHER, {ids[1]: False, ids[2]: True})
    await catalogue.marks.put(ids[3], TEACHER, {"dusk": True})
    await catalogue.marks.put(ids[4], OTHER, {"dusk": True})
    asked = await asking.rounds.ask(tag, Scope(GUILD), TEACHER, 20)
    assert [one.id for one in asked.illustrations] == ids[4:]
    assert asked.scores == tuple(np.linspace(1, 0, 9))
    assert asking.teacher.shapes == [(9, 4)]


async def test_only_what_whoever_teaches_may_see_is_asked_about(asking, library, published, posted):
    tag, _ = library
    await published(tag.id)
    await posted(2, "secret", author=5, channel_id=71)
    open_only = await asking.rounds.ask(tag, Scope(GUILD, frozenset({70})), TEACHER, 20)
    assert open_only.remaining == 12
    neither = await asking.rounds.ask(tag, Scope(GUILD, frozenset({72})), TEACHER, 20)
    assert (neither.illustrations, neither.remaining) == ((), 0)


async def test_of_many_half_are_near_the_examples_and_half_are_any(
    asking, library, published, monkeypatch
):
    tag, ids = library
    await published(tag.id)
    monkeypatch.setattr(rounds, "MOST_CANDIDATES", 8)
    asked = await asking.rounds.ask(tag, Scope(GUILD), TEACHER, 20)
    assert asking.inference.searched == [(1, 4)]
    assert asking.teacher.shapes == [(8, 1)]
    assert set(ids[1:5]) <= {one.id for one in asked.illustrations}
    assert asked.remaining == 12
