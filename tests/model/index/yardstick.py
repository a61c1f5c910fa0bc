"""What the searches of an index are compared with: every distance, measured."""

import numpy as np
import pytest

from model.index import VectorIndex

WIDTH = 4


def rows(numbers):
    return np.array(numbers, np.float32).reshape(-1, WIDTH)


def obvious(alive, query, neighbours, allowed=None):
    """Measure every distance: {id: numbers} → the nearest as (distance, id)."""
    wanted = alive if allowed is None else alive.keys() & allowed
    return sorted((float(np.linalg.norm(rows(alive[each]) - query)), each) for each in wanted)[
        :neighbours
    ]


def as_pairs(found):
    return [(pytest.approx(each.distance), each.id) for each in found]


def exact(cloud, allowed=None):
    index = VectorIndex(None, WIDTH, "encoder")
    chosen = np.arange(len(cloud)) if allowed is None else np.array(sorted(allowed), np.int64)
    index.add(chosen.tolist(), cloud[chosen])
    return index


def recall(found, expected):
    pairs = zip(found, expected, strict=True)
    shares = [len({a.id for a in one} & {b.id for b in two}) / len(two) for one, two in pairs]
    return np.mean(shares)
