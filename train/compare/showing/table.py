"""The tables of ``python -m train compare``: what is shown of the results, and in which order.

Rows are grouped by what the encoder saw of the labels, the best of a group first, and the yardstick
last. Whatever is said of an encoder "at its best head" is said of the head that was best on the
validation split. What a method was given (images seen, time) stands beside what it came to.
"""

from collections.abc import Callable, Mapping, Sequence

from train.compare.showing.markdown import (
    DASH,
    Cell,
    Find,
    at,
    grid,
    lasting,
    measured,
    percent,
    shown,
)
from train.compare.showing.measure_tables import copies_table, findings_tables, similar_table
from train.compare.showing.result import Figure, Result, saw_less, yardstick_of
from train.compare.showing.tag_tables import new_tags_tables, support_table, tagging_tables

SAW = {"none": "no labels", "hints": "hints of labels", "all": "all labels"}
_ORDER = tuple(SAW)
_TEST = "test"
OURS = "ours"
SOLVED = "solved for"  # an encoder in closed form goes through no rounds
_HEADLINE = (
    "encoder",
    "the encoder saw",
    "best head",
    "test",
    "unseen artist",
    "new tags, 5 examples",
    "20 examples",
    "similar, of 10",
    "the same picture",
    "images seen",
    "training",
    "ms an image",
)


def tables(results: Sequence[Result]) -> dict[str, str]:
    """Every table, by the name of its place in a page (``generated.write_generated``)."""
    rows, names = in_order(results), row_names(results)
    write: Mapping[str, Callable[[Sequence[Result], Sequence[str]], str]] = {
        "headline": _headline,
        "tagging": tagging_tables,
        "support": support_table,
        "new-tags": new_tags_tables,
        "similar": similar_table,
        "copies": copies_table,
        "findings": findings_tables,
        "cost": _cost,
    }
    return {name: make(rows, names) for name, make in write.items()}


def headline(results: Sequence[Result]) -> str:
    """A row for each encoder at its best head, beside what it was given."""
    return _headline(in_order(results), row_names(results))


def in_order(results: Sequence[Result]) -> list[Result]:
    """As rows of a table."""

    def place(result: Result) -> tuple[bool, int, float]:
        test = result.at_best(_TEST)
        return result.is_yardstick, _ORDER.index(result.labels), -(test.mean if test else -1.0)

    return sorted(results, key=place)


def row_names(results: Sequence[Result]) -> list[str]:
    """What each row is called, in the order of ``in_order``, with its marks."""
    return [
        ("yardstick: " if one.is_yardstick and "yardstick" not in one.label else "")
        + one.label
        + (" †" if saw_less(one, results) else "")
        for one in in_order(results)
    ]


def _headline(rows: Sequence[Result], names: Sequence[str]) -> str:
    held_to: Sequence[Find] = (
        lambda row: row.at_best(_TEST),
        lambda row: row.at_best("holdout"),
        at("new_tags", _TEST, OURS, "5"),
        at("new_tags", _TEST, OURS, "20"),
    )
    lines = []
    for name, row in zip(names, rows, strict=True):
        yardstick = yardstick_of(row, rows)
        lines.append(
            [
                Cell(name),
                Cell(SAW[row.labels]),
                Cell(row.best_head() or DASH),
                *(_against(find(row), find(yardstick) if yardstick else None) for find in held_to),
                measured(row.figure("likeness", "everyone", "of_10"), 2),
                measured(recognised(row)),
                *_budget(row),
                shown(row.figure("cost", "ms_per_image"), lambda value: f"{value:.1f}"),
            ]
        )
    return f"{grid(_HEADLINE, lines, words=3)}\n\n{_notes(rows)}"


def recognised(result: Result) -> Figure | None:
    """Recall@1 of the same picture again, the mean over all changes."""
    changes = [name for name in result.keys("copies") if name != "unchanged"]
    found = [result.figure("copies", name, "encoder") for name in changes]
    means = [one.mean for one in found if one]
    return Figure(sum(means) / len(means)) if means else None


def _against(figure: Figure | None, yardstick: Figure | None) -> Cell:
    """A figure, and in brackets how much that is of the yardstick's."""
    cell = measured(figure)
    if figure is None or yardstick is None or not yardstick.mean:
        return cell
    return Cell(f"{cell.text} ({percent(figure.mean / yardstick.mean)})", cell.value)


def _budget(row: Result) -> list[Cell]:
    return [
        shown(
            row.figure("cost", "images_seen"), lambda value: f"{value:,.0f}" if value else SOLVED
        ),
        shown(row.figure("cost", "train_seconds"), lasting),
    ]


def _notes(rows: Sequence[Result]) -> str:
    said = (
        "Mean average precision under the head that was best on validation, in brackets as a share "
        "of the yardstick's; of the ten nearest, how many show the same concept by another artist; "
        "recall@1 of changed pictures, the mean over the changes."
    )
    notes = [said]
    if any(saw_less(row, rows) for row in rows):
        notes.append("† was trained on fewer images than the yardstick.")
    seeds = max((row.seeds for row in rows), default=1)
    if seeds > 1:
        notes.append(f"± is the standard deviation over seeds (up to {seeds}).")
    return " ".join(notes)


def _cost(rows: Sequence[Result], names: Sequence[str]) -> str:
    heads = ("encoder", "reads", "images seen", "training", "parameters", "stored", "ms an image")
    lines = [
        [
            Cell(name),
            Cell(f"{row.size_px}×{row.size_px}" if row.size_px else DASH),
            *_budget(row),
            shown(row.figure("cost", "parameters"), lambda value: f"{value / 1e6:.2f} M"),
            shown(row.figure("cost", "bytes"), lambda value: f"{value / 1e6:.1f} MB"),
            shown(row.figure("cost", "ms_per_image"), lambda value: f"{value:.1f}"),
        ]
        for name, row in zip(names, rows, strict=True)
    ]
    return grid(heads, lines, best="none")
