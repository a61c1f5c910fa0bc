"""Rules of ``model.datasets``: three formats, mixed; bad rows are listed and never fatal."""

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from model.datasets import Dataset, Row, read_dataset
from model.errors import DatasetError


def draw(directory: Path, *names: str) -> None:
    for name in names:
        file = directory / name
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4, 4), "navy").save(file)


def describe(directory: Path, *lines: dict[str, Any] | str) -> None:
    text = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    (directory / "metadata.jsonl").write_text("\n".join(text), encoding="utf-8")


def by_name(dataset: Dataset) -> dict[str, Row]:
    return {row.name: row for row in dataset.rows}


def tags_from(directory: Path, content: dict[str, Any]) -> tuple[str, ...]:
    """The tags that a gallery-dl file with this content gives."""
    draw(directory, "one.png")
    (directory / "one.png.json").write_text(json.dumps(content), encoding="utf-8")
    return read_dataset(directory).rows[0].tags


def test_the_three_formats_mix_in_one_directory(tmp_path: Path) -> None:
    draw(tmp_path, "a.png", "sub/b.webp", "sub/c.jpg", "untagged.png")
    describe(tmp_path, {"file_name": "a.png", "tags": ["sea"], "tags_ja": ["海"]})
    (tmp_path / "sub/b.txt").write_text("night sky, star,\nstar , ", encoding="utf-8")
    (tmp_path / "sub/c.jpg.json").write_text('{"tags": ["heart"]}', encoding="utf-8")
    dataset = read_dataset(tmp_path)
    found = {name: (row.tags, row.tags_ja) for name, row in by_name(dataset).items()}
    assert found == {
        "a.png": (("sea",), ("海",)),
        "sub/b.webp": (("night sky", "star"), ()),
        "sub/c.jpg": (("heart",), ()),
    }
    assert dataset.problems == ()


def test_every_field_of_metadata_is_read(tmp_path: Path) -> None:
    draw(tmp_path, "a.png")
    fields = {"title": "Sea", "split": "test", "licence": "CC0-1.0", "author": "Aoi"}
    more = {"source": "set", "split_group": "g", "variant_of": "x", "tags": ["sea"]}
    describe(tmp_path, {"file_name": "a.png", **fields, **more})
    file = (tmp_path / "a.png").resolve()
    row = Row(file, "a.png", "Sea", ("sea",), (), "test", "g", "CC0-1.0", "Aoi", "set", True)
    assert read_dataset(tmp_path).rows == (row,)


def test_a_row_of_bare_essentials_is_its_own_group_in_the_train_split(tmp_path: Path) -> None:
    draw(tmp_path, "sub/a b.png")
    describe(tmp_path, {"file_name": "sub/a b.png"})
    row = read_dataset(tmp_path).rows[0]
    assert (row.split, row.group, row.title, row.tags) == ("train", "sub/a b.png", "a b", ())


def test_metadata_below_the_directory_names_files_beside_itself(tmp_path: Path) -> None:
    draw(tmp_path, "deep/er/a.png")
    describe(tmp_path / "deep/er", {"file_name": "a.png", "tags": ["sea"]})
    assert set(by_name(read_dataset(tmp_path))) == {"deep/er/a.png"}


def test_a_file_described_twice_counts_once_and_metadata_wins(tmp_path: Path) -> None:
    draw(tmp_path, "a.png")
    describe(tmp_path, {"file_name": "a.png", "tags": ["sea"]})
    (tmp_path / "a.txt").write_text("mountain", encoding="utf-8")
    rows = read_dataset(tmp_path).rows
    assert [row.tags for row in rows] == [("sea",)]


@pytest.mark.parametrize("split", ["train", "test"])
def test_the_vendor_holdout_is_a_split_of_its_own_whatever_its_split_says(
    tmp_path: Path, split: str
) -> None:
    draw(tmp_path, "a.png")
    describe(tmp_path, {"file_name": "a.png", "split": split, "vendor_holdout": True})
    assert read_dataset(tmp_path).rows[0].split == "vendor_holdout"


