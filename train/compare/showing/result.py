"""What was measured of each encoder, as ``python -m train compare`` keeps it: one file each.

A measure that a row lacks is no error: the tables show a dash there, so that they can be written
while rows are still being measured.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Cut = Literal["all", "sample"]
Labels = Literal["none", "hints", "all"]
# What is counted as having seen as many images: rounds end where batches do.
ENOUGH = 0.95
_LABELS: Mapping[str, Labels] = {
    "hints": "hints",
    "hinted": "hints",
    "all": "all",
    "supervised": "all",
}
_SOLVED = ("pixel_pca", "pcanet")


@dataclass(frozen=True)
class Figure:
    """A measured number.

    Attributes:
        mean: Over the seeds.
        spread: Sample standard deviation over the seeds; None where there is one.
    """

    mean: float
    spread: float | None = None


@dataclass(frozen=True)
class Result:
    """One encoder: how it was made, what it cost, and every measure.

    Attributes:
        content: The file's, or ``results.merge_seeds`` of several.
    """

    content: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its short name, the same for all seeds."""
        return str(self.content["name"])

    @property
    def label(self) -> str:
        """What a reader is shown."""
        return str(self.content.get("label", self.name))

    @property
    def seeds(self) -> int:
        """From how many runs the figures are."""
        return int(self.content.get("seeds", 1))

    @property
    def labels(self) -> Labels:
        """What of the labels the encoder saw."""
        return _LABELS.get(str(self._setting("labels") or self._kind), "none")

    @property
    def is_yardstick(self) -> bool:
        """Whether it is the network with a fixed list of outputs that all others are held to."""
        said = self._setting("yardstick")
        return self._kind == "supervised" if said is None else bool(said)

    @property
    def is_solved(self) -> bool:
        """Whether it has a solution in closed form, which more images seen would not improve."""
        said = self._setting("solved")
        return self._kind in _SOLVED if said is None else bool(said)

    @property
    def size_px(self) -> int | None:
        """The side of the images that it reads."""
        size = number(self._setting("image_size_px"))
        return None if size is None else int(size)

    def figure(self, *path: str) -> Figure | None:
        """The number at a path of keys; None where it has not been measured."""
        mean = number(value_at(self.content, path))
        if mean is None:
            return None
        return Figure(mean, number(value_at(self.content, ("spread", *path))))

    def keys(self, *path: str) -> tuple[str, ...]:
        """The keys of the object at a path; none where there is none."""
        found = value_at(self.content, path)
        return tuple(found) if isinstance(found, Mapping) else ()

    @property
    def neighbours(self) -> Mapping[str, Sequence[str]]:
        """By the name of each picture that it was asked about, those of its neighbours."""
        found = value_at(self.content, ("neighbours",))
        return found if isinstance(found, Mapping) else {}

    def heads(self, split: str, cut: Cut) -> tuple[str, ...]:
        """The heads that have a mean average precision on a split."""
        measured = self.keys("tagging", split)
        return tuple(head for head in measured if self.figure("tagging", split, head, cut, "map"))

    def best_head(self, cut: Cut = "sample") -> str | None:
        """The head that was best on validation: what is tested is never what chooses."""
        maps = {
            head: figure.mean
            for head in self.heads("validation", cut)
            if (figure := self.figure("tagging", "validation", head, cut, "map"))
        }
        return max(maps, key=maps.__getitem__, default=None)

    def at_best(self, split: str, key: str = "map", cut: Cut = "sample") -> Figure | None:
        """A figure of tagging under the best head."""
        head = self.best_head(cut)
        return self.figure("tagging", split, head, cut, key) if head else None

    @property
    def _kind(self) -> object:
        """Its method's name, as ``train.config`` has it."""
        return self._setting("kind")

    def _setting(self, key: str) -> object:
        """A setting, also where the encoder's settings are an object of their own."""
        found = value_at(self.content, ("settings", key))
        return value_at(self.content, ("settings", "encoder", key)) if found is None else found


def yardstick_of(result: Result, results: Iterable[Result]) -> Result | None:
    """What a result is held to: the best yardstick, of the same image size if there is one."""
    known = [one for one in results if one.is_yardstick]
    alike = [one for one in known if one.size_px == result.size_px] or known
    return max(alike, key=_on_validation, default=None)


def saw_less(result: Result, results: Sequence[Result]) -> bool:
    """Whether a result was trained on fewer images than the yardstick (or than the most)."""
    if result.is_solved:
        return False
    yardstick = yardstick_of(result, results)
    held_to = [yardstick] if yardstick else results
    most = max(_seen(one) for one in held_to)
    return bool(result.figure("cost", "images_seen")) and _seen(result) < ENOUGH * most


def _seen(result: Result) -> float:
    seen = result.figure("cost", "images_seen")
    return seen.mean if seen else 0.0


def _on_validation(result: Result) -> float:
    figure = result.at_best("validation")
    return figure.mean if figure else -1.0


def value_at(tree: object, path: Sequence[str]) -> object:
    """What stands at a path of keys; None where nothing does."""
    for key in path:
        if not isinstance(tree, Mapping):
            return None
        tree = tree.get(key)
    return tree


def number(value: object) -> float | None:
    """A finite number, which a flag is not."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
