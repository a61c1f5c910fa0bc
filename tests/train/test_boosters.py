"""train/boosters.py: every tag that counts is fitted, once, and the same every time."""

import dataclasses

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from model.errors import TrainingError
from model.trees import margins_of
from train import boosters as boosters_module
from train.boosters import (
    ENOUGH_BACKGROUND,
    Fitting,
    background_rows,
    fit_boosters,
    fit_tag,
    load_boosters,
    prepare_fitting,
    sample_rows,
)
from train.config import BoostersConfig, BundleConfig, TrainConfig
from train.embed import load_embeddings
from train.head import fit_edges, fit_head
from train.vocabulary import NamedTag
from train.workdir import Workdir

ROWS, WIDTH = 400, 6
SUPPORTS = (260, 90, 40, 12, 8, 6, 5, 5, 5)
CONFIG = TrainConfig(
    jobs=1,
    boosters=BoostersConfig(
        rounds=6, depth=3, reg_lambda=1.0, max_positives=150, random_negatives=90, hard_negatives=50
    ),
)


@pytest.fixture(scope="module")
def fitting():
    """Tags of 260 down to 5 rows, each on one side of a plane of its own."""
    random = np.random.default_rng(0)
    embeddings = random.normal(0, 1, (ROWS, WIDTH)).astype(np.float32)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    sides = embeddings @ random.normal(0, 1, (WIDTH, len(SUPPORTS)))
    ranks = np.argsort(np.argsort(-sides, axis=0), axis=0)
    truth = sp.csr_matrix(ranks < np.array(SUPPORTS), dtype=np.uint8)
    head = fit_head(embeddings, truth, np.arange(ROWS), ROWS, seed=0)
    edges = fit_edges(head, truth, seed=0)
    vocabulary = tuple(NamedTag(f"tag {t}", "", n) for t, n in enumerate(SUPPORTS))
    return Fitting(vocabulary, truth.tocsc(), head, edges, edges.quantise(embeddings))


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(boosters_module, "TAGS_AT_ONCE", 4)


@given(
    st.integers(1, 60),
    st.integers(0, 60),
    st.integers(1, 70),
    st.integers(1, 30),
    st.integers(0, 30),
    st.integers(0, 99),
)
def test_sampled_weights_sum_to_the_population(positives, negatives, most, drawn, hard, seed):
    random = np.random.default_rng(seed)
    truth = random.permutation(np.arange(positives + negatives) < positives)
    base = random.normal(0, 1, len(truth)).astype(np.float32)
    config = BoostersConfig(max_positives=most, random_negatives=drawn, hard_negatives=hard)
    rows, weights = sample_rows(truth, base, config, random)
    assert len(set(rows)) == len(rows) == len(weights)
    assert weights[truth[rows]].sum() == pytest.approx(positives, rel=1e-5)
    assert weights[~truth[rows]].sum() == pytest.approx(negatives, rel=1e-5)
    assert (weights > 0).all()
    assert truth[rows].sum() == min(positives, most)
    assert (~truth[rows]).sum() == min(negatives, hard + drawn)


def test_the_hardest_negatives_are_all_sampled_and_count_once():
    base = np.arange(100, dtype=np.float32)
    truth = base >= 90
    config = BoostersConfig(max_positives=5, random_negatives=10, hard_negatives=7)
    rows, weights = sample_rows(truth, base, config, np.random.default_rng(0))
    weight = dict(zip(rows.tolist(), weights.tolist(), strict=True))
    assert [weight[row] for row in range(83, 90)] == [1] * 7
    assert set(weight.values()) == {2, 1, 8.300000190734863}


def loss_of(fitting, tag, booster):
    """Mean logistic loss over all rows of a booster, or of the base margin where it is None."""
    votes, ridge, base = fitting.head.column(tag)
    extra = fitting.edges.quantise(np.column_stack([votes, ridge]), first=WIDTH)
    bins = np.hstack([fitting.bins, extra])
    margins = base if booster is None else margins_of(booster, bins, base)
    sign = 2 * fitting.labels.toarray()[:, tag].astype(int) - 1
    return float(np.log1p(np.exp(-sign * margins)).mean())


@pytest.mark.parametrize("tag", range(len(SUPPORTS)))
def test_every_tag_from_common_to_5_positives_learns_something(fitting, tag):
    booster = fit_tag(fitting, tag, CONFIG.boosters, seed=0)
    assert len(booster.bins) == 6
    assert booster.leaves.any()
    assert loss_of(fitting, tag, booster) < loss_of(fitting, tag, None)


def test_fitting_is_the_same_every_time_and_hangs_on_the_seed(fitting):
    shared = dataclasses.replace(CONFIG.boosters, column_share=0.5)
    one, same, other = (fit_tag(fitting, 1, shared, seed) for seed in (0, 0, 1))
    assert all(np.array_equal(getattr(one, f), getattr(same, f)) for f in ("bins", "leaves"))
    assert not np.array_equal(one.leaves, other.leaves)


def contents(directory):
    return {
        path.relative_to(directory): (path.read_bytes(), path.stat().st_ino)
        for path in directory.rglob("*.npy")
    }


def assert_same(one, other):
    assert (one.exponent, one.leaves.shape) == (other.exponent, other.leaves.shape)
    for name in ("features", "bins", "leaves"):
        assert np.array_equal(getattr(one, name), getattr(other, name))


def test_all_boosters_are_fitted_in_the_order_of_the_vocabulary(fitting, tmp_path):
    fit_boosters(fitting, CONFIG, Workdir(tmp_path), "mark")
    boosters = load_boosters(Workdir(tmp_path), WIDTH)
    assert len(boosters) == len(SUPPORTS)
    for tag in (0, 4, 8):
        assert_same(boosters[tag], fit_tag(fitting, tag, CONFIG.boosters, CONFIG.seed))