@pytest.mark.parametrize("lent", [True, False])
def test_a_row_says_whether_it_was_only_lent_for_learning(tmp_path: Path, lent: bool) -> None:
    draw(tmp_path, "a.png", "b.png")
    describe(tmp_path, {"file_name": "a.png", "lent": lent}, {"file_name": "b.png"})
    assert [row.lent for row in read_dataset(tmp_path).rows] == [lent, False]


@pytest.mark.parametrize("name", ["C:\\\\out.png", "C:/out.png", "..\\\\out.png"])
def test_names_of_another_system_lead_nowhere(tmp_path: Path, name: str) -> None:
    draw(tmp_path, "out.png", "data/a.png")
    describe(tmp_path / "data", f'{{"file_name": "{name}"}}', {"file_name": "a.png"})
    assert set(by_name(read_dataset(tmp_path / "data"))) == {"a.png"}


@pytest.mark.parametrize("name", ["b.png", "b.txt", "b.png.json", "metadata.jsonl"])
def test_a_link_out_of_the_directory_is_not_read(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "data"
    draw(tmp_path, "data/a.png", "data/b.png", "elsewhere/out.png")
    (inside / "a.txt").write_text("sea", encoding="utf-8")
    (inside / "b.txt").write_text("sea", encoding="utf-8")
    secret = tmp_path / "elsewhere" / "out.png"
    if name != "b.png":
        secret.write_text('{"file_name": "b.png", "tags": ["secret"]}', encoding="utf-8")
    (inside / name).unlink(missing_ok=True)
    (inside / name).symlink_to(secret)
    dataset = read_dataset(inside)
    assert all(row.tags == ("sea",) for row in dataset.rows)
    assert [problem.name for problem in dataset.problems] == [name]


@pytest.mark.parametrize(
    "line",
    [
        "{broken",
        "[]",
        "null",
        "3",
        '{"tags": ["sea"]}',
        '{"file_name": ["a.png"]}',
        '{"file_name": "missing.png"}',
        '{"file_name": ""}',
        '{"file_name": "nul\\u0000.png"}',
        '{"file_name": "' + "x" * 5000 + '.png"}',
        "[" * 100_000,
    ],
)
def test_an_unusable_row_is_listed_with_its_place_and_the_others_are_read(
    tmp_path: Path, line: str
) -> None:
    draw(tmp_path, "a.png")
    describe(tmp_path, line, "", {"file_name": "a.png", "tags": ["sea"]})
    dataset = read_dataset(tmp_path)
    assert set(by_name(dataset)) == {"a.png"}
    assert [problem.name for problem in dataset.problems] == ["metadata.jsonl line 1"]


def test_bytes_that_are_no_text_spoil_one_row_only(tmp_path: Path) -> None:
    draw(tmp_path, "a.png")
    (tmp_path / "metadata.jsonl").write_bytes(
        b'{"file_name": "\xff\xfe.png"}\n{"file_name": "a.png"}\n'
    )
    dataset = read_dataset(tmp_path)
    assert (len(dataset.rows), len(dataset.problems)) == (1, 1)


def test_a_line_separator_inside_a_title_ends_no_row(tmp_path: Path) -> None:
    draw(tmp_path, "a.png")
    (tmp_path / "metadata.jsonl").write_text(
        '{"file_name": "a.png", "title": "up\u2028and\u0085down"}\r\n', encoding="utf-8"
    )
    dataset = read_dataset(tmp_path)
    assert dataset.problems == ()
    assert dataset.rows[0].title == "up and down"


@pytest.mark.parametrize("name", ["../secret.png", "sub/../../secret.png", "/etc/hostname"])
def test_no_row_reaches_outside_the_directory(tmp_path: Path, name: str) -> None:
    draw(tmp_path, "secret.png", "data/a.png")
    describe(tmp_path / "data", {"file_name": name}, {"file_name": "a.png"})
    dataset = read_dataset(tmp_path / "data")
    assert set(by_name(dataset)) == {"a.png"}
    assert "outside" in dataset.problems[0].message


def test_a_link_that_leads_outside_is_refused(tmp_path: Path) -> None:
    draw(tmp_path, "secret.png", "data/a.png")
    (tmp_path / "data/link.png").symlink_to(tmp_path / "secret.png")
    describe(tmp_path / "data", {"file_name": "link.png"}, {"file_name": "a.png"})
    dataset = read_dataset(tmp_path / "data")
    assert set(by_name(dataset)) == {"a.png"}
    assert len(dataset.problems) == 1


@pytest.mark.parametrize("content", ["{broken", "[1]", '"text"', "[" * 100_000])
def test_a_broken_sidecar_is_listed_and_the_others_are_read(tmp_path: Path, content: str) -> None:
    draw(tmp_path, "a.png", "b.png")
    (tmp_path / "a.png.json").write_text(content, encoding="utf-8")
    (tmp_path / "b.txt").write_text("sea", encoding="utf-8")
    dataset = read_dataset(tmp_path)
    assert set(by_name(dataset)) == {"b.png"}
    assert [problem.name for problem in dataset.problems] == ["a.png.json"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"tags": ["sea", " night  sky ", "", "sea", 3]}, ("sea", "night sky")),
        ({"tags": "sea, night sky,sea"}, ("sea", "night sky")),
        ({"tags": "sea night_sky 1girl"}, ("sea", "night sky", "1girl")),
        ({"tag_string": "long_hair solo"}, ("long hair", "solo")),
        ({"tags": "night sky"}, ("night sky",)),
        ({"tags": None}, ()),
        ({"tags": {"sea": 1}}, ()),
        ({"tags": ["\ud800broken"]}, ("?broken",)),
        ({}, ()),
    ],
)
def test_tags_come_as_list_by_comma_or_as_boorus_write_them(
    tmp_path: Path, content: dict[str, Any], expected: tuple[str, ...]
) -> None:
    assert tags_from(tmp_path, content) == expected


