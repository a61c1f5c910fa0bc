"""model/forest.py: all boosters at once say exactly what each of them says alone."""

import os
import subprocess
import sys
import threading

import numba
import numpy as np
import pytest
import xgboost
from hypothesis import given
from hypothesis import strategies as st

from model import forest as forest_module
from model.boosters import BoosterOptions, fit_booster, to_xgboost
from model.errors import BundleError, TrainingError, WidthMismatchError
from model.forest import Forest, warm_up
from model.trees import BinEdges, Booster, margins_of, round_leaves

WIDTH = 6


def drawn_booster(random, rounds=3, depth=2):
    nodes, leaves = (rounds, 2**depth - 1), (rounds, 2**depth)
    return Booster(
        random.integers(0, WIDTH + 2, nodes, dtype=np.uint8),
        random.choice(np.array([0, 5, 11, 254, 255], np.uint8), nodes),
        random.integers(-127, 128, leaves, dtype=np.int8),
        int(random.integers(-18, 4)),
    )


def drawn_inputs(random, rows, tags):
    bins = random.integers(0, 13, (rows, WIDTH), dtype=np.uint8)
    extra = random.integers(0, 255, (rows, tags, 2), dtype=np.uint8)
    base = np.rint(random.normal(0, 4, (rows, tags)) * 1024).astype(np.float32) / 1024
    return bins, extra, base


def one_by_one(boosters, bins, extra, base):
    columns = [
        margins_of(booster, np.hstack([bins, extra[:, tag]]), base[:, tag])
        for tag, booster in enumerate(boosters)
    ]
    return np.stack(columns, axis=1) if columns else base


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), max_size=70),
    st.integers(0, 5),
    st.integers(0, 2**32 - 1),
)
def test_margins_are_those_of_every_booster_walked_alone(shapes, rows, seed):
    random = np.random.default_rng(seed)
    boosters = [drawn_booster(random, rounds, depth) for rounds, depth in shapes]
    inputs = drawn_inputs(random, rows, len(boosters))
    margins = Forest.compile(boosters, WIDTH).margins(*inputs)
    assert margins.dtype == np.float32
    assert margins.shape == (rows, len(boosters))
    assert np.array_equal(margins, one_by_one(boosters, *inputs))


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=40),
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 39)), max_size=90),
    st.integers(0, 2**32 - 1),
)
def test_pairs_of_a_row_and_a_tag_have_the_margins_of_all(shapes, pairs, seed):
    random = np.random.default_rng(seed)
    boosters = [drawn_booster(random, rounds, depth) for rounds, depth in shapes]
    bins, extra, base = drawn_inputs(random, 3, len(boosters))
    forest = Forest.compile(boosters, WIDTH)
    rows = np.array([row for row, _ in pairs], np.intp)
    tags = np.array([tag % len(boosters) for _, tag in pairs], np.intp)
    found = forest.margins_at(rows, tags, bins, extra[rows, tags], base[rows, tags])
    assert np.array_equal(found, forest.margins(bins, extra, base)[rows, tags])


def test_pairs_of_another_shape_are_refused():
    forest = Forest.compile([drawn_booster(np.random.default_rng(0))], WIDTH)
    bins, extra, base = drawn_inputs(np.random.default_rng(0), 2, 1)
    rows = np.zeros(2, np.intp)
    with pytest.raises(WidthMismatchError, match="tags of shapes"):
        forest.margins_at(rows, rows[:1], bins, extra[:, 0], base[:, 0])


@pytest.fixture(scope="module")
def fitted():
    """Edges, raw embeddings, each tag's two extra inputs, and a booster per tag fitted on them."""
    random = np.random.default_rng(5)
    embeddings = random.normal(size=(400, WIDTH)).astype(np.float32)
    extra = random.normal(size=(400, 5, 2)).astype(np.float32)
    stacked = [np.hstack([embeddings, extra[:, tag]]) for tag in range(5)]
    edges = BinEdges.fit(np.concatenate(stacked), 64)
    boosters = []
    for tag, values in enumerate(stacked):
        labels = values[:, tag] + values[:, -1] > 1
        options = BoosterOptions(rounds=5 * tag, depth=3)
        weights, base = np.ones(400), np.full(400, -1.0)
        boosters.append(fit_booster(edges.quantise(values), labels, weights, base, options))
    return edges, embeddings, extra, boosters


