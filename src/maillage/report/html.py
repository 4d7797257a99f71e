"""One self-contained HTML file: facts, words, figures and maps joined by templates."""

from __future__ import annotations

import os
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup

import maillage.report.summary as summary
import maillage.report.telling as telling
from maillage.demography.rounding import LEAST_CELL
from maillage.errors import Fault, InputError
from maillage.report.charts import draw_charts, draw_fans
from maillage.report.facts import facts_of
from maillage.report.format import Numbers
from maillage.report.maps import DOT, LABEL, PALETTE
from maillage.report.prospects import LEVEL
from maillage.report.roster import LEAST_IPS_PUPILS
from maillage.report.standing import DRAWS
from maillage.report.voice import Voice
from maillage.report.words import LANGUAGES, Words

if TYPE_CHECKING:
    from maillage.studies import Study

SHOWN_BREACHES = 3
"""Rules broken by today's sectors that are told one by one."""


def write_report(study: Study, path: str | Path, language: str = "fr") -> Path:
    """Write a study's report as one HTML file that needs nothing else: no network, no script, no other file.

    The same study gives the same bytes. Counts of 1 to 4 pupils are never shown; every estimated or projected figure is
    marked. The file appears under its name only when it is complete.

    Parameters
    ----------
    study : Study
    path : str or Path
        File to write; its folder must exist.
    language : str
        "fr" or "en".

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        Unknown language.
    """
    if language not in LANGUAGES:
        remedy = f"Use {' or '.join(LANGUAGES)}"
        raise InputError([Fault("report", f"unknown language {language!r}", remedy=remedy)])
    path = Path(path)
    _write_whole(path, render(study, language))
    return path


def render(study: Study, language: str) -> str:
    """The report as text."""
    facts, words, numbers = facts_of(study), Words(language), Numbers(language)
    voice = Voice(facts, words, numbers)
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            f=facts,
            t=voice,
            w=words,
            n=numbers,
            charts=draw_charts(voice),
            fans=draw_fans(voice),
            level=LEVEL,
            palette=PALETTE,
            dot=DOT,
            label=LABEL,
            least=LEAST_CELL,
            least_ips=LEAST_IPS_PUPILS,
            draws=DRAWS,
            shown_breaches=SHOWN_BREACHES,
            summary=summary,
            tell=telling,
        )
    )


def _environment() -> jinja2.Environment:
    templates = files(__package__).joinpath("templates")
    sources = {item.name: item.read_text(encoding="utf-8") for item in templates.iterdir() if item.is_file()}
    environment = jinja2.Environment(
        loader=jinja2.DictLoader(sources),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # The style sheet is ours, not the planner's: it must not be escaped.
    environment.globals["style"] = Markup(sources["report.css"])
    return environment


def _write_whole(path: Path, text: str) -> None:
    """Write under a temporary name beside `path`, then rename: no half-written report is ever seen."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