@pytest.mark.parametrize(
    ("licence", "permissive"),
    [
        ("CC0-1.0", True),
        ("CC-BY-4.0", True),
        ("CC-BY-3.0", True),
        ("MIT", True),
        ("BSD-3-Clause", True),
        ("Apache-2.0", True),
        ("Unicode-3.0", True),
        ("CC-BY-SA-4.0", False),
        ("CC-BY-NC-4.0", False),
        ("CC-BY-ND-4.0", False),
        ("GPL-2.0-or-later", False),
        ("", False),
    ],
)
def test_only_licences_without_conditions_on_the_result_are_permissive(
    tmp_path: Path, licence: str, permissive: bool
) -> None:
    draw(tmp_path, "a.png")
    describe(tmp_path, {"file_name": "a.png", "licence": licence})
    assert read_dataset(tmp_path).rows[0].permissive is permissive


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"no dataset directory .*nowhere"):
        read_dataset(tmp_path / "nowhere")


def test_a_directory_without_a_tagged_image_says_what_was_expected(tmp_path: Path) -> None:
    draw(tmp_path, "untagged.png")
    with pytest.raises(DatasetError, match=r"metadata\.jsonl"):
        read_dataset(tmp_path)


def test_rows_come_in_the_same_order_every_time(tmp_path: Path) -> None:
    names = [f"{i}.png" for i in (3, 1, 2)]
    draw(tmp_path, *names)
    for name in names:
        (tmp_path / name).with_suffix(".txt").write_text("sea", encoding="utf-8")
    assert [row.name for row in read_dataset(tmp_path).rows] == sorted(names)


def test_images_that_nothing_describes_are_rows_only_when_asked_for(tmp_path: Path) -> None:
    for name in ("tagged.png", "bare.png"):
        Image.new("RGB", (8, 8)).save(tmp_path / name)
    (tmp_path / "tagged.txt").write_text("sea, sky")
    assert [row.name for row in read_dataset(tmp_path).rows] == ["tagged.png"]
    both = {row.name: row.tags for row in read_dataset(tmp_path, untagged=True).rows}
    assert both == {"tagged.png": ("sea", "sky"), "bare.png": ()}
