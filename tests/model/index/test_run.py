"""model/index/run.py: items grow at their end, and what a search holds does not change."""

import numpy as np

from model.exact import Items
from model.index.filtering import Filter
from model.index.run import FIRST_CAPACITY, Growing, Run

WIDTH = 3


def some(start, count):
    ids = np.arange(start, start + count)
    return Items.of(ids, np.repeat(ids[:, None], WIDTH, axis=1).astype(np.float32))


def test_a_run_that_was_taken_before_stays_as_it_was():
    growing = Growing(WIDTH)
    runs = [growing.append(some(start, 100)) for start in range(0, 3 * FIRST_CAPACITY, 100)]
    for number, run in enumerate(runs, start=1):
        assert run.ids.tolist() == list(range(100 * number))
        assert (run.embeddings[:, 0] == run.ids).all()
        assert (run.items.squares == WIDTH * run.ids.astype(np.float32) ** 2).all()


def test_only_what_lives_and_is_allowed_is_found():
    run, query = Run(some(10, 6)), np.full((1, WIDTH), 12, np.float32)
    alive = np.array([True, True, False, True, True, True])
    found = run.nearest(query, 2, Filter(alive, None))
    assert [one.id for one in found[0]] == [11, 13]
    allowed = np.array([3, 12, 14, 15, 99])
    assert [one.id for one in run.nearest(query, 9, Filter(alive, allowed))[0]] == [14, 15]
