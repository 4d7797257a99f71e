"""Polygons of a territory made small enough for a page, without tearing the borders that neighbours share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from maillage.arrays import Floats, Objects

WIDTH = 10_000
"""Width of a map in drawing units; ten units make about one pixel on a screen."""

TOLERANCE = 8.0
"""Simplification: details smaller than about this many drawing units across disappear."""

SPECK = 400.0
"""Rings smaller than this many square units are slivers between imprecise borders, and are left out."""


@dataclass(frozen=True)
class Canvas:
    """From EPSG:2154 metres to drawing units, y downwards.

    Attributes
    ----------
    west_m, north_m : float
        Corner that becomes (0, 0).
    unit_m : float
        Metres in one drawing unit.
    height : int
        Height in drawing units.
    """

    west_m: float
    north_m: float
    unit_m: float
    height: int

    @classmethod
    def around(cls, geometry: Objects, xy_m: Floats, margin: float = 0.02) -> Canvas:
        """The canvas that holds all polygons and points, with a margin (share of the width)."""
        bounds = shapely.bounds(geometry)
        bounds = bounds[np.isfinite(bounds).all(axis=1)]
        points = xy_m[np.isfinite(xy_m).all(axis=1)]
        west, south = np.vstack([bounds[:, :2], points]).min(axis=0)
        east, north = np.vstack([bounds[:, 2:], points]).max(axis=0)
        span = max(east - west, (north - south) / 1.5, 1.0)
        edge = margin * span
        unit = (span + 2 * edge) / WIDTH
        spare = (span - (east - west)) / 2
        return cls(west - edge - spare, north + edge, unit, int(np.ceil((north - south + 2 * edge) / unit)))

    def place(self, xy_m: Floats) -> Floats:
        """(n, 2) metres to drawing units."""
        return np.column_stack([(xy_m[:, 0] - self.west_m) / self.unit_m, (self.north_m - xy_m[:, 1]) / self.unit_m])


def simplified(geometry: Objects, canvas: Canvas) -> Objects:
    """Polygons in whole drawing units; a border shared by two polygons stays one line.

    Simplification is that of a polygonal coverage (Visvalingam-Whyatt on shared edges, GEOS): each border is simplified
    once, for both its neighbours.
    """
    drawn = shapely.transform(shapely.make_valid(geometry), canvas.place)
    drawn = shapely.coverage_simplify(drawn, TOLERANCE)
    drawn = shapely.set_precision(drawn, 1.0)
    return np.asarray([g if g is not None else shapely.Polygon() for g in drawn], dtype=object)


def area_path(geometry: shapely.Geometry) -> str:
    """SVG path of a polygon's rings, in relative whole units; empty where nothing is large enough to draw."""
    parts = shapely.get_parts(geometry)
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    rings = shapely.get_rings(parts)
    return "".join(_ring_path(ring) for ring in rings if shapely.area(shapely.polygons(ring)) >= SPECK)


def line_path(geometry: shapely.Geometry) -> str:
    """SVG path of lines, each drawn once."""
    lines = shapely.get_parts(shapely.line_merge(geometry))
    lines = lines[shapely.get_type_id(lines) == shapely.GeometryType.LINESTRING]
    return "".join(_steps(shapely.get_coordinates(line)) for line in lines)


def borders(geometry: Sequence[shapely.Geometry] | Objects) -> shapely.Geometry:
    """All borders of a set of polygons as one set of lines, shared ones once."""
    return shapely.union_all(shapely.boundary(np.asarray(geometry, dtype=object)), grid_size=1.0)


def _ring_path(ring: shapely.Geometry) -> str:
    return _steps(shapely.get_coordinates(ring)[:-1]) + "z"


def _steps(coordinates: Floats) -> str:
    points: npt.NDArray[np.int64] = np.rint(coordinates).astype(np.int64)
    steps = np.diff(points, axis=0)
    steps = steps[steps.any(axis=1)]
    text = " ".join(str(v) for v in steps.ravel()).replace(" -", "-")
    return f"M{points[0, 0]} {points[0, 1]}l{text}" if text else ""
