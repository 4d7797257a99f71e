"""Declarative checks of every table that `maillage` reads: one schema a table, and its faults in words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import pandas as pd
import pandera.pandas as pa

from maillage.errors import Fault

UAI = r"\d{7}[A-Z]"
COMMUNE = r"(?:\d{2}|2[AB])\d{3}"
IRIS = r"(?:\d{2}|2[AB])\d{7}"

_NOT_UAI = "not a UAI (seven digits and a letter)"
_NOT_COMMUNE = "not an INSEE commune code (five characters)"
_NOT_IRIS = "not an IRIS code (nine characters)"
_NEGATIVE = "negative number"
_NOT_WHOLE = "not a whole number"
_MISSING = "missing value"
_LEADING_ZERO = "Correct it (a spreadsheet may have dropped a leading zero), or delete a line of totals"

REMEDIES = {
    _NOT_UAI: _LEADING_ZERO,
    _NOT_COMMUNE: _LEADING_ZERO,
    _NOT_IRIS: _LEADING_ZERO,
    _NEGATIVE: "Correct the cell, or leave it empty if unknown",
    _NOT_WHOLE: "Pupils, meals and births are counted one by one",
    _MISSING: "Fill the cell, or leave the row out",
}


@dataclass(frozen=True)
class TableSchema:
    """Checks of one table.

    Attributes
    ----------
    columns : pandera schema
    key : tuple of str
        Columns that together name a row; no two rows may agree on them. Empty where rows may repeat.
    key_words : str
        What the key is, in the words of a fault.
    """

    columns: pa.DataFrameSchema
    key: tuple[str, ...] = ()
    key_words: str = ""


def table_faults(
    table: pd.DataFrame,
    schema: TableSchema,
    file: str,
    header: Callable[[str], str],
    absent: Collection[str] = (),
    told: Mapping[str, Collection[Any]] = MappingProxyType({}),
) -> list[Fault]:
    """Every way in which a table breaks its schema.

    Parameters
    ----------
    table : DataFrame
        Its index is the line number in the file.
    schema : TableSchema
    file : str
        Name shown in the faults.
    header : callable
        From our column name to the file's.
    absent : collection of str
        Columns of ours that the file does not have: there is nothing to check.
    told : mapping of str to collection
        Lines of a column whose faults are already known: their cells could not be read.
    """
    word = table.index.name or "line"
    faults = []
    for column, check, cases in _failures(table, schema):
        new = cases[~cases["index"].isin(list(told.get(column, ())))]
        if column not in absent and len(new):
            where = Fault(file, "", header(column), tuple(f"{word} {n}" for n in new["index"]))
            faults.append(_check_fault(check, new["failure_case"].tolist(), where))
    if schema.key and not set(schema.key) & set(absent):
        unread = {line for column in schema.key for line in told.get(column, ())}
        faults += _duplicates(table[~table.index.isin(list(unread))], schema, file, header)
    return faults


def _failures(table: pd.DataFrame, schema: TableSchema) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Column, check and failing cells of everything that the table breaks."""
    try:
        schema.columns.validate(table, lazy=True)
    except pa.errors.SchemaErrors as errors:
        for (column, check), cases in errors.failure_cases.groupby(["column", "check"], sort=False):
            yield str(column), str(check), cases


def _check_fault(check: str, cases: list[Any], where: Fault) -> Fault:
    message = _MISSING if check == "not_nullable" else check
    distinct = [] if message == _MISSING else list(dict.fromkeys(cases))
    shown = ": " + ", ".join(repr(c) for c in distinct[:3]) if distinct else ""
    more = ", ..." if len(distinct) > 3 else ""
    return replace(where, message=f"{message}{shown}{more}", remedy=REMEDIES.get(message, "Correct the cell"))


def _duplicates(table: pd.DataFrame, schema: TableSchema, file: str, header: Callable[[str], str]) -> list[Fault]:
    key = list(schema.key)
    twice = table[table.duplicated(key, keep=False)]
    if twice.empty:
        return []
    rows = []
    for values, group in twice.groupby(key, sort=False):
        name = " ".join(str(v) for v in (values if isinstance(values, tuple) else (values,)))
        rows.append(f"{name} on {table.index.name or 'line'}s {', '.join(str(n) for n in group.index)}")
    remedy = "Keep one row for each"
    return [Fault(file, f"duplicated {schema.key_words}", header(key[0]), tuple(rows), remedy)]


