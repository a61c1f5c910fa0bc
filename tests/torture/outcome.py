"""What a run of torture came to, and the table of all of them."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field

HARM = ("crashes", "hangs", "lost", "doubled", "leaked")


@dataclass
class Outcome:
    """What one run came to. Whatever is named in ``HARM`` must be 0.

    Attributes:
        inputs: How many were tried: images, posts, questions.
        faults: How many were injected: kills, failed requests, cut connections.
        crashes: Errors that nobody had thought of, and processes that did not come back.
        hangs: What took longer than it may, or never ended.
        lost: What was acknowledged and is not there: posts without an answer, marks.
        doubled: Posts with more than one answer.
        leaked: What somebody was shown who may not see it, and memory that only grows.
        worst_seconds: The longest that one input, or one recovery, took.
        worst_mib: The most memory that a process under torture held.
        notes: What a reader must know to judge the figures.
        findings: A sentence for each harm, with what repeats it.
    """

    name: str
    inputs: int = 0
    faults: int = 0
    crashes: int = 0
    hangs: int = 0
    lost: int = 0
    doubled: int = 0
    leaked: int = 0
    worst_seconds: float = 0.0
    worst_mib: float = 0.0
    notes: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether nothing went wrong."""
        return not any(getattr(self, kind) for kind in HARM)

    def found(self, kind: str, sentence: str, times: int = 1) -> None:
        """Count a harm, by its name in ``HARM``, and say what it was."""
        if times:
            setattr(self, kind, getattr(self, kind) + times)
            self.findings.append(f"{self.name}, {kind}: {sentence}")

    def took(self, seconds: float, mib: float = 0.0) -> None:
        """Keep the worst time and the worst memory."""
        self.worst_seconds = max(self.worst_seconds, seconds)
        self.worst_mib = max(self.worst_mib, mib)


COLUMNS = [one.name for one in dataclasses.fields(Outcome)][:-2]


def table(outcomes: Iterable[Outcome]) -> str:
    """One row a run; the notes stand below."""
    outcomes = list(outcomes)
    rows = [[column.replace("_", " ") for column in COLUMNS]]
    rows += [[_cell(getattr(one, column)) for column in COLUMNS] for one in outcomes]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines += [f"{one.name}: {note}" for one in outcomes for note in one.notes]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}" if value < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
