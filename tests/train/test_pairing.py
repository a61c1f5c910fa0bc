"""Rules of ``train.pairing``: names are paired where the evidence is clear, and left alone else."""

from pathlib import Path

import pytest

from model.datasets import Row, read_dataset
from train.pairing import pair_names
from train.vocabulary import build_vocabulary


def row(number: int, tags: str, tags_ja: str, title: str = "", group: str = "") -> Row:
    """A row of tags written as words."""
    name = f"{number}.png"
    return Row(
        file=Path(name),
        name=name,
        title=title or f"untitled {number}",
        tags=tuple(tags.split()),
        tags_ja=tuple(tags_ja.split()),
        split="train",
        group=group or name,
        licence="",
        author="",
        source="",
        variant=False,
    )


def pairs(rows: list[Row]) -> dict[str, str]:
    english = sorted({tag for one in rows for tag in one.tags})
    japanese = sorted({tag for one in rows for tag in one.tags_ja})
    return pair_names(rows, english, japanese)


def test_names_that_always_occur_together_are_one_tag() -> None:
    words = [("sea", "海"), ("star", "星"), ("cat", "猫")]
    lists = [(words[i % 3], words[(i // 3) % 3]) for i in range(36)]
    rows = [
        row(i, " ".join(one[0] for one in both), " ".join(one[1] for one in both))
        for i, both in enumerate(lists)
    ]
    assert pairs(rows) == dict(words)


def test_the_order_of_a_list_alone_says_nothing() -> None:
    rows = [row(i, "sea star", "海 星" if i % 2 else "星 海") for i in range(20)]
    assert pairs(rows) == {}


def test_two_names_that_nothing_tells_apart_stay_alone() -> None:
    rows = [row(i, "hedgehog spiny", "ハリネズミ") for i in range(10)]
    rows += [row(10 + i, "sea", "海") for i in range(10)]
    assert pairs(rows) == {"sea": "海"}


def test_the_title_tells_which_of_them_is_the_name() -> None:
    rows = [row(i, "hedgehog spiny", "ハリネズミ とげ", title="Hedgehog") for i in range(10)]
    assert pairs(rows) == {"hedgehog": "ハリネズミ"}


def test_a_first_tag_that_follows_many_titles_is_no_name_of_one() -> None:
    rows = [
        row(i, f"{title} fantasy", "武器", title=title)
        for i, title in enumerate(["flail", "sword", "axe", "whip"] * 3)
    ]
    assert {"flail", "sword", "axe", "whip"}.isdisjoint(pairs(rows))


def test_forty_versions_of_one_drawing_are_one_witness() -> None:
    many = [row(i, "spiny", "ハリネズミ", group="hedgehog") for i in range(40)]
    assert pairs(many) == {}
    versions = [row(i, "spiny", "ハリネズミ", title="a hedgehog") for i in range(40)]
    assert pairs(versions) == {}


def test_where_titles_cannot_decide_the_works_of_one_title_do() -> None:
    """Each of five titles has rows with a comet and rows without; all have a starry sky."""
    rows = [
        row(i, "starry comet" if i % 2 else "starry", "星空", title=f"night {i % 5}")
        for i in range(100)
    ]
    assert pairs(rows) == {"starry": "星空"}
    assert pairs(rows[:20]) == {}


def test_a_broader_word_is_not_taken_for_the_name() -> None:
    rows = [row(i, "sparrow", "鳥") for i in range(5)]
    rows += [row(5 + i, f"bird{i}", "鳥") for i in range(30)]
    assert pairs(rows) == {}


def test_a_text_in_both_lists_is_its_own_translation() -> None:
    assert pairs([row(0, "dna sea", "dna"), row(1, "dna", "")]) == {"dna": "dna"}


@pytest.mark.parametrize("rows", [[], [row(0, "sea", "")], [row(0, "", "海")]])
def test_without_both_languages_nothing_is_paired(rows: list[Row]) -> None:
    assert pairs(rows) == {}


def test_no_japanese_name_is_given_twice_on_real_illustrations(illustrations: Path) -> None:
    rows = [one for one in read_dataset(illustrations).rows if one.split == "train"]
    names = {tag.name: tag.name_ja for tag in build_vocabulary(rows, 5, 0)}
    given = [ja for ja in names.values() if ja]
    assert len(given) == len(set(given))
    expected = {"starry sky": "星空", "night sky": "夜空", "heart": "ハート", "cat": "猫"}
    assert {name: names[name] for name in expected} == expected
