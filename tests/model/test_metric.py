"""model/metric.py: what known tags tell apart lies apart."""

import numpy as np
import pytest

from model.errors import BundleError
from model.head import Labels
from model.metric import METRIC_FILE, Layer, Metric

WIDTH, ROWS = 6, 400
NOTHING = Labels(np.zeros(ROWS + 1, np.int64), np.zeros(0, np.int32))


def drawn(rows=ROWS, seed=0):
    """Illustrations that differ most in a number that no tag is about."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(rows, WIDTH))
    values[:, 0] *= 4
    return values.astype(np.float32)


def labels_by_sign(embeddings):
    """Two tags: the sign of the second number."""
    tags = (embeddings[:, 1] > 0).astype(np.int32)
    return Labels(np.arange(len(tags) + 1, dtype=np.int64), tags)


@pytest.fixture(scope="module")
def linear():
    return Metric.linear(drawn(), labels_by_sign(drawn()))


def a_network():
    random = np.random.default_rng(1)
    layers = tuple(
        Layer(random.normal(size=(a, b)).astype(np.float32), random.normal(size=b).astype("f4"))
        for a, b in ((WIDTH, 9), (9, 5))
    )
    skip = random.normal(size=(WIDTH, 5)).astype(np.float32)
    tags = np.eye(5, 3, dtype=np.float32)
    return Metric(drawn().mean(axis=0), 1.5, skip, layers, tags)


@pytest.mark.parametrize("rows", [0, 1, 5000])
def test_places_and_profiles_have_length_1(linear, rows):
    views = linear.views(drawn(rows))
    assert views.places.shape == (rows, WIDTH)
    assert views.profiles.shape == (rows, 2)
    for values in (views.places, views.profiles):
        assert values.dtype == np.float32
        assert np.allclose(np.linalg.norm(values, axis=1), 1, atol=1e-5)
    assert views.familiarity.shape == (rows,)


def test_illustrations_that_share_a_tag_are_closer_than_their_embeddings_say(linear):
    asked = drawn(seed=5)
    positive = asked[:, 1] > 0.5
    rest = asked[:, 1] < -0.5

    def contrast(places):
        return (places[positive] @ places[positive].T).mean() - (
            places[positive] @ places[rest].T
        ).mean()

    plain = asked / np.linalg.norm(asked, axis=1, keepdims=True)
    assert contrast(linear.places(asked)) > 2 * contrast(plain)


def test_a_profile_says_which_known_tag_it_looks_like(linear):
    asked = drawn(seed=5)
    profiles = linear.views(asked).profiles
    shares = np.stack([profiles[asked[:, 1] > 1].mean(axis=0), profiles[asked[:, 1] < -1].mean(0)])
    # Columns go by how common the tags are, which chance decides here.
    assert (shares.argmax(axis=1) != shares[::-1].argmax(axis=1)).all()


def test_without_known_tags_a_place_is_the_direction_from_the_mean():
    metric = Metric.linear(drawn(), NOTHING)
    views = metric.views(drawn(3, seed=2))
    away = drawn(3, seed=2) - drawn().mean(axis=0)
    assert np.allclose(views.places, away / np.linalg.norm(away, axis=1, keepdims=True), atol=1e-5)
    assert views.profiles.shape == (3, 0)
    assert not views.familiarity.any()


def test_one_illustration_is_enough_to_begin_with():
    metric = Metric.linear(drawn(1), Labels(np.array([0, 0]), np.zeros(0, np.int32)))
    assert np.isfinite(metric.views(drawn(3)).places).all()


def test_the_network_is_its_layers_with_relu_between_and_the_linear_part_beside_them():
    metric, asked = a_network(), drawn(4, seed=3)
    start = (asked - metric.mean) / 1.5
    hidden = np.maximum(start @ metric.layers[0].weights + metric.layers[0].bias, 0)
    raw = hidden @ metric.layers[1].weights + metric.layers[1].bias + start @ metric.skip
    expected = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    assert np.allclose(metric.places(asked), expected, atol=1e-5)


@pytest.mark.parametrize("make", [a_network, lambda: Metric.linear(drawn(), NOTHING)])
def test_a_saved_metric_sees_the_same_but_for_rounding(tmp_path, make):
    metric = make()
    metric.save(tmp_path)
    loaded = Metric.load(tmp_path)
    asked = drawn(20, seed=4)
    assert np.allclose(loaded.places(asked), metric.places(asked), atol=5e-3)


def test_a_directory_without_one_has_none(tmp_path):
    assert Metric.load(tmp_path) is None


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_a_damaged_file_is_refused(tmp_path, content):
    (tmp_path / METRIC_FILE).write_bytes(content)
    with pytest.raises(BundleError, match="no metric that this version can read"):
        Metric.load(tmp_path)
