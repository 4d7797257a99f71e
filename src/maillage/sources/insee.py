"""INSEE's tables by commune and IRIS: incomes, births, people of collège age, official geographic codes (COG).

Layouts change with the year, which is part of the column names (``MED21``); whole files, all départements, are read.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pandas as pd

import maillage.sources.schema as schema
from maillage.errors import Fault
from maillage.sources.layout import Layout, Sheet, open_sheet
from maillage.sources.tables import normalise, read_header

INCOME_COMMUNES = Layout(
    "cc_filosofi",
    {
        "commune": ("codgeo",),
        "median_eur": (r"med\d\d",),
        "poverty_rate": (r"tp60\d\d",),
        "persons": (r"nbpersmenfisc\d\d",),
    },
    optional=frozenset({"persons"}),
)

INCOME_IRIS = Layout(
    "BASE_TD_FILO_IRIS",
    {
        "iris": ("iris",),
        "median_eur": (r"disp_med\d\d", r"dec_med\d\d"),
        "poverty_rate": (r"disp_tp60\d\d", r"dec_tp60\d\d"),
    },
)

BIRTHS = Layout(
    "DS_ETAT_CIVIL_NAIS_COMMUNES",
    {
        "measure": ("ec_measure",),
        "commune": ("geo",),
        "level": ("geo_object",),
        "year": ("time_period",),
        "births": ("obs_value",),
    },
)

BIRTHS_BY_YEAR = Layout("base_naissances", {"commune": ("codgeo",), "births": (r"naisd\d\d",)})

IRIS_POPULATION = Layout(
    "base-ic-evol-struct-pop",
    {"iris": ("iris",), "commune": ("com",), "pop_11_17": (r"p\d\d_pop1117",)},
)

COG = Layout(
    "COG communes",
    {"kind": ("typecom",), "commune": ("com",), "name": ("libelle",), "parent": ("comparent",)},
)


def read_income_communes(path: Path) -> pd.DataFrame:
    """Filosofi by commune (``cc_filosofi_AAAA_COM``).

    Returns
    -------
    DataFrame
        ``commune, median_eur, poverty_rate, persons``: median disposable income per consumption unit (euros a year), share
        of persons below 60 % of the national median (%), persons in fiscal households; NaN where secret.

    Raises
    ------
    InputError
        Every fault of the file.
    """
    sheet = open_sheet(path, [INCOME_COMMUNES])
    numbers = {c: sheet.numbers(c) for c in ("median_eur", "poverty_rate", "persons")}
    frame = pd.DataFrame({"commune": sheet.codes("commune"), **numbers})
    return sheet.finish(frame, schema.INCOME_COMMUNES, _year_in(sheet, "median_eur"))


def read_income_iris(path: Path) -> pd.DataFrame:
    """Filosofi by IRIS (``BASE_TD_FILO_IRIS_AAAA_DISP`` or ``_DEC``).

    Returns
    -------
    DataFrame
        ``iris, median_eur, poverty_rate``, as `read_income_communes`; declared income in the ``DEC`` file.

    Raises
    ------
    InputError
        Every fault of the file.
    """
    sheet = open_sheet(path, [INCOME_IRIS])
    numbers = {c: sheet.numbers(c) for c in ("median_eur", "poverty_rate")}
    frame = pd.DataFrame({"iris": sheet.codes("iris"), **numbers})
    return sheet.finish(frame, schema.INCOME_IRIS, _year_in(sheet, "median_eur"))


def read_births(path: Path) -> pd.DataFrame:
    """Births by commune of residence of the mother.

    Reads ``DS_ETAT_CIVIL_NAIS_COMMUNES_data`` (long) and the older ``base_naissances_AAAA`` (a column a year).

    Returns
    -------
    DataFrame
        ``commune, year, births`` (live births of the calendar year; NaN where missing). Municipal arrondissements of Paris,
        Lyon and Marseille stand beside their commune: whoever adds up must take one or the other.

    Raises
    ------
    InputError
        Every fault of the file.
    """
    by_year = _births_by_year(path)
    sheet = open_sheet(path, [by_year, BIRTHS] if by_year else [BIRTHS])
    if by_year is not None:
        twice = sorted(name for name, count in Counter(map(normalise, read_header(path))).items() if count > 1)
        names = [name for name in twice if re.fullmatch(BIRTHS_BY_YEAR.columns["births"][0], name)]
        sheet.faults += [Fault(str(path), "a year twice", name.upper(), remedy="Keep one of the columns") for name in names]
    if by_year is None or sheet.layout is BIRTHS:
        return sheet.finish(_births_long(sheet), schema.BIRTHS)
    years = [column for column in by_year.columns if column != "commune"]
    commune = sheet.codes("commune")
    frames = [pd.DataFrame({"commune": commune, "year": int(y), "births": sheet.numbers(y)}) for y in years]
    return sheet.finish(pd.concat(frames), schema.BIRTHS)


def read_iris_population(path: Path) -> pd.DataFrame:
    """People aged 11 to 17 by IRIS (``base-ic-evol-struct-pop-AAAA``).

    Returns
    -------
    DataFrame
        ``iris, commune, pop_11_17`` (census, not whole numbers; NaN where missing).

    Raises
    ------
    InputError
        Every fault of the file.
    """
    sheet = open_sheet(path, [IRIS_POPULATION])
    frame = pd.DataFrame(
        {"iris": sheet.codes("iris"), "commune": sheet.codes("commune"), "pop_11_17": sheet.numbers("pop_11_17")}
    )
    return sheet.finish(frame, schema.IRIS_POPULATION, _year_in(sheet, "pop_11_17"))


def read_cog(path: Path) -> pd.DataFrame:
    """Official geographic code (``v_commune_AAAA``).

    Returns
    -------
    DataFrame
        ``commune, name, parent, kind``: `kind` is ``COM``, ``COMA`` (commune associée), ``COMD`` (commune déléguée) or
        ``ARM``; `parent` is the commune of which the last three are part, else empty.

    Raises
    ------
    InputError
        Every fault of the file.
    """
    sheet = open_sheet(path, [COG])
    frame = pd.DataFrame(
        {
            "commune": sheet.codes("commune"),
            "name": sheet.text("name"),
            "parent": sheet.codes("parent"),
            "kind": sheet.codes("kind"),
        }
    )
    year = re.search(r"20\d\d", path.stem)
    return sheet.finish(frame, schema.COG, year.group() if year else "")


def _year_in(sheet: Sheet, column: str) -> str:
    found = re.search(r"\d\d", sheet.header(column)) if sheet.has(column) else None
    return f"20{found.group()}" if found else ""


def _births_by_year(path: Path) -> Layout | None:
    """Layout of the older file of births, one column a year, for the years that this file has; None if it has none."""
    names = [normalise(name) for name in read_header(path)] if path.is_file() else []
    found = {n[-2:]: n for n in names if re.fullmatch(BIRTHS_BY_YEAR.columns["births"][0], n)}
    years = {f"{'19' if yy >= '60' else '20'}{yy}": (name,) for yy, name in found.items()}
    commune = BIRTHS_BY_YEAR.columns["commune"]
    return Layout(BIRTHS_BY_YEAR.dataset, {"commune": commune, **years}) if years else None


def _births_long(sheet: Sheet) -> pd.DataFrame:
    counted = sheet.codes("level").isin({"COM", "ARM"}) & (sheet.codes("measure") == "LVB")
    sheet.keep(counted, "births (LVB) of a commune (COM)")
    return pd.DataFrame(
        {
            # A code may come with its level before it ("2025-COM-62041").
            "commune": sheet.codes("commune").str.replace(r"^.*-", "", regex=True),
            "year": sheet.rentrees("year"),
            "births": sheet.numbers("births"),
        }
    )
