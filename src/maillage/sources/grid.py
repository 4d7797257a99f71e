"""INSEE's 200 m squares (Filosofi): read for one département, and summed over the units.

A square says little alone: INSEE imputes the figures of those with fewer than 11 households, and asks never to interpret
one by itself. Only sums over units and counts leave this file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import Transformer

import maillage.sources.ign as ign
import maillage.sources.schema as schema
from maillage.arrays import Floats, Ints
from maillage.errors import Fault, InputError
from maillage.sources.cells import commune_of_arrondissement
from maillage.sources.filtered import open_filtered
from maillage.sources.layout import Layout, Sheet
from maillage.sources.ledger import Ledger
from maillage.sources.positions import METRES
from maillage.sources.tables import TextTable, normalise
from maillage.territory import GridSums, Match, Units

AGES = ("age_0_3", "age_4_5", "age_6_10", "age_11_17")

SQUARES = Layout(
    "Filosofi 200 m",
    {
        "square": ("idcar_200m", "idinspire"),
        "imputed": ("i_est_200", "i_est_cr"),
        "communes": ("lcog_geo", "depcom"),
        "people": ("ind",),
        "households": ("men",),
        "poor_households": ("men_pauv",),
        "living_standard_eur": ("ind_snv",),
        "age_0_3": ("ind_0_3",),
        "age_4_5": ("ind_4_5",),
        "age_6_10": ("ind_6_10",),
        "age_11_17": ("ind_11_17",),
    },
)
"""Header of 2015 (``IdINSPIRE, I_est_cr, Depcom``), of 2017 (``Idcar_200m, I_est_200``) and since 2019 (in small letters)."""

FAR_M = 1_000.0
"""A square whose centre lies in no unit goes to the nearest unit of its communes within this distance."""

_FIGURES = ("people", "households", "poor_households", "living_standard_eur", *AGES)
_SQUARE = re.compile(r"CRS3035RES200MN(\d{7})E(\d{7})")
_CODE = r"(?:\d{2}|2[AB])\d{3}"


def read_grid(path: Path, *, departement: str) -> pd.DataFrame:
    """Squares of one département (``Filosofi2017_carreaux_200m_met``, ``carreaux_200m_met``, CSV or GeoPackage).

    Parameters
    ----------
    path : Path
    departement : str
        Squares of which at least one commune lies here are kept, and those whose communes cannot be read.

    Returns
    -------
    DataFrame
        ``communes, x_m, y_m, imputed, people, households, poor_households, living_standard_eur, age_0_3, age_4_5, age_6_10,
        age_11_17``: codes of its communes, stuck together; its centre in EPSG:2154; figures that are not whole numbers.
        The vintage is in ``attrs``, "undated" where neither the name of the file, nor that of its folder, nor its header
        tells it.

    Raises
    ------
    InputError
        Every fault of the rows read.
    """
    pattern = rf"^(?:.{{5}})*{departement}|^$|^(?:.{{5}})*.{{1,4}}$"
    layers = path.suffix.lower() in ign.GEO_SUFFIXES
    sheet = _open_layers(path, departement) if layers else open_filtered(path, SQUARES, "communes", pattern)
    if SQUARES.missing([normalise(sheet.header(column)) for column in SQUARES.columns if sheet.has(column)]):
        raise InputError(sheet.faults)
    sheet.keep(sheet.codes("communes").str.contains(pattern, regex=True))
    corner = sheet.codes("square").str.extract(_SQUARE.pattern)
    bad = corner.isna().any(axis=1)
    sheet.note("square", "not the name of a 200 m square, such as CRS3035RES200mN...E...", bad, "Download the file again")
    sheet.note("square", "the same square twice", ~bad & corner.duplicated(keep=False), "Keep one row for each")
    north, east = (pd.to_numeric(corner[i]).to_numpy(dtype=np.float64) + 100 for i in (0, 1))
    x_m, y_m = Transformer.from_crs("EPSG:3035", METRES, always_xy=True).transform(east, north)
    columns = {"communes": sheet.codes("communes"), "x_m": x_m, "y_m": y_m, "imputed": sheet.flags("imputed")}
    frame = pd.DataFrame({**columns, **{name: sheet.numbers(name) for name in _FIGURES}})
    year = _vintage(path, sheet)
    return sheet.finish(frame, schema.GRID, str(year) if year else "undated")


def counted_once(tables: Sequence[pd.DataFrame]) -> pd.DataFrame | None:
    """Tables of `read_grid` as one, a square that is in several of them being that of the first; None if there is none."""
    if not tables:
        return None
    together = pd.concat(tables).drop_duplicates(["x_m", "y_m"], ignore_index=True)
    together.attrs = tables[0].attrs
    return together


def grid_sums(squares: pd.DataFrame | None, units: Units, current: Callable[[str], str], ledger: Ledger) -> GridSums | None:
    """Figures of the squares summed over each unit; None where there is no table, or no square of the territory in it.

    A square belongs to the unit that holds its centre, else to the nearest unit of its communes within `FAR_M`, else it is
    lost. A square whose communes cannot be read belongs to the territory if a unit holds its centre.

    Parameters
    ----------
    squares : DataFrame or None
        As `read_grid` returns them.
    units : Units
    current : callable
        From an INSEE code to that of the commune it is now part of.
    ledger : Ledger
        Told how many squares and people are lost, and what share of the people INSEE imputed.
    """
    if squares is None or squares.empty:
        return None
    unit = _unit_of(squares, units, current)
    readable = squares["communes"].str.fullmatch(f"(?:{_CODE})+").to_numpy(dtype=bool)
    ours, placed = readable | (unit >= 0), unit >= 0
    people = squares["people"].to_numpy(dtype=np.float64)
    lost = float(people[ours & ~placed].sum() / max(people[ours].sum(), 1e-9))
    what = "in no unit, nor within 1 km of one of their communes"
    told = f"{what}: left out, {lost:.2%} of the people of all squares" if (ours & ~placed).any() else ""
    ledger.matches.append(Match("200 m squares that lie in a unit", int(placed.sum()), int(ours.sum()), (), told))
    if not placed.any():
        return None
    of, here = unit[placed], squares[placed]

    def summed(values: Floats) -> Floats:
        return np.bincount(of, values, len(units)).astype(np.float64)

    sums = {name: summed(here[name].to_numpy(dtype=np.float64)) for name in _FIGURES}
    imputed = here["imputed"].to_numpy(dtype=bool)
    share = people[placed][imputed].sum() / max(people[placed].sum(), 1e-9)
    method = f"squares of fewer than 11 households, whose figures INSEE imputes: {share:.1%} of the people"
    ledger.estimate("people of 200 m squares", round(people[placed][imputed].sum()), round(people[placed].sum()), method)
    vintage = squares.attrs["vintage"]
    return GridSums(
        people=sums["people"],
        households=sums["households"],
        poor_households=sums["poor_households"],
        living_standard_eur=sums["living_standard_eur"],
        children=np.column_stack([sums[name] for name in AGES]),
        imputed_people=summed(people[placed] * imputed),
        year=int(vintage) if vintage.isdigit() else 0,
    )


def _unit_of(squares: pd.DataFrame, units: Units, current: Callable[[str], str]) -> Ints:
    """(n,) position of the unit of each square; -1 where it is lost."""
    points = shapely.points(squares["x_m"].to_numpy(), squares["y_m"].to_numpy())
    which, holder = shapely.STRtree(units.geometry).query(points, predicate="intersects")
    unit = np.full(len(squares), len(units), dtype=np.int32)
    np.minimum.at(unit, which, holder.astype(np.int32))  # on a border between units: the first
    outside = np.flatnonzero(unit == len(units))
    unit[outside] = -1
    codes = squares["communes"].iloc[outside].str.findall(_CODE).set_axis(outside).explode().dropna()
    code = codes.map(current)
    code = code.where(code.isin(units.commune), code.map(commune_of_arrondissement))
    named = pd.DataFrame({"square": codes.index, "commune": code.to_numpy()})
    pairs = named.merge(pd.DataFrame({"commune": units.commune, "unit": np.arange(len(units))}), on="commune")
    far = shapely.distance(points[pairs["square"].to_numpy(dtype=int)], units.geometry[pairs["unit"].to_numpy(dtype=int)])
    near = pairs.assign(far_m=far)[far <= FAR_M].sort_values(["square", "far_m", "unit"]).drop_duplicates("square")
    unit[near["square"].to_numpy(dtype=int)] = near["unit"].to_numpy(dtype=np.int32)
    return unit


def _open_layers(path: Path, departement: str) -> Sheet:
    """Attributes of a file of geometries; its outlines are not read, since a square's name says where it lies."""
    columns = ign.layers(path)
    names = {layer: tuple(normalise(column) for column in header) for layer, header in columns.items()}
    layer = min(names, key=lambda name: len(SQUARES.missing(names[name])))
    header, found = columns[layer], SQUARES.find(names[layer])
    if SQUARES.missing(names[layer]):
        return Sheet(TextTable(str(path), header, names[layer], pd.DataFrame()), SQUARES)
    where = None
    if path.suffix.lower() == ".gpkg":  # the others do not speak SQL
        code = header[found["communes"]].replace('"', '""')
        where = f'"{code}" IS NULL OR "{code}" LIKE \'%{departement}%\' OR LENGTH("{code}") % 5 <> 0 OR "{code}" = \'\''
    try:
        read = pyogrio.read_dataframe(
            path, layer=layer, columns=[header[i] for i in found.values()], read_geometry=False, where=where
        )
    except (DataSourceError, DataLayerError, UnicodeDecodeError, ValueError):
        fault = Fault(str(path), "is not a readable file of squares", remedy="Download it again")
        raise InputError([fault]) from None
    text = {n: read[c].astype(object).fillna("").astype(str) for n, c in zip(names[layer], header, strict=True) if c in read}
    rows = pd.DataFrame(text).rename_axis("feature")
    rows.index += 1
    return Sheet(TextTable(str(path), header, names[layer], rows), SQUARES)


def _vintage(path: Path, sheet: Sheet) -> int | None:
    """Year of the figures; the files of 2019 and 2021 bear one name, that of their folder may tell."""
    if normalise(sheet.header("square")) == "idinspire":
        return 2015
    told = re.search(r"20\d\d", path.stem) or re.search(r"(?<=filosofi)_?20\d\d", path.parent.name.lower())
    if told:
        return int(told.group().strip("_"))
    return 2017 if sheet.header("square") == "Idcar_200m" else None
