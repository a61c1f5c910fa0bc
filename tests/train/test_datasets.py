"""train/datasets.py: several dataset directories read as one; no row takes another's place."""

import pytest

from model.datasets import read_dataset
from model.errors import DatasetError
from train.datasets import locate, read_datasets, withdrawn_rows


def dataset(directory, *names):
    """A directory of empty image files with a tag each."""
    directory.mkdir(parents=True)
    for name in names:
        (directory / f"{name}.png").touch()
        (directory / f"{name}.txt").write_text(name, encoding="utf-8")
    return directory


def test_one_directory_is_read_as_it_always_was(tmp_path):
    one = dataset(tmp_path / "one", "a", "b")
    assert read_datasets([one]) == read_dataset(one)


def test_rows_of_several_directories_keep_names_and_groups_of_their_own(tmp_path):
    both = [dataset(tmp_path / "one", "a"), dataset(tmp_path / "other", "a")]
    rows = read_datasets(both).rows
    assert [row.name for row in rows] == ["one/a.png", "other/a.png"]
    assert [row.group for row in rows] == ["one/a.png", "other/a.png"]


def test_directories_of_one_name_are_told_apart_by_a_number(tmp_path):
    both = [dataset(tmp_path / place / "data", "a") for place in ("x", "y")]
    assert [row.name for row in read_datasets(both).rows] == ["data/a.png", "data-2/a.png"]


@pytest.mark.parametrize("count", [1, 2])
def test_the_file_of_a_row_is_found_again_by_its_name(tmp_path, count):
    directories = [dataset(tmp_path / f"{i}", "a", "b") for i in range(count)]
    file_of = locate(directories)
    for row in read_datasets(directories).rows:
        assert file_of(row.name) == row.file


def test_a_name_of_another_directory_is_refused_with_what_to_do(tmp_path):
    file_of = locate([dataset(tmp_path / "one", "a"), dataset(tmp_path / "other", "a")])
    with pytest.raises(DatasetError, match="Give every --data"):
        file_of("third/a.png")


def test_a_directory_given_twice_is_refused(tmp_path):
    one = dataset(tmp_path / "one", "a")
    with pytest.raises(DatasetError, match="given twice"):
        read_datasets([one, tmp_path / "one" / ".." / "one"])


def test_problems_say_which_directory_they_are_of(tmp_path):
    both = [dataset(tmp_path / "one", "a"), dataset(tmp_path / "other", "a")]
    (both[1] / "metadata.jsonl").write_text("{", encoding="utf-8")
    (problem,) = read_datasets(both).problems
    assert problem.name == "other/metadata.jsonl line 1"


def test_rows_that_were_taken_back_are_named_as_the_rows_are(tmp_path):
    both = [dataset(tmp_path / "one", "a"), dataset(tmp_path / "other", "a", "b")]
    (both[1] / "withdrawn.txt").write_text("b.png\n", encoding="utf-8")
    assert withdrawn_rows(both) == {"other/b.png"}
    assert withdrawn_rows(both[1:]) == {"b.png"}
    assert withdrawn_rows(both[:1]) == frozenset()
