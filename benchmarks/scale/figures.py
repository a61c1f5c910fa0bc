"""What the plan is made of: measured figures, and assumptions that say so.

Why a file: a later measurement is written into it by hand, and one command makes the page anew.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model.errors import ConfigError

FILE = Path("docs/measured/scale.json")


@dataclass(frozen=True)
class Figure:
    """One input of the plan.

    Attributes:
        value: In ``unit``.
        source: Where it was measured, or why it was assumed.
        command: What measures it again; empty for an assumption.
        quiet: Whether nothing else ran on the machine meanwhile; None for an assumption.
    """

    value: float
    unit: str
    source: str
    command: str = ""
    quiet: bool | None = None


@dataclass(frozen=True)
class Figures:
    """All inputs, each by its name."""

    measured: dict[str, Figure]
    assumed: dict[str, Figure]

    def __getitem__(self, name: str) -> float:
        """The value of a figure, measured or assumed.

        Raises:
            ConfigError: If the file has none of that name.
        """
        found = self.measured.get(name) or self.assumed.get(name)
        if found is None:
            raise ConfigError(f"{FILE} has no figure {name!r}, which the plan needs. Add it there.")
        return found.value


def read_figures(file: Path = FILE) -> Figures:
    """Read the file.

    Raises:
        ConfigError: If it is missing, or something in it is no figure.
    """
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        measured, assumed = (
            {name: _figure(one) for name, one in content[kind].items()}
            for kind in ("measured", "assumed")
        )
    except OSError as error:
        raise ConfigError(
            f"{file} cannot be read: {error.strerror}. Run this from the root of the checkout."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f'{file} is not as expected: {error}. Expected "measured" and "assumed", and in each '
            'by name {"value": above 0, "unit": …, "source": …}; with a "command" and "quiet" '
            "where it was measured."
        ) from error
    if twice := measured.keys() & assumed.keys():
        raise ConfigError(f"{file} both measures and assumes {', '.join(sorted(twice))}. Keep one.")
    for name, one in measured.items():
        if not one.command or one.quiet is None:
            raise ConfigError(f'{file} measures {name!r} without "command" and "quiet". Add them.')
    return Figures(measured, assumed)


def _figure(content: dict[str, Any]) -> Figure:
    figure = Figure(**content)
    if not figure.value > 0:
        raise ValueError(f"a value must be above 0, received {figure.value}")
    return figure
