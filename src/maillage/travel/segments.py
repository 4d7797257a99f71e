"""`Segments`: roads as a file draws them, before they are joined into a network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from maillage.arrays import Bools, Floats, Ints, Objects
from maillage.travel.users import Users

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
        points = [shapely.get_point(self.line, place) for place in (0, -1)]
        corner = np.concatenate([shapely.get_coordinates(end) for end in points])
        grid = np.round(corner / NODE_GRID_M).astype(np.int64)
        place, node = np.unique(grid, axis=0, return_inverse=True)
        tail, head = node.reshape(2, -1).astype(np.int32)
        return tail, head, (place * NODE_GRID_M).astype(np.float64)
