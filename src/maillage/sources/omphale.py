"""INSEE's Omphale projections of population: one workbook a scenario, all départements (or EPCI) in its sheet "Population"."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

import maillage.sources.schema as schema
from maillage.errors import Fault, InputError
from maillage.sources.ecoles import plain_name
from maillage.sources.layout import Layout, Sheet, examples
from maillage.sources.population import OLDEST_AGE
from maillage.sources.tables import SHEET_SUFFIXES, normalise, read_table, sheet_names

SHEET = "Population"

OMPHALE = Layout(
    "Omphale",
    {"zone": ("zone", "libelle_zone"), "sex": ("sexe", "sex"), "age": ("trage", "age", "tranche_d_age")},
    optional=frozenset({"sex"}),
)
"""Beside these, a column a year."""

_YEAR = r"(?:pop_|population_)?((?:19|20)\d\d)"
_VARIANTS = {
    "central": r"centrale?",
    "high": r"pop(?:ulation)?_haute",
    "low": r"pop(?:ulation)?_basse",
}
_BOTH = "both"
_SEXES = {
    "f": "women", "femme": "women", "femmes": "women", "2": "women",
    "h": "men", "homme": "men", "hommes": "men", "m": "men", "1": "men",
    "t": _BOTH, "total": _BOTH, "ensemble": _BOTH,
}  # fmt: skip
"""INSEE codes men 1 and women 2."""

_ALL_AGES = frozenset({"total", "ensemble", "tous", "tous ages", "t"})
_ONE_AGE = re.compile(r"(\d{1,3})(?: ans?)?")
_UNDER = re.compile(r"moins de (\d{1,3}) ans")
_AND_OVER = re.compile(r"\[?(\d{1,3})(?: ans?)?(?: (?:et|ou) plus|[;,]? ?\+)[\]\[]?")
_AGES = re.compile(r"(?:de )?(\d{1,3}) ?(?:à|a|-) ?(\d{1,3})(?: ans)?|\[(\d{1,3})[;,] ?(\d{1,3})([\]\[])")


def variant_of(path: Path) -> str | None:
    """Variant that a workbook's name tells: "central", "high" or "low"; None where it tells none, or several.

    >>> variant_of(Path("donnees_det_Pop_haute.xlsx")), variant_of(Path("donnees_det_Fec_basse.xlsx"))
    ('high', None)
    """
    name = f"_{normalise(path.stem)}_"
    told = [variant for variant, pattern in _VARIANTS.items() if re.search(f"_{pattern}_", name)]
    return told[0] if len(told) == 1 else None


def is_omphale(path: Path) -> bool:
    """Whether a spreadsheet is an Omphale workbook of one of the three variants read, by its name, its sheet and its header."""
    if path.suffix.lower() not in SHEET_SUFFIXES or variant_of(path) is None or SHEET not in sheet_names(path):
        return False
    names = read_table(path, sheet=SHEET, is_header=_is_header).names
    return not OMPHALE.missing(names) and any(re.fullmatch(_YEAR, name) for name in names)


def read_omphale(path: Path, *, zone: str, code: str = "") -> pd.DataFrame:
    """Projected population of one zone by age on 1 January (``donnees_det_Central``, ``_Pop_haute``, ``_Pop_basse``).

    Parameters
    ----------
    path : Path
        A workbook, strict OOXML or not; its name tells the variant.
    zone : str
        The zone as its column names it, whatever the case, accents and hyphens: a département's name, an EPCI's name or code.
    code : str, optional
        Département code, under which the zone may go as well.

    Returns
    -------
    DataFrame
        ``variant, year, age_min, age_max, population``, both sexes; `age_max` is `OLDEST_AGE` in the open class.

    Raises
    ------
    InputError
        Every fault of the zone's rows: unreadable numbers, sexes and ages, an age counted twice or for one sex only, a year
        missing between two others; no row of the zone; a name that tells no variant.

    Notes
    -----
    Where a row for both sexes stands beside those of women and men, it is the one that counts. Lines of all ages are left out.
    """
    table = read_table(path, sheet=SHEET, is_header=_is_header)
    years = {name: found[1] for name in table.names if (found := re.fullmatch(_YEAR + r"(?:__\d+)?", name))}
    sheet = Sheet(table, Layout(OMPHALE.dataset, {**OMPHALE.columns, **_once(years)}, OMPHALE.optional))
    sheet.rows.index.name = "row"
    variant = variant_of(path)
    if variant is None:
        names = "donnees_det_Central.xlsx, donnees_det_Pop_haute.xlsx or donnees_det_Pop_basse.xlsx"
        remedy = f"Keep the name under which INSEE publishes it: {names}; its other scenarios are not read"
        sheet.faults.append(Fault(str(path), "its name tells no variant (central, high population or low)", remedy=remedy))
    sheet.faults += _faults_of_years(str(path), list(years.values()))
    if not OMPHALE.missing(table.names):
        _keep_zone(sheet, zone, code)
    if sheet.rows.empty or OMPHALE.missing(table.names):
        raise InputError(sheet.faults)
    people = _people(sheet, sorted(set(years.values())))
    checked = sheet.finish(people, schema.OMPHALE)
    total = checked.groupby(["year", "age_min", "age_max"], as_index=False, sort=True)[["population"]].sum()
    total.insert(0, "variant", variant)
    total.attrs = checked.attrs
    return total


def age_class(text: str) -> tuple[int, int] | None:
    """First and last age of a class, however it is written; None where it is none.

    >>> [age_class(t) for t in ("7", "100 ans et plus", "0 à 4 ans", "[5;9]", "[5;10[", "[95;+", "jeunes")]
    [(7, 7), (100, 120), (0, 4), (5, 9), (5, 9), (95, 120), None]
    """
    plain = " ".join(text.lower().split())
    if one := _ONE_AGE.fullmatch(plain):
        return int(one[1]), int(one[1])
    if over := _AND_OVER.fullmatch(plain):
        return int(over[1]), OLDEST_AGE
    if under := _UNDER.fullmatch(plain):
        return 0, int(under[1]) - 1
    if (ages := _AGES.fullmatch(plain)) is None:
        return None
    first, last = (int(ages[1]), int(ages[2])) if ages[1] else (int(ages[3]), int(ages[4]) - (ages[5] == "["))
    return (first, last) if first <= last else None


def _is_header(names: tuple[str, ...]) -> bool:
    return any(name in OMPHALE.columns["zone"] for name in names)


def _once(years: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Year to the first column that bears it."""
    return {year: (name,) for name, year in reversed(years.items())}


