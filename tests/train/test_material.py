"""train/material.py: the library is no part of what the prior knows, and neither is the tag."""

from pathlib import Path

import numpy as np
import pytest

from model.datasets import Row
from model.errors import DatasetError
from train.embedded import Embedded
from train.material import choose, make_material
from train.metric import MetricOptions

WIDTH = 8
SMALL = MetricOptions(hidden=(8,), places=4, epochs=1)
KINDS = ("star", "house", "tree")


def row(number):
    """Of three kinds in turn, each with a translation; every sixth group is in the test split."""
    group, kind = number // 12, KINDS[number % 3]
    return Row(
        file=Path(f"{number}.png"),
        name=f"{number}.png",
        title="",
        tags=(kind, f"{kind}s", "drawn"),
        tags_ja=(f"{kind} in Japanese",),
        split="test" if group % 6 == 5 else "train",
        group=f"{kind} {group}",
        licence="CC0-1.0",
        author="",
        source="",
        variant=number % 11 == 0,
    )


@pytest.fixture(scope="module")
def embedded():
    rows = tuple(row(number) for number in range(720))
    embeddings = np.random.default_rng(0).normal(size=(720, WIDTH)).astype(np.float32)
    return Embedded(rows, embeddings, "encoder")


def made(embedded, tags, options=SMALL):
    return make_material(embedded, choose(embedded.rows, tags, 0), 0, options)


def places_of(embedded, embeddings):
    known = {line.tobytes(): place for place, line in enumerate(embedded.embeddings)}
    return [known[line.tobytes()] for line in embeddings]


def test_prior_library_and_test_split_share_no_group(embedded):
    material = made(embedded, 3)
    parts = [material.prior.background, material.library, material.test]
    groups = [{embedded.rows[place].group for place in places_of(embedded, part)} for part in parts]
    assert groups[0].isdisjoint(groups[1])
    assert groups[2].isdisjoint(groups[0] | groups[1])
    assert all(groups)


def test_the_test_split_is_whole_and_the_library_without_variants(embedded):
    material = made(embedded, 3)
    tested = [place for place, one in enumerate(embedded.rows) if one.split == "test"]
    assert places_of(embedded, material.test) == tested
    assert not any(embedded.rows[place].variant for place in places_of(embedded, material.library))


def test_answers_are_the_labels(embedded):
    material = made(embedded, 3)
    for part, answers in (
        (material.library, material.in_library),
        (material.test, material.in_test),
    ):
        for place, line in zip(places_of(embedded, part), answers, strict=True):
            one = embedded.rows[place]
            has = {*one.tags, *one.tags_ja}
            assert [name in has for name in material.names] == line.tolist()


def test_the_prior_hears_nothing_of_a_tag_and_its_relatives(embedded, monkeypatch):
    heard = []

    def fit(embeddings, labels, *_):
        heard.append((len(embeddings), labels))

    monkeypatch.setattr("train.material.fit_metric", fit)
    made(embedded, 99)
    made(embedded, 1)
    (rows, nothing), (_, others) = heard
    assert nothing.shape == (rows, 0)
    # Of one kind all names are gone, or of what all have; every row has another name left.
    assert 0 < others.shape[1] < 10
    assert others.nnz > 0


def test_as_many_tags_are_drawn_as_asked_for_and_always_the_same(embedded):
    names = [made(embedded, 2).names for _ in range(2)]
    assert names[0] == names[1]
    assert len(set(names[0])) == 2


def test_a_dataset_that_is_too_small_is_refused(embedded):
    with pytest.raises(DatasetError, match="No tag has 30 illustrations"):
        choose(embedded.rows[:40], 3, 0)
