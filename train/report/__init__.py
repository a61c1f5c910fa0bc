"""``report.html``: one self-contained page that shows what a training run has learnt."""

from train.report.context import ReportContext, example_rows
from train.report.page import write_report

__all__ = ["ReportContext", "example_rows", "write_report"]
