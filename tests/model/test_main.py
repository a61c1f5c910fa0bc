"""model/__main__.py: one line of JSON for each file, and the others go on after a bad one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from model.__main__ import main
from model.tagger import Tagger


@pytest.fixture(scope="module")
def files(tiny_dataset, tmp_path_factory):
    """Two good files; beside them a text named .png, an empty file, and one that is missing."""
    directory = tmp_path_factory.mktemp("files")
    good = sorted(tiny_dataset.glob("*.png"))[:2]
    (directory / "text.png").write_text("no image", encoding="utf-8")
    (directory / "empty.png").write_bytes(b"")
    Image.new("RGB", (9000, 9000)).save(directory / "vast.png")
    cut = good[0].read_bytes()
    (directory / "cut.png").write_bytes(cut[: len(cut) // 2])
    bad = ("text.png", "empty.png", "vast.png", "cut.png", "missing.png")
    return [str(good[0]), *(str(directory / name) for name in bad), str(good[1])]


CODES = ["not_an_image", "not_an_image", "too_many_pixels", "truncated", "not_found"]


def answers(text):
    return [json.loads(line) for line in text.splitlines()]


def test_describe_prints_the_contracts_keys_one_object_a_line(tiny_bundle, files, capsys):
    assert main(["describe", "--bundle", str(tiny_bundle), "--json", files[0], files[-1]]) == 0
    captured = capsys.readouterr()
    said = answers(captured.out)
    assert [one["file"] for one in said] == [files[0], files[-1]]
    for one in said:
        assert list(one) == ["file", "tags", "similar"]
        assert (len(one["tags"]), len(one["similar"])) == (10, 5)
        for tag in one["tags"]:
            assert list(tag) == ["name", "name_ja", "score"]
            assert 0 <= tag["score"] <= 1
        scores = [tag["score"] for tag in one["tags"]]
        assert scores == sorted(scores, reverse=True)
        assert all(list(near) == ["id", "file", "distance"] for near in one["similar"])
        distances = [near["distance"] for near in one["similar"]]
        assert distances == sorted(distances)


def test_describe_says_what_the_tagger_says(tiny_bundle, files, capsys):
    main(["describe", "--bundle", str(tiny_bundle), "--json", "--top", "3", files[-1]])
    (said,) = answers(capsys.readouterr().out)
    tagger = Tagger.load(tiny_bundle)
    (expected,) = tagger.describe([Path(files[-1]).read_bytes()], top=3)
    names = [(tag.name, tag.name_ja) for tag in expected.tags]
    assert [(tag["name"], tag["name_ja"]) for tag in said["tags"]] == names
    scores = [tag.score for tag in expected.tags]
    assert [tag["score"] for tag in said["tags"]] == pytest.approx(scores, abs=1e-4)
    for near, found in zip(said["similar"], expected.similar, strict=True):
        assert (near["id"], near["file"]) == (found.id, tagger.indexed_files[found.id])
        assert near["distance"] == pytest.approx(found.distance, abs=1e-4)


def test_bad_files_are_answered_with_their_codes_and_the_others_go_on(tiny_bundle, files, capsys):
    assert main(["describe", "--bundle", str(tiny_bundle), "--json", *files]) == 1
    said = answers(capsys.readouterr().out)
    assert [one["file"] for one in said] == files
    for one, code in zip(said[1:-1], CODES, strict=True):
        assert list(one) == ["file", "error"]
        assert list(one["error"]) == ["code", "message"]
        assert one["error"]["code"] == code
        assert len(one["error"]["message"]) > 20
    assert "tags" in said[0]
    assert "tags" in said[-1]


def test_similar_prints_ten_neighbours_and_no_tags(tiny_bundle, files, capsys):
    assert main(["similar", "--bundle", str(tiny_bundle), "--json", files[0], files[1]]) == 1
    first, second = answers(capsys.readouterr().out)
    assert list(first) == ["file", "similar"]
    assert len(first["similar"]) == 10
    assert second["error"]["code"] == "not_an_image"
    main(["similar", "--bundle", str(tiny_bundle), "--json", "--neighbours", "2", files[0]])
    (fewer,) = answers(capsys.readouterr().out)
    assert fewer["similar"] == first["similar"][:2]


def test_people_read_a_line_for_each_tag_and_neighbour(tiny_bundle, files, capsys):
    command = ["describe", "--bundle", str(tiny_bundle), "--top", "2", "--neighbours", "1"]
    assert main([*command, files[0], files[1]]) == 1
    lines = capsys.readouterr().out.splitlines()
    (described,) = Tagger.load(tiny_bundle).describe([Path(files[0]).read_bytes()], top=1)
    name = described.tags[0].name
    assert lines[0] == files[0]
    assert f" {name}" in lines[1]
    assert "%" in lines[1]
    assert lines[3].endswith(".png")
    assert lines[4] == files[1]
    assert lines[5].startswith("  not_an_image: ")


def test_info_prints_the_manifest(tiny_bundle, capsys):
    assert main(["info", "--bundle", str(tiny_bundle), "--json"]) == 0
    (said,) = answers(capsys.readouterr().out)
    manifest = Tagger.load(tiny_bundle).bundle.manifest
    assert manifest.items() <= said.items()
    assert said["directory"] == str(tiny_bundle)
    assert said["bytes"] == sum(facts["bytes"] for facts in manifest["files"].values())
    assert main(["info", "--bundle", str(tiny_bundle)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"{'name':12} tiny" in lines
    assert f"{'tags':12} {manifest['tags']}" in lines


@pytest.mark.parametrize("command", ["describe", "similar", "info"])
def test_a_missing_bundle_is_one_line_and_status_2(tmp_path, files, capsys, command):
    images = [] if command == "info" else files[:1]
    assert main([command, "--bundle", str(tmp_path / "none"), "--json", *images]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert "is no bundle" in captured.err


@pytest.mark.parametrize("arguments", [[], ["describe"], ["paint"], ["info", "x.png"]])
def test_misuse_is_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: python -m model" in capsys.readouterr().err


def test_a_file_name_that_is_no_utf_8_is_still_json(tiny_bundle, files, tmp_path, capsys):
    name = tmp_path / os.fsdecode("星.png".encode("shift-jis"))
    name.write_bytes(Path(files[0]).read_bytes())
    missing = tmp_path / os.fsdecode("月.png".encode("shift-jis"))
    assert main(["describe", "--bundle", str(tiny_bundle), "--json", str(name), str(missing)]) == 1
    first, second = answers(capsys.readouterr().out)
    assert (first["file"], second["file"]) == (str(name), str(missing))
    assert second["error"]["code"] == "not_found"


def test_the_process_prints_nothing_but_its_lines(tiny_bundle, files, repository):
    command = [sys.executable, "-m", "model", "describe", "--bundle", str(tiny_bundle), "--json"]
    done = subprocess.run(
        [*command, *files[-2:]], cwd=repository, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 1
    missing, good = answers(done.stdout)
    assert missing["error"]["code"] == "not_found"
    assert "tags" in good
    assert "Traceback" not in done.stderr
