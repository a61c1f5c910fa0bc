"""Every kind of index: what a search finds after any history, and how nearly exact it is."""

import threading

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from model.errors import WidthMismatchError
from model.index import Neighbour, VectorIndex
from tests.model.index.yardstick import WIDTH, as_pairs, exact, obvious, recall, rows

IDS = st.integers(0, 12)
NUMBERS = st.lists(st.integers(-8, 8), min_size=WIDTH, max_size=WIDTH)


class Histories(RuleBasedStateMachine):
    """An index and an exact one go through the same changes as a dictionary."""

    def __init__(self, kind):
        super().__init__()
        self.kind = kind
        self.kept = kind.open()
        self.memory = VectorIndex(None, WIDTH, "encoder")
        self.alive = {}

    @rule(items=st.lists(st.tuples(IDS, NUMBERS), max_size=4))
    def add_or_replace(self, items):
        ids, numbers = [each for each, _ in items], [each for _, each in items]
        self.kept.add(ids, rows(numbers))
        self.memory.add(ids, rows(numbers))
        self.alive.update(items)

    @rule(ids=st.sets(IDS, max_size=3))
    def remove(self, ids):
        self.kept.remove(ids)
        self.memory.remove(ids)
        for each in ids:
            self.alive.pop(each, None)

    @rule()
    def settle(self):
        self.kind.settle(self.kept)
        self.memory.compact()

    @precondition(lambda self: self.alive)
    @rule()
    def restart(self):
        """The owner adds what is missing, as the class asks."""
        self.kept = self.kind.open()
        found = set(self.kept.ids.tolist())
        assert found <= self.alive.keys()
        missing = sorted(self.alive.keys() - found)
        assert self.kind.loses_its_tail or not missing
        self.kept.add(missing, rows([self.alive[each] for each in missing]))

    @rule(query=NUMBERS, neighbours=st.integers(0, 15), allowed=st.none() | st.sets(IDS))
    def search(self, query, neighbours, allowed):
        expected = obvious(self.alive, rows(query), neighbours, allowed)
        for index in (self.kept, self.memory):
            assert as_pairs(index.search(rows(query), neighbours, allowed)[0]) == expected

    @invariant()
    def both_know_what_lives(self):
        assert self.kept.ids.tolist() == self.memory.ids.tolist() == sorted(self.alive)
        assert len(self.kept) == len(self.memory) == len(self.alive)

    @invariant()
    def its_place_is_tidy(self):
        self.kind.check()


def test_after_any_history_an_index_finds_what_a_dictionary_would(kinds, request):
    # A server's calls take their time.
    size = {"max_examples": 25, "stateful_step_count": 25}
    if "milvus" in request.node.name:
        size = {"max_examples": 4, "stateful_step_count": 15}
    run_state_machine_as_test(lambda: Histories(kinds()), settings=settings(deadline=None, **size))


@pytest.fixture(scope="module")
def cloud():
    """12,000 embeddings."""
    random = np.random.default_rng(0)
    return random.normal(size=(12_000, WIDTH)).astype(np.float32)


@pytest.fixture
def large(kind, cloud):
    index = kind.open(trees=20, tail_limit=20_000)
    index.add(range(len(cloud)), cloud)
    kind.settle(index)
    return index


def test_an_index_finds_nearly_all_that_an_exact_search_finds(large, cloud):
    queries = cloud[:30] + np.float32(0.01)
    assert recall(large.search(queries, 10), exact(cloud).search(queries, 10)) > 0.97
    for allowed in (set(range(11_500)), set(range(0, 12_000, 5)), set(range(0, 12_000, 400))):
        found = large.search(queries, 10, allowed)
        assert all(each.id in allowed for row in found for each in row)
        assert recall(found, exact(cloud, allowed).search(queries, 10)) > 0.97
    apart = np.linalg.norm(cloud - cloud[0], axis=1)
    far = set(np.argsort(apart)[500:].tolist())
    found, expected = large.search(cloud[:1], 10, far), exact(cloud, far).search(cloud[:1], 10)
    assert recall(found, expected) > 0.97


def test_an_item_is_found_as_soon_as_it_is_added_and_never_after_it_is_removed(kind, index):
    query = rows([[1, 2, 3, 4]])
    index.add([8], query)
    assert index.search(query, 1) == [[Neighbour(8, 0.0)]]
    kind.settle(index)
    assert index.search(query, 1) == [[Neighbour(8, 0.0)]]
    index.remove({8, 99})
    assert index.search(query, 1) == [[]]
    assert kind.open().search(query, 1) == [[]]


def test_what_was_removed_is_not_found_after_erasing_and_all_else_is(kind, index):
    index.add(range(10), np.eye(10, WIDTH, dtype=np.float32))
    kind.settle(index)
    index.remove([3, 4])
    assert index.erase()
    kept = [one for one in range(10) if one not in {3, 4}]
    assert index.ids.tolist() == kept
    assert {one.id for one in index.search(rows([[0, 0, 0, 1]]), 20)[0]} == set(kept)


def test_embeddings_of_two_encoders_never_meet(kind, index):
    index.add([1], rows([[1, 1, 1, 1]]))
    other = kind.open("an-other")
    other.add([2], rows([[1, 1, 1, 1]]))
    assert index.search(rows([[1, 1, 1, 1]]), 5) == [[Neighbour(1, 0.0)]]
    assert other.search(rows([[1, 1, 1, 1]]), 5) == [[Neighbour(2, 0.0)]]


def test_no_queries_get_no_answers_and_nothing_may_be_added(kind, index):
    nothing = np.empty((0, WIDTH), np.float32)
    index.add([], nothing)
    assert index.search(nothing, 5) == []
    kind.settle(index)
    assert index.search(np.zeros((2, WIDTH), np.float32), 5) == [[], []]


@pytest.mark.parametrize("shape", [(WIDTH,), (2, WIDTH + 1)])
def test_embeddings_of_another_width_are_refused(index, shape):
    with pytest.raises(WidthMismatchError, match="Received"):
        index.search(np.zeros(shape, np.float32), 1)
    with pytest.raises(WidthMismatchError, match="Received"):
        index.add([1, 2], np.zeros(shape, np.float32))


def test_every_embedding_needs_an_id(index):
    with pytest.raises(WidthMismatchError, match="1 ids for 2"):
        index.add([1], np.zeros((2, WIDTH), np.float32))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_embedding_that_is_not_finite_is_refused(index, value):
    with pytest.raises(ValueError, match="not finite"):
        index.add([1], np.full((1, WIDTH), value, np.float32))
    assert len(index) == 0


def test_what_was_added_does_not_change_with_the_callers_array(index):
    numbers = rows([[1, 1, 1, 1]])
    index.add([1], numbers)
    numbers[:] = 7
    assert index.search(rows([[1, 1, 1, 1]]), 1) == [[Neighbour(1, 0.0)]]


def test_searches_go_on_while_the_index_changes(kind, index):
    index.add(range(50), np.zeros((50, WIDTH), np.float32))
    counts, stop = [], threading.Event()

    def keep_searching():
        while not stop.is_set():
            counts.append(len(index.search(np.zeros((1, WIDTH), np.float32), 10)[0]))

    searching = threading.Thread(target=keep_searching)
    searching.start()
    for number in range(1, 6):
        first = 0 if kind.replaces_in_one_moment else 50 * number
        index.add(range(first, first + 50), np.zeros((50, WIDTH), np.float32))
        kind.settle(index)
    stop.set()
    searching.join()
    assert set(counts) == {10}
