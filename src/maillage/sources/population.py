"""INSEE's population by age: yearly estimates by département, census by commune."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

import maillage.sources.cells as cells
import maillage.sources.schema as schema
from maillage.errors import Fault, InputError
from maillage.sources.filtered import open_filtered
from maillage.sources.layout import Layout, Sheet
from maillage.sources.tables import SHEET_SUFFIXES, TextTable, all_sheet_cells, sheet_names

POPULATION_COMMUNES = Layout(
    "BTT_TD_POP1B",
    {
        "level": ("nivgeo",),
        "commune": ("codgeo",),
        "age": ("aged100",),
        "population": ("nb",),
    },
)

ESTIMATES = Layout("estim-pop-dep-sexe-aq", {name: (name,) for name in ("departement", "population")})

OLDEST_AGE = 120
"""Upper end of the open age class ("95 ans et plus", age 100 and over)."""

_YEAR = r"(?:19|20)\d\d"
_AGE_CLASS = re.compile(r"(\d+) à (\d+) ans|(\d+) ans et plus")


def read_population(path: Path) -> pd.DataFrame:
    """Population of départements by age, both sexes.

    Reads ``estim-pop-dep-sexe-aq`` (a spreadsheet with a sheet a year, five-year classes, 1 January) or sums up
    ``BTT_TD_POP1B`` (single years of age, census).

    Returns
    -------
    DataFrame
        ``departement, year, age_min, age_max, population``; `age_max` is `OLDEST_AGE` in the open class.

    Raises
    ------
    InputError
        Every fault of the file.
    """
    if path.suffix.lower() in SHEET_SUFFIXES:
        return _read_estimates(path)
    return population_of_departements(read_population_communes(path))


def population_of_departements(communes: pd.DataFrame) -> pd.DataFrame:
    """Sum of a table of `read_population_communes` by département, in the columns of `read_population`."""
    departements = communes["commune"].map(cells.departement_of_commune)
    keys = [departements.rename("departement"), communes["year"], communes["age"].rename("age_min")]
    total = communes.groupby(keys, sort=True)["population"].sum().reset_index()
    age_max = total["age_min"].where(total["age_min"] < 100, OLDEST_AGE)
    result = total.assign(age_max=age_max)[["departement", "year", "age_min", "age_max", "population"]]
    result.attrs = communes.attrs
    return result


def read_population_communes(path: Path, *, departement: str | None = None) -> pd.DataFrame:
    """Census population of communes by single year of age (``BTT_TD_POP1B_AAAA``, the year being in the file's name).

    Parameters
    ----------
    path : Path
    departement : str, optional
        Read the communes of this département only: the national file has seven million rows.

    Returns
    -------
    DataFrame
        ``commune, year, age, population``, both sexes; age 100 stands for 100 and over.

    Raises
    ------
    InputError
        Every fault of the rows read.
    """
    sheet = open_filtered(path, POPULATION_COMMUNES, "commune", f"^ *{departement or ''}")
    sheet.keep(sheet.codes("level").isin({"COM", ""}) & sheet.codes("commune").str.startswith(departement or ""))
    year = re.search(_YEAR, path.stem)
    if year is None:
        remedy = "Keep the name under which INSEE publishes it, such as BTT_TD_POP1B_2021.csv"
        sheet.faults.append(Fault(str(path), "the year of the census is not in the file's name", remedy=remedy))
    ages = sheet.numbers("age")
    frame = pd.DataFrame(
        {
            "commune": sheet.codes("commune"),
            "year": int(year.group()) if year else 2000,
            "age": ages.fillna(-1).astype(int),
            "population": sheet.numbers("population"),
        }
    )
    checked = sheet.finish(frame, schema.POPULATION_COMMUNES)
    total = checked.groupby(["commune", "year", "age"], as_index=False, sort=True)[["population"]].sum()
    total.attrs = checked.attrs
    return total


def is_population_estimate(path: Path) -> bool:
    """Whether a spreadsheet is INSEE's estimates of population, recognised by its sheets named by year."""
    return path.suffix.lower() in SHEET_SUFFIXES and any(re.fullmatch(_YEAR, n) for n in sheet_names(path))


def _read_estimates(path: Path) -> pd.DataFrame:
    sheets = all_sheet_cells(path, re.compile(_YEAR))
    if not sheets:
        remedy = "INSEE's file has one sheet a year, named by it"
        raise InputError([Fault(str(path), "no sheet is named by a year", remedy=remedy)])
    faults: list[Fault] = []
    frames = [_estimates_of(path, year, rows, faults) for year, rows in sheets.items()]
    frame = pd.concat(frames)
    table = TextTable(str(path), tuple(frame.columns), tuple(frame.columns), frame)
    sheet = Sheet(table, ESTIMATES)
    sheet.faults += faults
    result = pd.DataFrame(
        {
            "departement": sheet.text("departement"),
            "year": frame["year"].astype(int),
            "age_min": frame["age_min"].astype(int),
            "age_max": frame["age_max"].astype(int),
            "population": sheet.numbers("population"),
        }
    )
    return sheet.finish(result, schema.POPULATION)


def _estimates_of(path: Path, year: str, rows: list[list[str]], faults: list[Fault]) -> pd.DataFrame:
    """One sheet, still text: the first block of age classes, which is for both sexes."""
    columns = ["departement", "year", "age_min", "age_max", "population"]
    classes: dict[int, tuple[str, str]] = {}
    kept, places = [], []
    for number, row in enumerate(rows, start=1):
        code = cells.departement_code(row[0]) if row else ""
        if not classes:
            classes = _age_classes(row)
        elif re.fullmatch(r"\d\d|2[AB]|97\d", code):
            # Overseas départements have no estimate above 90 in the 1990s: an empty cell is no row.
            told = [(code, year, low, high, row[i]) for i, (low, high) in classes.items() if row[i]]
            kept += told
            places += [f"{year}:{number} age {low}" for _, _, low, _, _ in told]
    if not kept:
        remedy = "Its rows are départements and its columns age classes such as '0 à 4 ans'"
        faults.append(Fault(str(path), f"sheet {year!r} has no row of a département by age", remedy=remedy))
    return pd.DataFrame(kept, columns=columns, index=pd.Index(places, name="sheet:row", dtype=str), dtype=str)


def _age_classes(row: list[str]) -> dict[int, tuple[str, str]]:
    """Column to first and last age, up to the first total: the blocks for men and for women come after it."""
    classes: dict[int, tuple[str, str]] = {}
    for i, text in enumerate(row):
        found = _AGE_CLASS.fullmatch(text.strip())
        if found is not None:
            classes[i] = (found[1], found[2]) if found[1] else (found[3], str(OLDEST_AGE))
        elif classes:
            break
    return classes
