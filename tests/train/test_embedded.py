"""train/embedded.py: embeddings are those of the bundle's encoder, and made once."""

import shutil

import numpy as np
import pytest

from model.datasets import read_dataset
from model.encoder import Encoder
from model.errors import DatasetError
from model.image import ImageLimits
from model.tagger import Tagger
from train import embedded as module
from train.embedded import read_embedded

LIMITS = ImageLimits()


@pytest.fixture
def data(tiny_dataset, tmp_path):
    """Six drawings of the tiny dataset, one of them broken."""
    rows = read_dataset(tiny_dataset).rows[:6]
    place = tmp_path / "data"
    place.mkdir()
    for row in rows:
        shutil.copy(row.file, place / row.name)
        (place / row.name).with_suffix(".txt").write_text(", ".join(row.tags))
    (place / rows[2].name).write_bytes(b"no image")
    return place


@pytest.fixture(scope="module")
def encoder(tiny_bundle):
    return Encoder.load(tiny_bundle)


def forbid_encoding(monkeypatch):
    monkeypatch.setattr(module, "_embed", lambda *_: pytest.fail("embedded again"))


def test_what_can_be_read_is_embedded_as_the_bundle_does(data, encoder, tiny_bundle):
    found = read_embedded(data, encoder, None, LIMITS)
    tagger = Tagger.load(tiny_bundle)
    assert found.encoder_id == tagger.encoder_id
    assert len(found.rows) == 5
    own = tagger.embed([row.file.read_bytes() for row in found.rows])
    assert np.allclose(found.embeddings, own, atol=1e-5)


def test_a_second_time_nothing_is_embedded(data, encoder, tmp_path, monkeypatch):
    cache = tmp_path / "new" / "kept.npz"
    first = read_embedded(data, encoder, cache, LIMITS)
    forbid_encoding(monkeypatch)
    again = read_embedded(data, encoder, cache, LIMITS)
    assert again.rows == first.rows
    assert np.array_equal(again.embeddings, first.embeddings)
    assert [path.name for path in cache.parent.iterdir()] == [cache.name]


@pytest.mark.parametrize("change", ["other rows", "another encoder", "damaged"])
def test_what_does_not_fit_is_made_anew(data, encoder, tmp_path, monkeypatch, change):
    cache = tmp_path / "kept.npz"
    first = read_embedded(data, encoder, cache, LIMITS)
    if change == "other rows":
        next(data.glob("*.txt")).unlink()
    elif change == "another encoder":
        with np.load(cache) as file:
            arrays = dict(file)
        np.savez(cache, **{**arrays, "encoder_id": np.array("another")})
    else:
        cache.write_bytes(cache.read_bytes()[:100])
    with monkeypatch.context() as patch:
        forbid_encoding(patch)
        with pytest.raises(pytest.fail.Exception):
            read_embedded(data, encoder, cache, LIMITS)
    again = read_embedded(data, encoder, cache, LIMITS)
    assert set(again.rows) <= set(first.rows)


def test_a_dataset_without_a_readable_image_is_refused(data, encoder):
    for row in read_dataset(data).rows:
        row.file.write_bytes(b"no image")
    with pytest.raises(DatasetError, match="no image that can be read"):
        read_embedded(data, encoder, None, LIMITS)
