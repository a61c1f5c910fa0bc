"""model/teaching.py: a handful of examples makes a tag, the same every time."""

import subprocess
import sys
import time

import numpy as np
import pytest
import xgboost

from model.boosters import to_xgboost
from model.correcting import FEWEST
from model.errors import BundleError, TrainingError, VersionMismatchError, WidthMismatchError
from model.head import MARGIN_STEP, Labels
from model.tagger import Tagger
from model.teaching import Prior, Taught

WIDTH, ROWS = 12, 1500
NOTHING = np.zeros((0, WIDTH), np.float32)


def unit(values):
    return (values / np.linalg.norm(values, axis=1, keepdims=True)).astype(np.float32)


def drawn(rows, seed):
    return unit(np.random.default_rng(seed).normal(size=(rows, WIDTH)))


def alike(rows, seed, spread=0.22):
    """Illustrations of the new tag: near one direction."""
    noise = np.random.default_rng(seed).normal(size=(rows, WIDTH)) * spread
    return unit(np.eye(WIDTH)[3] + noise)


@pytest.fixture(scope="module")
def prior():
    background = drawn(ROWS, 0)
    tags = (background[:, :4].argmax(axis=1)).astype(np.int32)
    return Prior.fit(background, Labels(np.arange(ROWS + 1, dtype=np.int64), tags), "encoder")


@pytest.fixture(scope="module")
def taught(prior):
    """From enough examples for trees, with a few counterexamples."""
    return prior.teach(alike(30, 1), drawn(6, 2))


def average_precision(prior, taught):
    asked = np.concatenate([alike(20, 8), drawn(1000, 9)])
    order = np.argsort(-prior.score([taught], asked)[:, 0], kind="stable")
    places = np.flatnonzero(order < 20)
    return float((np.arange(1, 21) / (places + 1)).mean())


@pytest.mark.parametrize(("count", "expected"), [(1, 0.25), (5, 0.5), (40, 0.6)])
def test_one_example_is_far_better_than_chance_and_more_are_better_still(prior, count, expected):
    found = [average_precision(prior, prior.teach(alike(count, n), NOTHING)) for n in range(4)]
    assert np.mean(found) > expected


def test_a_tag_is_neither_silent_nor_shouting(prior, taught):
    few = prior.teach(alike(3, 1), NOTHING)
    for one in (few, taught):
        assert 0 < one.threshold < 1
        said = prior.score([one], drawn(2000, 9))[:, 0] >= one.threshold
        assert said.mean() < 0.05
        close = alike(50, 7, spread=0.1)
        assert (prior.score([one], close)[:, 0] >= one.threshold).mean() > 0.5


def test_teaching_twice_gives_the_same_bytes(prior, taught):
    assert prior.teach(alike(30, 1), drawn(6, 2)).to_bytes() == taught.to_bytes()


def test_what_comes_back_from_bytes_scores_the_same(prior, taught):
    data = taught.to_bytes()
    assert len(data) < 50_000
    back = Taught.from_bytes(data)
    assert (back.encoder_id, back.support, back.threshold) == ("encoder", 30, taught.threshold)
    asked = drawn(50, 4)
    assert np.array_equal(prior.score([back], asked), prior.score([taught], asked))


def test_trees_take_part_from_a_number_of_examples_on(prior, taught):
    assert len(taught.booster.bins)
    assert not len(prior.teach(alike(FEWEST - 1, 1), NOTHING).booster.bins)


def test_the_trees_are_an_xgboost_model_that_says_the_same_to_the_bit(prior, taught):
    asked = prior.look(np.concatenate([alike(40, 5), drawn(200, 6)]))
    margins = prior.margins([taught], asked)[:, 0]
    bare = Taught(**{**vars(taught), "booster": prior.teach(alike(1, 1), NOTHING).booster})
    base = prior.margins([bare], asked)[:, 0]
    assert not np.array_equal(base, margins)
    assert np.array_equal(base, np.rint(base / MARGIN_STEP) * MARGIN_STEP)
    features = np.column_stack([asked.seen.embeddings, base, asked.seen.views.familiarity])
    matrix = xgboost.DMatrix(features, base_margin=base)
    said = to_xgboost(taught.booster, prior.edges).predict(matrix, output_margin=True)
    assert np.array_equal(said, margins)


