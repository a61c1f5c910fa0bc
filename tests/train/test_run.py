"""train/run.py: the whole path as a process, killed at three steps, and run again.

The dataset is 1,120 small drawings in all three formats at once, two of them broken.
"""

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import numpy as np
import pytest

from model.bundle import open_bundle
from model.config import read_section, read_settings
from model.errors import (
    BundleError,
    BundleExistsError,
    DirectoryError,
    NotBetterError,
    TrainingError,
)
from model.image import ImageLimits
from model.ownership import owned
from model.tagger import Tagger
from train.__main__ import main
from train.config import TrainConfig
from train.pack import decode_rows, load_pack
from train.run import STEPS, Run, default_workdir
from train.workdir import Workdir

FOREIGN_NAME = os.fsdecode("星.png".encode("shift-jis"))  # as old archives unpack: no UTF-8
COPIES = {"hf": 3, "txt": 2, "json": 2}
SETTINGS = {
    "train.jobs": 1,
    "train.encoder.image_size_px": 32,
    "train.encoder.width": 16,
    "train.encoder.width_multiplier": 0.1,
    "train.encoder.batch": 16,
    "train.encoder.epochs": 0.5,
    "train.encoder.round_images": 64,
    "train.boosters.rounds": 4,
    "train.bundle.name": "survivor",
}


