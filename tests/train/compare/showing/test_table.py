"""Rules of the tables: a row an encoder, in order and marked, a dash where nothing is known."""

import random

import pytest

from tests.train.compare.measured import content, several
from train.compare.showing.markdown import NOTHING
from train.compare.showing.result import Result
from train.compare.showing.results import merge_seeds
from train.compare.showing.table import headline, in_order, recognised, row_names, tables

NAMES = ["headline", "tagging", "support", "new-tags", "similar", "copies", "findings", "cost"]


def rows_of(table: str) -> list[list[str]]:
    """The cells of a table's rows, heads and rule left out."""
    lines = [line for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def results() -> list[Result]:
    """A whole comparison."""
    return [Result(made) for made in several()]


def test_rows_go_by_labels_seen_then_by_quality_and_the_yardstick_is_last() -> None:
    shuffled = results()
    random.Random(3).shuffle(shuffled)
    names = ["contrastive", "autoencoder", "vae_gan", "pixel_pca", "hinted", "supervised"]
    assert [one.name for one in in_order(shuffled)] == names


def test_the_headline_has_results_budgets_and_marks() -> None:
    table = headline(results())
    rows = {row[0]: row[1:] for row in rows_of(table)}
    assert list(rows) == [
        "contrastive",
        "autoencoder",
        "vae gan †",
        "pixel pca",
        "hinted",
        "yardstick: supervised",
    ]
    assert rows["yardstick: supervised"][:3] == ["all labels", "own outputs", "0.441 (100 %)"]
    assert rows["hinted"][:3] == ["hints of labels", "boosters", "**0.470 (107 %)**"]
    assert rows["vae gan †"][-3:] == ["120,000", "1.4 h", "5.0"]
    assert rows["pixel pca"][-3:] == ["solved for", "40 s", "0.2"]
    assert "† was trained on fewer images" in table
    assert "±" not in table


def test_a_label_that_says_yardstick_is_not_marked_twice() -> None:
    made = content("supervised", label="supervised (the yardstick)")
    assert row_names([Result(made)]) == ["supervised (the yardstick)"]


def test_new_tags_are_held_to_the_yardstick_as_an_embedding() -> None:
    rows = {row[0]: row for row in rows_of(headline(results()))}
    assert rows["hinted"][5] == "**0.282 (112 %)**"
    assert rows["yardstick: supervised"][5] == "0.252 (100 %)"


def test_several_seeds_show_their_spread() -> None:
    runs = [content("hinted", quality) for quality in (0.46, 0.47, 0.48)]
    table = headline([Result(merge_seeds(runs)), Result(content("supervised", 0.42))])
    assert "**0.470 ± 0.010 (107 %)**" in table
    assert "± is the standard deviation over seeds (up to 3)." in table


def test_every_table_can_be_written_before_anything_is_measured() -> None:
    for made in ([], [Result({"name": "vae"})]):
        written = tables(made)
        assert list(written) == NAMES
        assert written["new-tags"] == written["copies"] == NOTHING
        assert "nan" not in "".join(written.values())


def test_a_row_that_is_not_measured_yet_shows_dashes() -> None:
    written = tables([*results(), Result({"name": "vae", "label": "still training"})])
    for name in NAMES:
        rows = [row for row in rows_of(written[name]) if row[0] == "still training"]
        assert rows, name
        figures = [cell for row in rows for cell in row[1:] if cell != "no labels"]
        assert set(figures) == {"–"}, name


def test_every_encoder_stands_in_every_table() -> None:
    for name, table in tables(results()).items():
        for one in results():
            assert one.label in table, name


def test_tagging_marks_each_encoders_best_head() -> None:
    rows = rows_of(tables(results())["tagging"])
    assert rows[0][:3] == ["contrastive", "0.320", "**0.400**"]
    assert rows[5][-1] == "**0.441**"  # the yardstick's own outputs


def test_tags_are_counted_in_every_band() -> None:
    heads = tables(results())["support"].splitlines()[2]
    assert (
        heads == "| encoder | 5–9 (100) | 10–19 (200) | 20–49 (300) | 50–199 (400) | 200+ (500) |"
    )


def test_hashes_stand_once_below_the_encoders() -> None:
    rows = rows_of(tables(results())["copies"])
    assert [row[0] for row in rows][-2:] == ["pHash", "dHash"]
    assert rows[-2][1:] == ["0.800", "0.776", "0.400", "0.640"]


def test_the_same_picture_unchanged_does_not_count_as_a_change() -> None:
    copies = {"unchanged": {"encoder": 1.0}, "mirror": {"encoder": 0.5}, "border": {"encoder": 0.7}}
    found = recognised(Result({"name": "x", "copies": copies}))
    assert found is not None
    assert found.mean == pytest.approx(0.6)
    assert recognised(Result({"name": "x"})) is None