def test_the_same_example_twice_counts_once(prior):
    twice = np.repeat(alike(2, 1), 3, axis=0)
    once = prior.teach(alike(2, 1), NOTHING)
    assert prior.teach(twice, NOTHING).to_bytes() == once.to_bytes()
    assert once.support == 2


def test_an_example_that_is_in_the_background_does_not_speak_against_itself(prior):
    inside = prior.background[:1]
    score = prior.score([prior.teach(inside, NOTHING)], inside)[0, 0]
    assert score > 0.4


def test_many_examples_stay_small(prior):
    taught = prior.teach(alike(900, 1), drawn(900, 2))
    assert taught.support == 900
    assert len(taught.to_bytes()) < 100_000


@pytest.mark.parametrize("rows", [0, 1, 5000])
@pytest.mark.parametrize("count", [0, 1, 2])
def test_scores_are_probabilities_of_every_tag_for_every_embedding(prior, taught, rows, count):
    scores = prior.score([taught] * count, drawn(rows, 3))
    assert (scores.shape, scores.dtype) == ((rows, count), np.float32)
    assert ((scores >= 0) & (scores <= 1)).all()


def test_tags_do_not_disturb_each_other(prior, taught):
    other = prior.teach(drawn(3, 5), NOTHING)
    asked = drawn(30, 6)
    both = prior.score([other, taught], asked)
    assert np.array_equal(both[:, [1]], prior.score([taught], asked))
    assert np.array_equal(both[:, [0]], prior.score([other], asked))


def test_evidence_counts_the_examples_among_the_nearest(prior, taught):
    near = prior.evidence(taught, alike(1, 9)[0])
    far = prior.evidence(taught, -alike(1, 9)[0])
    assert near.having > far.having
    assert near.weight > far.weight
    assert near.neighbours == far.neighbours > 0
    assert 0 < near.prevalence < 0.05


def test_no_example_is_refused(prior):
    with pytest.raises(TrainingError, match="Hand one in"):
        prior.teach(NOTHING, drawn(3, 0))


def test_another_width_is_refused(prior, taught):
    wrong = np.zeros((2, WIDTH + 1), np.float32)
    for call in (
        lambda: prior.teach(wrong, NOTHING),
        lambda: prior.teach(alike(1, 0), wrong),
        lambda: prior.score([taught], wrong),
    ):
        with pytest.raises(WidthMismatchError, match="Embed with this bundle's encoder"):
            call()


def test_a_tag_of_another_encoder_is_refused(prior, taught):
    other = Prior.fit(drawn(50, 0), Labels(np.zeros(51, np.int64), np.zeros(0, np.int32)), "other")
    with pytest.raises(VersionMismatchError, match="Refit the tag"):
        other.score([taught], drawn(1, 0))
    assert other.width == prior.width


def test_a_bundles_prior_is_the_same_loaded_alone_and_with_the_tagger(tiny_bundle):
    alone, tagger = Prior.load(tiny_bundle), Tagger.load(tiny_bundle)
    assert (alone.encoder_id, alone.width) == (tagger.encoder_id, tagger.width)
    examples = alone.background[:3]
    one, other = (prior.teach(examples, examples[:0]) for prior in (alone, tagger.prior))
    assert one.to_bytes() == other.to_bytes()


def test_a_directory_that_is_no_bundle_is_refused(tmp_path):
    with pytest.raises(BundleError):
        Prior.load(tmp_path)


def test_loading_and_scoring_import_neither_tensorflow_nor_xgboost(tiny_bundle):
    code = (
        "import sys; from model.teaching import Prior; p = Prior.load(sys.argv[1]);"
        "t = p.teach(p.background[:2], p.background[:0]); p.score([t], p.background);"
        "print([m for m in ('keras', 'tensorflow', 'xgboost', 'sklearn') if m in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(tiny_bundle)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_twenty_examples_are_learnt_in_a_second_against_a_full_sample():
    width, rows = 64, 20_000
    random = np.random.default_rng(0)
    background = unit(random.normal(size=(rows, width)))
    labels = Labels(np.arange(rows + 1, dtype=np.int64), random.integers(0, 50, rows, np.int32))
    prior = Prior.fit(background, labels, "encoder")
    prior.teach(background[:1], background[:0])  # What only the first one pays.
    began = time.process_time()
    prior.teach(unit(random.normal(size=(20, width))), background[:0])
    assert time.process_time() - began < 2
