"""The folder a study leaves behind: manifest, tables, plans and reports; whole or absent.

Everything is written into a temporary folder beside the wanted one, which then takes its name.
"""

from __future__ import annotations

import json
import math
import platform
import shutil
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from maillage.demography.rounding import LEAST_CELL
from maillage.errors import Fault, InputError
from maillage.plan import Plan
from maillage.report import write_report

if TYPE_CHECKING:
    from maillage.studies import Study

MANIFEST = "manifest.json"
LIBRARIES = ("maillage", "numpy", "scipy", "pandas", "highspy", "pulp", "numba", "geopandas", "shapely", "networkx")
TABLES = ("indicators.csv", "ranking.csv", "enrolment.csv")
PLANS = "plans"
INTERVAL = 0.8
"""Share of the simulated futures between `low` and `high` of the table of enrolment."""
LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}
"""Files that desktops leave in every folder they show."""

REPORT_NAMES = {"fr": "rapport.html", "en": "report.html"}


def write_results(study: Study, folder: str | Path, languages: Sequence[str] = ("fr",)) -> Path:
    """Write a study's manifest, tables, plans and reports into `folder`.

    Parameters
    ----------
    study : Study
    folder : str or Path
        New, empty, or the result of an earlier study and nothing else, which is then replaced as a whole.
    languages : sequence of str
        Languages of the HTML reports, "fr" or "en"; none where empty.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        The folder holds other files, or a language is unknown.
    """
    folder = Path(folder).absolute()
    require_usable(folder, languages)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _write_all(study, fresh, languages)
        fresh.chmod(0o755)
        _take_the_place_of(folder, fresh)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return folder


def require_usable(folder: Path, languages: Sequence[str] = ()) -> None:
    """Refuse, before any work is done, a folder that holds something else or a language that is not written."""
    faults = [
        Fault("languages", f"unknown language {language!r}", remedy=f"Use {' or '.join(REPORT_NAMES)}")
        for language in languages
        if language not in REPORT_NAMES
    ]
    if folder.is_file():
        faults.append(Fault(str(folder), "is a file", remedy="Name a folder"))
    elif folder.is_dir() and (foreign := _foreign(folder)):
        remedy = "Name a new or empty folder, or one written by an earlier study"
        told = ", ".join(foreign[:3]) + (", ..." if len(foreign) > 3 else "")
        faults.append(Fault(str(folder), f"holds files that are not a study's: {told}", remedy=remedy))
    if faults:
        raise InputError(faults)


def _foreign(folder: Path) -> list[str]:
    """What a folder holds that no study wrote; replacing it would lose that."""
    names = {path.name for path in folder.iterdir()} - LITTER
    foreign = names - {MANIFEST, *TABLES, PLANS, *REPORT_NAMES.values()}
    if names and not _is_ours(folder / MANIFEST):
        foreign |= names
    plans = folder / PLANS
    if plans.is_dir():
        foreign |= {f"{PLANS}/{path.name}" for path in plans.iterdir() if path.suffix != ".csv"}
    return sorted(foreign)


def _is_ours(path: Path) -> bool:
    """Other programs write a file of this name too."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and "maillage" in found


def manifest(study: Study) -> dict[str, Any]:
    """What was read, asked and answered: inputs with hashes, versions, seed, and the proof of each plan."""
    territory = study.territory
    return {
        "maillage": _version("maillage"),
        "territory": {"code": territory.code, "name": territory.name, "fictional": territory.fictional},
        "base_rentree": territory.base_rentree,
        "start": study.start,
        "until": study.until,
        "variant": study.settings.variant,
        "seed": study.settings.seed,
        "hypotheses": study.settings.hypotheses.model_dump(mode="json", exclude_defaults=True),
        "enrolment": {
            "file": TABLES[2],
            "sectors": "present",
            "variant": study.demand.variant,
            "draws": 0 if study.demand.draws is None else len(study.demand.draws),
            "supposed": list(study.demand.supposed),
            "interval": INTERVAL,
            "withheld": f"counts under {LEAST_CELL} pupils, and second counts that would give them away by subtraction",
        },
        "inputs": [vars(source) for source in territory.sources],
        "estimates": [vars(estimate) for estimate in territory.estimates],
        "travel": {
            "mode": study.travel.mode,
            "approximate": study.travel.approximate,
            "method": " ".join(study.travel.method.splitlines()),
            "unreachable": list(study.travel.unreachable),
        },
        "scenarios": [_proof(plan) for plan in study.plans]
        + [{"name": s.name, "status": "infeasible", "reasons": list(reasons)} for s, reasons in study.impossible]
        + [{"name": s.name, "status": "unknown", "reasons": list(reasons)} for s, reasons in study.unsolved],
        "versions": {"python": platform.python_version()} | {name: _version(name) for name in LIBRARIES},
    }


def _proof(plan: Plan) -> dict[str, Any]:
    return {
        "name": plan.scenario.name,
        "status": plan.status,
        "objective": _number(plan.objective),
        "bound": _number(plan.bound),
        "gap": _number(plan.gap),
        "seconds": _number(round(plan.seconds, 3)),
        "method": plan.method,
        "closed": list(plan.closed),
        "rules_broken": [str(breach) for breach in plan.breaches],
        "asked": plan.scenario.model_dump(mode="json"),
    }


def _number(value: float) -> float | None:
    """JSON has no NaN or infinity: what is not known is null."""
    return value if math.isfinite(value) else None


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _write_all(study: Study, folder: Path, languages: Sequence[str]) -> None:
    text = json.dumps(manifest(study), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    _write_csv(study.indicators(), folder / TABLES[0])
    _write_csv(study.ranking().to_pandas()[["rank", "scenario", "score"]], folder / TABLES[1])
    _write_csv(enrolment_table(study), folder / TABLES[2])
    (folder / PLANS).mkdir()
    for plan in study.plans:
        _write_csv(plan.sectors(study.territory, study.demand_under(plan)), folder / PLANS / f"{plan.scenario.name}.csv")
    for language in languages:
        write_report(study, folder / REPORT_NAMES[language], language=language)


def enrolment_table(study: Study) -> pd.DataFrame:
    """The projection under today's sectors, as it may leave the house: whole pupils, small counts withheld.

    Returns
    -------
    DataFrame
        Columns ``uai, name, rentree, grade, pupils, low, high, variant``; see `Enrolment.to_pandas`. `low` and `high` are empty
        where no futures were simulated.
    """
    told = study.enrolment().to_pandas(exported=True, level=INTERVAL).rename(columns={"code": "uai"})
    # A spreadsheet would take a name that begins like a formula for one.
    names = told["name"].str.replace(r"^(?=[=+@\-])", "'", regex=True)
    table = told.reindex(columns=["uai", "name", "rentree", "grade", "pupils", "low", "high"])
    return table.assign(name=names, variant=study.demand.variant)


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, encoding="utf-8", lineterminator="\n", float_format="%.6g")


def _take_the_place_of(folder: Path, fresh: Path) -> None:
    """Give `fresh` the name `folder`; an earlier result is set aside until the new one stands."""
    if not folder.exists():
        fresh.replace(folder)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.old.", dir=folder.parent))
    folder.replace(aside / "was")
    try:
        fresh.replace(folder)
    except OSError:
        (aside / "was").replace(folder)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
