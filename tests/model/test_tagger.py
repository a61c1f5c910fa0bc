"""model/tagger.py: the contract from image bytes to an answer, on a small real bundle."""

import io
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import model
from bot.gallery import draw_gallery
from model.errors import BundleError, ImageError, VersionMismatchError, WidthMismatchError
from model.image import ImageLimits, image_from_bytes
from model.index import VectorIndex
from model.tagger import Description, Neighbour, ScoredTag, Tag, Tagger


@pytest.fixture(scope="module")
def tagger(tiny_bundle):
    return Tagger.load(tiny_bundle)


@pytest.fixture(scope="module")
def images():
    """Three drawings that the tiny bundle has not seen, in three formats and sizes."""
    found = []
    for drawing, kind in zip(draw_gallery(3, seed=77), ("PNG", "JPEG", "WEBP"), strict=True):
        file = io.BytesIO()
        drawing.image.save(file, kind)
        found.append(file.getvalue())
    return found


@pytest.fixture(scope="module")
def embeddings(tagger, images):
    return tagger.embed(images)


def test_the_package_offers_the_contracts_names():
    assert model.Tagger is Tagger
    assert (model.Tag, model.Description, model.Neighbour) == (Tag, Description, Neighbour)
    with pytest.raises(AttributeError, match="no attribute 'Taggers'"):
        _ = model.Taggers


def test_importing_the_package_alone_loads_no_tensorflow():
    code = "import sys, model, model.image; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_loaded_tagger_says_what_its_manifest_says(tagger, tiny_bundle):
    encoder = tagger.bundle.manifest["encoder"]
    assert (tagger.encoder_id, tagger.width) == (encoder["id"], encoder["width"])
    assert tagger.image_size_px == encoder["image_size_px"] == 32
    assert tagger.bundle.directory == tiny_bundle


def test_a_bundle_may_be_named_by_a_string(tiny_bundle, tagger):
    assert Tagger.load(str(tiny_bundle)).vocabulary == tagger.vocabulary


def test_the_vocabulary_is_a_tuple_of_distinct_tags_with_sane_facts(tagger):
    assert isinstance(tagger.vocabulary, tuple)
    assert len({tag.name for tag in tagger.vocabulary}) == len(tagger.vocabulary) > 10
    for tag in tagger.vocabulary:
        assert isinstance(tag, Tag)
        assert isinstance(tag.name_ja, str)
        assert tag.name
        assert 0 < tag.threshold < 1
        assert tag.support >= 5


def test_embeddings_are_n_by_d_float32_of_length_1(tagger, embeddings):
    assert embeddings.shape == (3, tagger.width)
    assert embeddings.dtype == np.float32
    assert np.linalg.norm(embeddings, axis=1) == pytest.approx(1, abs=1e-5)


def test_embedding_bytes_is_encoding_what_preparing_makes_of_them(tagger, images, embeddings):
    prepared = [image_from_bytes(data, ImageLimits(), tagger.image_size_px) for data in images]
    assert np.array_equal(embeddings, tagger.encode(np.stack(prepared)))


def test_one_image_is_embedded_as_among_others(tagger, images, embeddings):
    for data, embedding in zip(images, embeddings, strict=True):
        assert tagger.embed([data])[0] == pytest.approx(embedding, abs=1e-5)


def test_scores_are_n_by_t_float32_probabilities(tagger, embeddings):
    scores = tagger.score(embeddings)
    assert scores.shape == (3, len(tagger.vocabulary))
    assert scores.dtype == np.float32
    assert ((scores >= 0) & (scores <= 1)).all()


def test_embeddings_in_another_memory_order_or_precision_score_the_same(tagger, embeddings):
    expected = tagger.score(embeddings)
    for same in (np.asfortranarray(embeddings), embeddings.astype(np.float64)):
        assert tagger.score(same) == pytest.approx(expected, abs=1e-5)
    assert tagger.score(embeddings[::-1]) == pytest.approx(expected[::-1], abs=1e-5)


def test_no_images_give_no_answers(tagger):
    nothing = tagger.embed([])
    assert nothing.shape == (0, tagger.width)
    assert tagger.encode(np.zeros((0, 32, 32, 3), np.uint8)).shape == (0, tagger.width)
    assert tagger.score(nothing).shape == (0, len(tagger.vocabulary))
    assert tagger.similar(nothing) == []
    assert tagger.describe([]) == []


@pytest.mark.parametrize("shape", [(2, 15), (2, 17), (16,), (1, 1, 16)])
def test_embeddings_of_another_width_are_refused_with_both_shapes(tagger, shape):
    wrong = np.zeros(shape, np.float32)
    with pytest.raises(
        WidthMismatchError, match=r"\(N, 16\)\. Received: \(.*this bundle's encoder"
    ):
        tagger.score(wrong)
    with pytest.raises(WidthMismatchError):
        tagger.similar(wrong)


def test_a_tag_is_explained_by_the_vote_that_its_score_starts_from(tagger, embeddings):
    ((best,),) = tagger.best(embeddings[:1], 1)
    evidence = tagger.explain(embeddings[0], best.name)
    assert 0 < evidence.having <= evidence.neighbours
    assert 0 < evidence.weight <= 1
    assert evidence.weight > evidence.prevalence


