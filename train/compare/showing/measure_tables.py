"""The tables about likeness, the same picture again, and the article's own findings."""

from collections.abc import Sequence

from train.compare.showing.markdown import (
    DASH,
    NOTHING,
    Cell,
    at,
    count,
    figure_table,
    first_of,
    grid,
    measured,
    percent,
    shown,
    union,
)
from train.compare.showing.result import Figure, Result

_ENCODER = "encoder"
_KINDS = ("moods and scenes", "characters")
_HEADS = ("boosters", "vote and ridge")


def similar_table(rows: Sequence[Result], names: Sequence[str]) -> str:
    """How many neighbours show the same concept, and whether two distances rank alike."""
    columns = {
        "of 10": at("likeness", "everyone", "of_10"),
        "share": at("likeness", "everyone", "share"),
        "of 10, other artists alone": at("likeness", "other artists", "of_10"),
        "share, other artists alone": at("likeness", "other artists", "share"),
    }
    alike = {
        "Spearman": at("likeness", "cosine", "spearman"),
        "Kendall": at("likeness", "cosine", "kendall"),
        "the same among 10": at("likeness", "cosine", "same_10"),
    }
    chance = [
        shown(first_of(rows, "likeness", who, "chance"), lambda value: f"{value:.2g}").text
        for who in ("everyone", "other artists")
    ]
    return (
        f"{count(rows, 'likeness', 'concepts')} concepts, "
        f"{count(rows, 'likeness', 'illustrations')} test illustrations: how many of the 10 "
        "nearest show the same concept by another artist, and that as a share of those that "
        f"could be there. A random order finds {chance[0]} of 10, and {chance[1]} among other "
        f"artists' alone.\n\n{figure_table(rows, names, columns)}\n\n"
        "Whether cosine ranks the nearest as Euclidean distance does, on what the network says "
        "before the projection (after it, the two rank alike by arithmetic): rank correlations, "
        "and the share of the 10 nearest that both name.\n\n"
        f"{figure_table(rows, names, alike, best='none')}"
    )


def copies_table(rows: Sequence[Result], names: Sequence[str]) -> str:
    """Recall@1 by what was done to the picture, and the perceptual hashes' beside it."""
    changes = union(rows, "copies")
    if not changes:
        return NOTHING
    hashes = [name for name in union(rows, "copies", changes[0]) if name != _ENCODER]
    lines = [
        [Cell(name), *(measured(row.figure("copies", change, _ENCODER)) for change in changes)]
        for name, row in zip(names, rows, strict=True)
    ]
    lines += [
        [Cell(name), *(_alone(first_of(rows, "copies", change, name)) for change in changes)]
        for name in hashes
    ]
    return grid(["recall@1", *changes], lines)


def _alone(figure: Figure | None) -> Cell:
    """Without a spread: a hash has no seeds."""
    return measured(Figure(figure.mean) if figure else None)


def findings_tables(rows: Sequence[Result], names: Sequence[str]) -> str:
    """The three findings, each as a table."""
    return "\n\n".join([_kinds(rows, names), _capped(rows, names), _seen(rows, names)])


def _kinds(rows: Sequence[Result], names: Sequence[str]) -> str:
    head = "vote and ridge"
    columns = {
        f"{said}{kind}": at("findings", "kinds", kind, figure)
        for kind in _KINDS
        for said, figure in (("", head), ("as common as ", "alike"), ("boosters: ", "boosters"))
    }
    tags = [count(rows, "findings", "kinds", kind, "tags") for kind in _KINDS]
    return (
        f"Moods and scenes ({tags[0]} tags) against characters ({tags[1]}), mean average precision "
        "of the vote and the ridge, beside that of tags that are as common, and of boosters:\n\n"
        f"{figure_table(rows, names, columns, best='none')}"
    )


def _capped(rows: Sequence[Result], names: Sequence[str]) -> str:
    columns = {
        f"{head}, {said}": at("findings", "capped", which, head)
        for head in _HEADS
        for which, said in (("all", "all labels"), ("capped", "ten at most"))
    }
    kept = first_of(rows, "findings", "capped", "labels_kept")
    share = percent(kept.mean) if kept else DASH
    return (
        f"Labels capped at ten an image ({share} of them are left), mean average precision over "
        f"{count(rows, 'findings', 'capped', 'tags')} tags:\n\n"
        f"{figure_table(rows, names, columns, best='none')}"
    )


def _seen(rows: Sequence[Result], names: Sequence[str]) -> str:
    said = {"seen": "seen", "seen_deviation": "its deviation", "unseen": "unseen"}
    columns = {
        f"{head}, {words}": at("findings", "seen", which, head)
        for head in _HEADS
        for which, words in said.items()
    }
    return (
        "Heads fitted on embeddings of images that the encoder has seen and of images that it has "
        f"not, {count(rows, 'findings', 'seen', 'rows')} rows each (of the seen ones drawn several "
        "times, hence the deviation), over "
        f"{count(rows, 'findings', 'seen', 'tags')} tags:\n\n"
        f"{figure_table(rows, names, columns, best='none')}"
    )
