"""Run the plan row by row, and write what readers are shown.

Command: python -m train compare --data DIR --workdir W
Expected, on one core: half an hour to an hour a row at 64×64, of which measuring takes a quarter,
and one to two hours a row at 112×112; ``--only`` runs some of them. Killed at any moment, the same
command goes on.
"""

from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from model.encoder import Encoder
from model.errors import TrainingError
from train.compare.contest import Contest, encoder_of
from train.compare.plan import CANDIDATES, Candidate
from train.compare.showing.generated import write_generated
from train.compare.showing.pictures import Seeing, draw_neighbours, read_pictures
from train.compare.showing.plots import draw_plots
from train.compare.showing.results import read_results
from train.compare.showing.table import tables

NEIGHBOURS_FILE = "encoders-neighbours.webp"
ASKED = 4


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
    """Write the tables of everything that was measured so far into documents, and the plots.

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
    return made["headline"]


def show_neighbours(contest: Contest, pictures: Path, plots: Path) -> Path:
    """Draw what each encoder likens some pictures of a directory to.

    Raises:
        TrainingError: If there are too few pictures, or no encoder is trained yet.
    """
    found = read_pictures(pictures, contest.limits)
    seeing = []
    for candidate in CANDIDATES:
        place = encoder_of(contest.work, candidate.name, 0)
        if place.is_dir():
            encoder = Encoder.load(place)
            seeing.append(Seeing(candidate.label, encoder.options.image_size_px, encoder.embed))
    if not seeing:
        raise TrainingError("No encoder is trained yet. Run: python -m train compare")
    asked = [one.name for one in found[:: max(1, len(found) // ASKED)]][:ASKED]
    return draw_neighbours(seeing, found, asked, contest.limits, plots / NEIGHBOURS_FILE)
