"""train/export.py: a dataset directory, whole or not at all, and nobody's name in it."""

import json
import signal
import subprocess
import sys
import time

import pytest
from PIL import Image

from model.datasets import read_dataset
from model.errors import DatasetError, NothingToLearnError
from train import export as export_module
from train.__main__ import main
from train.consented import read_consented
from train.export import Export

MIRA, BO = 1, 2
GUILD = 70


def exported(community, out, **options):
    Export(community.url, out, **options).run()
    return {int(row.file.stem): row for row in read_dataset(out).rows}


def arguments(community, out, *more):
    return ["export", "--catalogue", str(community.file), "--out", str(out), *more]


@pytest.fixture
def out(tmp_path):
    return tmp_path / "exported"


def test_it_is_a_dataset_directory_of_what_may_be_learnt_from(community, tagged, out):
    community.opt_in(MIRA)
    (hers,), (_his,) = community.post(MIRA, **tagged(moon="月")), community.post(BO)
    rows = exported(community, out)
    assert set(rows) == {hers}
    assert (rows[hers].tags, rows[hers].tags_ja) == (("moon",), ("月",))
    with Image.open(rows[hers].file) as image:
        assert image.size == (32, 32)
    assert not read_dataset(out).problems


def test_whose_it_is_and_what_it_was_called_stays_behind(community, out):
    community.opt_in(MIRA)
    community.post(MIRA)
    exported(community, out)
    (line,) = (out / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
    assert "Secret plans" not in line
    keys = {"file_name", "tags", "tags_ja", "split", "split_group", "source", "licence", "lent"}
    assert set(json.loads(line)) == keys
    (row,) = read_dataset(out).rows
    assert not row.permissive
    assert row.lent


def test_images_of_a_post_and_copies_fall_on_one_side_of_the_split(community, out):
    community.opt_in(MIRA)
    posts = [community.post(MIRA, 3) for _ in range(14)]
    rows = exported(community, out)
    for ids in posts:
        assert len({(rows[one].split, rows[one].group) for one in ids}) == 1
    assert {row.split for row in rows.values()} == {"train", "test"}


def test_a_later_export_holds_out_the_same_ones(community, tmp_path):
    community.opt_in(MIRA)
    for _ in range(12):
        community.post(MIRA)
    before = exported(community, tmp_path / "before")
    community.post(MIRA)
    after = exported(community, tmp_path / "after")
    assert {one: after[one].split for one in before} == {
        one: row.split for one, row in before.items()
    }


def test_what_is_taken_back_while_it_runs_is_left_out(community, out, monkeypatch):
    community.opt_in(MIRA, BO)
    (hers,), (his,) = community.post(MIRA), community.post(BO)
    consented = export_module.consented_ids

    def meanwhile(catalogue):
        community.do(lambda catalogue: catalogue.people.opt_out(BO))
        return consented(catalogue)

    monkeypatch.setattr(export_module, "consented_ids", meanwhile)
    assert set(exported(community, out)) == {hers}
    assert not (out / "images" / f"{his}.webp").exists()


def test_an_illustration_whose_thumbnail_is_gone_is_left_out(community, out):
    mine, gone = community.local(), community.local()
    newest = max(
        (one for one in read_consented(community.url).illustrations), key=lambda one: one.id
    )
    assert newest.id == gone
    next((community.data_dir / "thumbnails").rglob(f"{newest.thumbnail}.webp")).unlink()
    assert set(exported(community, out)) == {mine}


def test_where_nothing_may_be_learnt_from_nothing_is_written(community, out):
    community.post(MIRA)
    with pytest.raises(NothingToLearnError, match="/privacy opt-in"):
        Export(community.url, out).run()
    assert [path.name for path in out.parent.iterdir()] == ["data"]


def test_a_directory_that_holds_something_is_not_touched(community, out):
    community.local()
    out.mkdir()
    (out / "mine.txt").touch()
    with pytest.raises(DatasetError, match="Choose another --out"):
        Export(community.url, out).run()
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_without_a_file_beside_them_the_thumbnails_must_be_named(out):
    with pytest.raises(DatasetError, match="Add --thumbnails"):
        Export("postgresql+psycopg://db/none", out).run()


def test_an_export_that_was_killed_is_cleared_away_by_the_next(community, out, repository):
    for _ in range(3):
        community.local()
    code = "import sys, time, shutil; shutil.copyfile = lambda *_: time.sleep(60); "
    code += "from train.__main__ import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", code, *arguments(community, out)]
    process = subprocess.Popen(command, cwd=repository, stderr=subprocess.DEVNULL)
    try:
        while not list(out.parent.glob(".exported.partial-*")):
            assert process.poll() is None
            time.sleep(0.02)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not out.exists()
    assert len(exported(community, out)) == 3
    assert sorted(path.name for path in out.parent.iterdir()) == ["data", "exported"]


def test_it_says_how_far_it_is(community, out, tmp_path):
    community.local()
    exported(community, out, progress=tmp_path / "progress.json")
    noted = json.loads((tmp_path / "progress.json").read_text())
    assert noted == {"step": "export", "share": 1.0, "message": "export: 1 of 1"}


def test_a_refreshed_export_names_what_was_taken_back_since_and_keeps_its_place(community, out):
    community.opt_in(MIRA, BO)
    (hers,), (his,) = community.post(MIRA), community.post(BO)
    exported(community, out)
    export = Export(community.url, out)
    assert export.refresh() == 0
    community.do(lambda catalogue: catalogue.people.opt_out(BO))
    assert export.refresh() == 1
    assert (out / "withdrawn.txt").read_text() == f"images/{his}.webp\n"
    assert {int(row.file.stem) for row in read_dataset(out).rows} == {hers, his}
    community.opt_in(BO)  # What is trained by now was told that he took it back.
    assert export.refresh() == 1


def test_what_is_no_export_cannot_be_refreshed(community, tmp_path):
    (tmp_path / "metadata.jsonl").write_text('{"file_name": "a.png"}\n')
    with pytest.raises(DatasetError, match="holds no export"):
        Export(community.url, tmp_path).refresh()


def test_the_command_says_how_many_and_its_status_that_there_are_none(community, out, capsys):
    assert main(arguments(community, out)) == 4
    assert capsys.readouterr().err.count("\n") == 1
    community.local()
    assert main(arguments(community, out)) == 0
    assert "Exported 1 illustrations" in capsys.readouterr().out
    assert main(arguments(community, out, "--refresh")) == 0
    assert "0 illustrations are not to be learnt from" in capsys.readouterr().out
    assert main(["export", "--catalogue", str(out / "none"), "--out", str(out / "x")]) == 2
