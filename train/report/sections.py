"""The sections about the run; each returns HTML, or nothing where there is nothing to show."""

from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

from train.report.charts import Axis, Series, chart
from train.report.context import ReportContext, example_rows
from train.report.pictures import captioned, picture

QUERIES, NEIGHBOURS = 12, 9
_FIGURES = {
    "map_macro": "mean average precision",
    "precision_at_1": "precision of the first tag",
    "precision_at_5": "precision of five tags",
    "ece": "calibration error",
}


def headline(context: ReportContext) -> str:
    """The figures that matter, one row of cards for each split."""
    cards = []
    for split, figures in context.evaluations.items():
        shown = "".join(
            f'<div class="card" title="{key}"><b>{number(figures.get(key))}</b>'
            f"<span>{name}</span></div>"
            for key, name in _FIGURES.items()
        )
        about = f"{number(figures.get('images'))} images, {number(figures.get('tags'))} tags"
        title = escape(split.replace("_", " "))
        cards.append(f"<h3>{title} <small>{about}</small></h3><div class='cards'>{shown}</div>")
    return "".join(cards)


def comparison(context: ReportContext) -> str:
    """How it fares against the bundle that it is to replace, and what came of that."""
    compared = context.comparison
    if compared is None:
        return ""
    outcome = "It is published." if compared.is_better else "So it is not published."
    rows = "".join(
        f"<tr><th scope='row'>{name}</th><td>{number(compared.new.get(key))}</td>"
        f"<td>{number(compared.old.get(key))}</td></tr>"
        for key, name in _FIGURES.items()
        if compared.new
    )
    head = f"<tr><th></th><th>this one</th><th>{escape(compared.rival)}</th></tr>"
    table = f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>" if rows else ""
    return f"<p>{escape(str(compared))} {outcome}</p>{table}"


def loss_curves(context: ReportContext) -> str:
    """Training and validation loss by round, and the learning rate, of each network."""
    networks = sorted({one.get("network", 0) for one in context.rounds})
    return "".join(
        _curves([one for one in context.rounds if one.get("network", 0) == number])
        for number in networks
    )


def _curves(rounds: Sequence[Mapping[str, float]]) -> str:
    def line(key: str) -> list[tuple[float, float]]:
        return [(float(one["round"]), float(one[key])) for one in rounds if key in one]

    losses = [
        Series("training", line("train_loss"), dots=True),
        Series("validation", line("validation_loss"), dots=True),
    ]
    rate = [Series("learning rate", line("learning_rate"), dots=True)]
    hours = sum(float(one.get("seconds", 0)) for one in rounds) / 3600
    return (
        f"<p>{len(rounds)} rounds in {hours:.1f} hours.</p><div class='side'>"
        + chart(losses, Axis("round"), Axis("loss"))
        + chart(rate, Axis("round"), Axis("learning rate", low=0))
        + "</div>"
    )


def reconstructions(context: ReportContext) -> str:
    """What goes in, and what the decoder makes of the embedding alone."""
    if not len(context.reconstructed):
        return ""
    pairs = "".join(
        f'<div class="pair">{picture(context.images[n], context.names[n])}'
        f"{picture(restored, 'reconstruction of ' + context.names[n])}</div>"
        for n, restored in zip(context.reconstructed.tolist(), context.reconstructions, strict=True)
    )
    pixels = context.images[0].size
    return (
        f"<p>Left the input, right what is left of it after passing through "
        f"{context.embeddings.shape[1]} numbers instead of {pixels:,}.</p>"
        f"<div class='pairs'>{pairs}</div>"
    )


def neighbours(context: ReportContext) -> str:
    """The most similar other images of some, with their distances."""
    if len(context.images) < 2:
        return ""
    rows = []
    for query in example_rows(len(context.images), QUERIES).tolist():
        distances = np.linalg.norm(context.embeddings - context.embeddings[query], axis=1)
        distances[query] = np.inf
        nearest = np.argsort(distances)[: min(NEIGHBOURS, len(distances) - 1)].tolist()
        found = "".join(
            captioned(context.images[n], context.names[n], f"{distances[n]:.2f}") for n in nearest
        )
        asked = captioned(context.images[query], context.names[query], context.names[query])
        rows.append(f'<div class="query">{asked}<span class="arrow">→</span>{found}</div>')
    return (
        "<p>Euclidean distances between embeddings; no label took part. All images are ones that "
        f"the encoder has not seen.</p><div class='queries'>{''.join(rows)}</div>"
    )


def by_support(context: ReportContext) -> str:
    """A table of quality by the number of training images."""
    parts = []
    for split, figures in context.evaluations.items():
        bands: Mapping[str, Mapping[str, float]] = figures.get("map_by_support", {})
        rows = "".join(
            f"<tr><th scope='row'>{escape(name)}</th><td>{number(band['tags'])}</td>"
            f"<td>{number(band['map'])}</td><td>{_bar(float(band['map']))}</td></tr>"
            for name, band in bands.items()
        )
        if rows:
            parts.append(
                f"<h3>{escape(split.replace('_', ' '))}</h3><table><thead><tr>"
                "<th>training images</th><th>tags</th><th>mean average precision</th><th></th>"
                f"</tr></thead><tbody>{rows}</tbody></table>"
            )
    return "".join(parts)


def facts(context: ReportContext) -> str:
    """How the run went."""
    rows = "".join(
        f"<tr><th scope='row'>{escape(str(name))}</th><td>{number(value)}</td></tr>"
        for name, value in context.facts.items()
    )
    longest = max(context.step_seconds.values(), default=0.0)
    steps = "".join(
        f"<tr><th scope='row'>{escape(name)}</th><td>{duration(seconds)}</td>"
        f"<td>{_bar(seconds / longest if longest else 0.0)}</td></tr>"
        for name, seconds in context.step_seconds.items()
    )
    tables = [f"<table><tbody>{one}</tbody></table>" for one in (rows, steps) if one]
    return f"<div class='side'>{''.join(tables)}</div>" if tables else ""


def problems(context: ReportContext) -> str:
    """Files that were left out."""
    if not context.problems:
        return "<p>Every file could be used.</p>"
    items = "".join(
        f"<li><code>{escape(one.get('name', ''))}</code> {escape(one.get('message', ''))}</li>"
        for one in context.problems
    )
    count = len(context.problems)
    title = f"{count:,} {'file was' if count == 1 else 'files were'} left out"
    return f"<details><summary>{title}</summary><ul class='problems'>{items}</ul></details>"


def number(value: object) -> str:
    """A figure as people read it."""
    if value is None:
        return "–"
    if isinstance(value, bool | str):
        return escape(str(value))
    if isinstance(value, int | np.integer):
        return f"{int(value):,}"
    if isinstance(value, float | np.floating):
        figure = float(value)
        return f"{figure:.3f}" if abs(figure) < 100 else f"{figure:,.0f}"
    return escape(str(value))


def duration(seconds: float) -> str:
    """Seconds as hours, minutes or seconds."""
    if seconds >= 3600:
        return f"{seconds / 3600:.1f} h"
    return f"{seconds / 60:.1f} min" if seconds >= 60 else f"{seconds:.1f} s"


def _bar(share: float) -> str:
    return f'<div class="bar"><i style="width:{100 * min(max(share, 0.0), 1.0):.1f}%"></i></div>'
