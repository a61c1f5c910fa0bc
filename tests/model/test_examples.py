"""model/examples.py: each example counts once, and a tag stays small."""

import numpy as np
import pytest

from model.examples import MOST_COMPARED, Examples, others


def drawn(rows):
    return np.random.default_rng(0).normal(size=(rows, 4)).astype(np.float32)


@pytest.mark.parametrize("rows", [0, 1, MOST_COMPARED, MOST_COMPARED + 1, 1000])
def test_every_different_example_is_compared_with_or_learnt_from(rows):
    found = Examples.of(np.concatenate([drawn(rows), drawn(rows)]))
    assert found.support == rows == len(found.compared) + len(found.further)
    assert len(found.compared) == min(rows, MOST_COMPARED)


def test_few_examples_keep_their_order():
    found = Examples.of(drawn(5)[[3, 1, 3, 0]])
    assert np.allclose(found.compared, drawn(5)[[3, 1, 0]], atol=1e-2)
    assert found.compared.dtype == np.float32


def test_rows_that_are_an_example_are_found_though_rounded():
    examples = Examples.of(drawn(20)[[4, 7]]).compared
    assert others(drawn(20), examples).tolist() == [i for i in range(20) if i not in (4, 7)]


def test_where_every_row_is_an_example_all_count():
    assert others(drawn(2), drawn(2)).tolist() == [0, 1]
    assert others(drawn(2), drawn(0)).tolist() == [0, 1]