def _pattern(pattern: str, message: str, *, empty: bool = False) -> pa.Column:
    full = f"(?:{pattern})?" if empty else pattern
    return pa.Column(checks=pa.Check(lambda s: s.str.fullmatch(full).astype(bool), error=message))


def _count(*, whole: bool = True, nullable: bool = True) -> pa.Column:
    checks = [pa.Check(lambda s: s >= 0, error=_NEGATIVE)]
    if whole:
        checks.append(pa.Check(lambda s: s % 1 == 0, error=_NOT_WHOLE))
    return pa.Column(float, checks=checks, nullable=nullable)


def _between(low: float, high: float, message: str, *, nullable: bool = True) -> pa.Column:
    return pa.Column(float, checks=pa.Check(lambda s: s.between(low, high), error=message), nullable=nullable)


def _whole(low: int, high: int, message: str) -> pa.Column:
    return pa.Column(checks=pa.Check(lambda s: s.between(low, high), error=message))


def _uai() -> pa.Column:
    return _pattern(UAI, _NOT_UAI)


def _commune(*, empty: bool = False) -> pa.Column:
    return _pattern(COMMUNE, _NOT_COMMUNE, empty=empty)


def _ips() -> pa.Column:
    return _between(30, 200, "not a plausible IPS (30 to 200)")


def _rentree() -> pa.Column:
    # An unreadable rentrée is read as 0 and told by the reader itself.
    return pa.Column(int)


def _schema(columns: dict[str, pa.Column], key: tuple[str, ...] = (), words: str = "") -> TableSchema:
    return TableSchema(pa.DataFrameSchema(columns), key, words)


_GRADES = {name: _count() for name in ("pupils", "p6e", "p5e", "p4e", "p3e", "segpa", "ulis")}
_GRADES |= {f"{kind}_p{grade}e": _count() for kind in ("segpa", "ulis") for grade in (6, 5, 4, 3)}
_ECOLE_GRADES = {name: _count() for name in ("cp", "ce1", "ce2", "cm1", "cm2")}
_YEAR = _whole(1900, 2150, "not a plausible year")
_BY_RENTREE = (("uai", "rentree"), "UAI in the same rentrée")

