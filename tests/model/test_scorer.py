"""model/scorer.py: the compiled forest says what XGBoost says, proved on a whole bundle."""

import dataclasses
import json
import shutil

import numpy as np
import pytest
import xgboost

from model.boosters import to_xgboost
from model.errors import BundleError
from model.forest import Forest
from model.head import find_neighbourhood
from model.metric import METRIC_FILE
from model.scorer import HEAD_FILE, VOCABULARY_FILE, Scorer
from train.embed import load_embeddings

RANDOM = 300


@pytest.fixture(scope="module")
def embeddings(tiny_run):
    """Random ones, of length 1 and far from that, and real ones."""
    _, real = load_embeddings(tiny_run.work)
    drawn = np.random.default_rng(0).normal(0, 1, (RANDOM, real.shape[1])).astype(np.float32)
    drawn[::2] /= np.linalg.norm(drawn[::2], axis=1, keepdims=True)
    return np.concatenate([drawn, real])


@pytest.fixture(scope="module")
def scorer(tiny_bundle, embeddings):
    return Scorer.load(tiny_bundle, embeddings.shape[1])


def raw_features(scorer, embeddings):
    """What XGBoost reads of each tag, (N, D + 2), and the base margins (N, T)."""
    inputs = scorer.inputs(embeddings)
    features = [
        np.column_stack([embeddings, inputs.votes[:, tag], inputs.ridge[:, tag]])
        for tag in range(len(scorer.vocabulary))
    ]
    return features, scorer.head.margins(inputs)


def predicted(model, features, base):
    matrix = xgboost.DMatrix(features, base_margin=base)
    return model.predict(matrix, output_margin=True)


def test_the_compiled_forest_says_what_xgboost_says_for_every_tag(scorer, embeddings):
    features, base = raw_features(scorer, embeddings)
    margins = scorer.margins(embeddings)
    trees = 0
    for tag in range(len(scorer.vocabulary)):
        model = to_xgboost(scorer.booster(tag), scorer.edges)
        expected = predicted(model, features[tag], base[:, tag])
        assert np.abs(margins[:, tag] - expected).max() <= 1e-5, scorer.vocabulary[tag].name
        assert np.array_equal(margins[:, tag], expected), scorer.vocabulary[tag].name
        trees += model.num_boosted_rounds()
    assert trees == len(scorer.forest.leaves) > len(scorer.vocabulary)
    assert np.abs(margins - base).max() > 1e-3  # the trees do say something


@pytest.mark.parametrize("first_look", [0, 2, 10**6])
@pytest.mark.parametrize("top", [-1, 0, 1, 5, 10**6])
def test_the_best_tags_are_those_of_scoring_every_tag(
    scorer, embeddings, monkeypatch, top, first_look
):
    monkeypatch.setattr("model.scorer.FIRST_LOOK", first_look)
    found = scorer.best(embeddings, top)
    for (columns, scores), row in zip(found, scorer.score(embeddings), strict=True):
        order = np.argsort(-row, kind="stable")[: max(top, 0)]
        assert columns.tolist() == order.tolist()
        assert np.array_equal(scores, row[order])


def test_tags_that_have_no_chance_are_not_read(scorer, embeddings, monkeypatch):
    read = []

    def watched(forest, rows, *inputs):
        read.append(len(rows))
        return margins_at(forest, rows, *inputs)

    margins_at = Forest.margins_at
    monkeypatch.setattr("model.scorer.FIRST_LOOK", 0)
    monkeypatch.setattr(Forest, "margins_at", watched)
    scorer.best(embeddings, 1)
    assert sum(read) < 0.9 * len(embeddings) * len(scorer.vocabulary)


def test_nothing_can_exceed_the_highest_margin(scorer, embeddings):
    base = scorer.head.margins(scorer.inputs(embeddings))
    reach = scorer.forest.highest
    assert (scorer.margins(embeddings) <= base + reach).all()
    boosters = [scorer.booster(tag) for tag in range(len(reach))]
    most = [booster.leaves.max(axis=1).sum() * 2.0**booster.exponent for booster in boosters]
    assert reach.tolist() == most


