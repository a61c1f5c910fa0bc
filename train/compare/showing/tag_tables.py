"""The tables about tags: by head, by how common a tag is, and of new tags."""

from collections.abc import Callable, Sequence

from train.compare.showing.markdown import NOTHING, at, count, figure_table, union
from train.compare.showing.result import Cut, Figure, Result
from train.metrics import SUPPORT_BANDS

SPLIT_NAMES = {"test": "The test split", "holdout": "An artist never seen"}
_BANDS = "map_by_support"


def tagging_tables(rows: Sequence[Result], names: Sequence[str]) -> str:
    """Every head on the sample of tags, those measured on all tags, and the best one in detail."""
    cuts: tuple[Cut, ...] = ("sample", "all")
    parts = [_by_head(rows, names, split, cut) for cut in cuts for split in SPLIT_NAMES]
    return "\n\n".join([*parts, _at_best(rows, names)])


def support_table(rows: Sequence[Result], names: Sequence[str]) -> str:
    """By how many fitting images a tag has, over all tags of the test split."""
    columns = {f"{band} ({tags_of_band(rows, band)})": _band(band) for band in bands_of(rows)}
    return (
        "Mean average precision by the number of fitting images of a tag (in brackets: how many "
        "tags), under the best of the heads that are measured on all tags:\n\n"
        f"{figure_table(rows, names, columns)}"
    )


def bands_of(rows: Sequence[Result]) -> list[str]:
    """The bands of support that anything was measured in, rising."""
    order = [f"{low}–{high}" if high else f"{low}+" for low, high in SUPPORT_BANDS]
    found = {band for row in rows for head in _best(row) for band in _keys_of_bands(row, head)}
    return sorted(found, key=lambda band: order.index(band) if band in order else -1)


def band_figure(row: Result, band: str, key: str = "map") -> Figure | None:
    """A figure of the tags of one band, under the best head that is measured on all tags."""
    head = row.best_head("all")
    return row.figure("tagging", "test", head, "all", _BANDS, band, key) if head else None


def tags_of_band(rows: Sequence[Result], band: str) -> str:
    """How many tags a band holds, as a reader is told."""
    known = (band_figure(row, band, "tags") for row in rows)
    return next((f"{figure.mean:,.0f}" for figure in known if figure), "–")


def new_tags_tables(rows: Sequence[Result], names: Sequence[str]) -> str:
    """The heads for few examples, a table for each number of them."""
    parts = []
    for split, title in SPLIT_NAMES.items():
        heads = [head for head in union(rows, "new_tags", split) if head != "tags"]
        tags = count(rows, "new_tags", split, "tags")
        for number in union(rows, "new_tags", split, heads[0]) if heads else ():
            columns = {head: at("new_tags", split, head, number) for head in heads}
            table = figure_table(rows, names, columns)
            parts.append(f"{title}, {tags} new tags, {number} examples of each:\n\n{table}")
    return "\n\n".join(parts) or NOTHING


def _by_head(rows: Sequence[Result], names: Sequence[str], split: str, cut: Cut) -> str:
    heads = dict.fromkeys(head for row in rows for head in row.heads(split, cut))
    columns = {head: at("tagging", split, head, cut, "map") for head in heads}
    tags = count(rows, "tagging", split, next(iter(heads), ""), cut, "tags")
    which = f"a sample of {tags} tags" if cut == "sample" else f"all {tags} tags"
    table = figure_table(rows, names, columns, best="rows")
    return f"{SPLIT_NAMES[split]}, mean average precision over {which}:\n\n{table}"


def _at_best(rows: Sequence[Result], names: Sequence[str]) -> str:
    columns: dict[str, Callable[[Result], Figure | None]] = {
        "20 and more images, test": lambda row: row.at_best("test", "map_20"),
        "unseen artist": lambda row: row.at_best("holdout", "map_20"),
        "precision@5, test": lambda row: row.at_best("test", "precision_at_5", "all"),
        "precision@5, unseen artist": lambda row: row.at_best("holdout", "precision_at_5", "all"),
    }
    return (
        "Mean average precision over those tags of the sample that have 20 or more fitting images, "
        "under the best head, and precision@5 over all tags, under the best of those heads that "
        f"are measured on all:\n\n{figure_table(rows, names, columns)}"
    )


def _best(row: Result) -> tuple[str, ...]:
    head = row.best_head("all")
    return (head,) if head else ()


def _keys_of_bands(row: Result, head: str) -> tuple[str, ...]:
    return row.keys("tagging", "test", head, "all", _BANDS)


def _band(band: str) -> Callable[[Result], Figure | None]:
    return lambda row: band_figure(row, band)
