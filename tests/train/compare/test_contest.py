"""train/compare/contest.py: a row is trained, embedded and measured once, and goes on when cut."""

import json
from dataclasses import replace

import numpy as np
import pytest

from model.encoder import Encoder
from model.image import ImageLimits
from train.compare import contest as module
from train.compare import withheld
from train.compare.contest import Contest
from train.compare.measures.neighbours import read_pictures
from train.compare.plan import Candidate
from train.compare.run import write_pages
from train.config import BoostersConfig, TrainConfig
from train.workdir import Workdir

ROW = Candidate("pixel_pca", "pixel PCA", {"kind": "pixel_pca", "image_size_px": 16, "width": 8})
CONFIG = TrainConfig(
    validation=0.2,
    jobs=1,
    boosters=BoostersConfig(rounds=2, random_negatives=40, hard_negatives=20),
)


@pytest.fixture(scope="module")
def contest(tiny_dataset, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(withheld, "TAGS", 2)
        patch.setattr(withheld, "EXAMPLES", 12)
        patch.setattr(module, "NEW_TAG_EXAMPLES", (2, 4))
        work, results = Workdir(tmp_path_factory.mktemp("w")), tmp_path_factory.mktemp("results")
        made = Contest(tiny_dataset, work, results, CONFIG, ImageLimits())
        made.run(ROW, 0)
        yield made


def result(contest):
    return json.loads((contest.results / "pixel_pca.seed0.json").read_text())


def test_every_measure_is_there_with_what_it_is_about(contest):
    found = result(contest)
    assert (found["name"], found["label"], found["seed"]) == ("pixel_pca", "pixel PCA", 0)
    assert found["settings"]["kind"] == "pixel_pca"
    for section in ("whitening", "cost", "tagging", "new_tags", "likeness", "copies", "findings"):
        assert found[section], section
    assert found["tagging"]["test"]["boosters"]["sample"]["map"] > 0.05
    assert found["cost"]["parameters"] == 16 * 16 * 3 * 8 + 8


def test_nothing_knows_the_withheld_tags_or_their_translations(contest):
    told = contest.withheld
    assert len(told.names) == 2
    assert set(told.names) <= set(told.relatives)
    names = {name for tag in contest.labelled.vocabulary for name in (tag.name, tag.name_ja)}
    assert names.isdisjoint(told.relatives)
    rows = (contest.work.root / "images" / "16" / "pack" / "rows.jsonl").read_text().splitlines()
    seen = {tag for row in map(json.loads, rows) for tag in (*row["tags"], *row["tags_ja"])}
    assert seen.isdisjoint(told.relatives)
    assert contest.labelled.withheld_labels.sum(axis=0).min() >= 12


def test_the_test_split_is_neither_fitted_on_nor_validated_on(contest):
    rows = contest.labelled.rows
    chosen = np.concatenate([contest.labelled.fitting, contest.labelled.validation])
    assert {rows[i].split for i in chosen.tolist()} == {"train"}
    assert {rows[i].split for i in contest.labelled.test.tolist()} == {"test"}


def test_every_seed_validates_on_the_same_rows_and_trains_on_none_of_them(contest, monkeypatch):
    packs = []

    def train(pack, config, *_):
        packs.append((pack, config.seed))
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "train_encoder", train)
    for seed in (0, 1):
        with pytest.raises(KeyboardInterrupt):
            contest.run(replace(ROW, name="another"), seed)
    (one, _), (other, seed) = packs
    assert seed == 1
    assert np.array_equal(one.validation, other.validation)
    held = {contest.labelled.rows[i].name for i in contest.labelled.validation.tolist()}
    fitted = {one.rows[i].name for i in np.flatnonzero(other.fitting).tolist()}
    assert held
    assert held.isdisjoint(fitted)


def test_what_is_measured_already_is_not_measured_again(contest, monkeypatch):
    def measure(*_):
        raise AssertionError("measured again")

    before = result(contest)
    monkeypatch.setattr(module, "measure_tagging", measure)
    monkeypatch.setattr(module, "train_encoder", measure)
    contest.run(ROW, 0)
    assert result(contest) == before


def test_a_row_that_was_cut_lacks_a_measure_and_gets_only_that(contest, monkeypatch):
    file = contest.results / "pixel_pca.seed0.json"
    whole = result(contest)
    file.write_text(json.dumps({key: whole[key] for key in whole if key != "likeness"}))
    monkeypatch.setattr(module, "measure_tagging", lambda *_: pytest.fail("measured again"))
    contest.run(ROW, 0)
    assert result(contest)["likeness"] == whole["likeness"]


def test_what_it_likens_is_measured_and_shown_where_pictures_are_given(
    contest, dark_to_bright, tmp_path
):
    pictures = read_pictures(dark_to_bright, contest.limits)
    contest = replace(contest, pictures=pictures)
    contest.run(ROW, 0)
    found = result(contest)["neighbours"]
    assert set(found["night-0000"]) <= {one.name for one in pictures} - {"night-0000"}
    write_pages(contest, [], tmp_path)
    assert (tmp_path / "encoders-neighbours.webp").is_file()


def test_a_row_whose_encoder_is_gone_is_not_trained_again_for_pictures(
    contest, dark_to_bright, tmp_path, monkeypatch
):
    monkeypatch.setattr(module, "train_encoder", lambda *_: pytest.fail("trained again"))
    elsewhere = replace(
        contest,
        work=Workdir(tmp_path / "another"),
        pictures=read_pictures(dark_to_bright, contest.limits),
    )
    before = result(contest)
    elsewhere.run(ROW, 0)
    assert result(contest) == before


def test_the_encoder_is_kept_as_it_was_measured(contest):
    encoder = Encoder.load(contest.work.root / "encoders" / "pixel_pca.seed0" / "projected")
    assert (encoder.options.image_size_px, encoder.width) == (16, 8)


def test_pages_and_plots_are_written_from_what_is_there(contest, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- generated: cost -->\n<!-- end of cost -->\nafter\n")
    headline = write_pages(contest, [page], tmp_path / "plots")
    assert "pixel PCA" in headline
    text = page.read_text()
    assert text.startswith("before")
    assert text.endswith("after\n")
    assert "pixel PCA" in text
    assert list((tmp_path / "plots").glob("*.svg"))
