"""train/publish.py: a bundle with everything in it, or nothing at all."""

import dataclasses
import errno
import json
import re

import numpy as np
import pytest

from model.bundle import open_bundle
from model.encoder import Encoder
from model.errors import BundleError, BundleExistsError
from model.scorer import Scorer
from model.tagger import Tagger
from train.card import write_card
from train.config import BundleConfig
from train.embed import load_embeddings
from train.publish import fit_scorer, publish, validation_truth
from train.report.from_run import report_run


@pytest.fixture(scope="module")
def parts(tiny_run):
    """Encoder, scorer and pack, ready to be published."""
    encoder, embeddings = load_embeddings(tiny_run.work)
    return encoder, fit_scorer(tiny_run.pack, embeddings, tiny_run.fitting, tiny_run.work)


def publish_parts(parts, tiny_run, out, config=None):
    return publish(out, *parts, tiny_run.pack, config or tiny_run.config, tiny_run.work)


def test_the_manifest_says_what_the_bundle_is_made_of(tiny_run, tiny_bundle):
    manifest = open_bundle(tiny_bundle).manifest
    encoder, _ = load_embeddings(tiny_run.work)
    assert manifest["encoder"] == {
        "id": encoder.id,
        "kind": "autoencoder",
        "image_size_px": 32,
        "width": 16,
        "dtype": "float16",
    }
    pack = tiny_run.pack
    assert manifest["metric"] == "euclidean"
    assert manifest["tags"] == len(tiny_run.fitting.vocabulary)
    assert manifest["training_images"] == pack.fitting.sum() == manifest["background"]
    assert manifest["validation_images"] == pack.validation.sum() > 0
    assert manifest["training_images"] + manifest["validation_images"] == len(pack.rows)
    assert manifest["settings"] == json.loads(json.dumps(dataclasses.asdict(tiny_run.config)))


def test_no_pickle_and_no_path_of_this_machine_is_in_a_bundle(tiny_bundle, tiny_dataset):
    files = [path for path in tiny_bundle.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} <= {".json", ".npz", ".npy", ".md", ".ann"}
    for path in files:
        assert str(tiny_dataset).encode() not in path.read_bytes(), path.name
        if path.suffix in (".npy", ".npz"):
            np.load(path, allow_pickle=False)


