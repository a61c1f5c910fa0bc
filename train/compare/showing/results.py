"""Reads results; runs of one name under several seeds become one, of means with a spread."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from model.errors import TrainingError
from train.compare.showing.result import Result, number

Combine = Callable[[Sequence[object]], object]


def read_results(directory: Path) -> list[Result]:
    """Every result of a directory; the runs of one name are one result.

    A run that is still being measured may lack its name: it is then its file's, up to the first
    dot.

    Raises:
        TrainingError: If a file there is no result.
    """
    runs: dict[str, list[Mapping[str, Any]]] = {}
    for file in sorted(directory.glob("*.json")):
        content = _read(file)
        runs.setdefault(content["name"], []).append(content)
    return [Result(merge_seeds(contents)) for contents in runs.values()]


def _read(file: Path) -> dict[str, Any]:
    try:
        return {"name": file.name.partition(".")[0], **json.loads(file.read_text(encoding="utf-8"))}
    except (ValueError, TypeError) as error:
        raise TrainingError(
            f"{file} is no result of a comparison. Delete it, and run the comparison again."
        ) from error


def merge_seeds(contents: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One content for the runs of one row: means, and beside them their ``spread``.

    Args:
        contents: At least one; what is no number is the first one's.

    Returns:
        The same keys, every number the mean of those runs that have it, with ``seeds`` and, where
        there are several, ``spread``: a tree of sample standard deviations under the same keys.
    """
    if len(contents) == 1:
        return {"seeds": 1, **contents[0]}
    return {
        **_merged(contents, _mean),
        "seeds": len(contents),
        "spread": _merged(contents, _spread),
    }


def _merged(trees: Sequence[Mapping[str, Any]], combine: Combine) -> dict[str, object]:
    merged: dict[str, object] = {}
    for key in dict.fromkeys(key for tree in trees for key in tree):
        values = [tree[key] for tree in trees if key in tree]
        branches = [value for value in values if isinstance(value, Mapping)]
        merged[key] = _merged(branches, combine) if branches else combine(values)
    return merged


def _mean(values: Sequence[object]) -> object:
    """The mean of those that are numbers; the first one where none is."""
    numbers = [found for value in values if (found := number(value)) is not None]
    return float(np.mean(numbers)) if numbers else values[0]


def _spread(values: Sequence[object]) -> float | None:
    numbers = [found for value in values if (found := number(value)) is not None]
    return float(np.std(numbers, ddof=1)) if len(numbers) > 1 else None