@pytest.fixture(scope="module")
def mixed(tiny_dataset, tmp_path_factory):
    """The drawings of the tiny dataset seven times, under names of their own."""
    place = tmp_path_factory.mktemp("mixed")
    lines = (tiny_dataset / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    described = ['{"file_name": "broken JSON']
    for form, copies in COPIES.items():
        (place / form).mkdir()
        for copy in range(copies):
            for row in rows:
                name = f"{copy}-{row['file_name']}"
                image = place / form / name
                os.link(tiny_dataset / row["file_name"], image)
                if form == "hf":
                    described.append(json.dumps({**row, "file_name": name}, ensure_ascii=False))
                elif form == "txt":
                    image.with_suffix(".txt").write_text(", ".join(row["tags"]), encoding="utf-8")
                else:
                    gallery_dl = json.dumps({"tags": row["tags"], "category": "drawn"})
                    image.with_name(f"{name}.json").write_text(gallery_dl, encoding="utf-8")
    (place / "hf" / "metadata.jsonl").write_text("\n".join(described), encoding="utf-8")
    (place / "txt" / "damaged.png").write_bytes(b"no image")
    (place / "txt" / "damaged.txt").write_text("night", encoding="utf-8")
    (place / "txt" / FOREIGN_NAME).write_bytes((tiny_dataset / rows[0]["file_name"]).read_bytes())
    (place / "txt" / FOREIGN_NAME).with_suffix(".txt").write_text("night", encoding="utf-8")
    shutil.copy(tiny_dataset / rows[0]["file_name"], place / "json" / "undescribed.png")
    (place / "json" / "undescribed.png.json").write_text("{", encoding="utf-8")
    return place


def arguments(data, out, *more):
    settings = [part for key, value in SETTINGS.items() for part in ("--set", f"{key}={value}")]
    return ["run", "--data", str(data), "--out", str(out), *settings, *more]


def kill_when(reached, command, repository):
    """Start the command, and send SIGKILL as soon as the files say that it got somewhere."""
    process = subprocess.Popen(
        [sys.executable, "-m", "train", *command],
        cwd=repository,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        while not reached():
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.002)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == -signal.SIGKILL


def lines_of(file):
    if not file.is_file():
        return []
    return [json.loads(line) for line in file.read_text().splitlines(keepends=True) if "\n" in line]


@pytest.fixture(scope="module")
def survivor(mixed, tmp_path_factory, repository):
    """A run that was killed while it packed, trained and fitted, and then finished."""
    place = tmp_path_factory.mktemp("survivor")
    out, work = place / "bundle", place / "bundle.work"
    command = arguments(mixed, out)
    blocks, metrics = work / "pack" / "blocks.jsonl", work / "encoder" / "metrics.jsonl"
    kill_when(lambda: lines_of(blocks), command, repository)
    packed = lines_of(blocks)
    assert not (work / "pack" / "done.json").exists()
    kill_when(lambda: Workdir(work).read("encoder/progress.json"), command, repository)
    trained = lines_of(metrics)
    assert not (work / "encoder" / "done.json").exists()
    parts = work / "boosters"
    kill_when(lambda: list(parts.glob("*/tags-*")), command, repository)
    fitted = {part.name: part.stat().st_ino for part in parts.glob("*/tags-*")}
    assert not (parts / "done.json").exists()
    assert not out.exists()
    assert main(command) == 0
    return SimpleNamespace(
        data=mixed, out=out, work=work, packed=packed, trained=trained, fitted=fitted
    )


def test_a_killed_run_leaves_a_whole_bundle_and_its_report_in_the_end(survivor):
    bundle = open_bundle(survivor.out)
    assert bundle.name == "survivor"
    assert bundle.manifest["tags"] > 64
    report = survivor.out.with_name("bundle.report.html").read_text(encoding="utf-8")
    assert report.rstrip().endswith("</html>")
    assert "survivor" in report
    seconds = json.loads((survivor.work / "seconds.json").read_text())
    assert set(seconds) == set(STEPS)
    files = [path.name for path in survivor.out.parent.iterdir()]
    assert sorted(files) == ["bundle", "bundle.report.html", "bundle.work"]


def test_packing_went_on_after_the_blocks_that_were_done(survivor):
    blocks = lines_of(survivor.work / "pack" / "blocks.jsonl")
    assert 1 <= len(survivor.packed) < len(blocks)
    assert blocks[: len(survivor.packed)] == survivor.packed
    assert [block["start"] for block in blocks] == [0, 512, 1024]


def packed_by(survivor):
    assignments = [f"{key}={value}" for key, value in SETTINGS.items()]
    config = read_section(read_settings(None, assignments), "train", TrainConfig)
    return load_pack((survivor.data,), config, Workdir(survivor.work))


def test_what_is_packed_in_pieces_is_every_image_in_its_place(survivor):
    pack = packed_by(survivor)
    images = np.load(survivor.work / "pack" / "images.npy")
    assert len(images) == len(pack.rows)
    some = [3, 511, 512, 1000, len(images) - 1]
    expected, _ = decode_rows([pack.rows[i] for i in some], 32, ImageLimits())
    assert np.array_equal(images[some], expected)
    assert images.reshape(len(images), -1).std(axis=1)[pack.usable].min() > 0


def test_training_went_on_after_the_rounds_that_were_done(survivor):
    rounds = lines_of(survivor.work / "encoder" / "metrics.jsonl")
    done = [one for one in survivor.trained if one["round"] <= len(rounds)]
    assert 1 <= len(done) < len(rounds)
    assert [one["round"] for one in rounds] == list(range(1, len(rounds) + 1))
    assert rounds[0] == survivor.trained[0]


def test_fitting_went_on_after_the_parts_that_were_done(survivor):
    parts = (survivor.work / "boosters").glob("*/tags-*")
    now = {part.name: part.stat().st_ino for part in parts}
    assert 1 <= len(survivor.fitted) < len(now)
    assert {name: now[name] for name in survivor.fitted} == survivor.fitted


def test_all_three_formats_are_trained_on(survivor):
    rows = packed_by(survivor).rows
    forms = [row.name.split("/")[0] for row in rows]
    lines = (survivor.data / "hf" / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
    described = sum(json.loads(line)["split"] == "train" for line in lines[1:])
    assert 300 < described < 480  # the others are in the test split
    counts = {"hf": described, "txt": 2 * 160 + 2, "json": 2 * 160}
    assert {form: forms.count(form) for form in COPIES} == counts
    assert {row.source for row in rows if row.name.startswith("json/")} == {"drawn"}


def test_broken_rows_and_images_end_in_the_problems_and_the_run_goes_on(survivor):
    problems = json.loads((survivor.work / "pack" / "problems.json").read_text(encoding="utf-8"))
    named = {problem["name"]: problem["message"] for problem in problems}
    assert set(named) == {
        "hf/metadata.jsonl line 1",
        "json/undescribed.png.json",
        "txt/damaged.png",
    }
    assert named["txt/damaged.png"].startswith("not_an_image: ")
    assert "broken JSON" in named["json/undescribed.png.json"]
    tagger = Tagger.load(survivor.out)
    damaged = tagger.indexed_files.index("txt/damaged.png")
    (found,) = tagger.similar(np.zeros((1, 16), np.float32), 10**6)
    assert damaged not in {near.id for near in found}
    assert len(found) == len(tagger.indexed_files) - 1


def test_a_file_name_that_is_no_utf_8_is_published_and_found_as_it_is(survivor):
    tagger = Tagger.load(survivor.out)
    image = (survivor.data / "txt" / FOREIGN_NAME).read_bytes()
    (found,) = tagger.similar(tagger.embed([image]), 20)
    same = {tagger.indexed_files[near.id] for near in found if near.distance < 1e-2}
    assert f"txt/{FOREIGN_NAME}" in same


def test_the_bundle_knows_what_it_was_shown(survivor):
    """Every drawing was trained on six or seven times: its copy in the test split is no riddle."""
    tagger = Tagger.load(survivor.out)
    lines = (survivor.data / "hf" / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
    tests = [row for row in map(json.loads, lines[1:]) if row["split"] == "test"][:20]
    images = [(survivor.data / "hf" / row["file_name"]).read_bytes() for row in tests]
    best = [{tag.name for tag in one.tags[:3]} for one in tagger.describe(images)]
    hits = [bool(names & set(row["tags"])) for names, row in zip(best, tests, strict=True)]
    assert sum(hits) >= 18


def stamps(work):
    return {path: path.stat().st_mtime_ns for path in work.rglob("*") if path.is_file()}


def test_running_a_finished_run_again_refuses_to_overwrite_and_redoes_nothing(survivor, capsys):
    before = stamps(survivor.out.parent)
    assert main(arguments(survivor.data, survivor.out)) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "exists already and a bundle is never overwritten" in error
    assert stamps(survivor.out.parent) == before


def test_publishing_it_elsewhere_redoes_no_step_before(survivor, tmp_path, capsys):
    before = stamps(survivor.work)
    command = arguments(survivor.data, tmp_path / "other", "--workdir", str(survivor.work))
    assert main(command) == 0
    assert "Published" in capsys.readouterr().out
    after = stamps(survivor.work)
    changed = {path.name for path in after if before.get(path) != after[path]}
    assert changed <= {"config.json", "seconds.json", "progress.json", "lock"}
    one, other = open_bundle(survivor.out).manifest, open_bundle(tmp_path / "other").manifest
    different = {name for name in one["files"] if one["files"][name] != other["files"][name]}
    assert different <= {"MODEL_CARD.md", "head.npz"}  # A date, and the date in a zip.


@pytest.fixture
def copied(tiny_run, tmp_path):
    """The tiny run with a work directory of its own."""
    work = Workdir(shutil.copytree(tiny_run.work.root, tmp_path / "work"))
    return Run(tiny_run.data, tmp_path / "bundle", work, tiny_run.config, tiny_run.limits)


def step_stamps(run):
    return {step: (run.work.root / step / "done.json").stat().st_mtime_ns for step in STEPS[:5]}


def with_boosters(run, **changes):
    boosters = dataclasses.replace(run.config.boosters, **changes)
    return dataclasses.replace(run, config=dataclasses.replace(run.config, boosters=boosters))


def test_a_changed_option_redoes_its_own_step_and_what_follows(copied):
    before = step_stamps(copied)
    changed = with_boosters(copied, max_tags=5, rounds=2)
    bundle = changed.steps(STEPS)
    assert {step for step, at in step_stamps(changed).items() if at != before[step]} == {"boosters"}
    assert bundle.manifest["tags"] == 5


def test_changed_tags_are_learnt_without_packing_or_training_anew(copied, tmp_path):
    data = shutil.copytree(copied.data[0], tmp_path / "data")
    text = (data / "metadata.jsonl").read_text(encoding="utf-8")
    changed = text.replace('"night"', '"deep night"')
    (data / "metadata.jsonl").write_text(changed, encoding="utf-8")
    before = step_stamps(copied)
    again = dataclasses.replace(copied, data=(data,))
    again.steps(STEPS)
    assert {step for step, at in step_stamps(again).items() if at != before[step]} == {"boosters"}
    names = {tag.name for tag in Tagger.load(again.out).vocabulary}
    assert "deep night" in names
    assert "night" not in names


def test_a_run_cut_after_publishing_only_writes_the_missing_report(copied):
    copied.steps(STEPS)
    report = copied.out.with_name("bundle.report.html")
    report.unlink()
    manifest = (copied.out / "manifest.json").read_bytes()
    again = dataclasses.replace(copied)
    assert again.steps(STEPS).directory == copied.out
    assert report.is_file()
    assert (copied.out / "manifest.json").read_bytes() == manifest
    report.unlink()
    with pytest.raises(BundleExistsError):
        with_boosters(copied, rounds=2).steps(STEPS)


def test_a_target_that_exists_is_refused_before_any_work(
    tiny_dataset, tiny_bundle, tiny_run, tmp_path
):
    run = dataclasses.replace(tiny_run, out=tiny_bundle, work=Workdir(tmp_path / "work"))
    with pytest.raises(BundleExistsError, match="Choose another --out"):
        run.steps(STEPS)
    assert not (tmp_path / "work").exists()


def test_publishing_without_a_target_asks_for_one(tiny_run):
    with pytest.raises(TrainingError, match="Add --out DIRECTORY"):
        dataclasses.replace(tiny_run, out=None).steps(("publish",))


@pytest.mark.parametrize(
    ("step", "missing"),
    [("encoder", "pack"), ("embed", "pack"), ("boosters", "pack"), ("index", "embed")],
)
def test_a_step_without_the_one_before_says_which_to_run(tiny_run, tmp_path, step, missing):
    run = dataclasses.replace(tiny_run, work=Workdir(tmp_path))
    with pytest.raises(TrainingError, match=f"Run: python -m train {missing}"):
        run.steps((step,))


def test_the_work_directory_lies_beside_the_bundle(tmp_path):
    assert default_workdir(tmp_path / "night") == tmp_path / "night.work"


@pytest.mark.parametrize("step", ["encoder", "embed", "boosters", "publish"])
def test_a_step_is_not_built_on_what_other_settings_have_made(copied, tmp_path, step):
    encoder = dataclasses.replace(copied.config.encoder, image_size_px=16)
    other = dataclasses.replace(copied.config, encoder=encoder)
    run = dataclasses.replace(copied, config=other, out=tmp_path / "bundle")
    with pytest.raises(TrainingError, match="has not finished under these settings"):
        run.steps((step,))
    assert not (tmp_path / "bundle").exists()


def test_two_runs_never_work_in_one_directory(copied):
    with (
        owned(copied.work.root, "--workdir"),
        pytest.raises(DirectoryError, match=r"in use by another process.*another --workdir"),
    ):
        copied.steps(("pack",))


def test_a_bundle_that_is_as_good_as_what_it_replaces_is_published(copied, tiny_bundle):
    bundle = dataclasses.replace(copied, replaces=tiny_bundle).steps(STEPS)
    assert bundle.directory == copied.out
    compared = copied.work.read("comparison.json")
    assert compared["better"]
    assert compared["new"] == compared["old"] > 0
    report = copied.out.with_name("bundle.report.html").read_text(encoding="utf-8")
    assert "The new bundle is as good as tiny" in report
    assert "It is published." in report


def test_a_bundle_that_is_worse_than_what_it_replaces_is_not_published(copied, tiny_bundle, capsys):
    worse = dataclasses.replace(with_boosters(copied, max_tags=2), replaces=tiny_bundle)
    with pytest.raises(NotBetterError, match=r"worse than tiny.*It was not published"):
        worse.steps(STEPS)
    assert not copied.out.exists()
    report = copied.out.with_name("bundle.report.html").read_text(encoding="utf-8")
    assert "So it is not published." in report
    assert open_bundle(copied.work.root / "refused" / "bundle").manifest["tags"] == 2
    with pytest.raises(NotBetterError):
        worse.steps(("publish",))  # As often as one likes.


def test_the_command_says_by_its_status_that_nothing_was_published(tmp_path, monkeypatch, capsys):
    def steps(run, names):
        assert run.replaces == tmp_path / "old"
        raise NotBetterError("The new bundle is worse.")

    monkeypatch.setattr(Run, "steps", steps)
    command = arguments(tmp_path, tmp_path / "new", "--replaces", str(tmp_path / "old"))
    assert main(command) == 3
    assert capsys.readouterr().err == "The new bundle is worse.\n"


def test_a_rival_that_is_damaged_is_refused_before_any_work(tiny_run, tmp_path):
    run = dataclasses.replace(
        tiny_run, out=tmp_path / "b", work=Workdir(tmp_path / "work"), replaces=tmp_path
    )
    with pytest.raises(BundleError, match="is no bundle"):
        run.steps(STEPS)
    assert not (tmp_path / "work").exists()


def test_rows_that_were_taken_back_are_in_nothing_that_follows_the_encoder(copied, tmp_path):
    """The steps before stay as they are: a rebuild of hours need not begin anew."""
    data = shutil.copytree(copied.data[0], tmp_path / "data")
    before = step_stamps(copied)
    pack = dataclasses.replace(copied, data=(data,)).pack
    gone = [row.name for row, fitted in zip(pack.rows, pack.fitting, strict=True) if fitted][:40]
    (data / "withdrawn.txt").write_text("".join(f"{name}\n" for name in gone), encoding="utf-8")
    again = dataclasses.replace(copied, data=(data,))
    bundle = again.steps(STEPS)
    assert {step for step, at in step_stamps(again).items() if at != before[step]} == {
        "boosters",
        "index",
    }
    assert bundle.manifest["background"] == pack.fitting.sum() - 40
    tagger = Tagger.load(again.out)
    (found,) = tagger.similar(np.zeros((1, tagger.width), np.float32), 10**6)
    assert not {tagger.indexed_files[near.id] for near in found} & set(gone)


def test_rows_without_a_tag_teach_the_encoder_alone(copied, tmp_path):
    data = shutil.copytree(copied.data[0], tmp_path / "data")
    rows = [json.loads(line) for line in (data / "metadata.jsonl").read_text().splitlines()]
    for row in rows[::3]:
        row["tags"] = row["tags_ja"] = []
    text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    (data / "metadata.jsonl").write_text(text, encoding="utf-8")
    run = dataclasses.replace(copied, data=(data,))
    before = step_stamps(run)
    run.steps(("pack", "encoder", "embed"))
    assert step_stamps(run) == before
    assert not run.pack.tagged.all()
    assert len(run.fitting.bins) == (run.pack.fitting & run.pack.tagged).sum()


def test_several_directories_are_trained_on_as_one(tiny_dataset, tiny_run, tmp_path):
    lines = (tiny_dataset / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
    for part, name in enumerate(("mine", "theirs")):
        (tmp_path / name).mkdir()
        some = lines[part::2]
        for line in some:
            file = json.loads(line)["file_name"]
            os.link(tiny_dataset / file, tmp_path / name / file)
        (tmp_path / name / "metadata.jsonl").write_text("\n".join(some), encoding="utf-8")
    both = (tmp_path / "mine", tmp_path / "theirs")
    run = dataclasses.replace(tiny_run, data=both, work=Workdir(tmp_path / "work"))
    run.steps(("pack",))
    assert len(run.pack.rows) == len(tiny_run.pack.rows)
    assert {row.name.split("/")[0] for row in run.pack.rows} == {"mine", "theirs"}
    assert all(row.file.is_file() for row in run.pack.rows)
    progress = run.work.read("progress.json")
    assert progress["step"] == "pack"
    assert progress["share"] == pytest.approx(0.04)
