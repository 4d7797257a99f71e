"""`routes`: the way of the fastest journeys along the roads, for drawing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from shapely.ops import substring

from maillage.arrays import Bools, Floats, Index, Objects
from maillage.errors import Fault, InputError
from maillage.kernels.dijkstra import UNSEEN
from maillage.travel.journeys import direction_faults, door_to_door, limit_faults
from maillage.travel.lost import refuse_degrees
from maillage.travel.modes import Mode, mode_of
from maillage.travel.points import Places, Points
from maillage.travel.roads.network import RoadNetwork
from maillage.travel.search.costs import SHIFT, UNREACHED, RoadCosts
from maillage.travel.search.router import Direction
from maillage.travel.search.snapping import MAX_SNAP_M, Snapped, main_segments, snap
from maillage.travel.search.tree import Arcs, Ways

Piece = tuple[int, float, float]
"""Segment, and the fractions where it is entered and left."""


def routes(
    network: RoadNetwork,
    origins: Places,
    destinations: Places,
    mode: str | Mode = "car",
    direction: Direction = "to",
    *,
    max_snap_m: float = MAX_SNAP_M,
) -> gpd.GeoDataFrame:
    """Fastest journeys as lines, pair by pair: the first origin with the first destination, and so on.

    Parameters
    ----------
    network : RoadNetwork
    origins, destinations : Units, Colleges or (n, 2) array
        As many of both, metres in EPSG:2154.
    mode, direction, max_snap_m
        As in `travel_times`.

    Returns
    -------
    GeoDataFrame
        One row a pair, in EPSG:2154: ``origin, destination, minutes, distance_km, mode, direction`` and the LineString along
        the roads, in the direction of travel, from the road at the start to the road at the end. The straight lines to the
        roads count in ``minutes`` and ``distance_km``, which are those of `travel_times`, and are not drawn. Without a
        journey: inf, inf and no geometry; such pairs are named in ``attrs["unreachable"]``.

    Raises
    ------
    InputError
        Unknown mode or direction, as many origins as destinations not given, places of several points.

    Examples
    --------
    >>> network = RoadNetwork.from_arrays([0, 1], [1, 0], [60.0, 60.0], xy_m=[[0, 0], [1000, 0]])
    >>> table = routes(network, [[250.0, 0.0]], [[750.0, 0.0]])
    >>> table.geometry[0].wkt, float(table.minutes[0])
    ('LINESTRING (250 0, 750 0)', 0.5)
    """
    how, origin, destination = mode_of(mode), Points.single(origins, "origin"), Points.single(destinations, "destination")
    faults = [*direction_faults(direction), *limit_faults(max_snap_m=max_snap_m)]
    if len(origin) != len(destination):
        message = f"{len(origin)} origins but {len(destination)} destinations"
        faults.append(Fault("routes", message, remedy="Give one destination for each origin, or ask travel_times"))
    if faults:
        raise InputError(faults)
    start, end = (origin, destination) if direction == "to" else (destination, origin)
    along_s, against_s = how.seconds(network)
    usable = main_segments(network, along_s, against_s)
    sides = [_Side.of(network, usable, points.xy_m, max_snap_m) for points in (start, end)]
    for points, side, what in ((start, sides[0], "start"), (end, sides[1], "end")):
        refuse_degrees(network, points.xy_m, side.access_m, what)
    seconds, metres, lines = _follow(RoadCosts(network, along_s, against_s), *sides)
    access_m = sides[0].access_m + sides[1].access_m
    same = np.asarray((start.xy_m == end.xy_m).all(axis=1))
    minutes, distance_km = door_to_door(seconds, metres, access_m, how, same)
    columns = {
        "origin": origin.name, "destination": destination.name, "minutes": minutes, "distance_km": distance_km,
        "mode": how.name, "direction": direction,
    }  # fmt: skip
    table = gpd.GeoDataFrame(columns, geometry=lines, crs="EPSG:2154")
    lost = table[np.isinf(minutes)]
    table.attrs["unreachable"] = [f"{a} - {b}" for a, b in zip(lost["origin"], lost["destination"], strict=True)]
    return table


@dataclass(frozen=True, eq=False)
class _Side:
    """The distinct points at one end of the journeys, on their roads; `number` (n,) says which is each journey's."""

    snapped: Snapped
    number: Index

    @classmethod
    def of(cls, network: RoadNetwork, usable: Bools, xy_m: Floats, max_m: float) -> _Side:
        place, number = np.unique(xy_m, axis=0, return_inverse=True)
        return cls(snap(network, usable, place, max_m), number.reshape(-1))

    @property
    def access_m(self) -> Floats:
        """(n,) straight distance to the road, of each journey."""
        return self.snapped.access_m[self.number]


