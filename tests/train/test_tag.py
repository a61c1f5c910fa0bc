"""train/tag.py: one tag more, and every other one as it was."""

import dataclasses
import shutil

import numpy as np
import pytest
from PIL import Image

from model.bundle import open_bundle
from model.encoder import Encoder
from model.errors import BundleError, BundleExistsError, DatasetError, TrainingError
from model.scorer import Scorer
from model.tagger import Tagger
from train.tag import add_tag, embed_folder

NAME, NAME_JA = "candy stripes", "縞模様"


def stripes(directory, numbers, across=False):
    """Thick stripes in magenta and green, like no drawing of the gallery."""
    directory.mkdir()
    for number in numbers:
        place = np.arange(64) + 3 * number
        line = np.where((place // (6 + number % 5) % 2)[:, None], (250, 0, 200), (30, 220, 60))
        image = np.broadcast_to(line[None] if across else line[:, None], (64, 64, 3))
        Image.fromarray(image.astype(np.uint8)).save(directory / f"{number}.png")
    return directory


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    place = tmp_path_factory.mktemp("examples")
    positives = stripes(place / "positives", range(10))
    (positives / "broken.png").write_text("no image")
    (positives / "notes.md").write_text("no image, and never one")
    return positives, stripes(place / "negatives", range(8), across=True)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """Stripes that nothing was taught with."""
    return stripes(tmp_path_factory.mktemp("fresh") / "positives", range(30, 38))


@pytest.fixture(scope="module")
def taught(tiny_bundle, tiny_run, folders, tmp_path_factory):
    out = tmp_path_factory.mktemp("taught") / "bundle"
    add_tag(tiny_bundle, out, NAME, NAME_JA, (folders[0], None), tiny_run.config)
    return Tagger.load(out)


@pytest.fixture(scope="module")
def others(tiny_run, taught):
    """Scores of the new tag on the dataset's own drawings, none of which is striped."""
    return taught.score(taught.encode(np.asarray(tiny_run.pack.images)))[:, -1]


def scores_of_new_tag(tagger, folder):
    images = [path.read_bytes() for path in sorted(folder.glob("[0-9]*.png"))]
    return tagger.score(tagger.embed(images))[:, -1]


def test_the_new_tag_is_the_last_of_the_vocabulary(taught, tiny_bundle):
    known = Tagger.load(tiny_bundle).vocabulary
    assert taught.vocabulary[:-1] == known
    new = taught.vocabulary[-1]
    assert (new.name, new.name_ja, new.support) == (NAME, NAME_JA, 10)
    assert 0 < new.threshold < 1
    manifest = taught.bundle.manifest
    assert manifest["tags"] == len(known) + 1
    assert manifest["taught"] == [NAME]


def test_it_tells_new_illustrations_that_have_it_from_all_others(taught, folders, fresh, others):
    found = scores_of_new_tag(taught, fresh)
    assert (found[:, None] > others).mean() > 0.98
    assert np.median(found) > 3 * np.median(others)
    assert (scores_of_new_tag(taught, folders[0])[:, None] > others).mean() > 0.98


def test_every_other_tag_keeps_its_booster_to_the_byte(taught, tiny_bundle):
    before, after = Scorer.load(tiny_bundle, 16), Scorer.load(taught.bundle.directory, 16)
    trees = len(before.forest.leaves)
    assert len(after.forest.leaves) > trees
    for name in ("nodes", "leaves"):
        old, new = getattr(before.forest, name), getattr(after.forest, name)
        assert np.array_equal(new[:trees], old)
    assert np.array_equal(after.forest.exponents[:-1], before.forest.exponents)
    assert np.array_equal(after.forest.first_tree[:-1], before.forest.first_tree)
    assert np.array_equal(after.edges.edges, before.edges.edges)
    assert np.array_equal(after.head.ridge[:, :-1], before.head.ridge)
    assert np.array_equal(after.calibration.offsets[:-1], before.calibration.offsets)
    rows = len(before.background)
    assert np.array_equal(after.head.background.codes[:rows], before.head.background.codes)


def test_encoder_and_index_are_carried_over_to_the_byte(taught, tiny_bundle):
    before, after = open_bundle(tiny_bundle).manifest, taught.bundle.manifest
    assert after["encoder"] == before["encoder"]
    assert set(after["files"]) == set(before["files"])
    changed = {name for name, facts in before["files"].items() if after["files"][name] != facts}
    assert "head.npz" in changed
    assert not {name for name in changed if "index" in name or "encoder" in name}


def test_the_examples_join_the_background_with_the_new_tag(taught, tiny_bundle):
    before = Scorer.load(tiny_bundle, 16)
    after = Scorer.load(taught.bundle.directory, 16)
    labels, new = after.head.background.labels, len(before.vocabulary)
    rows = np.split(labels.tags, labels.starts[1:-1])
    assert [n for n, row in enumerate(rows) if new in row] == list(
        range(len(before.background), len(before.background) + 10)
    )


def test_negatives_join_without_the_tag_and_score_lower_for_it(
    taught, tiny_bundle, tiny_run, folders, tmp_path
):
    out = tmp_path / "bundle"
    add_tag(tiny_bundle, out, NAME, "", folders, tiny_run.config)
    stricter = Tagger.load(out)
    before, after = Scorer.load(taught.bundle.directory, 16), Scorer.load(out, 16)
    assert len(after.background) == len(before.background) + 8
    has = (after.head.background.labels.tags == len(after.vocabulary) - 1).sum()
    assert has == 10
    negatives = stripes(tmp_path / "fresh", range(30, 38), across=True)
    assert scores_of_new_tag(stricter, negatives).mean() < (
        scores_of_new_tag(taught, negatives).mean()
    )


def test_a_second_tag_can_be_added_to_the_result(taught, tiny_run, folders, tmp_path):
    config = dataclasses.replace(tiny_run.config, seed=1)
    bundle = add_tag(
        taught.bundle.directory, tmp_path / "b", "across", "", (folders[1], folders[0]), config
    )
    assert bundle.manifest["taught"] == [NAME, "across"]
    assert [tag.name for tag in Tagger.load(tmp_path / "b").vocabulary[-2:]] == [NAME, "across"]


def test_teaching_is_the_same_every_time(taught, tiny_bundle, tiny_run, folders, tmp_path):
    add_tag(tiny_bundle, tmp_path / "b", NAME, NAME_JA, (folders[0], None), tiny_run.config)
    again = Scorer.load(tmp_path / "b", 16).booster(-1 + len(taught.vocabulary))
    first = Scorer.load(taught.bundle.directory, 16).booster(-1 + len(taught.vocabulary))
    assert np.array_equal(again.leaves, first.leaves)
    assert np.array_equal(again.bins, first.bins)


def test_one_example_is_enough(tiny_bundle, tiny_run, tmp_path):
    one = stripes(tmp_path / "one", [4])
    bundle = add_tag(tiny_bundle, tmp_path / "b", NAME, "", (one, None), tiny_run.config)
    scores = scores_of_new_tag(Tagger.load(bundle.directory), one)
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("name", ["night", "", "  "])
def test_a_name_that_is_taken_or_empty_is_refused(tiny_bundle, tiny_run, folders, tmp_path, name):
    with pytest.raises(TrainingError, match=r"(exists already|is empty).* Choose another --name"):
        add_tag(tiny_bundle, tmp_path / "b", name, "", (folders[0], None), tiny_run.config)
    assert not (tmp_path / "b").exists()


def test_an_out_that_exists_is_refused(tiny_bundle, tiny_run, folders):
    with pytest.raises(BundleExistsError):
        add_tag(tiny_bundle, tiny_bundle, NAME, "", (folders[0], None), tiny_run.config)


@pytest.mark.parametrize("kind", ["missing", "empty", "unreadable"])
def test_a_folder_without_a_readable_image_is_refused(tiny_bundle, tiny_run, tmp_path, kind):
    folder = tmp_path / "folder"
    if kind != "missing":
        folder.mkdir()
    if kind == "unreadable":
        (folder / "1.png").write_text("no image")
    with pytest.raises(DatasetError, match=r"folder holds no image that can be read\. Check"):
        add_tag(tiny_bundle, tmp_path / "b", NAME, "", (folder, None), tiny_run.config)
    assert not (tmp_path / "b").exists()


def test_an_unreadable_example_is_said_and_left_out(tiny_bundle, folders, capsys):
    embeddings = embed_folder(folders[0], Encoder.load(tiny_bundle))
    assert embeddings.shape == (10, 16)
    assert "left out: " in (said := "".join(capsys.readouterr()))
    assert "broken.png: not_an_image" in said


def test_a_damaged_bundle_is_refused(tiny_bundle, tiny_run, folders, tmp_path):
    copy = shutil.copytree(tiny_bundle, tmp_path / "copy")
    (copy / "head.npz").write_bytes(b"")
    with pytest.raises(BundleError, match=r"head\.npz .*is damaged"):
        add_tag(copy, tmp_path / "b", NAME, "", (folders[0], None), tiny_run.config)
