"""The report of a study: one self-contained HTML file, in French or in English."""

from maillage.report.html import write_report

__all__ = ["write_report"]
