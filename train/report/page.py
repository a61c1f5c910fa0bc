"""Put the sections on one page."""

from html import escape
from pathlib import Path
from string import Template

from train.report import sections, tags
from train.report.context import ReportContext

PAGE = Path(__file__).with_name("page.html")


def write_report(context: ReportContext, out: Path) -> None:
    """Write one self-contained HTML file; it asks no network for anything.

    Args:
        context: What to show; empty parts make no section.
        out: The file; its directory must exist.
    """
    precisions = tags.tag_precisions(context)
    parts = [
        ("Against the bundle that it is to replace", sections.comparison(context)),
        ("Figures", sections.headline(context)),
        ("Learning", sections.loss_curves(context)),
        ("Input against reconstruction", sections.reconstructions(context)),
        ("Nearest neighbours", sections.neighbours(context)),
        ("Tags, best and worst", tags.best_and_worst(context, precisions)),
        ("Precision against recall", tags.precision_recall(context, precisions)),
        ("Calibration", tags.calibration(context)),
        ("Rare and common tags", sections.by_support(context)),
        ("The run", sections.facts(context)),
        ("Problems", sections.problems(context)),
    ]
    shown = [(name, f"section-{i}", html) for i, (name, html) in enumerate(parts) if html]
    page = Template(PAGE.read_text(encoding="utf-8")).substitute(
        title=escape(context.title),
        links="".join(f'<a href="#{place}">{name}</a>' for name, place, _ in shown),
        sections="".join(
            f'<section id="{place}"><h2>{name}</h2>{html}</section>' for name, place, html in shown
        ),
    )
    out.write_text(page, encoding="utf-8")
