"""train/tag.py: one tag more, and every other one as it was."""

import shutil

import numpy as np
import pytest
from PIL import Image

from model.bundle import open_bundle
from model.errors import BundleError, BundleExistsError, DatasetError, TrainingError
from model.image import ImageLimits
from model.tagger import Tagger
from model.taught_tags import read_taught_tags, write_taught_tags
from train.tag import add_tag, embed_folder

LIMITS = ImageLimits()
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
def taught(tiny_bundle, folders, tmp_path_factory):
    out = tmp_path_factory.mktemp("taught") / "bundle"
    add_tag(tiny_bundle, out, NAME, NAME_JA, (folders[0], None), LIMITS)
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


def test_everything_that_the_bundle_had_is_carried_over_to_the_byte(taught, tiny_bundle):
    before, after = open_bundle(tiny_bundle).manifest, taught.bundle.manifest
    assert after["encoder"] == before["encoder"]
    added = set(after["files"]) - set(before["files"])
    assert added == {"taught.json", "taught/00000.npz"}
    changed = {name for name, facts in before["files"].items() if after["files"][name] != facts}
    assert changed == {"MODEL_CARD.md"}


def test_every_other_tag_scores_as_before(taught, tiny_bundle, tiny_run):
    known = Tagger.load(tiny_bundle)
    embeddings = known.encode(np.asarray(tiny_run.pack.images[:20]))
    assert np.array_equal(taught.score(embeddings)[:, :-1], known.score(embeddings))


def test_it_says_what_speaks_for_the_new_tag(taught, folders):
    (embedding,) = taught.embed([(folders[0] / "3.png").read_bytes()])
    evidence = taught.explain(embedding, NAME)
    assert evidence.having > 0
    assert evidence.weight > 0.5


def test_negatives_score_lower_for_it(taught, tiny_bundle, folders, tmp_path):
    add_tag(tiny_bundle, tmp_path / "bundle", NAME, "", folders, LIMITS)
    stricter = Tagger.load(tmp_path / "bundle")
    negatives = stripes(tmp_path / "fresh", range(30, 38), across=True)
    assert scores_of_new_tag(stricter, negatives).mean() < (
        scores_of_new_tag(taught, negatives).mean()
    )


def test_an_image_that_has_the_tag_and_has_it_not_is_refused(tiny_bundle, folders, tmp_path):
    negatives = shutil.copytree(folders[1], tmp_path / "negatives")
    shutil.copy(folders[0] / "3.png", negatives / "again.png")
    with pytest.raises(DatasetError, match="have 1 of the same images"):
        add_tag(tiny_bundle, tmp_path / "out", NAME, "", (folders[0], negatives), LIMITS)
    assert not (tmp_path / "out").exists()


def test_a_second_tag_can_be_added_to_the_result(taught, folders, tmp_path):
    bundle = add_tag(
        taught.bundle.directory, tmp_path / "b", "across", "", (folders[1], folders[0]), LIMITS
    )
    assert bundle.manifest["taught"] == [NAME, "across"]
    assert [tag.name for tag in Tagger.load(tmp_path / "b").vocabulary[-2:]] == [NAME, "across"]


def test_teaching_is_the_same_every_time(taught, tiny_bundle, folders, tmp_path):
    bundle = add_tag(tiny_bundle, tmp_path / "b", NAME, NAME_JA, (folders[0], None), LIMITS)
    file = "taught/00000.npz"
    assert bundle.manifest["files"][file] == taught.bundle.manifest["files"][file]


def test_a_taught_tag_that_is_damaged_or_of_another_encoder_is_refused(taught, tmp_path):
    (one,) = taught.taught
    write_taught_tags(tmp_path, [one])
    with pytest.raises(BundleError, match="Teach it again"):
        read_taught_tags(tmp_path, "another")
    (tmp_path / "taught/00000.npz").write_bytes(b"")
    with pytest.raises(BundleError, match="cannot be read"):
        read_taught_tags(tmp_path, one.taught.encoder_id)


def test_one_example_is_enough(tiny_bundle, tmp_path):
    one = stripes(tmp_path / "one", [4])
    bundle = add_tag(tiny_bundle, tmp_path / "b", NAME, "", (one, None), LIMITS)
    scores = scores_of_new_tag(Tagger.load(bundle.directory), one)
    assert np.isfinite(scores).all()


@pytest.mark.parametrize("name", ["night", "", "  "])
def test_a_name_that_is_taken_or_empty_is_refused(tiny_bundle, folders, tmp_path, name):
    with pytest.raises(TrainingError, match=r"(exists already|is empty).* Choose another --name"):
        add_tag(tiny_bundle, tmp_path / "b", name, "", (folders[0], None), LIMITS)
    assert not (tmp_path / "b").exists()


def test_an_out_that_exists_is_refused(tiny_bundle, folders):
    with pytest.raises(BundleExistsError):
        add_tag(tiny_bundle, tiny_bundle, NAME, "", (folders[0], None), LIMITS)


@pytest.mark.parametrize("kind", ["missing", "empty", "unreadable"])
def test_a_folder_without_a_readable_image_is_refused(tiny_bundle, tmp_path, kind):
    folder = tmp_path / "folder"
    if kind != "missing":
        folder.mkdir()
    if kind == "unreadable":
        (folder / "1.png").write_text("no image")
    with pytest.raises(DatasetError, match=r"folder holds no image that can be read\. Check"):
        add_tag(tiny_bundle, tmp_path / "b", NAME, "", (folder, None), LIMITS)
    assert not (tmp_path / "b").exists()


def test_an_unreadable_example_is_said_and_left_out(tiny_bundle, folders, capsys):
    embeddings = embed_folder(folders[0], Tagger.load(tiny_bundle), LIMITS)
    assert embeddings.shape == (10, 16)
    assert "left out: " in (said := "".join(capsys.readouterr()))
    assert "broken.png: not_an_image" in said


def test_a_damaged_bundle_is_refused(tiny_bundle, folders, tmp_path):
    copy = shutil.copytree(tiny_bundle, tmp_path / "copy")
    (copy / "head.npz").write_bytes(b"")
    with pytest.raises(BundleError, match=r"head\.npz .*is damaged"):
        add_tag(copy, tmp_path / "b", NAME, "", (folders[0], None), LIMITS)
