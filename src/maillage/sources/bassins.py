"""Bassins: the living areas of units and collèges, from a table of communes, the directory of schools, or made here."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import scipy.sparse as sp
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial import cKDTree

from maillage.arrays import Floats, Index, Ints, Strings
from maillage.sources.communes import Communes
from maillage.sources.ledger import Ledger
from maillage.territory import Bassins, Colleges, Units

COLLEGES_PER_GROUP = 8
"""Collèges in a group made here, about."""

_UNKNOWN = -1


def bassins_of(
    table: pd.DataFrame | None,
    schools: pd.DataFrame | None,
    communes: Communes,
    units: Units,
    colleges: Colleges,
    current: Callable[[str], str],
    ledger: Ledger,
) -> Bassins:
    """Bassin of each unit and collège, from the first of these that tells them.

    1. `table`: a commune's units lie in its bassin, a collège in that of the unit it stands in; communes without row take
       that of their neighbours.
    2. `schools`: the bassin de formation of the collèges, where more than half of them have one. A unit lies in that of its
       present collège; a collège without takes that of most of its neighbours, by length of the border of their sectors.
    3. Groups of collèges, marked as approximate and recorded as an estimate.

    Parameters
    ----------
    table : DataFrame or None
        ``commune, bassin``.
    schools : DataFrame or None
        ``uai, bassin``.
    communes, units, colleges : the tables of the territory
    current : callable
        From an INSEE code to that of the commune it is now part of.
    ledger : Ledger
    """
    found = None if table is None else _by_commune(table, communes, units, colleges, current, ledger)
    if found is None and schools is not None:
        found = _by_directory(schools, units, colleges, ledger)
    return found or _groups(communes, units, colleges, ledger)


def _by_commune(
    table: pd.DataFrame,
    communes: Communes,
    units: Units,
    colleges: Colleges,
    current: Callable[[str], str],
    ledger: Ledger,
) -> Bassins | None:
    rows = table.assign(now=table["commune"].map(current))
    # A merged commune lies where the one that keeps its code lay.
    rows = rows.assign(old=rows["now"] != rows["commune"]).sort_values(["now", "old", "commune"]).drop_duplicates("now")
    named = rows.set_index("now")["bassin"].reindex(communes.code)
    missing = communes.code[named.isna().to_numpy()]
    told = "given the bassin of their neighbours" if named.notna().any() else "table of bassins of elsewhere, not used"
    ledger.match("communes with a bassin", len(named), missing.tolist(), told)
    if named.isna().all():
        return None
    label, names = _labels(named)
    label = filled(label, communes.edges, communes.edge_length_m, communes.xy_m)
    of_unit = label[np.searchsorted(communes.code, units.commune)]
    return _bassins(names, of_unit, of_unit[colleges.unit], "table of bassins given")


def _by_directory(schools: pd.DataFrame, units: Units, colleges: Colleges, ledger: Ledger) -> Bassins | None:
    named = schools.drop_duplicates("uai").set_index("uai")["bassin"].reindex(colleges.uai)
    enough = 2 * named.notna().sum() > len(named)
    if named.isna().all():
        return None
    told = "given the bassin of most neighbouring sectors" if enough else "too few to go by: bassins de formation not used"
    ledger.match("collèges with a bassin de formation", len(named), colleges.uai[named.isna().to_numpy()].tolist(), told)
    if not enough:
        return None
    label, names = _labels(named)
    pairs = units.present[units.edges]
    apart = (pairs[:, 0] != pairs[:, 1]) & (pairs >= 0).all(axis=1)
    of_college = filled(label, pairs[apart], units.edge_length_m[apart], colleges.xy_m)
    return _bassins(names, _units_of(of_college, units), of_college, "bassins de formation of the directory of schools")


def _groups(communes: Communes, units: Units, colleges: Colleges, ledger: Ledger) -> Bassins:
    """Groups of collèges that lie near each other, named after the commune of the largest.

    Ward's method: J. H. Ward (1963), Hierarchical grouping to optimize an objective function, Journal of the American
    Statistical Association 58(301), 236-244, doi:10.1080/01621459.1963.10500845.
    """
    count = max(1, round(len(colleges) / COLLEGES_PER_GROUP))
    alone = np.ones(len(colleges), dtype=np.int32)
    group = fcluster(linkage(colleges.xy_m, "ward"), count, criterion="maxclust") if count > 1 else alone
    label = np.unique(group, return_inverse=True)[1]
    order = np.lexsort((colleges.uai, -colleges.pupils, label))
    largest = order[np.unique(label[order], return_index=True)[1]]
    commune = pd.Series(communes.name, index=communes.code).reindex(colleges.commune[largest]).reset_index(drop=True)
    known_as = pd.Series(colleges.name[largest])
    name = commune.fillna(known_as)
    # Two groups of one town are told apart by their largest collège.
    name = name.where(~name.duplicated(keep=False), name + " (" + known_as + ")")
    method = (
        f"groups of about {COLLEGES_PER_GROUP} neighbouring collèges (Ward's method), named after the commune of the largest"
    )
    ledger.estimate("bassins", len(colleges), len(colleges), method)
    names = name.to_numpy(dtype=str)
    return _bassins(names, _units_of(label, units), label, method, approximate=True)


def _units_of(of_college: Index, units: Units) -> Index:
    """Bassin of each unit's present collège; units sectored outside take that of their neighbours."""
    inside = units.present >= 0
    label = np.where(inside, of_college[units.present], _UNKNOWN)
    return filled(label, units.edges, units.edge_length_m, units.xy_m)


def filled(label: Index, edges: Ints, length_m: Floats, xy_m: Floats) -> Index:
    """Labels with the unknown ones (-1) taken from neighbours, ring by ring: the label they share the longest border with.

    Ties go to the lowest label; what no border reaches takes the label of the nearest place.

    Parameters
    ----------
    label : (n,) int
        At least one is known.
    edges, length_m : (E, 2) int, (E,) float
        Neighbours (a pair may come again) and the length of their border.
    xy_m : (n, 2) float
    """
    label = np.array(label, dtype=np.int64)
    both = np.vstack([edges, edges[:, ::-1]])
    border = sp.csr_array((np.tile(length_m, 2), (both[:, 0], both[:, 1])), shape=(len(label), len(label)))
    while (label == _UNKNOWN).any():
        known = np.flatnonzero(label != _UNKNOWN)
        votes = np.asarray(border[:, known] @ np.eye(label.max() + 1)[label[known]])
        reached = (label == _UNKNOWN) & (votes.max(axis=1) > 0)
        if not reached.any():
            alone = label == _UNKNOWN
            label[alone] = label[known][cKDTree(xy_m[known]).query(xy_m[alone])[1]]
            break
        label[reached] = votes[reached].argmax(axis=1)
    return label


def _labels(named: pd.Series[str]) -> tuple[Index, Strings]:
    """Position of each name among the sorted names, -1 where there is none; the names."""
    code, names = pd.factorize(named, sort=True)
    return code.astype(np.int64), np.asarray(names, dtype=str)


def _bassins(names: Strings, unit: Index, college: Index, method: str, *, approximate: bool = False) -> Bassins:
    """Only bassins that hold a unit or a collège, in the order of their names."""
    used = np.union1d(unit, college)
    used = used[np.argsort(names[used], kind="stable")]
    place = np.full(len(names), _UNKNOWN)
    place[used] = np.arange(len(used))
    return Bassins(names[used], place[unit], place[college], method, approximate)