POSITIONS = _schema({"uai": _uai(), "commune": _commune(empty=True)}, ("uai",), "UAI")
DIRECTORY = _schema({"uai": _uai(), "commune": _commune(empty=True)}, ("uai",), "UAI")
COLLEGE_IPS = _schema(
    {"uai": _uai(), "rentree": _rentree(), "commune": _commune(), "pupils": _count(), "ips": _ips(),
     "ips_sd": _between(0, 100, "not a plausible standard deviation of IPS (0 to 100)")},
    *_BY_RENTREE,
)  # fmt: skip
ECOLE_IPS = _schema(
    {"uai": _uai(), "rentree": _rentree(), "commune": _commune(), "pupils": _count(), "ips": _ips()}, *_BY_RENTREE
)
COLLEGE_PUPILS = _schema({"uai": _uai(), "rentree": _rentree(), "commune": _commune(empty=True), **_GRADES}, *_BY_RENTREE)
ECOLE_PUPILS = _schema({"uai": _uai(), "rentree": _rentree(), **_ECOLE_GRADES}, *_BY_RENTREE)
SECTORS = _schema({"commune": _commune(), "uai": _uai()})
BOARDING = _schema(
    {"uai": _uai(), "rentree": _rentree(), "pupils": _count(), "demi_pensionnaires": _count(), "internes": _count()},
    *_BY_RENTREE,
)
_INCOME = {
    "median_eur": _between(1, 500_000, "not a plausible median income (1 to 500,000 euros)"),
    "poverty_rate": _between(0, 100, "not a percentage"),
}
INCOME_COMMUNES = _schema({"commune": _commune(), **_INCOME, "persons": _count(whole=False)}, ("commune",), "commune")
INCOME_IRIS = _schema({"iris": _pattern(IRIS, _NOT_IRIS), **_INCOME}, ("iris",), "IRIS")
POPULATION = _schema(
    {"year": _YEAR, "population": _count(whole=False, nullable=False)},
    ("departement", "year", "age_min"), "département, year and age",
)  # fmt: skip
POPULATION_COMMUNES = _schema(
    {"commune": _commune(), "year": _YEAR, "age": _whole(0, 130, "not an age"),
     "population": _count(whole=False, nullable=False)},
)  # fmt: skip
OMPHALE = _schema(
    {"year": _YEAR, "age_min": _whole(0, 130, "not an age"), "age_max": _whole(0, 130, "not an age"),
     "population": _count(whole=False, nullable=False)},
)  # fmt: skip
_PEOPLE = ("people", "households", "poor_households", "living_standard_eur", "age_0_3", "age_4_5", "age_6_10", "age_11_17")
GRID = _schema({name: _count(whole=False, nullable=False) for name in _PEOPLE})
BIRTHS = _schema({"commune": _commune(), "year": _YEAR, "births": _count()}, ("commune", "year"), "commune and year")
IRIS_POPULATION = _schema(
    {"iris": _pattern(IRIS, _NOT_IRIS), "commune": _commune(), "pop_11_17": _count(whole=False)}, ("iris",), "IRIS"
)
COMMUNES = _schema({"commune": _commune()}, ("commune",), "commune")
IRIS_CONTOURS = _schema({"iris": _pattern(IRIS, _NOT_IRIS), "commune": _commune()}, ("iris",), "IRIS")
COG = _schema({"commune": _commune(), "parent": _commune(empty=True)}, ("commune", "kind"), "commune")
CAPACITY = _schema(
    {"uai": _uai(), "capacity": _count(nullable=False), "capacity_low": _count(), "capacity_high": _count()},
    ("uai",), "UAI",
)  # fmt: skip
CANTEENS = _schema(
    {"uai": _uai(), "seats": _count(nullable=False), "sittings": _between(1, 10, "not a number of sittings (1 to 10)")},
    ("uai",), "UAI",
)  # fmt: skip
_SHARE = _between(0, float("inf"), _NEGATIVE, nullable=False)
PCS = _schema(
    {"uai": _uai(), "rentree": _rentree(),
     **dict.fromkeys(("tres_favorisee", "favorisee", "moyenne", "defavorisee"), _SHARE)},
    *_BY_RENTREE,
)  # fmt: skip
KITCHENS = _schema({"uai": _uai(), "production_meals": _count(), "ecole_meals": _count()}, ("uai",), "UAI")
SUPPLIES = _schema(
    {"kitchen_uai": _uai(), "served_uai": _uai()}, ("served_uai",), "served UAI (a canteen is supplied by one kitchen)"
)
URBAN_NETWORKS = _schema({"commune": _commune()}, ("commune",), "commune (it lies in one urban network)")
RESIDENTS = _schema(
    {"commune": _commune(), "uai": _pattern(UAI, _NOT_UAI, empty=True), "pupils": _count()},
    ("commune", "rest"),
    "commune with the same rentrée, grade, sector and school",
)
SCHOOL_BASSINS = _schema({})
BASSINS = _schema({"commune": _commune(), "bassin": _pattern(".+", _MISSING)}, ("commune",), "commune (it lies in one bassin)")
CIRCUITS = _schema({name: _pattern(".+", _MISSING) for name in ("circuit", "stop")})
DWELLINGS = _schema(
    {"name": _pattern(".+", _MISSING), "commune": _commune(),
     "dwellings": _between(1, 100_000, "not a number of dwellings (1 to 100,000)", nullable=False)},
    ("name", "commune", "year", "kind", "demolition"), "programme, commune, rentrée and kind",
)  # fmt: skip
PROJECTION = _schema(
    {"rentree": _rentree(), "pupils": _count(whole=False, nullable=False)}, ("rentree", "variant"), "rentrée and variant"
)
