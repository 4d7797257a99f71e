"""`access_points`: the inhabited squares of units, as places to travel from."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from maillage.arrays import Floats, Index, Objects
from maillage.errors import Fault, InputError
from maillage.territory import Units
from maillage.travel.points import AccessPoints, pupils_per_km2


def access_points(units: Units, cells: gpd.GeoDataFrame, weight_column: str) -> AccessPoints:
    """Where people of the units live: the centres of inhabited cells, such as INSEE's 200 m squares (Filosofi).

    Parameters
    ----------
    units : Units
    cells : GeoDataFrame
        Polygons or points in any coordinate system.
    weight_column : str
        People who count, such as ``"Ind_11_17"``; cells with 0 are left out.

    Returns
    -------
    AccessPoints
        One place a unit, in the units' order. A cell belongs to the unit that its centre lies in, else to the one that it
        shares most of its area with; `notes` counts the cells of no unit and the people in them. A unit without any
        inhabited cell keeps its own point, with a weight of 0: the weights add up to those of the cells within the units.

    Raises
    ------
    InputError
        Units or cells of another kind, no such column, weights negative or missing, no coordinate system, empty geometries: all
        at once.
    """
    faults = [*_kind_faults(units, cells)] or _cell_faults(cells, weight_column)
    if faults:
        raise InputError(faults)
    people = pd.to_numeric(cells[weight_column]).to_numpy(np.float64)
    lived_in = people > 0
    shape = cells.geometry.to_crs("EPSG:2154").to_numpy()[lived_in]
    people = people[lived_in]
    owner = _owners(units.geometry, shape)
    inside = owner >= 0
    bare = np.setdiff1d(np.arange(len(units)), owner[inside])
    xy_m = shapely.get_coordinates(shapely.centroid(shape[inside])).reshape(-1, 2)
    return AccessPoints(
        owner=np.concatenate([owner[inside], bare]).astype(np.int32),
        xy_m=np.concatenate([xy_m, units.xy_m[bare]]),
        weight=np.concatenate([people[inside], np.zeros(len(bare))]),
        name=units.unit,
        pupils_per_km2=pupils_per_km2(units),
        notes=_notes(people, inside, len(bare)),
    )


def _owners(outline: Objects, shape: Objects) -> Index:
    """(C,) unit of each cell, -1 = none; a centre on a shared border goes to the first unit."""
    owner = np.full(len(shape), len(outline))
    tree = shapely.STRtree(outline)
    cell, unit = tree.query(shapely.centroid(shape), predicate="intersects")
    np.minimum.at(owner, cell, unit)
    owner[owner == len(outline)] = -1
    left = np.flatnonzero(owner < 0)
    cell, unit = tree.query(shape[left], predicate="intersects")
    shared_m2 = shapely.area(shapely.intersection(shape[left][cell], outline[unit]))
    order = np.lexsort((unit, -shared_m2, cell))
    order = order[shared_m2[order] > 0]
    first = np.unique(cell[order], return_index=True)[1]
    owner[left[cell[order][first]]] = unit[order][first]
    return owner


def _notes(people: Floats, inside: np.ndarray[tuple[int], np.dtype[np.bool_]], bare: int) -> tuple[str, ...]:
    outside = int((~inside).sum())
    lost = f"{outside} inhabited cells lie in no unit and count nowhere ({people[~inside].sum():g} of {people.sum():g} people)"
    alone = f"{bare} units have no inhabited cell: they keep their own point"
    return (*([lost] if outside else []), *([alone] if bare else []))


def _kind_faults(units: object, cells: object) -> Iterator[Fault]:
    if not isinstance(units, Units):
        remedy = "Give territory.units; for places of your own make AccessPoints"
        yield Fault("access_points", f"{type(units).__name__} instead of Units", "units", remedy=remedy)
    if not isinstance(cells, gpd.GeoDataFrame):
        remedy = "Give the squares as geopandas reads them"
        yield Fault("access_points", f"{type(cells).__name__} instead of a GeoDataFrame", "cells", remedy=remedy)


def _cell_faults(cells: gpd.GeoDataFrame, weight_column: str) -> list[Fault]:
    faults = []
    if cells.crs is None:
        faults.append(Fault("cells", "no coordinate system", "geometry", remedy="Say which one with set_crs"))
    unusable = (cells.geometry.isna() | cells.geometry.is_empty).to_numpy()
    if unusable.any():
        rows = tuple(str(label) for label in cells.index[unusable])
        faults.append(Fault("cells", "without geometry", "geometry", rows, "Mend or delete these cells"))
    if weight_column not in cells:
        remedy = f"Its columns are {', '.join(map(str, cells.columns))}"
        return [*faults, Fault("cells", "missing column", weight_column, remedy=remedy)]
    people = pd.to_numeric(cells[weight_column], errors="coerce").to_numpy(np.float64)
    wrong = ~((people >= 0) & (people < np.inf))
    if wrong.any():
        rows = tuple(str(label) for label in cells.index[wrong])
        faults.append(Fault("cells", "negative, endless or missing", weight_column, rows, "Give people, 0 where nobody lives"))
    return faults
