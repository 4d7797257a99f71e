"""Cutting lines where they touch or cross, unless they pass over each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from maillage.arrays import Bools, Floats, Index, Ints, Objects
from maillage.travel.roads.segments import lines_between, pieces

SAME_M = 1e-3
"""Vertices this near are one."""


@dataclass(frozen=True, eq=False)
class Noded:
    """Lines cut into segments between nodes.

    Attributes
    ----------
    line : (R,) object
    owner : (R,) int
        Line each segment was cut from.
    ends : (R, 2) int32
        Nodes.
    xy_m : (N, 2) float
    num_snapped, num_crossings : int
        Ends moved onto another end or line; crossings where neither line had a vertex.
    """

    line: Objects
    owner: Index
    ends: Ints
    xy_m: Floats
    num_snapped: int
    num_crossings: int


@dataclass(frozen=True, eq=False)
class _Spots:
    """Places where lines are cut: the line, the metres along it, the point; several spots make one node."""

    line: Index
    at_m: Floats
    xy_m: Floats


def node(lines: Objects, level: Ints, crossings: bool, snap_m: float) -> Noded:
    """Cut lines at their ends, where ends come within `snap_m` of a line, at shared vertices and, if asked, at crossings.

    Parameters
    ----------
    lines : (L,) object
        LineStrings, metres.
    level : (L,) int
        Lines of different levels share vertices and crossings without meeting; their ends meet whatever the level.
    crossings : bool
    snap_m : float
    """
    vertices = _vertices(lines)
    touching, num_near = _touching(lines, snap_m)
    parts = [_ends(lines), touching, _shared(vertices, level)]
    num_crossings = 0
    if crossings:
        crossed = _crossings(lines, level)
        parts.append(crossed)
        num_crossings = _new(crossed, vertices) // 2
    spots = _Spots(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("line", "at_m", "xy_m")))
    return _cut(lines, vertices, spots, snap_m, num_near, num_crossings)


def _vertices(lines: Objects) -> _Spots:
    corner, owner = shapely.get_coordinates(lines, return_index=True)
    step = np.hypot(*np.diff(corner, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(np.where(owner[1:] == owner[:-1], step, 0.0))])
    first = np.concatenate([[True], owner[1:] != owner[:-1]])
    return _Spots(owner, along - along[first][owner - owner[0]] if len(owner) else along[:0], corner)


def _ends(lines: Objects) -> _Spots:
    number = np.arange(len(lines))
    ends = [shapely.get_coordinates(shapely.get_point(lines, place)) for place in (0, -1)]
    at_m = np.concatenate([np.zeros(len(lines)), shapely.length(lines)])
    return _Spots(np.concatenate([number, number]), at_m, np.concatenate(ends))


def _touching(lines: Objects, snap_m: float) -> tuple[_Spots, int]:
    """Ends near a line: spots on that line; and the number of ends near one without touching it."""
    ends = _ends(lines)
    end, line = shapely.STRtree(lines).query(shapely.points(ends.xy_m), predicate="dwithin", distance=snap_m + SAME_M)
    point = shapely.points(ends.xy_m[end])
    at_m = shapely.line_locate_point(lines[line], point)
    elsewhere = (ends.line[end] != line) | (np.abs(at_m - ends.at_m[end]) > 2 * snap_m + SAME_M)
    gap = shapely.distance(point, lines[line]) > SAME_M
    return _Spots(line[elsewhere], at_m[elsewhere], ends.xy_m[end[elsewhere]]), len(np.unique(end[elsewhere & gap]))


def _shared(vertices: _Spots, level: Ints) -> _Spots:
    """Vertices in one place, on one level."""
    grid = np.column_stack([np.round(vertices.xy_m / SAME_M).astype(np.int64), level[vertices.line]])
    _, place, uses = np.unique(grid, axis=0, return_inverse=True, return_counts=True)
    several = uses[place.ravel()] > 1
    return _Spots(vertices.line[several], vertices.at_m[several], vertices.xy_m[several])


def _crossings(lines: Objects, level: Ints) -> _Spots:
    """Points that two lines of one level have in common; of a stretch in common, its ends."""
    left, right = shapely.STRtree(lines).query(lines, predicate="intersects")
    once = (left < right) & (level[left] == level[right])
    left, right = left[once], right[once]
    part, pair = shapely.get_parts(shapely.intersection(lines[left], lines[right]), return_index=True)
    stretch = shapely.get_type_id(part) == shapely.GeometryType.LINESTRING
    ends = [shapely.get_point(part[stretch], place) for place in (0, -1)]
    point = np.concatenate([part[~stretch], *ends])
    pair = np.concatenate([pair[~stretch], pair[stretch], pair[stretch]])
    owner = np.concatenate([left[pair], right[pair]])
    twice = np.concatenate([point, point])
    return _Spots(owner, shapely.line_locate_point(lines[owner], twice), shapely.get_coordinates(twice).reshape(-1, 2))


def _new(spots: _Spots, vertices: _Spots) -> int:
    """How many spots are at no vertex of any line."""
    if not len(spots.line):
        return 0
    gap_m, _ = cKDTree(vertices.xy_m).query(spots.xy_m)
    return int(np.count_nonzero(gap_m > SAME_M))


def _cut(lines: Objects, vertices: _Spots, spots: _Spots, snap_m: float, num_near: int, num_crossings: int) -> Noded:
    name = _clusters(spots.xy_m, snap_m)
    place = np.zeros((int(name.max(initial=-1)) + 1, 2))
    place[name[::-1]] = spots.xy_m[::-1]  # the first spot of a cluster is its place: an end of a line before a crossing
    free = _apart(lines, vertices, spots, snap_m)
    owner = np.concatenate([spots.line, vertices.line[free]])
    at_m = np.concatenate([spots.at_m, vertices.at_m[free]])
    corner = np.concatenate([place[name], vertices.xy_m[free]])
    label = np.concatenate([name, np.full(int(free.sum()), -1)])
    order = np.lexsort((label, at_m, owner))
    owner, corner, label = owner[order], corner[order], label[order]
    start, end = pieces(owner, label >= 0)
    line = lines_between(corner, start, end)
    real = (label[start] != label[end]) | (shapely.length(line) > 2 * snap_m + SAME_M)
    start, end, line = start[real], end[real], line[real]
    used, ends = np.unique(np.concatenate([label[start], label[end]]), return_inverse=True)
    return Noded(line, owner[start], ends.reshape(2, -1).T.astype(np.int32), place[used], num_near, num_crossings)


def _clusters(xy_m: Floats, snap_m: float) -> Index:
    """(K,) number of the cluster of each point: points linked by steps of at most `snap_m`."""
    if not len(xy_m):
        return np.empty(0, np.intp)
    places, dense = np.unique(np.round(xy_m / SAME_M).astype(np.int64), axis=0, return_inverse=True)
    pair = cKDTree(places * SAME_M).query_pairs(snap_m + SAME_M, output_type="ndarray")
    graph = coo_array((np.ones(len(pair), np.int8), (pair[:, 0], pair[:, 1])), shape=(len(places), len(places)))
    _, name = connected_components(graph, directed=False)
    return np.asarray(name[dense.ravel()], np.intp)


def _apart(lines: Objects, vertices: _Spots, spots: _Spots, snap_m: float) -> Bools:
    """Vertices of a line that are farther along it from every spot than `snap_m`: the others would make spurs."""
    room = shapely.length(lines) + 10 * (snap_m + SAME_M)
    first = np.cumsum(room) - room
    taken = np.sort(first[spots.line] + spots.at_m)
    here = first[vertices.line] + vertices.at_m
    right = np.searchsorted(taken, here)
    gap = np.minimum(np.abs(here - taken[np.minimum(right, len(taken) - 1)]), np.abs(here - taken[np.maximum(right - 1, 0)]))
    return np.asarray(gap > snap_m + SAME_M)