@pytest.mark.parametrize("suffix", ["ubj", "json"])
def test_an_exported_booster_says_the_same_after_saving_and_loading(
    scorer, embeddings, tmp_path, suffix
):
    features, base = raw_features(scorer, embeddings)
    tag = int(np.argmax(np.diff(scorer.forest.first_tree)))
    to_xgboost(scorer.booster(tag), scorer.edges).save_model(tmp_path / f"tag.{suffix}")
    loaded = xgboost.Booster(model_file=tmp_path / f"tag.{suffix}")
    said = predicted(loaded, features[tag], base[:, tag])
    assert np.array_equal(said, scorer.margins(embeddings)[:, tag])


def test_a_row_is_scored_alike_alone_and_in_company(scorer, embeddings):
    together = scorer.score(embeddings)
    alone = np.concatenate([scorer.score(row[None]) for row in embeddings[::20]])
    assert together[::20] == pytest.approx(alone, abs=1e-3)


def test_scores_are_the_calibrated_margins(scorer, embeddings):
    scores = scorer.score(embeddings)
    assert scores.shape == (len(embeddings), len(scorer.vocabulary))
    assert scores.dtype == np.float32
    assert ((scores >= 0) & (scores <= 1)).all()
    margins = scorer.calibration.slope * scorer.margins(embeddings) + scorer.calibration.offsets
    assert scores == pytest.approx(1 / (1 + np.exp(-margins)), abs=1e-6)


def test_no_embeddings_give_no_scores(scorer, embeddings):
    assert scorer.score(embeddings[:0]).shape == (0, len(scorer.vocabulary))


def test_saving_and_loading_changes_nothing(scorer, embeddings, tmp_path):
    scorer.save(tmp_path)
    loaded = Scorer.load(tmp_path, embeddings.shape[1])
    assert loaded.vocabulary == scorer.vocabulary
    assert np.array_equal(loaded.margins(embeddings), scorer.margins(embeddings))
    assert np.array_equal(loaded.score(embeddings), scorer.score(embeddings))


@pytest.fixture
def copy(tiny_bundle, tmp_path):
    return shutil.copytree(tiny_bundle, tmp_path / "copy")


@pytest.mark.parametrize("file", [VOCABULARY_FILE, HEAD_FILE])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut"])
def test_an_unreadable_file_is_refused_with_advice(copy, embeddings, file, damage):
    content = (copy / file).read_bytes()
    (copy / file).unlink()
    if damage != "missing":
        (copy / file).write_bytes(content[: len(content) // 2 if damage == "cut" else 0])
    with pytest.raises(BundleError, match=r"holds no scorer .* Take the bundle again"):
        Scorer.load(copy, embeddings.shape[1])


def test_a_vocabulary_of_another_length_than_the_boosters_is_refused(copy, embeddings):
    tags = json.loads((copy / VOCABULARY_FILE).read_text(encoding="utf-8"))
    (copy / VOCABULARY_FILE).write_text(json.dumps(tags[1:]), encoding="utf-8")
    with pytest.raises(BundleError, match=rf"{len(tags) - 1} tags, {len(tags)} boosters"):
        Scorer.load(copy, embeddings.shape[1])


def test_neighbours_are_judged_by_the_metric_that_it_was_made_with(scorer, embeddings):
    near = find_neighbourhood(
        scorer.metric.places(embeddings), scorer.metric.places(scorer.background)
    )
    expected = scorer.head.inputs(embeddings, near).votes
    assert np.array_equal(scorer.inputs(embeddings).votes, expected)
    plain = dataclasses.replace(scorer, metric=None)
    assert np.abs(plain.inputs(embeddings).votes - expected).max() > 0.1


def test_one_that_was_made_without_goes_by_the_embedding_whatever_lies_beside_it(
    scorer, tiny_bundle, embeddings, tmp_path
):
    """As bundles of earlier versions, whose metric is for teaching alone."""
    dataclasses.replace(scorer, metric=None).save(tmp_path)
    shutil.copy(tiny_bundle / METRIC_FILE, tmp_path)
    loaded = Scorer.load(tmp_path, embeddings.shape[1])
    assert loaded.metric is None
    near = find_neighbourhood(embeddings, loaded.background)
    assert np.array_equal(
        loaded.inputs(embeddings).votes, loaded.head.inputs(embeddings, near).votes
    )


def test_a_bundle_that_lost_its_metric_is_refused(scorer, embeddings, tmp_path):
    scorer.save(tmp_path)
    (tmp_path / METRIC_FILE).unlink()
    with pytest.raises(BundleError, match="by which its neighbours are judged"):
        Scorer.load(tmp_path, embeddings.shape[1])
