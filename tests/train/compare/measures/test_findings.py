"""measures/findings.py: kinds of tags, missing labels, what an encoder has seen."""

import dataclasses
import json

import numpy as np
import pytest

from train.compare.measures.findings import KINDS, measure_findings
from train.compare.measures.trials import TaggingOptions
from train.compare.space import Space

ONE = TaggingOptions(jobs=1)

HEADS = ("vote and ridge", "boosters")
WITHIN = {"moods and scenes": ("tag 0", "night sky"), "characters": ("tag 1", "dragon")}


@pytest.fixture(scope="module")
def named(space):
    """The dataset as if two of its tags were a scene and a character, the latter in Japanese."""
    names = dict(WITHIN.values())
    vocabulary = tuple(
        dataclasses.replace(tag, name=names.get(tag.name, tag.name))
        for tag in space.labelled.vocabulary
    )
    return dataclasses.replace(
        space, labelled=dataclasses.replace(space.labelled, vocabulary=vocabulary)
    )


@pytest.fixture(scope="module")
def found(named):
    return measure_findings(named, ONE)


def test_each_kind_stands_beside_tags_that_are_as_common(named, found):
    assert list(found["kinds"]) == list(KINDS)
    for kind, (_, name) in WITHIN.items():
        one = found["kinds"][kind]
        assert one["tags"] == 1
        assert list(one["names"]) == [name]
        column = [tag.name for tag in named.labelled.vocabulary].index(name)
        assert one["names"][name]["support"] == named.labelled.support[column]
        for head in HEADS:
            assert one[head] == one["names"][name][head]
            assert 0.3 < one[head] <= 1
        assert 0.3 < one["alike"] < 1
    json.dumps(found)


def test_with_labels_that_suffice_the_cap_changes_nothing(found):
    capped = found["capped"]
    assert capped["tags"] > 3
    assert capped["labels_kept"] == 1
    assert capped["capped"] == capped["all"]


def test_rows_seen_and_unseen_are_as_many(named, found):
    seen = found["seen"]
    assert seen["rows"] == len(named.labelled.validation)
    assert seen["tags"] == found["capped"]["tags"]
    for head in HEADS:
        assert 0.2 < seen["seen"][head] < 1
        assert 0.2 < seen["unseen"][head] < 1
        assert 0 < seen["seen_deviation"][head] < 0.2


def test_an_encoder_that_knows_by_heart_what_it_has_seen_teaches_less_there(named):
    """What it has seen stands where its labels are; what comes stands elsewhere."""
    labelled = named.labelled
    true = labelled.labels.toarray()[:, : named.embeddings.shape[1]].astype(np.float32)
    known = true - true.mean(axis=0)
    known /= np.maximum(np.linalg.norm(known, axis=1, keepdims=True), 1e-6)
    by_heart = named.embeddings.copy()
    by_heart[labelled.fitting] = known[labelled.fitting]
    seen = measure_findings(Space(labelled, by_heart, "enc"), ONE)["seen"]
    for head in HEADS:
        assert seen["seen"][head] < seen["unseen"][head] - 0.1


def test_without_tags_or_validation_there_are_no_figures(space):
    nobody = np.zeros(0, dtype=np.int64)
    bare = dataclasses.replace(
        space, labelled=dataclasses.replace(space.labelled, validation=nobody)
    )
    found = measure_findings(bare, ONE)
    assert found["kinds"]["characters"]["tags"] == 0
    assert found["kinds"]["characters"]["alike"] is None
    assert found["seen"] == {
        "tags": 0,
        "rows": 0,
        "seen": dict.fromkeys(HEADS),
        "seen_deviation": dict.fromkeys(HEADS),
        "unseen": dict.fromkeys(HEADS),
    }
