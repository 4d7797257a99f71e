"""The communes of a territory: contours brought to one date, neighbours, and inhabitants as weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from maillage.arrays import Bools, Floats, Ints, Objects, Strings
from maillage.sources.cells import departement_of_commune
from maillage.sources.geography import living_points, neighbours
from maillage.sources.ledger import Ledger


@dataclass(frozen=True, eq=False)
class Communes:
    """Communes sorted by INSEE code, and which of them share a border.

    Attributes
    ----------
    code, name : (C,) str
    geometry : (C,) object
        shapely polygons, EPSG:2154.
    xy_m : (C, 2) float
        A point inside each.
    edges, edge_length_m : (E, 2) int32, (E,) float
    """

    code: Strings
    name: Strings
    geometry: Objects
    xy_m: Floats
    edges: Ints
    edge_length_m: Floats

    def positions_of(self, codes: pd.Series[str]) -> Ints:
        """Position of the commune of each code; -1 where it is none of them."""
        return pd.Index(self.code).get_indexer(pd.Index(codes)).astype(np.int32)

    def share_departement(self, codes: pd.Series[str]) -> pd.Series[bool]:
        """Whether each code is of a département that these communes are of."""
        return codes.map(departement_of_commune).isin(set(map(departement_of_commune, self.code)))


def at_present(
    rows: pd.DataFrame, communes: Communes, current: Callable[[str], str], file: str, column: str, ledger: Ledger
) -> pd.DataFrame:
    """The rows under the present codes of their communes; a code that is none of the territory's is a fault of `column`."""
    now = rows.assign(commune=rows["commune"].map(current))
    strangers = now.loc[communes.positions_of(now["commune"]) < 0, "commune"]
    if len(strangers):
        remedy = "Correct the INSEE code, or say under [merged_communes] what the commune became part of"
        ledger.fault(file, "unknown commune", strangers, column=column, remedy=remedy)
    return now


def current_code(cog: pd.DataFrame | None, merged: Mapping[str, str]) -> Callable[[str], str]:
    """From an INSEE code to the commune it is now part of: `merged` first, then the COG's delegated and associated communes.

    Parameters
    ----------
    cog : DataFrame or None
        ``commune, parent, kind`` (TYPECOM).
    merged : mapping
        Old code to new code, as the planner gives it; chains are followed.
    """
    parent: dict[str, str] = {}
    if cog is not None:
        former = cog[cog["kind"].isin(["COMD", "COMA"]) & ~cog["commune"].isin(cog.loc[cog["kind"] == "COM", "commune"])]
        parent = dict(zip(former["commune"], former["parent"], strict=True))
    parent |= merged

    def now(code: str) -> str:
        """The commune that `code` is now part of."""
        seen = {code}
        while code in parent and parent[code] not in seen:
            code = parent[code]
            seen.add(code)
        return code

    return now


def join_communes(
    contours: pd.DataFrame, departement: str, current: Callable[[str], str], file: str, ledger: Ledger
) -> Communes | None:
    """Contours of the département's communes, merged communes joined into one outline; None (and a fault) if there are none.

    Parameters
    ----------
    contours : GeoDataFrame
        ``commune, name, geometry`` in EPSG:2154.
    departement : str
    current : callable
        See `current_code`.
    file : str
        Named in faults.
    ledger : Ledger
    """
    rows = contours[contours["commune"].map(departement_of_commune) == departement]
    if rows.empty:
        remedy = "Give the département's contours, or correct its code"
        ledger.fault(file, f"no contour of a commune of département {departement}", remedy=remedy)
        return None
    new = rows["commune"].map(current)
    moved = rows.loc[new != rows["commune"], "commune"]
    ledger.match("contours of present communes", len(rows), moved, "joined to the commune they have merged into")
    rows = pd.DataFrame({"code": new, "old": rows["commune"], "name": rows["name"], "geometry": rows["geometry"]})
    rows = rows.assign(own=rows["code"] != rows["old"]).sort_values(["code", "own", "old"])
    names = rows.drop_duplicates("code")
    geometry = np.array([_outline(g["geometry"].to_list()) for _, g in rows.groupby("code")], dtype=object)
    edges, length = neighbours(geometry)
    code, middle = names["code"].to_numpy(dtype=str), living_points(geometry)
    twice = _covered(geometry, middle)
    if twice.any():
        remedy = "Keep one contour of each place, all of one date"
        ledger.fault(file, "communes whose middle lies within another commune's contour", code[twice], remedy=remedy)
    return Communes(code, names["name"].to_numpy(dtype=str), geometry, middle, edges, length)


def _covered(geometry: Objects, middle: Floats) -> Bools:
    """(C,) whether the middle of each commune lies in the contour of another one."""
    point, polygon = shapely.STRtree(geometry).query(shapely.points(middle), predicate="within")
    return np.asarray(np.isin(np.arange(len(geometry)), point[point != polygon]))


def _outline(parts: list[object]) -> object:
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def inhabitants(communes: Communes, income: pd.DataFrame | None, ages: pd.DataFrame | None, ledger: Ledger) -> Floats:
    """(C,) positive weights of communes: children of 6 to 10 where ages are known, else tax-household persons, else area.

    Parameters
    ----------
    communes : Communes
    income : DataFrame or None
        ``commune, persons`` (Filosofi); NaN where secret, which small communes are: they take the smallest published value.
    ages : DataFrame or None
        ``commune, year, age, population``; the last year is used.
    ledger : Ledger
    """
    method, known = "area of the commune", np.full(len(communes.code), np.nan)
    if ages is not None and ages["commune"].isin(communes.code).any():
        rows = ages[(ages["year"] == ages["year"].max()) & ages["age"].between(6, 10)]
        known = _summed(rows, "population", communes)
        method = "no population by age for the commune: the smallest published"
    elif income is not None and "persons" in income.columns and income["commune"].isin(communes.code).any():
        known = _summed(income, "persons", communes)
        method = "number of persons secret or not published: the smallest published in the département"
    if not np.isfinite(known).any():
        known = np.full(len(known), np.nan)
        ledger.estimate("weight of communes", len(known), len(known), method)
        return np.asarray(shapely.area(communes.geometry))
    missing = ~np.isfinite(known) | (known <= 0)
    ledger.estimate("weight of communes", int(missing.sum()), len(known), method)
    return np.where(missing, np.min(known[~missing]), known)


def _summed(rows: pd.DataFrame, column: str, communes: Communes) -> Floats:
    sums = rows.groupby("commune")[column].sum(min_count=1).reindex(communes.code)
    return sums.to_numpy(dtype=np.float64)
