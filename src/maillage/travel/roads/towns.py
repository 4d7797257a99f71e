"""Towns told by how dense their streets are, for roads whose tags do not tell.

Source: the routing engine Valhalla takes a place as urban above 8 km of road a km2. It looks 2 km around; here it is a square
of 750 m, for French bourgs are small (assumption).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely

from maillage.arrays import Bools, Floats, Objects
from maillage.travel.roads.segments import Segments
from maillage.travel.roads.tags import LIMIT_FACTOR, TOWN_LIMIT_KM_H

CELL_M = 250.0
TOWN_KM_PER_KM2 = 8.0
AROUND = tuple((east, north) for east in (-1, 0, 1) for north in (-1, 0, 1))


def with_towns(roads: Segments, undecided: Bools, streets: Floats) -> Segments:
    """Roads that say nothing of it are in a town where streets are dense: no faster there than its limit lets them be.

    Parameters
    ----------
    roads : Segments
    undecided : (R,) bool
        Roads open to motor vehicles, without a limit, of a class found in towns and outside.
    streets : (R,) float
        How much each road counts as a street: 1, or 0.5 where each direction is a segment of its own.
    """
    town = np.zeros(len(undecided), bool)
    if undecided.any():
        middle = shapely.line_interpolate_point(roads.line[undecided], 0.5, normalized=True)
        town[undecided] = density_km_per_km2(roads.line, streets, shapely.get_coordinates(middle)) > TOWN_KM_PER_KM2
    least_s = np.where(town, 3.6 * roads.length_m / (LIMIT_FACTOR * TOWN_LIMIT_KM_H), 0.0)
    columns = {f"{side}_s": np.maximum(getattr(roads, f"{side}_s"), least_s) for side in ("along", "against")}
    return replace(roads, urban=roads.urban | town, **columns)


def density_km_per_km2(line: Objects, weight: Floats, xy_m: Floats) -> Floats:
    """(P,) kilometres of line a square kilometre, in the 3 x 3 cells around each point."""
    corner, owner = shapely.get_coordinates(line, return_index=True)
    same = owner[1:] == owner[:-1]
    length_m = (np.hypot(*np.diff(corner, axis=0).T) * weight[owner[1:]])[same]
    cell, place = np.unique(_cells((corner[1:] + corner[:-1])[same] / 2), return_inverse=True)
    total_m = np.append(np.bincount(place, length_m, len(cell)), 0.0)
    found_m = np.zeros(len(xy_m))
    for step in AROUND:
        wanted = _cells(xy_m + np.multiply(step, CELL_M))
        at = np.minimum(np.searchsorted(cell, wanted), max(len(cell) - 1, 0))
        found_m += np.where(cell[at] == wanted, total_m[at], 0.0) if len(cell) else 0.0
    return found_m / 1000 / (len(AROUND) * (CELL_M / 1000) ** 2)


def _cells(xy_m: Floats) -> npt.NDArray[np.int64]:
    """(P,) one number for the cell each point is in."""
    east, north = np.floor(xy_m / CELL_M).astype(np.int64).T
    return np.asarray(east * 2**32 + north)
