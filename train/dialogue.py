"""``python -m train dialogue``: how many rounds the teaching dialogue needs to know a tag.

Each tag starts from three examples. A round is a grid of nine illustrations of a library, answered
by their labels, and a refit. Counted are the rounds until the tag reaches, on the test split, 90 %
of the average precision that all the library's labels give it; against marking at random, and
against always asking about the likeliest.

What the library and the prior are made of: ``train.material``.

Command: python -m train dialogue --data DIR
Expected, on 2 cores: about half an hour, of which 10 minutes are the encoder (none where
``--embeddings FILE`` keeps them).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from tqdm import tqdm

from model.asking import choose
from model.head import Floats
from model.teaching import Asked as Looked
from model.teaching import Prior, Taught
from train.material import Material
from train.metrics import average_precision

EXAMPLES = 3
GRID = 9
ENOUGH = 0.9
SHARES = "share of it after"
SHOWN_ROUNDS = (0, 1, 2, 3, 5, 10, 20)


@dataclass(frozen=True)
class Asked:
    """What a strategy may look at: positions in the library, and the tag's current version."""

    material: Material
    taught: Taught
    marked: NDArray[np.int64]
    open: NDArray[np.int64]
    random: np.random.Generator

    def scores(self) -> Floats:
        """(n,) of everything that is open."""
        return _scores(self.material.prior, self.taught, self.material.seen_library)[self.open]


def ask_well(asked: Asked) -> NDArray[np.int64]:
    """What the dialogue does."""
    library = asked.material.library
    threshold, marked = asked.taught.threshold, library[asked.marked]
    return asked.open[choose(library[asked.open], asked.scores(), threshold, marked, GRID)]


def ask_at_random(asked: Asked) -> NDArray[np.int64]:
    """Marking whatever comes."""
    return asked.random.choice(asked.open, min(GRID, len(asked.open)), replace=False)


def ask_likeliest(asked: Asked) -> NDArray[np.int64]:
    """Always the top of the list."""
    return asked.open[np.argsort(-asked.scores(), kind="stable")[:GRID]]


STRATEGIES: Mapping[str, Callable[[Asked], NDArray[np.int64]]] = {
    "dialogue": ask_well,
    "likeliest": ask_likeliest,
    "random": ask_at_random,
}


@dataclass(frozen=True)
class Lesson:
    """How one tag was taught.

    Attributes:
        goal: The average precision that all labels give.
        precisions: Before the first round, and after each, up to the one that was enough.
        positives: How many right ones were marked in the end, the examples included.
    """

    goal: float
    precisions: tuple[float, ...]
    positives: int

    @property
    def rounds(self) -> int:
        """How many there were."""
        return len(self.precisions) - 1

    @property
    def enough(self) -> bool:
        """Whether the tag reached 90 % of its goal."""
        return self.precisions[-1] >= ENOUGH * self.goal

    def share_after(self, rounds: int) -> float:
        """Of the goal; who has had enough stays there."""
        return min(1.0, self.precisions[min(rounds, self.rounds)] / self.goal)


def hold_dialogue(material: Material, tag: int, strategy: str, rounds: int, seed: int) -> Lesson:
    """Teach one tag, round by round, until it is known well enough.

    Args:
        material: See there.
        tag: Its column.
        strategy: A key of ``STRATEGIES``.
        rounds: When to give up.
        seed: Fixes the examples, which all strategies share.
    """
    right, ask = material.in_library[:, tag], STRATEGIES[strategy]
    random = np.random.default_rng([seed, tag])
    marked = random.permutation(np.flatnonzero(right))[:EXAMPLES]
    goal = _precision(material, tag, _teach(material, tag, np.arange(len(right))))
    taught = _teach(material, tag, marked)
    precisions = [_precision(material, tag, taught)]
    while precisions[-1] < ENOUGH * goal and len(precisions) <= rounds:
        still = np.setdiff1d(np.arange(len(right)), marked)
        asked = ask(Asked(material, taught, marked, still, random))
        if not len(asked):
            break
        marked = np.concatenate([marked, asked])
        taught = _teach(material, tag, marked)
        precisions.append(_precision(material, tag, taught))
    return Lesson(goal, tuple(precisions), int(right[marked].sum()))


