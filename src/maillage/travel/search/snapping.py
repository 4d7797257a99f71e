"""Putting points onto the nearest road, between its ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from maillage.arrays import Bools, Floats, Ints
from maillage.travel.roads.network import RoadNetwork
from maillage.travel.roads.users import may_use

MAX_SNAP_M = 5_000.0
"""A point farther than this from any road is not on the network, unless another limit is given."""

TIE_M = 0.05
"""Roads this much farther than the nearest one are as near: both carriageways drawn as one line, all roads of a junction."""

ISLAND_NODES, ISLAND_SHARE = 1_000, 0.01


@dataclass(frozen=True, eq=False)
class Snapped:
    """Where points stand on the network; a point may stand on several segments at once.

    Attributes
    ----------
    point : (K,) int
        Position of the point, ascending.
    segment : (K,) int
    fraction : (K,) float
        0 at the segment's tail, 1 at its head.
    access_m : (P,) float
        Straight distance of each point to its road; inf where no road is within reach.
    """

    point: Ints
    segment: Ints
    fraction: Floats
    access_m: Floats


def snap(network: RoadNetwork, usable: Bools, xy_m: Floats, max_m: float = MAX_SNAP_M) -> Snapped:
    """Put each point onto the nearest usable segment, and onto those as near within `TIE_M`.

    Parameters
    ----------
    network : RoadNetwork
    usable : (R,) bool
        Segments open to the mode, small pieces apart (`main_segments`). Of them, these are left aside: motorways and their
        ramps, where nobody lives and a point could leave at the next junction only; ferries, which are not land; segments of
        no length, which only join others.
    xy_m : (P, 2) float
    max_m : float
        Longest straight distance to the road, metres.
    """
    lived_on = may_use(network.along_users | network.against_users, "foot") & ~network.ferry & (network.length_m > 0)
    candidates = np.flatnonzero(usable & lived_on)
    tree = shapely.STRtree(network.line[candidates])
    points = shapely.points(xy_m)
    access_m = np.full(len(xy_m), np.inf)
    if len(xy_m) and len(candidates):
        found, distance_m = tree.query_nearest(points, max_distance=max_m, return_distance=True, all_matches=False)
        access_m[found[0]] = distance_m
    near = np.flatnonzero(np.isfinite(access_m))
    row, column = tree.query(points[near], predicate="dwithin", distance=access_m[near] + TIE_M)
    order = np.lexsort((column, row))
    point, segment = near[row[order]], candidates[column[order]]
    fraction = np.nan_to_num(shapely.line_locate_point(network.line[segment], points[point], normalized=True))
    return Snapped(point.astype(np.int32), segment.astype(np.int32), fraction, access_m)


def main_segments(network: RoadNetwork, along_s: Floats, against_s: Floats) -> Bools:
    """(R,) segments that a mode can use and that lie on no small piece.

    A small piece is a set of nodes within which every node can be reached from every other, of fewer than 1,000 nodes and
    fewer than 1 % of the largest such set: a car park cut off by a private road, the stump of a one-way at the edge of
    the map. Snapping a whole village to one would cut it off.
    """
    one_way = np.isfinite(along_s), np.isfinite(against_s)
    start = np.concatenate([network.tail[one_way[0]], network.head[one_way[1]]])
    end = np.concatenate([network.head[one_way[0]], network.tail[one_way[1]]])
    graph = coo_array((np.ones(len(start), np.int8), (start, end)), shape=(network.num_nodes, network.num_nodes))
    _, piece = connected_components(graph, connection="strong")
    size = np.bincount(piece)
    big = (size >= min(ISLAND_NODES, ISLAND_SHARE * size.max(initial=0)))[piece]
    return np.asarray((one_way[0] | one_way[1]) & big[network.tail] & big[network.head])
