"""train/compare/measures/new_tags.py: withheld tags are taught, by nobody who knew them."""

import dataclasses

import numpy as np
import pytest

from train.compare.measures import new_tags
from train.compare.measures.new_tags import measure_new_tags
from train.few_examples import HEADS


@pytest.fixture(scope="module")
def result(space):
    return measure_new_tags(space, draws=2, examples=(2, 10), jobs=1)


def test_every_head_is_measured_at_every_number_of_examples(result):
    assert set(result) == {"test", "holdout"}
    for figures in result.values():
        assert figures["tags"] == 2
        assert set(figures) == {"tags", *HEADS}
        for head in HEADS:
            assert set(figures[head]) == {"2", "10"}
            assert all(0.1 < found <= 1 for found in figures[head].values())


def test_more_examples_help(result):
    assert result["test"]["ours"]["10"] > result["test"]["ours"]["2"]


def test_every_head_is_worse_where_the_encoder_sees_nothing(space, result):
    noise = np.random.default_rng(0).normal(0, 1, space.embeddings.shape).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    blind = dataclasses.replace(space, embeddings=noise)
    found = measure_new_tags(blind, draws=2, examples=(2, 10), jobs=1)
    for head in HEADS:
        assert found["test"][head]["10"] < 0.9 * result["test"][head]["10"]


def test_examples_are_of_other_groups_than_the_background_and_no_variants(space, monkeypatch):
    benches = []

    def keep(bench, measuring):
        benches.append(bench)
        return np.full((len(bench.tags), len(measuring.examples), len(HEADS), 2), 0.5)

    monkeypatch.setattr(new_tags, "measure_precisions", keep)
    measure_new_tags(space, examples=(10,), jobs=1)
    (bench,) = benches
    rows, known = space.labelled.rows, set(space.labelled.fitting.tolist())
    assert set(bench.pool.tolist()) < known
    assert not any(rows[i].variant for i in bench.pool)
    own = {tuple(line) for line in bench.prior.background}
    assert own.isdisjoint(tuple(line) for line in space.embeddings[bench.pool])
    fitted = {tuple(line) for line in space.embeddings[space.labelled.fitting]}
    assert own < fitted


def test_without_a_tag_of_enough_illustrations_there_is_no_figure(space):
    found = measure_new_tags(space, examples=(400,), jobs=1)
    assert found["test"] == {"tags": 0, **{head: {"400": None} for head in HEADS}}
