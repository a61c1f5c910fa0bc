"""model/head.py: votes of the right neighbours, smoothed evidence, margins that sum exactly."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import head as head_module
from model.head import (
    BANDWIDTH_NEIGHBOUR,
    LARGEST_MARGIN,
    MARGIN_STEP,
    NEIGHBOURS,
    SHARPNESS,
    Background,
    Head,
    Labels,
    base_margins,
    find_neighbourhood,
)

WIDTH = 4


def drawn(count, seed=0):
    return np.random.default_rng(seed).normal(0, 1, (count, WIDTH)).astype(np.float32)


def labels_of(tags):
    starts = np.cumsum([0, *map(len, tags)], dtype=np.int64)
    return Labels(starts, np.array([tag for row in tags for tag in row], np.int32))


def drawn_tags(count, seed=0):
    random = np.random.default_rng(seed)
    return [sorted(random.choice(3, random.integers(0, 4), replace=False)) for _ in range(count)]


def head_over(background):
    random = np.random.default_rng(5)
    return Head(
        background,
        random.normal(0, 1, (WIDTH + 1, 3)).astype(np.float32),
        np.array([0.5, 0.1, 1e-6], np.float32),
        np.array([-0.1, 0.9, 0.4, 1.0], np.float32),
    )


@pytest.mark.parametrize("count", [1, 4, NEIGHBOURS, NEIGHBOURS + 50])
def test_the_nearest_rows_are_found_exactly_and_their_weights_sum_to_1(count):
    embeddings, background = drawn(7), drawn(count, seed=1)
    near = find_neighbourhood(embeddings, background)
    distances = np.linalg.norm(embeddings[:, None] - background, axis=2)
    expected = np.argsort(distances, axis=1)[:, :NEIGHBOURS]
    assert np.array_equal(near.rows, expected)
    assert near.weights.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (np.diff(near.weights, axis=1) <= 0).all()
    assert (near.weights >= 0).all()


def test_weights_fall_with_the_distance_relative_to_the_bandwidth():
    background = np.zeros((10, WIDTH), np.float32)
    background[:, 0] = np.arange(1, 11)
    near = find_neighbourhood(np.zeros((1, WIDTH), np.float32), background)
    relative = np.arange(1, 11) / BANDWIDTH_NEIGHBOUR
    expected = np.exp(-SHARPNESS * relative**2) + 1e-9
    assert near.weights[0] == pytest.approx(expected / expected.sum(), rel=1e-4)


def test_copies_of_an_embedding_share_its_weight_evenly():
    near = find_neighbourhood(drawn(1), np.repeat(drawn(1), 8, axis=0))
    assert near.weights[0] == pytest.approx(1 / 8, abs=1e-4)


def test_embeddings_are_searched_in_blocks_each_with_its_own_neighbours(monkeypatch):
    embeddings, background, groups = drawn(10), drawn(50, seed=1), np.arange(10)
    whole = find_neighbourhood(embeddings, background, groups, np.arange(50) % 10)
    monkeypatch.setattr(head_module, "BLOCK", 3)
    parts = find_neighbourhood(embeddings, background, groups, np.arange(50) % 10)
    assert np.array_equal(whole.rows, parts.rows)
    assert whole.weights == pytest.approx(parts.weights, abs=1e-5)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.integers(0, 2**16))
def test_rows_of_ones_own_group_never_weigh(groups, seed):
    groups = np.array(groups)
    embeddings = drawn(len(groups), seed)
    near = find_neighbourhood(embeddings, embeddings, groups, groups)
    own = groups[near.rows] == groups[:, None]
    assert (near.weights[own] == 0).all()
    others = (groups != groups[:, None]).any(axis=1)
    assert near.weights.sum(axis=1) == pytest.approx(others.astype(float), abs=1e-5)


def test_rows_of_one_single_group_get_no_votes_but_finite_margins():
    embeddings, same = drawn(6), np.zeros(6, np.int64)
    near = find_neighbourhood(embeddings, embeddings, same, same)
    assert not near.weights.any()
    votes = near.weights.sum(axis=1)
    margins = base_margins(votes, votes, np.full(6, 0.01), np.array([0, 1, 1, 1]))
    assert np.isfinite(margins).all()


@pytest.mark.parametrize("count", [2, 40])
def test_a_vote_is_the_weight_of_the_neighbours_that_have_the_tag(count):
    tags = drawn_tags(count)
    background = Background.compress(drawn(count, seed=1), labels_of(tags))
    head, embeddings = head_over(background), drawn(5)
    near = find_neighbourhood(embeddings, background.embeddings())
    inputs = head.inputs(embeddings, near)
    has = np.array([[tag in row for tag in range(3)] for row in tags], np.float32)
    expected = np.einsum("nk,nkt->nt", near.weights, has[near.rows])
    assert inputs.votes == pytest.approx(expected, abs=1e-6)
    assert inputs.votes.dtype == np.float32
    ridge = np.column_stack([embeddings, np.ones(5)]) @ head.ridge
    assert inputs.ridge == pytest.approx(ridge, abs=1e-4)
    assert np.array_equal(inputs.features(), np.stack([inputs.votes, inputs.ridge], axis=2))


@pytest.mark.parametrize("count", [1, 2, 40, NEIGHBOURS + 50])
def test_the_evidence_for_a_tag_is_what_its_vote_consists_of(count):
    tags = drawn_tags(count)
    background = Background.compress(drawn(count, seed=1), labels_of(tags))
    head, embeddings, kept = head_over(background), drawn(3), background.embeddings()
    near = find_neighbourhood(embeddings, kept)
    votes = head.inputs(embeddings, near).votes
    for n, embedding in enumerate(embeddings):
        for tag in range(3):
            found = head.evidence(find_neighbourhood(embedding[None], kept), tag)
            assert found.neighbours == min(count, NEIGHBOURS)
            assert found.having == sum(tag in tags[row] for row in near.rows[n])
            assert found.weight == pytest.approx(votes[n, tag], abs=1e-5)
            assert found.prevalence == pytest.approx(head.prevalence[tag])


def test_no_embeddings_give_no_margins():
    background = Background.compress(drawn(3), labels_of([[0], [], [1, 2]]))
    near = find_neighbourhood(drawn(0), background.embeddings())
    inputs = head_over(background).inputs(drawn(0), near)
    assert inputs.features().shape == (0, 3, 2)
    assert head_over(background).margins(inputs).shape == (0, 3)


@given(
    st.floats(0, 1),
    st.floats(-1e6, 1e6),
    st.floats(1e-7, 1 - 1e-7),
    st.lists(st.floats(-100, 100), min_size=4, max_size=4),
)
def test_base_margins_are_bounded_multiples_of_their_step(vote, ridge, prevalence, coefficients):
    margin = base_margins(
        np.float32([vote]), np.float32([ridge]), np.float32([prevalence]), np.array(coefficients)
    )
    assert margin.dtype == np.float32
    assert abs(margin[0]) <= LARGEST_MARGIN
    assert float(margin[0]) / MARGIN_STEP == round(float(margin[0]) / MARGIN_STEP)


def test_more_votes_and_a_higher_ridge_score_raise_the_margin():
    share, coefficients = np.float32(0.01), np.array([0, 1, 0.5, 1])
    rising = np.linspace(0, 1, 20)
    assert (np.diff(base_margins(rising, 0, share, coefficients)) > 0).all()
    assert (np.diff(base_margins(0.3, rising, share, coefficients)) > 0).all()


def test_votes_that_sum_to_a_bit_more_than_one_are_as_good_as_one():
    nearly_all, coefficients = np.float32(1 - 1e-7), np.array([0, 1, 0, 1])
    votes = np.float32([1, 1 + 2e-7, 1 + 1e-6])
    margins = base_margins(votes, 0, nearly_all, coefficients)
    assert np.isfinite(margins).all()
    assert (margins == margins[0]).all()


def test_votes_at_the_usual_rate_leave_the_prior():
    share = np.array([0.5, 0.03, 1e-4])
    margins = base_margins(share, np.zeros(3), share, np.array([0, 1, 1, 1]))
    assert margins == pytest.approx(np.log(share / (1 - share)), abs=MARGIN_STEP)


def test_a_compressed_embedding_is_off_by_half_a_step_at_most():
    embeddings = drawn(200)
    background = Background.compress(embeddings, labels_of([[]] * 200))
    assert background.codes.dtype == np.int8
    step = np.abs(embeddings).max(axis=0) / 127
    assert (np.abs(background.embeddings() - embeddings) <= 0.501 * step).all()
