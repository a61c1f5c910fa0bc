"""Rules of ``train.vocabulary``: which tags exist, in which order, and who has them."""

from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model.datasets import Row
from train.vocabulary import NamedTag, build_vocabulary, labels


def rows_of(*lists: tuple[str, str]) -> list[Row]:
    """Rows of (English, Japanese) tags written as words."""
    return [
        Row(
            file=Path(f"{i}.png"),
            name=f"{i}.png",
            title=f"untitled {i}",
            tags=tuple(tags.split()),
            tags_ja=tuple(tags_ja.split()),
            split="train",
            group=f"{i}",
            licence="",
            author="",
            source="",
            variant=False,
        )
        for i, (tags, tags_ja) in enumerate(lists)
    ]


PAIRED = [("sea star", "海"), ("sea", "海"), ("sea", "海"), ("sea", "海")]
words = st.lists(st.sampled_from(["sea", "star", "cat", "海", "星", "dna"]), max_size=4)
lists = st.lists(st.tuples(words, words), max_size=25)


def test_the_most_frequent_tag_comes_first_and_ties_go_by_name() -> None:
    rows = rows_of(("b c a", ""), ("b a", ""), ("a b", ""), ("c", ""))
    assert build_vocabulary(rows, 1, 0) == (
        NamedTag("a", "", 3),
        NamedTag("b", "", 3),
        NamedTag("c", "", 2),
    )


def test_rare_tags_and_all_beyond_the_limit_are_left_out() -> None:
    rows = rows_of(("a b c", ""), ("a b", ""), ("a", ""))
    assert [tag.name for tag in build_vocabulary(rows, 2, 0)] == ["a", "b"]
    assert [tag.name for tag in build_vocabulary(rows, 1, 1)] == ["a"]


def test_a_paired_tag_is_one_tag_with_both_names() -> None:
    vocabulary = build_vocabulary(rows_of(*PAIRED), 2, 0)
    assert vocabulary == (NamedTag("sea", "海", 4),)


def test_a_japanese_tag_without_a_partner_is_a_tag_of_its_own() -> None:
    rows = rows_of(("", "海 星"), ("", "海"))
    vocabulary = build_vocabulary(rows, 1, 0)
    assert vocabulary == (NamedTag("海", "海", 2), NamedTag("星", "星", 1))
    assert labels(rows, vocabulary).toarray().tolist() == [[1, 1], [1, 0]]


def test_a_paired_tag_is_labelled_by_its_english_occurrence() -> None:
    rows = rows_of(*PAIRED, ("", "海"), ("sea", ""))
    vocabulary = (NamedTag("sea", "海", 5),)
    assert labels(rows, vocabulary).toarray().ravel().tolist() == [1, 1, 1, 1, 0, 1]


def test_labels_of_nothing_have_the_right_shape() -> None:
    vocabulary = (NamedTag("sea", "", 5),)
    assert labels([], vocabulary).shape == (0, 1)
    assert labels(rows_of(("sea", "")), ()).shape == (1, 0)


@given(lists)
def test_support_counts_the_rows_and_names_are_unique(
    lists: list[tuple[list[str], list[str]]],
) -> None:
    rows = rows_of(*((" ".join(dict.fromkeys(e)), " ".join(dict.fromkeys(j))) for e, j in lists))
    vocabulary = build_vocabulary(rows, 1, 0)
    assert len({tag.name for tag in vocabulary}) == len(vocabulary)
    counts = labels(rows, vocabulary).sum(axis=0).A1 if rows else np.zeros(len(vocabulary))
    for tag, count in zip(vocabulary, np.asarray(counts).tolist(), strict=True):
        assert count >= tag.support >= 1
    assert build_vocabulary(rows, 1, 0) == vocabulary
