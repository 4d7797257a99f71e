"""`Segments`: roads as a file draws them, before they are joined into a network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from maillage.arrays import Bools, Floats, Index, Ints, Objects
from maillage.travel.roads.users import Users

NODE_GRID_M = 0.1
"""End points that agree to this precision are one node."""


@dataclass(frozen=True, eq=False)
class Segments:
    """One row a segment of road; attributes as in `RoadNetwork`.

    `ends` (R, 2) holds the nodes already known to the file and `xy_m` their places; where it is None, segments meet where
    their end points, rounded to `NODE_GRID_M`, are the same.
    """

    line: Objects
    length_m: Floats
    along_s: Floats
    against_s: Floats
    along_users: Users
    against_users: Users
    urban: Bools
    ferry: Bools
    origin: str
    ends: Ints | None = None
    xy_m: Floats | None = None
    notes: tuple[str, ...] = ()

    def nodes(self) -> tuple[Ints, Ints, Floats]:
        """Tail and head of each segment, (R,) int32 each, and the places of the nodes, (N, 2) metres."""
        if self.ends is not None and self.xy_m is not None:
            return self.ends[:, 0], self.ends[:, 1], self.xy_m
        corner = np.concatenate([shapely.get_coordinates(shapely.get_point(self.line, place)) for place in (0, -1)])
        grid = np.round(corner / NODE_GRID_M).astype(np.int64)
        first = grid.min(axis=0, initial=2**60)
        key, node = np.unique((grid - first) @ (2**32, 1), return_inverse=True)  # one number a cell: sorts much faster
        place = np.column_stack(np.divmod(key, 2**32)) + first
        tail, head = node.reshape(2, -1).astype(np.int32)
        return tail, head, (place * NODE_GRID_M).astype(np.float64)


def pieces(owner: npt.NDArray[np.integer], stop: Bools) -> tuple[Index, Index]:
    """First and last vertex of each piece when lines are cut at some of their vertices.

    Parameters
    ----------
    owner : (M,) int
        Line of each vertex, line after line.
    stop : (M,) bool
        Vertices to cut at, the first and last of each line among them.
    """
    at = np.flatnonzero(stop)
    joined = owner[at[:-1]] == owner[at[1:]]
    return at[:-1][joined], at[1:][joined]


def lines_between(corner: Floats, start: Index, end: Index) -> Objects:
    """(R,) LineStrings through the vertices `start` to `end`, both included."""
    size = end - start + 1
    row = np.repeat(np.arange(len(start)), size)
    vertex = np.arange(len(row)) + np.repeat(start - (np.cumsum(size) - size), size)
    lines = shapely.linestrings(corner[vertex], indices=row) if len(row) else []
    return np.asarray(lines, dtype=object)


def car_seconds(length_m: Floats, speed_km_h: Floats, open_to_motors: Bools) -> Floats:
    """(R,) seconds; inf where no motor vehicle goes."""
    return np.where(open_to_motors, 3.6 * length_m / np.where(open_to_motors, speed_km_h, 1.0), np.inf)