def measure_dialogues(material: Material, rounds: int, seed: int, jobs: int) -> dict[str, Any]:
    """Every figure of the command: by strategy, over all tags."""
    _ = material.seen_library, material.seen_test  # once here, not in every process
    cases = [(strategy, tag) for tag in range(len(material.names)) for strategy in STRATEGIES]
    hold = delayed(hold_dialogue)
    lessons = Parallel(n_jobs=jobs or -1, return_as="generator")(
        hold(material, tag, strategy, rounds, seed) for strategy, tag in cases
    )
    by_strategy: dict[str, list[Lesson]] = {name: [] for name in STRATEGIES}
    for (strategy, _), lesson in zip(cases, tqdm(lessons, "teach", len(cases)), strict=True):
        by_strategy[strategy].append(lesson)
    return {
        "tags": len(material.names),
        "library": len(material.library),
        "examples": EXAMPLES,
        "grid": GRID,
        "most_rounds": rounds,
        "map_of_all_labels": float(np.mean([one.goal for one in by_strategy["dialogue"]])),
        "strategies": {name: _figures(held, rounds) for name, held in by_strategy.items()},
    }


def table(figures: Mapping[str, Any]) -> str:
    """The figures for a terminal."""
    counts = list(next(iter(figures["strategies"].values()))["share_after"])
    setting = (
        f"{figures['tags']} tags, {figures['library']:,} illustrations to ask about, "
        f"{figures['examples']} examples, then {figures['grid']} a round; all labels give a mean "
        f"average precision of {figures['map_of_all_labels']:.3f}."
    )
    heading = f"{'asked':12} {'rounds':>7} {'median':>7} {'reached':>8} {'right':>6}"
    heading += f"   {SHARES} " + " ".join(f"{count:>5}" for count in counts)
    lines = [setting, heading]
    for name, one in figures["strategies"].items():
        shares = " ".join(f"{one['share_after'][count]:5.2f}" for count in counts)
        lines.append(
            f"{name:12} {one['rounds_mean']:7.1f} {one['rounds_median']:7.1f} "
            f"{one['reached']:>8} {one['positives']:6.1f}   {'':{len(SHARES)}} {shares}"
        )
    return "\n".join(lines)


def _figures(lessons: Sequence[Lesson], rounds: int) -> dict[str, Any]:
    """Who never had enough counts with the most rounds: a mean that flatters the slow."""
    taken = [one.rounds if one.enough else rounds for one in lessons]
    return {
        "rounds_mean": float(np.mean(taken)),
        "rounds_median": float(np.median(taken)),
        "reached": sum(one.enough for one in lessons),
        "positives": float(np.mean([one.positives for one in lessons])),
        "share_after": {
            count: float(np.mean([one.share_after(count) for one in lessons]))
            for count in SHOWN_ROUNDS
            if count <= rounds
        },
    }


def _teach(material: Material, tag: int, marked: NDArray[np.int64]) -> Taught:
    right = material.in_library[marked, tag]
    examples = material.library[marked]
    return material.prior.teach(examples[right], examples[~right])


def _precision(material: Material, tag: int, taught: Taught) -> float:
    scores = _scores(material.prior, taught, material.seen_test)
    return average_precision(np.flatnonzero(material.in_test[:, tag]), scores)


def _scores(prior: Prior, taught: Taught, seen: Looked) -> Floats:
    """As ``prior.score`` says them of illustrations that were looked at before."""
    margins = prior.margins([taught], seen)[:, 0]
    scores: Floats = np.reciprocal(1 + np.exp(-np.clip(margins, -60, 60)))
    return scores
