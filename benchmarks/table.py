"""The tables of figures, for the terminal and for ``docs/benchmarks.md``."""

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

LIBRARIES = (
    "numpy",
    "pillow",
    "keras",
    "tensorflow-cpu",
    "tensorflow",
    "xgboost-cpu",
    "xgboost",
    "numba",
    "annoy",
    "hnswlib",
    "faiss-cpu",
    "usearch",
)


@dataclass(frozen=True)
class Goal:
    """What a figure is to reach.

    Attributes:
        limit: A value in the row's unit, or how many times better than the rival.
        of: Which of the two.
    """

    limit: float
    of: Literal["value", "ratio"] = "value"


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes:
        name: What was measured.
        value: In ``unit``.
        rival: Who else does the same; empty where there is nobody.
        rival_value: In ``unit``.
        more_is_better: As for a rate; else less is better, as for a time.
        goal: None where there is none.
        grows: What the value is drawn against, and how much of it there was; None: in no plot.
        command: What measures it again.
        note: What a reader must know to judge it.
    """

    name: str
    value: float
    unit: str
    rival: str = ""
    rival_value: float | None = None
    more_is_better: bool = False
    goal: Goal | None = None
    grows: tuple[str, int] | None = None
    command: str = ""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times better than the rival; None without one, or where one of them is 0."""
        if not self.rival_value or not self.value:
            return None
        better = self.value / self.rival_value
        return better if self.more_is_better else 1 / better

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; None without one."""
        if self.goal is None:
            return None
        if self.goal.of == "ratio":
            return self.ratio is not None and self.ratio >= self.goal.limit
        return (
            self.value >= self.goal.limit if self.more_is_better else self.value <= self.goal.limit
        )

    def cells(self) -> tuple[str, str, str, str, str, str, str]:
        """Figure, value, goal, rival, how many times better, command, note: as text."""
        rival = "" if self.rival_value is None else f"{self.rival}: {figure(self.rival_value)}"
        better = "" if self.ratio is None else f"{figure(self.ratio)}×"
        value = f"{figure(self.value)} {self.unit}".strip()
        return self.name, value, self._goal(), rival, better, self.command, self.note

    def _goal(self) -> str:
        if self.goal is None:
            return ""
        if self.goal.of == "ratio":
            wanted = f"≥ {figure(self.goal.limit)}×"
        else:
            wanted = f"{'≥' if self.more_is_better else '≤'} {figure(self.goal.limit)}"
        return f"{wanted}: {'reached' if self.reached else 'missed'}"

    def line(self) -> str:
        """One line for a terminal."""
        name, value, goal, rival, better, _, note = self.cells()
        said = "; ".join(part for part in (goal, rival, note) if part)
        return f"{name:52} {value:>16} {better:>8}  {said}".rstrip()


def figure(value: float) -> str:
    """Three digits that count, or all digits before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def markdown(rows: Iterable[Row]) -> str:
    """The table of some rows."""
    lines = ["| figure | measured | goal | rival | better | command | note |"]
    lines += ["|---|---:|---|---|---:|---|---|"]
    for row in rows:
        *cells, command, note = row.cells()
        lines.append("| " + " | ".join([*cells, f"`{command}`" if command else "", note]) + " |")
    return "\n".join(lines)


def listed(facts: Iterable[tuple[str, str]]) -> str:
    """On what it was measured."""
    return "\n".join(f"- {name}: {value}" for name, value in facts)


def machine_facts() -> list[tuple[str, str]]:
    """Processor, cores, memory, and versions; nothing that names the machine or its user."""
    return [
        ("Processor", _processor()),
        ("Cores", str(usable_cores())),
        ("System", f"{platform.system()} {platform.machine()}"),
        ("Python", platform.python_version()),
        ("Libraries", ", ".join(_versions())),
    ]


def usable_cores() -> int:
    """Cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    """The processor's own name where the system tells it, else its kind."""
    described = Path("/proc/cpuinfo")
    if described.is_file():
        for line in described.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _versions() -> list[str]:
    found = []
    for name in LIBRARIES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue  # the other wheel of the same library is installed
    return found
