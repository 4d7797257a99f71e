"""Inhabited squares, as a study file names them."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
from pyogrio.errors import DataLayerError, DataSourceError

from maillage.errors import Fault, InputError


def read_cells(path: str | Path) -> gpd.GeoDataFrame:
    """Squares with the people in them, such as INSEE's of 200 m (Filosofi), from a GeoPackage, shapefile or GeoJSON.

    Raises
    ------
    InputError
        No such file, not a file of geometries, or one without any.
    """
    path = Path(path)
    remedy = "Give a GeoPackage, a shapefile or a GeoJSON"
    if not path.is_file():
        raise InputError([Fault(str(path), "no such file", remedy="Check the path")])
    try:
        cells = gpd.read_file(path)
    except (DataSourceError, DataLayerError, UnicodeDecodeError):
        raise InputError([Fault(str(path), "not a file of geometries", remedy=remedy)]) from None
    if not isinstance(cells, gpd.GeoDataFrame) or not len(cells):
        raise InputError([Fault(str(path), "holds no geometry", remedy=remedy)])
    return cells