def _follow(costs: RoadCosts, start: _Side, end: _Side) -> tuple[Floats, Floats, Objects]:
    """Seconds, metres and line of each journey, from trees around the side with fewer places."""
    outward = len(start.snapped.access_m) <= len(end.snapped.access_m)
    centre, other = (start, end) if outward else (end, start)
    arcs = Arcs.of(costs, outward)
    seeds = Ways.of(costs, centre.snapped, departing=outward)
    ends = Ways.of(costs, other.snapped, departing=not outward)
    direct = _Direct(costs, start.snapped, end.snapped)
    label = np.full(len(centre.number), UNREACHED)
    lines = np.full(len(label), None, dtype=object)
    for place in np.unique(centre.number):
        pairs = np.flatnonzero(centre.number == place)
        tree = _Tree(arcs, seeds.among(np.arange(len(centre.snapped.access_m)) == place), ends, other.number[pairs], outward)
        for pair in pairs:
            by_nodes, way = tree.best(int(other.number[pair]))
            on_segment, piece = direct.best(int(start.number[pair]), int(end.number[pair]))
            label[pair] = min(by_nodes, on_segment)
            if label[pair] < UNREACHED:
                pieces = [piece] if on_segment <= by_nodes else list(tree.pieces(way))
                lines[pair] = _drawn(costs.network.line, pieces)
    reached = label < UNREACHED
    seconds = np.where(reached, (label >> SHIFT) / 100, np.inf)
    return seconds, np.where(reached, (label & (2**SHIFT - 1)) / 10, np.inf), lines


class _Tree:
    """Shortest paths around one place, to the ends of the segments that some other places stand on."""

    def __init__(self, arcs: Arcs, seeds: Ways, ends: Ways, others: Index, outward: bool) -> None:
        self._arcs, self._seeds, self._outward = arcs, seeds, outward
        wanted = np.zeros(int(max(ends.point.max(initial=0), others.max())) + 1, bool)
        wanted[others] = True
        self._ends = ends.among(wanted)
        self._label, self._via = arcs.tree(seeds, target=self._ends.node.astype(np.int32))

    def best(self, other: int) -> tuple[int, int]:
        """Least label to one of the other places by way of the nodes, and the row of `ends` that it ends with."""
        rows = np.flatnonzero(self._ends.point == other)
        at_node = self._label[self._ends.node[rows]]
        reached = at_node < UNSEEN
        whole = np.where(reached, np.where(reached, at_node, 0) + self._ends.label[rows], UNREACHED)
        if not (whole < UNREACHED).any():
            return int(UNREACHED), -1
        first = int(np.argmin(whole))
        return int(whole[first]), int(rows[first])

    def pieces(self, row: int) -> Iterator[Piece]:
        """Parts of segments in the direction of travel, of the path that ends with a row of `ends`."""
        way = list(self._from_the_other(row))
        yield from reversed(way) if self._outward else way

    def _from_the_other(self, row: int) -> Iterator[Piece]:
        yield _leg(self._ends, row, inward=self._outward)
        node = self._ends.node[row]
        while (arc := int(self._via[node])) >= 0:
            along = bool(self._arcs.along[arc])
            yield int(self._arcs.segment[arc]), 0.0 if along else 1.0, 1.0 if along else 0.0
            node = self._arcs.leaving[arc]
        yield _leg(self._seeds, -1 - arc, inward=not self._outward)


def _leg(ways: Ways, row: int, inward: bool) -> Piece:
    """Part of a segment between a point and a node: towards the point if `inward`."""
    point, node = float(ways.fraction[row]), float(ways.at_head[row])
    return int(ways.segment[row]), node if inward else point, point if inward else node


class _Direct:
    """Journeys between two points of one segment that need not pass through its ends."""

    def __init__(self, costs: RoadCosts, start: Snapped, end: Snapped) -> None:
        self._costs, self._sides = costs, (start, end)

    def best(self, start: int, end: int) -> tuple[int, Piece]:
        """Least label and its part of a segment; `UNREACHED` where the two share no segment or may not go that way."""
        (left, here), (right, there) = (
            (side.segment[side.point == point], side.fraction[side.point == point])
            for side, point in zip(self._sides, (start, end), strict=True)
        )
        shared, i, j = np.intersect1d(left, right, return_indices=True)
        if not len(shared):
            return int(UNREACHED), (0, 0.0, 0.0)
        step = there[j] - here[i]
        forward, backward = (
            self._costs.part(seconds, shared, np.abs(step)) for seconds in (self._costs.along_s, self._costs.against_s)
        )
        label = np.where(step > 0, forward, np.where(step < 0, backward, np.minimum(forward, backward)))
        first = int(np.argmin(label))
        return int(label[first]), (int(shared[first]), float(here[i][first]), float(there[j][first]))


def _drawn(line: Objects, pieces: list[Piece]) -> shapely.LineString:
    """One line of all pieces; a journey without any length is a line between twice the same point."""
    parts = [_part(line[segment], enters, leaves) for segment, enters, leaves in pieces]
    corner = np.concatenate(parts)
    moves = np.append((np.diff(corner, axis=0) != 0).any(axis=1), True)
    kept = corner[moves]
    return shapely.LineString(kept if len(kept) > 1 else np.repeat(kept, 2, axis=0))


def _part(line: shapely.LineString, enters: float, leaves: float) -> Floats:
    """Corners of a line between two fractions of its length, in the direction of travel."""
    if {enters, leaves} == {0.0, 1.0}:
        corner = np.asarray(shapely.get_coordinates(line))
        return corner if leaves > enters else corner[::-1]
    return np.asarray(shapely.get_coordinates(substring(line, enters, leaves, normalized=True)))
