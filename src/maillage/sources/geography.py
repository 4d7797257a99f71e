"""Plane geometry of the territory: cells of a polygon, neighbours with imprecise borders, which polygon holds a point.

All coordinates are EPSG:2154 metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp
import shapely
from scipy.cluster.vq import kmeans2

from maillage.arrays import Bools, Floats, Ints, Objects

BORDER_TOLERANCE_M = 15.0
"""Two outlines at most this far apart are taken to share a border: published contours are rounded and generalised."""

_POINTS_PER_CELL = 60
_LLOYD_ROUNDS = 40


def cut_into_cells(polygon: Any, count: int, anchors: Floats | None = None) -> list[Any]:
    """Cut a polygon into compact cells of about one size: k-means of a regular grid of points, then the
    part of the polygon nearest to each centre.

    Deterministic: the centres start from `anchors`, then from the grid point farthest from all centres so far.

    Parameters
    ----------
    polygon : shapely Polygon or MultiPolygon
    count : int
        Cells wanted, at least 1.
    anchors : (k, 2) float or None
        Points the centres start from (collèges, so that each tends to have cells of its own); those outside the polygon
        are ignored.

    Returns
    -------
    list of `count` shapely geometries, a partition of `polygon`, in reading order (north to south, west to east).

    References
    ----------
    Lloyd, S. (1982), Least squares quantization in PCM, IEEE Transactions on Information Theory 28(2),
    doi:10.1109/TIT.1982.1056489.
    """
    if count <= 1:
        return [polygon]
    points = _grid_inside(polygon, count * _POINTS_PER_CELL)
    centres, _ = kmeans2(points, _spread(points, count, _inside(polygon, anchors)), iter=_LLOYD_ROUNDS, minit="matrix")
    cells = [shapely.Polygon(_nearest_region(centre, centres, polygon.bounds)) for centre in centres]
    clipped = [polygonal(cell) for cell in shapely.intersection(cells, polygon) if cell.area > 0]
    return in_reading_order(clipped)


def in_reading_order(geometries: Sequence[Any]) -> list[Any]:
    """Geometries sorted by their centres, north to south, then west to east, to the metre."""
    return sorted(geometries, key=lambda g: (-round(g.centroid.y), round(g.centroid.x), g.area))


def fit_partition(outer: Any, parts: Sequence[Any]) -> list[Any]:
    """Make `parts` an exact partition of `outer`, for contours drawn by two producers.

    Each part is clipped to `outer` and to what earlier parts left; what no part covers goes to the nearest part.
    A part wholly outside comes back empty.
    """
    left, clipped = outer, []
    for part in parts:
        clipped.append(polygonal(shapely.intersection(left, part)))
        left = polygonal(shapely.difference(left, part))
    for rest in shapely.get_parts(left):
        distance = [piece.distance(rest) if not piece.is_empty else np.inf for piece in clipped]
        nearest = int(np.argmin(distance))
        clipped[nearest] = polygonal(shapely.union(clipped[nearest], rest))
    return clipped


def polygonal(geometry: Any) -> Any:
    """The polygons of a geometry; points and lines left over by an overlay are dropped."""
    parts = shapely.get_parts(geometry)
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])


def neighbours(geometries: Objects, tolerance_m: float = BORDER_TOLERANCE_M) -> tuple[Ints, Floats]:
    """Pairs of polygons that share a border, and its length.

    The length is that of the first outline within `tolerance_m` of the second polygon, less `tolerance_m` at either end;
    pairs left with no more than twice the tolerance touch in a corner only and are not neighbours.

    Returns
    -------
    (E, 2) int32 pairs, first < second, sorted; (E,) float lengths in metres.
    """
    first, second = shapely.STRtree(geometries).query(geometries, predicate="dwithin", distance=tolerance_m)
    once = first < second
    order = np.lexsort((second[once], first[once]))
    first, second = first[once][order], second[once][order]
    grown = shapely.buffer(geometries, tolerance_m, quad_segs=2)
    outlines = shapely.boundary(geometries)
    length = shapely.length(shapely.intersection(outlines[first], grown[second])) - 2 * tolerance_m
    keep = length > 2 * tolerance_m
    return np.column_stack([first[keep], second[keep]]).astype(np.int32), length[keep]


def components(count: int, edges: Ints) -> Ints:
    """Component of each of `count` nodes, numbered from the largest (0) down."""
    graph = sp.coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(count, count))
    _, label = sp.csgraph.connected_components(graph, directed=False)
    rank = np.argsort(np.argsort(-np.bincount(label), kind="stable"), kind="stable")
    return rank[label].astype(np.int32)


def holding(points_m: Floats, geometries: Objects) -> tuple[Ints, Floats]:
    """Polygon that holds each point, else the nearest, and the distance to it (0 where it holds the point).

    Returns
    -------
    (n,) int32 positions in `geometries` and (n,) float metres; ties go to the first.
    """
    tree, points = shapely.STRtree(geometries), shapely.points(points_m)
    (which, found), distance = tree.query_nearest(points, return_distance=True, all_matches=True)
    order = np.lexsort((found, which))
    _, first = np.unique(which[order], return_index=True)
    return found[order][first].astype(np.int32), distance[order][first]


def living_points(geometries: Objects) -> Floats:
    """(n, 2) centre of each polygon, or a point inside it where the centre falls outside."""
    centre = shapely.centroid(geometries)
    inside = shapely.contains(geometries, centre)
    point = np.where(inside, centre, shapely.point_on_surface(geometries))
    return np.column_stack([shapely.get_x(point), shapely.get_y(point)])


def _grid_inside(polygon: Any, wanted: int) -> Floats:
    spacing = float(np.sqrt(polygon.area / wanted))
    west, south, east, north = polygon.bounds
    x, y = np.meshgrid(np.arange(west + spacing / 2, east, spacing), np.arange(south + spacing / 2, north, spacing))
    points = np.column_stack([x.ravel(), y.ravel()])
    return points[_contains(polygon, points)]


def _nearest_region(centre: Floats, centres: Floats, bounds: tuple[float, float, float, float]) -> Floats:
    """Corners of the part of a rectangle nearer to `centre` than to any other centre.

    Clipped by one half-plane after another (Sutherland-Hodgman): GEOS's Voronoi diagram overlaps itself on regular centres.
    """
    west, south, east, north = bounds
    corners = np.array([(west, south), (east, south), (east, north), (west, north)])
    for other in centres:
        normal = other - centre
        if not normal.any():
            continue
        beyond = (corners - (centre + other) / 2) @ normal
        following, beyond_next = np.roll(corners, -1, axis=0), np.roll(beyond, -1)
        crosses = (beyond > 0) != (beyond_next > 0)
        step = np.divide(beyond, beyond - beyond_next, out=np.zeros_like(beyond), where=crosses)
        points = np.stack([corners, corners + step[:, None] * (following - corners)], axis=1).reshape(-1, 2)
        corners = points[np.column_stack([beyond <= 0, crosses]).ravel()]
    return corners


def _inside(polygon: Any, anchors: Floats | None) -> Floats:
    if anchors is None or len(anchors) == 0:
        return np.empty((0, 2))
    return np.unique(anchors[_contains(polygon, anchors)], axis=0)


def _contains(polygon: Any, points: Floats) -> Bools:
    shapely.prepare(polygon)
    return np.asarray(shapely.contains_xy(polygon, points[:, 0], points[:, 1]))


def _spread(points: Floats, count: int, anchors: Floats) -> Floats:
    """`count` starting centres: the anchors, then each time the point farthest from all of them."""
    centres = list(anchors[:count]) or [points[np.argmin(((points - points.mean(axis=0)) ** 2).sum(axis=1))]]
    nearest = np.min([((points - centre) ** 2).sum(axis=1) for centre in centres], axis=0)
    while len(centres) < count:
        centres.append(points[int(np.argmax(nearest))])
        nearest = np.minimum(nearest, ((points - centres[-1]) ** 2).sum(axis=1))
    return np.array(centres)
