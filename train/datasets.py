"""Several dataset directories as one: a community's illustrations beside a collection of one's own.

With one directory nothing changes. With several, each gets a label (its name), and rows and groups
are named below it, so that no two directories' rows are taken for one another.

A directory that ``python -m train export`` made may name, in ``withdrawn.txt``, rows that were
taken back since. They stay where they are, so that no finished step loses its place; nothing that
follows the encoder reads them.
"""

import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from model.datasets import Dataset, read_dataset
from model.errors import DatasetError

WITHDRAWN_FILE = "withdrawn.txt"


def read_datasets(directories: Sequence[Path]) -> Dataset:
    """Read one or more dataset directories.

    Raises:
        DatasetError: If one is missing, holds no image, or is given twice.
    """
    labels = _labels(directories)
    if len(labels) == 1:
        return read_dataset(directories[0])
    rows, problems = [], []
    for label, directory in labels.items():
        dataset = read_dataset(directory)
        rows += [
            dataclasses.replace(row, name=f"{label}/{row.name}", group=f"{label}/{row.group}")
            for row in dataset.rows
        ]
        problems += [
            dataclasses.replace(problem, name=f"{label}/{problem.name}")
            for problem in dataset.problems
        ]
    return Dataset(Path(os.path.commonpath(labels.values())), tuple(rows), tuple(problems))


def locate(directories: Sequence[Path]) -> Callable[[str], Path]:
    """Return what finds the image of a row by the name that ``read_datasets`` gave it.

    Raises:
        DatasetError: By the function, if a name belongs to none of the directories.
    """
    labels = _labels(directories)

    def file_of(name: str) -> Path:
        label, _, rest = name.partition("/")
        if len(labels) == 1:
            return next(iter(labels.values())) / name
        if label not in labels:
            raise DatasetError(
                f"The row {name} is of none of the directories {', '.join(map(str, directories))}."
                " Give every --data that the images were packed with."
            )
        return labels[label] / rest

    return file_of


def withdrawn_rows(directories: Sequence[Path]) -> frozenset[str]:
    """Names of the rows that were taken back, as ``read_datasets`` names them."""
    labels = _labels(directories)
    names: list[str] = []
    for label, directory in labels.items():
        listed = directory / WITHDRAWN_FILE
        if listed.is_file():
            found = listed.read_text(encoding="utf-8").splitlines()
            names += found if len(labels) == 1 else [f"{label}/{name}" for name in found]
    return frozenset(names)


def _labels(directories: Sequence[Path]) -> Mapping[str, Path]:
    """Each directory by its name; a second one of the same name is numbered."""
    labels: dict[str, Path] = {}
    for directory in map(Path.resolve, directories):
        if directory in labels.values():
            raise DatasetError(f"The dataset directory {directory} is given twice. Leave one out.")
        label, number = directory.name, 1
        while label in labels:
            number += 1
            label = f"{directory.name}-{number}"
        labels[label] = directory
    return labels
