"""train/__main__.py: the commands as a person types them, and misuse in one readable line."""

import json
import os
import subprocess
import sys
from collections import Counter

import pytest
from PIL import Image

from train.__main__ import INTERRUPTED, main
from train.run import STEPS, Run

TINY = [
    f"--set={setting}"
    for setting in (
        "train.jobs=1",
        "train.encoder.image_size_px=32",
        "train.encoder.width=16",
    )
]


def one_line(capsys):
    """What was said on the error channel, which must be one line and nothing else."""
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1, captured.err
    return captured.err


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("train.boosters.max_tag=3", "train.boosters has no key 'max_tag'. Did you mean max_tags?"),
        ("trian.seed=1", "the configuration has no key 'trian'. Did you mean train?"),
        ("train.encoder.epochs=many", "train.encoder.epochs must be of type float"),
        ("train.licences=some", "train.licences must be one of all, permissive"),
    ],
)
def test_a_misspelt_setting_is_one_line_and_status_2(tiny_dataset, tmp_path, capsys, setting, said):
    command = ["run", "--data", str(tiny_dataset), "--out", str(tmp_path / "b"), "--set", setting]
    assert main(command) == 2
    assert said in one_line(capsys)
    assert list(tmp_path.iterdir()) == []


def test_a_size_that_no_network_can_have_is_one_line(tiny_dataset, tmp_path, capsys):
    command = ["run", "--data", str(tiny_dataset), "--out", str(tmp_path / "b"), *TINY]
    assert main([*command, "--set", "train.encoder.width=15"]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert "No autoencoder can turn 32 px into 15 numbers" in said


def test_as_a_process_misuse_shows_no_stack_trace(tiny_dataset, tmp_path, repository):
    done = subprocess.run(
        [sys.executable, "-m", "train", "run", "--data", str(tiny_dataset),
         "--out", str(tmp_path / "b"), "--set", "train.boosters.max_tag=3"],
        cwd=repository, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "Did you mean max_tags?" in done.stderr


@pytest.mark.parametrize("command", ["run", "pack"])
def test_a_missing_data_directory_is_one_line(tmp_path, capsys, command):
    out = ["--out", str(tmp_path / "b")]
    assert main([command, "--data", str(tmp_path / "none"), *out]) == 2
    assert "There is no dataset directory" in one_line(capsys)


def test_an_empty_data_directory_says_what_was_expected(tmp_path, capsys):
    (tmp_path / "data").mkdir()
    assert main(["run", "--data", str(tmp_path / "data"), "--out", str(tmp_path / "b")]) == 2
    assert "metadata.jsonl, images with NAME.txt" in one_line(capsys)


def test_an_out_that_exists_is_one_line(tiny_dataset, tiny_bundle, capsys):
    assert main(["run", "--data", str(tiny_dataset), "--out", str(tiny_bundle), *TINY]) == 2
    assert "exists already and a bundle is never overwritten" in one_line(capsys)


def test_a_step_needs_to_know_where_to_work(tiny_dataset, capsys):
    assert main(["pack", "--data", str(tiny_dataset)]) == 2
    assert "Add --workdir DIRECTORY" in one_line(capsys)


def test_a_single_step_works_in_its_workdir(tiny_dataset, tmp_path):
    work = tmp_path / "work"
    assert main(["pack", "--data", str(tiny_dataset), "--workdir", str(work), *TINY]) == 0
    assert json.loads((work / "pack" / "done.json").read_text())["images"] > 100


def test_permissive_licences_only_can_leave_nothing_to_train_on(tmp_path, capsys):
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    (tmp_path / "a.txt").write_text("sea", encoding="utf-8")
    command = ["pack", "--data", str(tmp_path), "--workdir", str(tmp_path / "work"), *TINY]
    assert main([*command, "--set", "train.licences=permissive"]) == 2
    assert "train.licences=permissive" in one_line(capsys)


def test_stopping_with_the_keyboard_says_how_to_go_on(tiny_dataset, tmp_path, capsys, monkeypatch):
    def stopped(run, names):
        raise KeyboardInterrupt

    monkeypatch.setattr(Run, "steps", stopped)
    assert main(["run", "--data", str(tiny_dataset), "--out", str(tmp_path / "b")]) == INTERRUPTED
    assert "The same command goes on from here" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["paint"], ["run"], ["tag", "--name", "x"]])
def test_unknown_commands_and_missing_options_are_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: python -m train" in capsys.readouterr().err