def test_a_tag_that_the_vocabulary_lacks_has_no_explanation(tagger, embeddings):
    assert tagger.explain(embeddings[0], "no such tag") is None


def test_an_embedding_of_another_width_is_not_explained(tagger):
    with pytest.raises(WidthMismatchError, match="Received"):
        tagger.explain(np.zeros(tagger.width + 1, np.float32), tagger.vocabulary[0].name)


def test_images_of_another_size_are_refused(tagger):
    with pytest.raises(WidthMismatchError, match=r"\(N, 32, 32, 3\)"):
        tagger.encode(np.zeros((1, 112, 112, 3), np.uint8))


def test_the_best_tags_fall_by_score_and_carry_the_vocabularys_facts(tagger, embeddings):
    scores = tagger.score(embeddings)[0]
    selected = tagger.best(embeddings, 7)[0]
    assert [one.score for one in selected] == sorted(map(float, scores), reverse=True)[:7]
    known = {tag.name: (t, tag) for t, tag in enumerate(tagger.vocabulary)}
    for one in selected:
        t, tag = known[one.name]
        assert (one.name_ja, one.threshold) == (tag.name_ja, tag.threshold)
        assert one.score == float(scores[t])


@pytest.mark.parametrize(("top", "count"), [(-1, 0), (0, 0), (1, 1), (10**6, None)])
def test_no_more_tags_are_selected_than_asked_for_or_known(tagger, embeddings, top, count):
    selected = tagger.best(embeddings, top)[0]
    assert len(selected) == (len(tagger.vocabulary) if count is None else count)


@pytest.mark.parametrize(("score", "sure"), [(0.39, False), (0.4, True), (0.9, True)])
def test_a_tag_is_sure_from_its_threshold_on(score, sure):
    assert ScoredTag("sea", "海", score, 0.4).sure is sure


def test_a_description_is_the_selected_tags_and_the_similar_ones(tagger, images, embeddings):
    described = tagger.describe(images, top=4, neighbours=3)
    assert [type(one) for one in described] == [Description] * 3
    near = tagger.similar(embeddings, 3)
    for one, best, similar in zip(described, tagger.best(embeddings, 4), near, strict=True):
        assert one.tags == best
        assert one.similar == tuple(similar)


def test_a_description_holds_ten_tags_and_five_neighbours_unless_told(tagger, images):
    (described,) = tagger.describe(images[:1])
    assert (len(described.tags), len(described.similar)) == (10, 5)


def test_a_training_illustration_is_most_similar_to_itself(tagger, tiny_run):
    rows = tiny_run.pack.rows
    for number in (0, 50, len(rows) - 1):
        (found,) = tagger.similar(tagger.embed([rows[number].file.read_bytes()]), 4)
        assert found[0].distance == pytest.approx(0, abs=1e-2)
        assert number in {near.id for near in found if near.distance < 1e-2}
        assert tagger.indexed_files[number] == rows[number].name
        distances = [near.distance for near in found]
        assert distances == sorted(distances)


def test_similar_keeps_to_the_allowed_ids_inside_the_search(tagger, embeddings):
    everything = tagger.similar(embeddings, 10**6)
    assert all(len(found) > 100 for found in everything)
    allowed = {near.id for near in everything[0][-7:]} | {10**9}  # the farthest of all
    for found, whole in zip(tagger.similar(embeddings, 5, allowed), everything, strict=True):
        expected = [near.id for near in whole if near.id in allowed][:5]
        assert [near.id for near in found] == expected
    assert [len(found) for found in tagger.similar(embeddings, 50, allowed)] == [7] * 3
    assert tagger.similar(embeddings, 5, set()) == [[], [], []]


def test_similar_searches_the_index_that_was_handed_in(tiny_bundle, tagger, embeddings):
    own = VectorIndex(None, tagger.width, tagger.encoder_id)
    own.add([7, 4], embeddings[:2])
    other = Tagger.load(tiny_bundle, index=own)
    assert [near.id for near in other.similar(embeddings[:1])[0]] == [7, 4]
    own.remove([7])
    assert [near.id for near in other.similar(embeddings[:1])[0]] == [4]


def test_one_bad_image_is_said_by_its_code(tagger, images):
    with pytest.raises(ImageError) as caught:
        tagger.describe([images[0], b"no image"])
    assert caught.value.code == "not_an_image"


def test_the_limits_that_were_given_hold(tiny_bundle):
    small = Tagger.load(tiny_bundle, limits=ImageLimits(max_pixels=99))
    file = io.BytesIO()
    Image.new("RGB", (10, 10)).save(file, "PNG")
    with pytest.raises(ImageError) as caught:
        small.embed([file.getvalue()])
    assert caught.value.code == "too_many_pixels"


def test_a_missing_bundle_is_refused(tmp_path):
    with pytest.raises(BundleError, match="is no bundle"):
        Tagger.load(tmp_path / "nothing")


def test_an_index_of_another_encoder_is_refused(tiny_bundle, tagger):
    foreign = VectorIndex(None, tagger.width, "another encoder")
    with pytest.raises(VersionMismatchError, match="another encoder"):
        Tagger.load(tiny_bundle, index=foreign)