def test_margins_equal_xgboosts_own_to_the_bit_on_raw_values(fitted):
    edges, _, _, boosters = fitted
    random = np.random.default_rng(6)
    at_edges = edges.edges[np.isfinite(edges.edges)]
    embeddings = random.choice(np.append(at_edges, [3e38, -3e38]), (1000, WIDTH))
    embeddings[:500] = random.normal(size=(500, WIDTH))
    extra = random.choice(at_edges, (1000, len(boosters), 2))
    base = np.rint(random.normal(-3, 3, (1000, len(boosters))) * 1024).astype(np.float32) / 1024

    bins = edges.quantise(embeddings)
    extra_bins = edges.quantise(extra.reshape(-1, 2), first=WIDTH).reshape(extra.shape)
    margins = Forest.compile(boosters, WIDTH).margins(bins, extra_bins, base)
    for tag, booster in enumerate(boosters):
        raw = np.hstack([embeddings, extra[:, tag]]).astype(np.float32)
        matrix = xgboost.DMatrix(raw, base_margin=base[:, tag])
        said = to_xgboost(booster, edges).predict(matrix, output_margin=True)
        assert np.array_equal(margins[:, tag], said)


def test_the_smallest_and_the_largest_leaves_add_up_without_any_rounding():
    node, left = np.zeros((16, 1), np.uint8), np.full((16, 1), 255, np.uint8)
    leaves = np.tile(np.array([127, 0], np.int8), (16, 1))
    forest = Forest.compile([Booster(node, left, leaves, each) for each in (-18, 3)], WIDTH)
    bins, extra, _ = drawn_inputs(np.random.default_rng(0), 1, 2)
    base = np.array([[-8 + 2**-10, 2**-10]], np.float32)
    expected = [-8 + 2**-10 + 16 * 127 * 2**-18, 2**-10 + 16 * 127 * 8]
    assert forest.margins(bins, extra, base).tolist() == [expected]


def test_a_large_job_on_all_threads_gives_what_small_ones_on_one_thread_give():
    random = np.random.default_rng(1)
    boosters = [drawn_booster(random, 40, 4) for _ in range(100)]
    forest = Forest.compile(boosters, WIDTH)
    bins, extra, base = drawn_inputs(random, 150, 100)
    assert len(bins) * len(forest.nodes) > forest_module.WALKS_WORTH_A_THREAD
    rows = [forest.margins(bins[[n]], extra[[n]], base[[n]]) for n in range(150)]
    assert np.array_equal(forest.margins(bins, extra, base), np.concatenate(rows))


def test_scoring_leaves_the_number_of_threads_as_it_was():
    given_threads = numba.get_num_threads()
    warm_up()
    assert numba.get_num_threads() == given_threads