@pytest.mark.parametrize("step", STEPS)
def test_every_step_is_a_command_with_help(step, capsys):
    with pytest.raises(SystemExit) as caught:
        main([step, "--help"])
    assert caught.value.code == 0
    assert "--data DIR" in capsys.readouterr().out


def test_evaluate_prints_the_contracts_figures_of_a_split(tiny_bundle, tiny_dataset, capsys):
    command = ["evaluate", "--bundle", str(tiny_bundle), "--data", str(tiny_dataset)]
    assert main([*command, "--json"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    figures = json.loads(line)
    assert {"images", "tags", "map_macro", "precision_at_1", "precision_at_5", "ece"} <= set(
        figures
    )
    lines = (tiny_dataset / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["split"] == "test"]
    assert (figures["split"], figures["images"]) == ("test", len(rows))
    counts = Counter(tag for row in rows for tag in row["tags"])
    shares = [count / len(rows) for count in counts.values() if count >= 5]
    assert figures["tags"] == len(shares)
    by_chance = sum(shares) / len(shares)
    assert by_chance + 0.1 < figures["map_macro"] <= 1
    assert 0 < figures["precision_at_1"] <= 1
    assert 0 < figures["precision_at_5"] <= 1
    assert 0 <= figures["ece"] < 0.3


def test_evaluate_measures_the_baseline_on_the_same_images(
    tiny_bundle, tiny_dataset, tiny_run, capsys
):
    command = ["evaluate", "--bundle", str(tiny_bundle), "--data", str(tiny_dataset), "--json"]
    assert main([*command, "--baseline", str(tiny_run.work.root), *TINY]) == 0
    figures = json.loads(capsys.readouterr().out)
    for kind in ("plain", "weighted"):
        assert 0 < figures["baseline"][kind]["map_macro"] <= 1


def test_evaluate_lists_what_it_left_out_whatever_its_name(
    tiny_bundle, tiny_dataset, tmp_path, capsys
):
    damaged = os.fsdecode("星.png".encode("shift-jis"))
    (tmp_path / damaged).write_text("no image")
    (tmp_path / "good.png").write_bytes(next(tiny_dataset.glob("*.png")).read_bytes())
    for image in list(tmp_path.iterdir()):
        image.with_suffix(".txt").write_text("night", encoding="utf-8")
    command = ["evaluate", "--bundle", str(tiny_bundle), "--data", str(tmp_path), "--json"]
    assert main([*command, "--split", "all"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["images"] == 1
    assert [one["name"] for one in figures["left_out"]] == [damaged]


def test_evaluate_is_readable_without_json(tiny_bundle, tiny_dataset, capsys):
    command = ["evaluate", "--bundle", str(tiny_bundle), "--data", str(tiny_dataset)]
    assert main([*command, "--split", "all"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.split() == ["images", "160"] for line in lines)


def test_evaluate_of_a_split_that_nothing_is_in_is_one_line(tiny_bundle, tiny_dataset, capsys):
    command = ["evaluate", "--bundle", str(tiny_bundle), "--data", str(tiny_dataset)]
    assert main([*command, "--split", "vendor_holdout"]) == 2
    assert "no row in the split vendor_holdout" in one_line(capsys)


def test_tag_publishes_a_bundle_with_the_tag(tiny_bundle, tiny_dataset, tmp_path, capsys):
    positives = tmp_path / "positives"
    positives.mkdir()
    for number in range(5):
        Image.new("RGB", (40, 40), (255, number * 9, 0)).save(positives / f"{number}.png")
    out = tmp_path / "b"
    command = ["tag", "--bundle", str(tiny_bundle), "--name", "red", "--name-ja", "赤"]
    command += ["--positives", str(positives), "--out", str(out)]
    assert main(command) == 0
    assert f"Published {out} with the tag 'red'." in capsys.readouterr().out
    (taught,) = json.loads((out / "taught.json").read_text(encoding="utf-8"))
    assert (taught["name"], taught["name_ja"]) == ("red", "赤")
    assert main(command) == 2
    assert "exists already" in capsys.readouterr().err.splitlines()[-1]


def test_a_disk_or_file_that_fails_is_one_line_and_status_2(tiny_dataset, tmp_path, capsys):
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "pack").write_text("not a directory")
    command = ["pack", "--data", str(tiny_dataset), "--workdir", str(tmp_path / "work"), *TINY]
    assert main(command) == 2
    assert "The disk or a file failed" in one_line(capsys)
