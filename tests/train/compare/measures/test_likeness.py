"""measures/likeness.py: a concept is found across artists, or a style is instead."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from model.datasets import Row
from train.compare.measures.likeness import artist_of, measure_likeness
from train.compare.space import Space, label
from train.config import TrainConfig

ARTISTS, CONCEPTS, EACH = 5, 6, 6
WHERE = ("everyone", "other artists")


def _row(artist: int, concept: int, number: int) -> Row:
    name = f"{artist}-{concept}-{number}"
    return Row(
        file=Path(f"{name}.png"),
        name=name,
        title="",
        tags=(f"concept {concept}",),
        tags_ja=(),
        split="test" if number == 0 else "train",
        group=name,
        licence="CC0",
        author=f"artist {artist}",
        source="here",
        variant=False,
    )


@pytest.fixture(scope="module")
def rows():
    """Every artist has drawn every concept six times, once for the test split."""
    return [
        _row(artist, concept, number)
        for artist in range(ARTISTS)
        for concept in range(CONCEPTS)
        for number in range(EACH)
    ]


def _space(rows, places, **changes):
    labelled = label(
        [dataclasses.replace(row, **changes) for row in rows], TrainConfig(validation=0), (), ()
    )
    return Space(labelled, np.asarray(places, np.float32), "enc")


@pytest.fixture(scope="module")
def by_concept(rows):
    """An encoder that sees nothing but concepts: (N, CONCEPTS)."""
    random = np.random.default_rng(0)
    numbers = [int(row.tags[0].split()[1]) for row in rows]
    return np.eye(CONCEPTS)[numbers] + random.normal(0, 0.01, (len(rows), CONCEPTS))


@pytest.fixture(scope="module")
def by_artist(rows):
    """An encoder that sees nothing but whose hand it is: (N, ARTISTS)."""
    random = np.random.default_rng(0)
    numbers = [int(row.author.split()[1]) for row in rows]
    return np.eye(ARTISTS)[numbers] + random.normal(0, 0.01, (len(rows), ARTISTS))


def test_who_sees_concepts_finds_them_by_other_artists(rows, by_concept):
    found = measure_likeness(_space(rows, by_concept))
    assert found["concepts"] == CONCEPTS
    assert found["illustrations"] == ARTISTS * CONCEPTS
    assert found["other artists"]["of_10"] == 10
    assert found["other artists"]["share"] == 1
    # Five of the thirty that are as near are by the same artist.
    assert 7 < found["everyone"]["of_10"] < 10


def test_who_sees_style_finds_nobody_elses_among_everyone(rows, by_artist):
    found = measure_likeness(_space(rows, by_artist))
    assert found["everyone"]["of_10"] == 0
    assert found["everyone"]["share"] == 0


def test_who_sees_nothing_finds_as_many_as_by_chance(rows):
    random = np.random.default_rng(0)
    draws = [measure_likeness(_space(rows, random.normal(0, 1, (len(rows), 8)))) for _ in range(20)]
    for where in WHERE:
        mean = np.mean([found[where]["of_10"] for found in draws])
        assert mean == pytest.approx(draws[0][where]["chance"], rel=0.12)
    # One of six concepts among other artists', a little less where the own ones are in the way.
    assert draws[0]["other artists"]["chance"] == pytest.approx(10 / 6)
    assert draws[0]["everyone"]["chance"] == pytest.approx(10 * 24 / 179)


def test_the_own_group_and_variants_are_never_found(rows, by_concept):
    one_group = _space(rows, by_concept)
    named = [dataclasses.replace(row, group=row.tags[0]) for row in rows]
    grouped = Space(label(named, TrainConfig(validation=0), (), ()), one_group.embeddings, "enc")
    assert measure_likeness(grouped)["concepts"] == 0, "a concept of one group is no concept"
    assert measure_likeness(grouped)["everyone"] == {"of_10": None, "share": None, "chance": None}
    variants = _space(rows, by_concept, variant=True)
    assert measure_likeness(variants)["illustrations"] == 0


def test_a_tag_of_two_artists_is_no_concept(rows, by_concept):
    few = [n for n, row in enumerate(rows) if row.author in ("artist 0", "artist 1")]
    space = _space([rows[n] for n in few], by_concept[few])
    assert measure_likeness(space)["concepts"] == 0


def test_distances_rank_alike_where_all_have_one_length_and_else_need_not(rows, by_concept):
    space = _space(rows, by_concept)
    random = np.random.default_rng(0)
    latents = random.normal(0, 1, by_concept.shape).astype(np.float32)
    unit = latents / np.linalg.norm(latents, axis=1, keepdims=True)
    same = measure_likeness(space, unit)["cosine"]
    assert same["queries"] == ARTISTS * CONCEPTS
    assert same["neighbours"] == 100
    for figure in ("spearman", "kendall", "same_10"):
        assert same[figure] == pytest.approx(1, abs=1e-3)
    longer = unit * random.uniform(0.2, 5, (len(unit), 1)).astype(np.float32)
    other = measure_likeness(space, longer)["cosine"]
    assert other["kendall"] < other["spearman"] < 0.9
    assert other["same_10"] < 0.9
    assert measure_likeness(space)["cosine"] is None


def test_an_encoder_that_says_the_same_of_everything_has_no_ranking(rows, by_concept):
    latents = np.ones((len(rows), 4), np.float32)
    found = measure_likeness(_space(rows, by_concept), latents)["cosine"]
    assert found["queries"] == 0
    assert found["spearman"] is None


def test_sets_of_one_publisher_are_one_hand(rows):
    unnamed = dataclasses.replace(rows[0], author="", source="fluent-3d")
    flat = dataclasses.replace(unnamed, source="fluent-flat")
    assert artist_of(unnamed) == artist_of(flat) == "fluent"
    assert artist_of(rows[0]) == "artist 0"
