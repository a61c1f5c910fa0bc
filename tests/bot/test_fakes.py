"""The fake tagger is a tagger: shapes, order, and likeness."""

import numpy as np
import pytest

from bot.fakes import FakeTagger
from model.errors import BundleError


def plain(*colours):
    return np.stack([np.full((16, 16, 3), colour, np.uint8) for colour in colours])


def test_shapes_hold_also_for_no_images():
    tagger = FakeTagger.load()
    embeddings = tagger.encode(np.zeros((0, 16, 16, 3), np.uint8))
    assert embeddings.shape == (0, tagger.width)
    assert tagger.score(embeddings).shape == (0, len(tagger.vocabulary))


def test_a_colour_is_known_by_its_name_and_tags_come_by_falling_score():
    tagger = FakeTagger.load()
    (chosen,) = tagger.best(tagger.encode(plain((30, 60, 200))), 4)
    assert chosen[0].name == "blue"
    assert [tag.score for tag in chosen] == sorted((tag.score for tag in chosen), reverse=True)


def test_alike_colours_are_near():
    red, reddish, green = FakeTagger.load().encode(plain((220, 0, 0), (210, 5, 0), (0, 200, 0)))
    assert np.linalg.norm(red - reddish) < np.linalg.norm(red - green)


def test_evidence_for_the_nearest_colour_outweighs_that_for_others():
    tagger = FakeTagger.load()
    (embedding,) = tagger.encode(plain((30, 60, 200)))
    by_name = {tag.name: tagger.explain(embedding, tag.name) for tag in tagger.vocabulary}
    assert max(by_name, key=lambda name: by_name[name].weight) == "blue"
    assert sum(one.weight for one in by_name.values()) == pytest.approx(1)
    assert {one.neighbours for one in by_name.values()} == {5}
    assert sum(one.having for one in by_name.values()) == 5
    assert tagger.explain(embedding, "teal") is None


def test_a_bundle_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BundleError, match=r"Check model\.bundle"):
        FakeTagger.load(tmp_path / "missing")