def test_processes_side_by_side_fit_the_same(fitting, tmp_path):
    for jobs in (1, 2):
        config = dataclasses.replace(CONFIG, jobs=jobs)
        fit_boosters(fitting, config, Workdir(tmp_path / str(jobs)), "mark")
    for one, other in zip(
        *(load_boosters(Workdir(tmp_path / n), WIDTH) for n in "12"), strict=True
    ):
        assert_same(one, other)


def test_a_cut_run_fits_only_the_parts_that_are_missing(fitting, tmp_path, monkeypatch):
    work = Workdir(tmp_path)
    plain, fitted = boosters_module.fit_tag, []

    def dying(fitting, tag, config, seed):
        fitted.append(tag)
        if tag == 6 and len(fitted) < 9:
            raise KeyboardInterrupt
        return plain(fitting, tag, config, seed)

    monkeypatch.setattr(boosters_module, "fit_tag", dying)
    with pytest.raises(KeyboardInterrupt):
        fit_boosters(fitting, CONFIG, work, "mark")
    assert fitted == [0, 1, 2, 3, 4, 5, 6]
    with pytest.raises(TrainingError, match="Run: python -m train boosters"):
        load_boosters(work, WIDTH)
    half_written = work.root / "boosters" / "mark" / ".tags-0000004"
    half_written.mkdir()
    (half_written / "forest-nodes.npy").write_bytes(b"half")
    before = contents(work.root)
    fit_boosters(fitting, CONFIG, work, "mark")
    assert fitted[7:] == [4, 5, 6, 7, 8]
    after = contents(work.root)
    assert all(after[path] == before[path] for path in before if "0000000" in str(path))
    assert len(load_boosters(work, WIDTH)) == len(SUPPORTS)


def test_other_settings_leave_nothing_of_the_old_parts(fitting, tmp_path):
    work = Workdir(tmp_path)
    fit_boosters(fitting, CONFIG, work, "old")
    fit_boosters(fitting, CONFIG, work, "new")
    assert [path.name for path in (tmp_path / "boosters").iterdir() if path.is_dir()] == ["new"]
    assert work.is_done("boosters", "new")


def test_the_vocabulary_skips_nothing_with_enough_images_and_nothing_common(tiny_run):
    pack = tiny_run.pack
    rows = [row for row, usable in zip(pack.rows, pack.usable, strict=True) if usable]
    support = {tag.name: tag.support for tag in tiny_run.fitting.vocabulary}
    for tag in {tag for row in rows for tag in row.tags}:
        count = sum(tag in row.tags for row in rows)
        assert support.get(tag, 0) == (count if count >= 5 else 0), tag
    assert 5 in support.values()
    assert len(load_boosters(tiny_run.work, 16)) == len(support)


def test_max_tags_keeps_the_most_frequent(tiny_run):
    config = dataclasses.replace(tiny_run.config.boosters, max_tags=3)
    embeddings = load_embeddings(tiny_run.work)[1]
    few = prepare_fitting(
        tiny_run.pack, embeddings, dataclasses.replace(tiny_run.config, boosters=config)
    )
    assert few.vocabulary == tiny_run.fitting.vocabulary[:3]
    assert few.labels.shape == (tiny_run.pack.fitting.sum(), 3)


def test_images_without_a_frequent_tag_are_said_to_be_too_few(tiny_run):
    config = dataclasses.replace(
        tiny_run.config, boosters=dataclasses.replace(tiny_run.config.boosters, min_positives=999)
    )
    with pytest.raises(TrainingError, match=r"999 or more training images\. Add images, or lower"):
        prepare_fitting(tiny_run.pack, load_embeddings(tiny_run.work)[1], config)


def test_no_vector_that_was_lent_is_in_the_background_where_there_are_enough_others():
    lent = np.arange(ENOUGH_BACKGROUND + 500) % 3 == 0
    lent = np.concatenate([lent, np.zeros(ENOUGH_BACKGROUND // 2, bool)])
    rows = background_rows(lent, CONFIG)
    assert rows.tolist() == np.flatnonzero(~lent).tolist()
    few = dataclasses.replace(CONFIG, bundle=BundleConfig(background=200))
    drawn = background_rows(lent, few)
    assert len(drawn) == 200
    assert not lent[drawn].any()
    assert np.array_equal(drawn, np.sort(drawn))
    assert np.array_equal(drawn, background_rows(lent, few))


def test_where_there_are_too_few_others_the_background_is_drawn_from_all():
    """Without one, no neighbour could vote."""
    lent = np.arange(ENOUGH_BACKGROUND) > 0
    assert background_rows(lent, CONFIG) == CONFIG.bundle.background
    assert background_rows(np.zeros(5, bool), CONFIG) == CONFIG.bundle.background


def test_rows_that_were_lent_teach_boosters_without_being_in_the_bundle(tiny_run, monkeypatch):
    monkeypatch.setattr(boosters_module, "ENOUGH_BACKGROUND", 10)
    pack, embeddings = tiny_run.pack, load_embeddings(tiny_run.work)[1]
    rows = [dataclasses.replace(row, lent=n % 2 == 0) for n, row in enumerate(pack.rows)]
    lent = dataclasses.replace(pack, rows=tuple(rows))
    fitting = prepare_fitting(lent, embeddings, tiny_run.config)
    background = fitting.head.head.background.embeddings()
    own = embeddings[pack.fitting & ~lent.lent]
    assert background == pytest.approx(own, abs=1e-2)
    assert fitting.labels.shape[0] == pack.fitting.sum()
    assert fitting.vocabulary == tiny_run.fitting.vocabulary