def test_the_card_attributes_the_data_and_says_the_limits(tiny_run, tiny_bundle):
    card = (tiny_bundle / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert card.startswith("# Model card: tiny\n")
    count = len(tiny_run.pack.rows)
    assert f"| not stated | {count} | Apache-2.0 | see the source |" in card
    assert "## What it cannot do" in card


@pytest.mark.parametrize(
    ("kind", "said"),
    [("contrastive", "no label was read"), ("hinted", "the illustrations' tags were read")],
)
def test_the_card_says_whether_the_encoder_saw_labels(tiny_run, tiny_bundle, tmp_path, kind, said):
    manifest = open_bundle(tiny_bundle).manifest
    of_kind = {**manifest, "encoder": {**manifest["encoder"], "kind": kind}}
    write_card(tmp_path, of_kind, tiny_run.pack)
    assert f"{said} in training it" in (tmp_path / "MODEL_CARD.md").read_text(encoding="utf-8")


def test_a_report_lies_beside_the_bundle(tiny_bundle):
    report = tiny_bundle.with_name("bundle.report.html").read_text(encoding="utf-8")
    assert report.startswith("<!DOCTYPE html>") or report.lower().startswith("<!doctype html>")
    assert "tiny" in report


def test_a_report_shows_no_image_that_was_lent_but_counts_it(tiny_run, parts, tmp_path):
    _, scorer = parts
    bundle = publish_parts(parts, tiny_run, tmp_path / "bundle")
    _, embeddings = load_embeddings(tiny_run.work)
    held = np.flatnonzero(tiny_run.pack.validation & tiny_run.pack.tagged)
    names = {tiny_run.pack.rows[i].title for i in held}

    def report(lent):
        rows = list(tiny_run.pack.rows)
        for i in lent:
            rows[i] = dataclasses.replace(rows[i], lent=True)
        pack = dataclasses.replace(tiny_run.pack, rows=tuple(rows))
        arguments = (bundle, scorer, pack, embeddings, tiny_run.work, tiny_run.config)
        return report_run(*arguments).read_text(encoding="utf-8")

    open_, half, none = report(()), report(held[::2]), report(held)
    about = re.compile(r"\d+ images, \d+ tags")
    assert len({about.search(page)[0] for page in (open_, half, none)}) == 1
    alts = [set(re.findall(r'alt="([^"]*)"', page)) for page in (open_, half, none)]
    assert alts[0] & names
    assert alts[1] & names
    assert "lent for learning" in alts[1]
    assert alts[2] == {"lent for learning"}
    assert len(set(re.findall(r'src="data:[^"]*"', none))) == 1, "all are the same cover"


def test_validation_labels_stand_in_the_order_of_the_vocabulary(tiny_run):
    truth = validation_truth(tiny_run.pack, tiny_run.fitting)
    held = [r for r, h in zip(tiny_run.pack.rows, tiny_run.pack.validation, strict=True) if h]
    assert truth.shape == (len(held), len(tiny_run.fitting.vocabulary))
    assert truth.dtype == np.bool_
    for row, line in zip(held, truth, strict=True):
        for t in np.flatnonzero(line):
            assert tiny_run.fitting.vocabulary[t].name in (*row.tags, *row.tags_ja)
    assert truth.any()


def test_the_published_scorer_is_the_fitted_one(tiny_run, parts, tiny_bundle):
    _, embeddings = load_embeddings(tiny_run.work)
    loaded = Scorer.load(tiny_bundle, 16)
    assert loaded.vocabulary == parts[1].vocabulary
    assert np.array_equal(loaded.margins(embeddings), parts[1].margins(embeddings))
    assert loaded.score(embeddings) == pytest.approx(parts[1].score(embeddings), abs=1e-6)


def test_without_validation_rows_scores_stay_the_plain_sigmoid(tiny_run):
    nobody = np.zeros(len(tiny_run.pack.rows), bool)
    pack = dataclasses.replace(tiny_run.pack, validation=nobody)
    _, embeddings = load_embeddings(tiny_run.work)
    scorer = fit_scorer(pack, embeddings, tiny_run.fitting, tiny_run.work)
    assert scorer.calibration.slope == 1
    assert {tag.threshold for tag in scorer.vocabulary} == {0.5}


def test_a_bundle_without_an_index_finds_nothing_similar_and_says_no_file(
    tiny_run, parts, tmp_path
):
    config = dataclasses.replace(tiny_run.config, bundle=BundleConfig("bare", index=False))
    bundle = publish_parts(parts, tiny_run, tmp_path / "bare", config)
    assert not any("index" in name for name in bundle.manifest["files"])
    tagger = Tagger.load(bundle.directory)
    assert tagger.indexed_files == ()
    assert tagger.similar(np.zeros((1, 16), np.float32)) == [[]]


def test_float32_weights_are_published_when_asked_for(tiny_run, parts, tmp_path):
    embed = dataclasses.replace(tiny_run.config.embed, dtype="float32")
    config = dataclasses.replace(tiny_run.config, embed=embed)
    bundle = publish_parts(parts, tiny_run, tmp_path / "exact", config)
    assert bundle.manifest["encoder"]["dtype"] == "float32"
    assert Encoder.load(bundle.directory).id == bundle.manifest["encoder"]["id"]
    half = Tagger.load(tiny_run.out).bundle
    assert (
        bundle.manifest["files"]["encoder.npz"]["bytes"]
        > 1.5 * (half.manifest["files"]["encoder.npz"]["bytes"])
    )


@pytest.mark.parametrize("part", ["numpy.savez", "pathlib.Path.write_text", "numpy.save"])
def test_a_disk_that_fills_in_the_middle_leaves_no_bundle(
    tiny_run, parts, tmp_path, monkeypatch, part
):
    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(part, full)
    with pytest.raises(
        BundleError, match=r"No space left on device\. Nothing was published\. Free"
    ):
        publish_parts(parts, tiny_run, tmp_path / "b")
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_that_exists_is_left_alone(tiny_run, parts, tiny_bundle):
    before = open_bundle(tiny_bundle).manifest
    with pytest.raises(BundleExistsError, match="Choose another --out"):
        publish_parts(parts, tiny_run, tiny_bundle)
    assert open_bundle(tiny_bundle).manifest == before
