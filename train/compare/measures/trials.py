"""Heads fitted and scored side by side, and which of their settings are best on validation."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp
from joblib import Parallel, delayed
from numpy.typing import NDArray
from tqdm import tqdm

from model.head import Floats
from train.compare.measures.footing import ASKED, Footing
from train.compare.measures.heads import NEAREST, TAG_HEADS, Lesson, Nearest, Setting, nearest
from train.config import BoostersConfig
from train.metric import MetricOptions
from train.metrics import MIN_LABELLED, average_precision

TAGS_AT_ONCE = 4
CHOSEN_ON = "validation"
Doubles = NDArray[np.float64]
Columns = NDArray[np.int64]


@dataclass(frozen=True)
class TaggingOptions:
    """What is measured.

    Attributes:
        sample: How many tags every head is measured on.
        tried: How many tags the tag heads' settings are chosen on.
        seed: Fixes the sample and every fit.
        jobs: Processes side by side; 0: one for each core.
        boosters: How boosters are fitted, as for a bundle.
        metric: How those are fitted that say whose votes count; None: the embedding says it.
    """

    sample: int = 300
    tried: int = 40
    seed: int = 0
    jobs: int = 0
    boosters: BoostersConfig = field(default_factory=BoostersConfig)
    metric: MetricOptions | None = None


@dataclass(frozen=True)
class Chosen:
    """Settings, and how good each of those was that were tried.

    Attributes:
        nearest: Of k-NN.
        tag_heads: Of each of ``TAG_HEADS``.
        report: For each head its setting's fields, and ``tried``: the same of all, with their
            ``map`` on validation; None where there was nothing to choose or to measure.
    """

    nearest: Nearest
    tag_heads: Mapping[str, Setting]
    report: Mapping[str, Mapping[str, Any]]


def choose(footing: Footing, told: Columns, tried: Columns, options: TaggingOptions) -> Chosen:
    """Choose every head's settings by their mean average precision on validation.

    Args:
        footing: What they are fitted on.
        told: The tags that neighbours are tried on.
        tried: The tags that tag heads are tried on.
        options: How they are fitted.
    """
    part = footing.parts[CHOSEN_ON]
    truth = footing.truth[part].tocsc()
    maps = [mean(precisions(nearest(footing, part, one), truth, told)) for one in NEAREST]
    by_neighbours, report = NEAREST[_best(maps)], {"k-NN": _report(NEAREST, maps)}
    ours = (Setting(options.boosters.reg_lambda),)
    settings = {head: candidates or ours for head, (_, candidates) in TAG_HEADS.items()}
    several = {head: candidates for head, candidates in settings.items() if len(candidates) > 1}
    found = fit_tags(footing, tried, several, options)[:, :, ASKED.index(CHOSEN_ON)]
    chosen: dict[str, Setting] = {}
    at = 0
    for head, candidates in settings.items():
        maps = [None]
        if head in several:
            maps = [mean(column) for column in found[:, at : at + len(candidates)].T]
            at += len(candidates)
        chosen[head] = candidates[_best(maps)]
        report[head] = _report(candidates, maps)
    return Chosen(by_neighbours, chosen, report)


def fit_tags(
    footing: Footing,
    tags: Columns,
    settings: Mapping[str, Sequence[Setting]],
    options: TaggingOptions,
) -> Doubles:
    """Fit tag heads in parallel.

    Args:
        footing: What they are fitted on and asked about.
        tags: For which tags.
        settings: Which heads, and with which settings.
        options: How they are fitted.

    Returns:
        (tags, all settings of one head after the other, splits of ``ASKED``) average precisions;
        NaN where a split has too few illustrations of the tag.
    """
    run = Parallel(n_jobs=options.jobs or -1, return_as="generator")
    parts = [tags[at : at + TAGS_AT_ONCE] for at in range(0, len(tags), TAGS_AT_ONCE)]
    count = sum(map(len, settings.values()))
    results: list[Doubles] = [np.full((0, count, len(ASKED)), np.nan)]
    with tqdm(total=len(tags), desc="tagging", unit="tag") as bar:
        for part in run(delayed(_fit_part)(footing, part, settings, options) for part in parts):
            results.append(part)
            bar.update(len(part))
    return np.concatenate(results)


def precisions(scores: Floats, truth: sp.csc_matrix, tags: Columns) -> Doubles:
    """The average precision of some tags that (n, T) scores tell of (n, T) illustrations."""
    starts, rows = truth.indptr, truth.indices
    return np.array(
        [average_precision(rows[starts[t] : starts[t + 1]], scores[:, t]) for t in tags.tolist()]
    )


def mean(values: Doubles) -> float | None:
    """None where there is none."""
    return float(values.mean()) if values.size else None


def _fit_part(
    footing: Footing,
    tags: Columns,
    settings: Mapping[str, Sequence[Setting]],
    options: TaggingOptions,
) -> Doubles:
    return np.stack([_fit_tag(footing, tag, settings, options) for tag in tags.tolist()])


def _fit_tag(
    footing: Footing,
    tag: int,
    settings: Mapping[str, Sequence[Setting]],
    options: TaggingOptions,
) -> Doubles:
    lesson = Lesson.of(footing, tag, options.boosters, options.seed)
    having = footing.truth[:, [tag]].toarray().ravel() > 0
    truths = [np.flatnonzero(having[footing.parts[split]]) for split in ASKED]
    pairs = [(TAG_HEADS[head][0], setting) for head in settings for setting in settings[head]]
    found = np.full((len(pairs), len(ASKED)), np.nan)
    for place, (fit, setting) in enumerate(pairs):
        scores = fit(footing, lesson, setting)
        for number, (split, truth) in enumerate(zip(ASKED, truths, strict=True)):
            if len(truth) >= MIN_LABELLED:
                found[place, number] = average_precision(truth, scores[footing.parts[split]])
    return found


def _report(settings: Sequence[Any], maps: Sequence[float | None]) -> dict[str, Any]:
    tried = [asdict(one) | {"map": found} for one, found in zip(settings, maps, strict=True)]
    return asdict(settings[_best(maps)]) | {"tried": tried}


def _best(maps: Sequence[float | None]) -> int:
    """The first of the best; a map that could not be measured is the worst."""
    return int(np.argmax([-1.0 if found is None else found for found in maps]))
