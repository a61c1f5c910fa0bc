"""Run the plan row by row, and write what readers are shown.

Command: python -m train compare --data DIR --workdir W
Expected, on one core: half an hour to an hour a row at 64×64, of which measuring takes a quarter,
and one to two hours a row at 112×112; ``--only`` runs some of them. Killed at any moment, the same
command goes on.
"""

from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from model.errors import TrainingError
from train.compare.contest import Contest
from train.compare.plan import CANDIDATES, Candidate
from train.compare.showing.generated import write_generated
from train.compare.showing.pictures import draw_neighbours
from train.compare.showing.plots import draw_plots
from train.compare.showing.results import read_results
from train.compare.showing.table import in_order, tables

NEIGHBOURS_FILE = "encoders-neighbours.webp"


def chosen(only: Sequence[str]) -> tuple[Candidate, ...]:
    """The rows of these names, in the plan's order; all where none is named.

    Raises:
        TrainingError: If the plan has no such row.
    """
    known = [candidate.name for candidate in CANDIDATES]
    if unknown := [name for name in only if name not in known]:
        raise TrainingError(
            f"The plan has no row {', '.join(unknown)}. Expected with --only: {', '.join(known)}."
        )
    return tuple(one for one in CANDIDATES if not only or one.name in only)


def run_plan(contest: Contest, candidates: Sequence[Candidate]) -> None:
    """Fit and measure rows with all their seeds."""
    runs = [(one, seed) for one in candidates for seed in range(one.seeds)]
    for number, (candidate, seed) in enumerate(runs, start=1):
        tqdm.write(f"{number} of {len(runs)}: {candidate.label}, seed {seed}")
        contest.run(candidate, seed)


def write_pages(contest: Contest, documents: Sequence[Path], plots: Path) -> str:
    """Write what was measured so far: the tables into documents, and the plots.

    Args:
        contest: Whose results.
        documents: Markdown files with the markers of ``generated``.
        plots: A directory.

    Returns:
        The table with a row per encoder.
    """
    results = read_results(contest.results)
    made = tables(results)
    for document in documents:
        write_generated(document, made)
    draw_plots(results, plots)
    if contest.pictures:
        shown = in_order(results)
        draw_neighbours(shown, contest.pictures, contest.limits, plots / NEIGHBOURS_FILE)
    return made["headline"]
