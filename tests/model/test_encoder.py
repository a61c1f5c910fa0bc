"""model/encoder.py: one image embeds alike alone and in company, today and after loading."""

import dataclasses
import json

import numpy as np
import pytest

from model.encoder import BATCH, OPTIONS_FILE, WEIGHTS_FILE, Encoder
from model.errors import BundleError, WidthMismatchError
from model.networks import Network, build
from model.networks.article import ArticleOptions
from model.projection import Projection

OPTIONS = ArticleOptions(
    image_size_px=32, width=12, width_multiplier=0.1, normalise_everywhere=True
)


def drawn(seed=0):
    """A network with weights as after training: no normalisation is still at its start."""
    random = np.random.default_rng(seed)
    weights = [
        np.abs(random.normal(0.5, 0.2, each.shape)) + 0.1
        if each.ndim == 1
        else random.normal(0, 0.2, each.shape)
        for each in build("autoencoder", OPTIONS).get_weights()
    ]
    return Network("autoencoder", OPTIONS, tuple(weights))


def drawn_images(count, seed=1):
    return np.random.default_rng(seed).integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def encoder():
    bare = Encoder(drawn(), Projection.none(12))
    return bare.projected(Projection.fit(bare.latents(drawn_images(100)), 0.75))


def test_an_image_embeds_alike_alone_and_in_any_batch(encoder):
    images = drawn_images(2 * BATCH + 3)
    together = encoder.embed(images)
    alone = np.concatenate([encoder.embed(image[None]) for image in images])
    assert np.abs(together - alone).max() <= 1e-5
    assert np.abs(together[5:] - encoder.embed(images[5:])).max() <= 1e-5


def test_images_that_differ_embed_apart(encoder):
    embeddings = encoder.embed(drawn_images(20))
    distances = np.linalg.norm(embeddings[:, None] - embeddings, axis=2)
    assert distances[~np.eye(20, dtype=bool)].min() > 0.01


@pytest.mark.parametrize("count", [0, 1, BATCH, BATCH + 1])
def test_embeddings_are_n_by_d_float32_of_length_1(encoder, count):
    embeddings = encoder.embed(drawn_images(count))
    assert embeddings.shape == (count, encoder.width) == (count, 12)
    assert embeddings.dtype == np.float32
    assert np.linalg.norm(embeddings, axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((1, 16, 16, 3), np.uint8),
        np.zeros((1, 32, 32, 4), np.uint8),
        np.zeros((32, 32, 3), np.uint8),
        np.zeros((1, 32, 32, 3), np.float32),
    ],
    ids=["size", "channels", "no batch", "type"],
)
def test_images_of_another_shape_or_type_are_refused_with_both_shapes(encoder, images):
    with pytest.raises(WidthMismatchError, match=r"\(N, 32, 32, 3\) uint8\. Received: \(.*model"):
        encoder.embed(images)


def test_what_is_saved_in_float32_loads_the_same(encoder, tmp_path):
    encoder.save(tmp_path, "float32")
    loaded = Encoder.load(tmp_path)
    images = drawn_images(3)
    assert loaded.id == encoder.id
    assert (loaded.options, loaded.width) == (OPTIONS, 12)
    assert np.array_equal(loaded.embed(images), encoder.embed(images))


def test_float16_halves_the_file_and_rounds_once_then_the_id_stays(encoder, tmp_path):
    places = [tmp_path / name for name in ("float32", "first", "second")]
    for place in places:
        place.mkdir()
    encoder.save(places[0], "float32")
    encoder.save(places[1], "float16")
    first = Encoder.load(places[1])
    first.save(places[2], "float16")
    second = Encoder.load(places[2])
    assert second.id == first.id != encoder.id
    images = drawn_images(3)
    assert np.array_equal(first.embed(images), second.embed(images))
    assert first.embed(images) == pytest.approx(encoder.embed(images), abs=0.02)
    sizes = [(place / WEIGHTS_FILE).stat().st_size for place in places]
    assert sizes[1] < 0.7 * sizes[0]


def test_the_id_tells_weights_options_and_projections_apart(encoder):
    network, plain = drawn(), Projection.none(12)
    *others, last = network.weights
    nudged = dataclasses.replace(network, weights=(*others, last + 1e-3))
    same = dataclasses.replace(OPTIONS, sigmoid_output=True)  # an option of the decoder alone
    ids = [
        Encoder(network, plain).id,
        Encoder(nudged, plain).id,
        Encoder(dataclasses.replace(network, options=same), plain).id,
        encoder.id,
    ]
    assert len(set(ids)) == 4
    assert Encoder(drawn(), plain).id == ids[0]


def test_another_projection_keeps_the_network(encoder):
    images = drawn_images(2)
    other = encoder.projected(Projection.none(12))
    assert np.array_equal(other.latents(images), encoder.latents(images))
    assert np.abs(other.embed(images) - encoder.embed(images)).max() > 0.01


def damage_nothing_there(directory):
    (directory / WEIGHTS_FILE).unlink()


def damage_cut(directory):
    file = directory / WEIGHTS_FILE
    file.write_bytes(file.read_bytes()[:-500])


def damage_empty(directory):
    (directory / WEIGHTS_FILE).write_bytes(b"")


def damage_pickled(directory):
    np.savez(directory / WEIGHTS_FILE, arr_0=np.array([{}], dtype=object), mean=0, matrix=0)


def damage_other_shape(directory):
    np.savez(directory / WEIGHTS_FILE, arr_0=np.zeros((2, 2)), mean=0, matrix=0)


def damage_option(directory):
    content = json.loads((directory / OPTIONS_FILE).read_text())
    content["options"]["colour"] = "blue"
    (directory / OPTIONS_FILE).write_text(json.dumps(content))


@pytest.mark.parametrize(
    "damage",
    [
        damage_nothing_there,
        damage_cut,
        damage_empty,
        damage_pickled,
        damage_other_shape,
        damage_option,
    ],
)
def test_files_that_are_no_encoder_are_refused_with_advice(encoder, tmp_path, damage):
    encoder.save(tmp_path)
    damage(tmp_path)
    with pytest.raises(BundleError, match=r"holds no encoder .* Take the bundle again"):
        Encoder.load(tmp_path)