def _faults_of_years(file: str, years: Sequence[str]) -> list[Fault]:
    if not years:
        return [Fault(file, "no column of a year, such as 2018 or POP_2018", remedy="Download the workbook again")]
    twice = tuple(sorted({year for year in years if years.count(year) > 1}))
    known = {int(year) for year in years}
    gaps = tuple(str(year) for year in range(min(known), max(known)) if year not in known)
    faults = [Fault(file, "a year twice", rows=twice, remedy="Keep one column for each")] if twice else []
    return faults + ([Fault(file, "years missing in between", rows=gaps, remedy="Add their columns")] if gaps else [])


def _keep_zone(sheet: Sheet, zone: str, code: str) -> None:
    """Go on with the zone's rows; a fault with the nearest names where there is none."""
    names = sheet.text("zone")
    plain = names.map(plain_name)
    here = plain.isin({plain_name(zone), plain_name(code)} - {""})
    if not here.any():
        known = dict(zip(plain, names, strict=True))
        near = difflib.get_close_matches(plain_name(zone), list(known), n=3, cutoff=0.4) or list(known)[:5]
        remedy = f"Give its name as omphale_zone under [territory]; the nearest are: {', '.join(known[n] for n in near)}"
        sheet.faults.append(Fault(sheet.file, f"no row of zone {zone!r}", sheet.header("zone"), remedy=remedy))
    sheet.keep(here)


def _people(sheet: Sheet, years: Sequence[str]) -> pd.DataFrame:
    """Rows ``year, age_min, age_max, population`` that count everybody once; what cannot be read is noted."""
    sheet.keep(~sheet.text("age").map(lambda text: " ".join(normalise(text).split("_")) in _ALL_AGES).astype(bool))
    written = sheet.text("age")
    ages = written.map(age_class)
    unread = ages.isna()
    sheet.note("age", f"not an age or ages: {examples(written[unread])}", unread, "Write it as 7, or as 5 à 9 ans")
    spelling = sheet.text("sex").map(normalise)
    sex = spelling.map(_SEXES) if sheet.has("sex") else pd.Series(_BOTH, index=ages.index)
    message = f"not a sex (1 or H, 2 or F, or Ensemble): {examples(spelling[sex.isna()])}"
    sheet.note("sex", message, sex.isna(), "Correct the cell")
    pairs = [(-1, -1) if missing else pair for pair, missing in zip(ages, unread, strict=True)]
    first, last = (pd.Series([pair[i] for pair in pairs], index=ages.index, dtype=int) for i in (0, 1))
    rows = pd.DataFrame({"age_min": first, "age_max": last, "sex": sex})[~unread & sex.notna()]
    _note_ages_twice(sheet, rows)
    counted = rows[_counted(sheet, rows)]
    frames = [counted.assign(year=int(year), population=sheet.numbers(year).reindex(counted.index)) for year in years]
    empty = counted.assign(year=0, population=0.0).iloc[:0]
    return pd.concat([empty, *frames])[["year", "age_min", "age_max", "population"]]


def _counted(sheet: Sheet, rows: pd.DataFrame) -> pd.Series[bool]:
    """Rows for both sexes, and those of women and of men at the ages that have none."""
    both = rows["sex"] == _BOTH
    ages = pd.MultiIndex.from_frame(rows[["age_min", "age_max"]])
    counted = both | ~ages.isin(ages[both])
    sexes = rows.groupby(["age_min", "age_max"])["sex"].transform("nunique")
    alone = counted & ~both & (sexes < 2) & (not sheet.told("sex"))
    sheet.note("sex", "ages that are given for one sex only", alone, "Add the rows of the other sex")
    return counted


def _note_ages_twice(sheet: Sheet, rows: pd.DataFrame) -> None:
    """Ages that two rows of one sex hold, or classes of different kinds mixed."""
    twice = pd.Series(False, index=rows.index)
    for _, of_sex in rows.groupby("sex"):
        ordered = of_sex.sort_values(["age_min", "age_max"])
        twice[ordered.index] = (ordered["age_min"] <= ordered["age_max"].cummax().shift(fill_value=-1)).to_numpy()
    every = rows.drop_duplicates(["age_min", "age_max"]).sort_values(["age_min", "age_max"])
    mixed = every["age_min"] <= every["age_max"].cummax().shift(fill_value=-1)
    twice[every.index] |= mixed.to_numpy()
    sheet.note("age", "an age counted twice", twice, "Keep one row for each age and sex, and one set of age classes")
