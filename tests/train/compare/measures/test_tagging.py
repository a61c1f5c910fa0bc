"""measures/tagging.py, trials.py: the same tags for all, settings from validation."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from train.compare.measures.footing import ASKED, Footing
from train.compare.measures.heads import NEAREST, TAG_HEADS
from train.compare.measures.tagging import TaggingOptions, measure_tagging, spread
from train.compare.measures.trials import choose
from train.config import BoostersConfig

WHOLE = ("vote and ridge", "k-NN", "ridge", "own outputs")
OPTIONS = TaggingOptions(
    sample=5,
    tried=3,
    jobs=1,
    boosters=BoostersConfig(rounds=8, depth=3, random_negatives=60, hard_negatives=40),
)


@pytest.fixture(scope="module")
def outputs(space):
    """An encoder that tells what is there, and nothing of the last tag."""
    told = space.labelled.labels.toarray().astype(np.float32)
    told[:, -1] = -np.inf
    return told


@pytest.fixture(scope="module")
def result(space, outputs):
    return measure_tagging(space, OPTIONS, outputs)


def _told(space, split):
    counts = np.asarray(space.labelled.labels[space.labelled.split(split)].sum(axis=0)).ravel()
    return np.flatnonzero(counts >= 5)


def test_every_head_is_measured_on_the_same_tags_in_every_split(space, result):
    json.dumps(result, allow_nan=False)
    for split in ASKED:
        assert set(result[split]) == {*TAG_HEADS, *WHOLE}
        sampled = {figures["sample"]["tags"] for figures in result[split].values()}
        assert len(sampled) == 1
        for head, figures in result[split].items():
            assert ("all" in figures) == (head in WHOLE)
            assert 0 < figures["sample"]["map"] <= 1
        assert result[split]["ridge"]["all"]["tags"] == len(_told(space, split))


def test_figures_are_the_means_of_what_is_kept_for_each_tag(result):
    for split in ASKED:
        for which, kept in result["per_tag"][split].items():
            support = np.array(kept["support"])
            for head in kept.keys() - {"names", "support"}:
                figures = result[split][head][which]
                assert figures["tags"] == len(kept["names"]) == len(kept[head])
                assert figures["map"] == pytest.approx(np.mean(kept[head]), abs=1e-5)
                frequent = np.array(kept[head])[support >= 20]
                assert figures["map_20"] == pytest.approx(frequent.mean(), abs=1e-5)


def test_an_encoder_s_own_outputs_are_read_as_they_are(result, space, outputs):
    figures = result["test"]["own outputs"]["all"]
    last = space.labelled.vocabulary[-1].name
    kept = result["per_tag"]["test"]["all"]
    of_tag = dict(zip(kept["names"], kept["own outputs"], strict=True))
    assert {found for name, found in of_tag.items() if name != last} == {1.0}
    assert of_tag.get(last, 0) < 0.5
    right = outputs[space.labelled.test] > 0
    assert figures["precision_at_5"] == pytest.approx(np.minimum(right.sum(axis=1), 5).mean() / 5)


def test_settings_are_chosen_without_a_look_at_what_is_tested(space, result):
    labelled = space.labelled
    hidden = labelled.labels.tolil()
    hidden[np.concatenate([labelled.test, labelled.holdout])] = 0
    blind = dataclasses.replace(
        space, labelled=dataclasses.replace(labelled, labels=hidden.tocsr())
    )
    told = _told(space, "validation")
    tried = spread(labelled.support, told, OPTIONS.tried, OPTIONS.seed)
    chosen = choose(Footing.of(blind, 0), told, tried, OPTIONS)
    assert chosen.report == result["settings"]


def test_what_was_chosen_is_the_best_of_what_was_tried(result):
    assert set(result["settings"]) == {*TAG_HEADS, "k-NN"}
    for head, chosen in result["settings"].items():
        tried = chosen["tried"]
        assert len(tried) == len(NEAREST if head == "k-NN" else TAG_HEADS[head][1] or [0])
        if len(tried) > 1:
            best = max(tried, key=lambda one: one["map"])
            assert best.items() - {("map", best["map"])} <= chosen.items()


def test_the_sample_is_the_same_for_every_encoder(space, result):
    turned = dataclasses.replace(space, embeddings=np.ascontiguousarray(space.embeddings[:, ::-1]))
    again = measure_tagging(turned, dataclasses.replace(OPTIONS, tried=1))
    assert (
        again["per_tag"]["test"]["sample"]["names"] == result["per_tag"]["test"]["sample"]["names"]
    )
    assert "own outputs" not in again["test"]


@given(st.integers(0, 60), st.integers(0, 30), st.integers(0, 3))
def test_a_sample_is_spread_evenly_over_support(tags, count, seed):
    support = np.random.default_rng(seed).integers(5, 100, 80)
    among = np.arange(0, tags)
    chosen = spread(support, among, count, seed)
    assert len(set(chosen.tolist())) == len(chosen) == min(count, tags)
    assert set(chosen.tolist()) <= set(among.tolist())
    ranks = np.flatnonzero(np.isin(among[np.lexsort((among, -support[among]))], chosen))
    gaps = np.diff(ranks)
    assert len(gaps) == 0 or gaps.max() - gaps.min() <= 1