def test_several_threads_may_score_at_once():
    random = np.random.default_rng(2)
    boosters = [drawn_booster(random, 20, 4) for _ in range(200)]
    forest = Forest.compile(boosters, WIDTH)
    inputs = drawn_inputs(random, 150, 200)
    expected, said = forest.margins(*inputs), []
    threads = [
        threading.Thread(target=lambda: said.append(forest.margins(*inputs))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(said) == 4
    assert all(np.array_equal(each, expected) for each in said)


def test_the_base_margins_are_not_changed():
    random = np.random.default_rng(3)
    bins, extra, base = drawn_inputs(random, 3, 2)
    before = base.copy()
    Forest.compile([drawn_booster(random) for _ in range(2)], WIDTH).margins(bins, extra, base)
    assert np.array_equal(base, before)


@given(st.lists(st.integers(0, 4), max_size=5), st.integers(0, 2**32 - 1))
def test_a_forest_gives_its_boosters_back(rounds, seed):
    random = np.random.default_rng(seed)
    boosters = [drawn_booster(random, each) for each in rounds]
    forest = Forest.compile(boosters, WIDTH)
    assert len(forest) == len(boosters)
    for tag, booster in enumerate(boosters):
        back = forest.booster(tag)
        for name in ("features", "bins", "leaves", "exponent"):
            assert np.array_equal(getattr(back, name), getattr(booster, name))


@pytest.mark.parametrize("tags", [0, 1, 40])
def test_a_saved_forest_comes_back_as_a_memory_map_that_says_the_same(tmp_path, tags):
    random = np.random.default_rng(9)
    forest = Forest.compile([drawn_booster(random, each % 4) for each in range(tags)], WIDTH)
    forest.save(tmp_path)
    loaded = Forest.load(tmp_path, WIDTH)
    assert isinstance(loaded.nodes, np.memmap)
    assert not loaded.nodes.flags.writeable
    assert loaded.nbytes == forest.nbytes
    for rows in (0, 3):
        inputs = drawn_inputs(random, rows, tags)
        assert np.array_equal(loaded.margins(*inputs), forest.margins(*inputs))


@pytest.mark.parametrize("damage", ["missing", "cut", "no array", "shape", "type", "order"])
def test_damaged_files_are_refused(tmp_path, damage):
    Forest.compile([drawn_booster(np.random.default_rng(0))] * 2, WIDTH).save(tmp_path)
    file = tmp_path / "forest-first-tree.npy"
    match damage:
        case "missing":
            file.unlink()
        case "cut":
            file.write_bytes(file.read_bytes()[:-3])
        case "no array":
            file.write_text("no array")
        case "shape":
            np.save(file, np.array([0, 6]))
        case "type":
            np.save(file, np.array([0, 3, 6], np.int32))
        case "order":
            np.save(file, np.array([0, 9, 6]))
    with pytest.raises(BundleError, match="again"):
        Forest.load(tmp_path, WIDTH)


@pytest.mark.parametrize("shape", [(6,), (6, 5), (0,)])
def test_leaves_that_are_no_complete_trees_are_refused(tmp_path, shape):
    Forest.compile([drawn_booster(np.random.default_rng(0))] * 2, WIDTH).save(tmp_path)
    np.save(tmp_path / "forest-leaves.npy", np.zeros(shape, np.int8))
    with pytest.raises(BundleError, match="do not fit together"):
        Forest.load(tmp_path, WIDTH)


def test_inputs_of_another_shape_are_refused():
    random = np.random.default_rng(0)
    forest = Forest.compile([drawn_booster(random)] * 3, WIDTH)
    bins, extra, base = drawn_inputs(random, 2, 3)
    for wrong in [(bins[:, 1:], extra, base), (bins, extra[:, 1:], base), (bins, extra, base[1:])]:
        with pytest.raises(WidthMismatchError, match="Received"):
            forest.margins(*wrong)


def test_a_booster_of_a_wider_encoder_is_refused():
    tests = np.array([[WIDTH + 2]], np.uint8), np.array([[3]], np.uint8)
    booster = round_leaves(*tests, np.array([[1.0, -1.0]]))
    with pytest.raises(TrainingError, match="reads feature 8"):
        Forest.compile([booster], WIDTH)


def test_an_encoder_wider_than_a_byte_can_name_is_refused():
    with pytest.raises(WidthMismatchError, match="at most 254"):
        Forest.compile([], 255)


def test_the_kernel_compiles_even_where_machine_code_cannot_be_kept():
    """Numba finds no directory for its cache, as in a read-only container without a home."""
    program = (
        "from numba.core import caching; caching.CacheImpl._locator_classes = [];"
        "from model.forest import warm_up; warm_up(); print('warm')"
    )
    environment = os.environ | {"NUMBA_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "warm\n", done.stderr
