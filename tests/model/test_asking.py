"""model/asking.py: questions are uncertain and new, some are likely, and none is asked twice."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.asking import CONSIDERED, LIKELY_SHARE, choose

WIDTH, COUNT, THRESHOLD = 16, 9, 0.3
LIKELY = round(COUNT * LIKELY_SHARE)
NOTHING = np.zeros((0, WIDTH), np.float32)


def drawn(count, seed=0):
    vectors = np.random.default_rng(seed).normal(size=(count, WIDTH))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def scores_of(count, seed=1):
    return np.random.default_rng(seed).random(count).astype(np.float32)


def beside(embedding, count, apart, seed=2):
    """Embeddings of length 1 at about that distance."""
    near = embedding + apart * drawn(count, seed)
    return (near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.float32)


@given(
    st.integers(0, 40), st.integers(0, 5), st.integers(0, 12), st.floats(0, 1), st.integers(0, 99)
)
def test_positions_are_within_and_none_comes_twice(many, marked, count, threshold, seed):
    found = choose(
        drawn(many, seed), scores_of(many, seed), threshold, drawn(marked, seed + 1), count
    )
    assert found.dtype == np.int64
    assert len(set(found.tolist())) == len(found) <= min(count, many)
    assert ((found >= 0) & (found < many)).all()


def test_as_many_are_asked_as_there_are_new_ones():
    assert len(choose(drawn(200), scores_of(200), THRESHOLD, drawn(3, 5), COUNT)) == COUNT
    assert len(choose(drawn(4), scores_of(4), THRESHOLD, NOTHING, COUNT)) == 4
    assert len(choose(NOTHING, scores_of(0), THRESHOLD, drawn(3), COUNT)) == 0


def test_the_same_question_gets_the_same_answer():
    asked = [choose(drawn(300), scores_of(300), THRESHOLD, drawn(3, 5), COUNT) for _ in range(2)]
    assert np.array_equal(*asked)


def test_likely_ones_come_first_and_the_rest_are_near_the_threshold():
    candidates, scores = drawn(400), np.full(400, 0.001, np.float32)
    scores[:30], scores[30:60] = 0.97, THRESHOLD
    found = choose(candidates, scores, THRESHOLD, NOTHING, COUNT)
    assert (found[:LIKELY] < 30).all()
    assert ((found[LIKELY:] >= 30) & (found[LIKELY:] < 60)).all()


def test_it_is_not_the_top_of_the_list_alone():
    candidates, scores = drawn(400), scores_of(400)
    top = np.argsort(-scores)[:COUNT]
    assert len(set(choose(candidates, scores, THRESHOLD, NOTHING, COUNT)) & set(top)) < COUNT


def test_a_tag_that_is_silent_everywhere_asks_about_the_likeliest():
    candidates, scores = drawn(300), scores_of(300) * 0.01
    found = choose(candidates, scores, 0.9, NOTHING, COUNT)
    assert (scores[found] > np.quantile(scores, 0.8)).all()


def test_of_equally_uncertain_ones_those_far_from_each_other_are_asked():
    crowd = beside(drawn(1, 7), 100, apart=0.5)
    candidates = np.concatenate([crowd, drawn(20, 8)])
    scores = np.full(len(candidates), THRESHOLD, np.float32)
    found = choose(candidates, scores, THRESHOLD, NOTHING, COUNT)
    assert (found >= 100).sum() >= COUNT - 2


def test_what_lies_beside_something_marked_waits():
    marked = drawn(1, 7)
    candidates = np.concatenate([beside(marked, 30, apart=0.5), drawn(30, 8)])
    scores = np.full(len(candidates), THRESHOLD, np.float32)
    assert (choose(candidates, scores, THRESHOLD, marked, COUNT) >= 30).all()


@pytest.mark.parametrize("apart", [0.0, 0.05])
def test_near_copies_of_each_other_are_asked_about_once(apart):
    kinds = drawn(3, 9)
    candidates = np.concatenate([beside(kind, 10, apart) for kind in kinds] + [drawn(4, 10)])
    found = choose(candidates, scores_of(len(candidates)), THRESHOLD, NOTHING, COUNT)
    kinds_asked = [position // 10 for position in found.tolist() if position < 30]
    assert len(kinds_asked) == len(set(kinds_asked))
    assert len(found) == 7


def test_a_copy_of_something_marked_is_not_asked_about():
    candidates = drawn(12)
    found = choose(candidates, scores_of(12), THRESHOLD, candidates[:8].copy(), COUNT)
    assert sorted(found.tolist()) == [8, 9, 10, 11]


def test_a_library_of_one_drawing_is_asked_about_once_and_never_again():
    same = np.repeat(drawn(1), 50, axis=0)
    assert len(choose(same, scores_of(50), THRESHOLD, NOTHING, COUNT)) == 1
    assert len(choose(same, scores_of(50), THRESHOLD, same[:1], COUNT)) == 0


def test_the_length_of_embeddings_does_not_matter():
    candidates, scores, marked = drawn(100), scores_of(100), drawn(3, 5)
    long = choose(candidates * 256, scores, THRESHOLD, marked * 256, COUNT)
    assert np.array_equal(choose(candidates, scores, THRESHOLD, marked, COUNT), long)


@pytest.mark.parametrize("threshold", [0.0, 1.0])
@pytest.mark.parametrize("score", [0.0, 1.0])
def test_scores_and_thresholds_at_their_ends_are_nothing_special(threshold, score):
    scores = np.full(50, score, np.float32)
    assert len(choose(drawn(50), scores, threshold, NOTHING, COUNT)) == COUNT


def test_of_many_only_the_best_are_looked_at():
    many = 3 * CONSIDERED
    candidates, scores = drawn(many), np.zeros(many, np.float32)
    scores[-COUNT:] = THRESHOLD
    found = choose(candidates, scores, THRESHOLD, NOTHING, COUNT)
    assert set(found.tolist()) == set(range(many - COUNT, many))
