"""Coordinates of any system into metres, EPSG:2154."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyproj
from pyproj.exceptions import CRSError

from maillage.arrays import Floats
from maillage.errors import Fault

METROPOLE_DEGREES = (-9.9, 41.0, 10.4, 51.6)
"""West, south, east, north of where EPSG:2154 may be used."""


def to_lambert93(place: Floats, crs: Any, faults: list[Fault]) -> Floats:
    """(N, 2) metres in EPSG:2154 of points in another system; what is wrong is added to `faults`."""
    try:
        source = pyproj.CRS.from_user_input(crs)
    except CRSError:
        faults.append(Fault("RoadNetwork", f"unknown coordinate system {crs!r}", "crs", remedy="Name it as 'EPSG:4326'"))
        return place
    degrees = np.column_stack(pyproj.Transformer.from_crs(source, "EPSG:4326", always_xy=True).transform(*place.T))
    west, south, east, north = METROPOLE_DEGREES
    inside = (degrees > (west, south)).all(axis=1) & (degrees < (east, north)).all(axis=1)
    if not inside.all():
        rows = tuple(f"node {i}" for i in np.flatnonzero(~inside))
        remedy = (
            "Give longitude first, latitude second; elsewhere use from_arrays with xy_m in the metric system of your points"
        )
        faults.append(Fault("RoadNetwork", "nodes outside metropolitan France", rows=rows, remedy=remedy))
        return place
    return np.column_stack(pyproj.Transformer.from_crs(source, "EPSG:2154", always_xy=True).transform(*place.T))
