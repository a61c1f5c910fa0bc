"""Numbers and tables as the page writes them."""

from collections.abc import Iterable, Sequence

from benchmarks.table import figure


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Of Markdown."""
    lines = [list(head), ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def in_bytes(count: float) -> str:
    """With a unit that leaves few digits, as disks are sold: 1 kB is 1000 bytes."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{figure(count / size)} {unit}"
    return f"{figure(count / 1e3)} kB"


def duration(hours: float) -> str:
    """In the largest unit of which there are two or more."""
    for unit, size in (("days", 24), ("h", 1), ("min", 1 / 60)):
        if hours >= 2 * size:
            return f"{figure(hours / size)} {unit}"
    return f"{figure(hours * 3600)} s"
