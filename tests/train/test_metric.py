"""train/metric.py: the network learns what the known tags tell apart."""

import numpy as np
import pytest
import scipy.sparse as sp

from model.metric import Metric
from train.metric import MetricOptions, _Network, fit_metric

WIDTH, ROWS, TAGS = 6, 300, 5
SMALL = MetricOptions(hidden=(24, 16), places=8, epochs=60, batch=32, dropout=0.1)


def drawn(seed=0, rows=ROWS):
    return np.random.default_rng(seed).normal(size=(rows, WIDTH)).astype(np.float32)


def labels_of(embeddings):
    """Which of the first numbers is the largest in size: nothing that a linear map can tell."""
    tags = np.abs(embeddings[:, :TAGS]).argmax(axis=1)
    return sp.csr_matrix(tags[:, None] == np.arange(TAGS), dtype=np.float32)


@pytest.fixture(scope="module")
def fitted():
    return fit_metric(drawn(), labels_of(drawn()), seed=0, options=SMALL)


def test_illustrations_that_share_a_tag_come_closer(fitted):
    asked = drawn(seed=1)
    tags = labels_of(asked).toarray()
    same = tags @ tags.T > 0
    places = fitted.places(asked)
    closeness = places @ places.T
    plain = asked / np.linalg.norm(asked, axis=1, keepdims=True)

    def contrast(values):
        return (values[same].mean() - values[~same].mean()) / values.std()

    assert contrast(closeness) > 1.5 * contrast(plain @ plain.T)


def test_every_derivative_is_the_slope_of_the_loss():
    random = np.random.default_rng(0)
    network = _Network(WIDTH, TAGS, MetricOptions((7, 5), 4, dropout=0.0), random)
    network.arrays = {name: array.astype(np.float64) for name, array in network.arrays.items()}
    values, wanted = random.normal(size=(9, WIDTH)), random.random((9, TAGS))
    wanted /= wanted.sum(axis=1, keepdims=True)
    _, gradient = network.gradient(values, wanted)
    for name, array in network.arrays.items():
        place = tuple(random.integers(0, side) for side in array.shape)
        losses = []
        for step in (1e-5, -1e-5):
            array[place] += step
            losses.append(network.gradient(values, wanted)[0])
            array[place] -= step
        slope = (losses[0] - losses[1]) / 2e-5
        assert gradient[name][place] == pytest.approx(slope, rel=1e-3, abs=1e-7), name


def test_the_same_seed_gives_the_same_metric(fitted):
    again = fit_metric(drawn(), labels_of(drawn()), seed=0, options=SMALL)
    assert np.array_equal(again.places(drawn(2)), fitted.places(drawn(2)))


def test_it_is_fitted_as_it_will_be_stored(fitted, tmp_path):
    fitted.save(tmp_path)
    stored = Metric.load(tmp_path)
    assert np.array_equal(stored.places(drawn(2)), fitted.places(drawn(2)))


@pytest.mark.parametrize("tags", [0, 1])
def test_fewer_than_two_tags_teach_nothing(tags):
    labels = sp.csr_matrix(np.ones((ROWS, tags), np.float32))
    assert fit_metric(drawn(), labels, seed=0, options=SMALL) is None


def test_rows_without_a_tag_and_tags_without_rows_do_no_harm():
    labels = sp.hstack([labels_of(drawn()), sp.csr_matrix((ROWS, 2))]).tolil()
    labels[:50] = 0
    metric = fit_metric(drawn(), labels.tocsr().astype(np.float32), seed=0, options=SMALL)
    assert np.isfinite(metric.places(drawn(3))).all()
    assert metric.tags.shape == (8, TAGS)
