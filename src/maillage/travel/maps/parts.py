"""Parts of roads: intervals on segments, brought to one road where a road is drawn once a direction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely

from maillage.arrays import Bools, Floats, Index
from maillage.travel.roads.network import RoadNetwork


@dataclass(frozen=True, eq=False)
class Parts:
    """Intervals on segments.

    Attributes
    ----------
    segment : (I,) int
    begin, end : (I,) float
        Fractions of the segment's length from its tail, begin <= end.
    """

    segment: Index
    begin: Floats
    end: Floats

    @classmethod
    def none(cls) -> Self:
        """No part at all."""
        return cls(np.empty(0, np.int64), np.empty(0), np.empty(0))

    def km(self, length_m: Floats) -> float:
        """Their length in all; `length_m` (R,) is that of whole segments."""
        return float((length_m[self.segment] * (self.end - self.begin)).sum()) / 1000

    def kept(self, keep: Bools) -> Parts:
        """Some of them."""
        return Parts(self.segment[keep], self.begin[keep], self.end[keep])


def road_of_segment(network: RoadNetwork) -> Index:
    """(R,) first segment of each road: two segments between the same nodes with the same middle (to 1 m) are one road.

    Arrays and graphs draw a two-way road twice, once a direction. Segments that end where they begin stay apart.
    """
    middle = shapely.get_coordinates(shapely.line_interpolate_point(network.line, 0.5, normalized=True)).reshape(-1, 2)
    loop = network.tail == network.head
    key = np.column_stack(
        [
            np.minimum(network.tail, network.head),
            np.maximum(network.tail, network.head),
            np.round(np.nan_to_num(middle)).astype(np.int64),
            np.where(loop, np.arange(len(loop)), -1),
        ]
    )
    _, first, same = np.unique(key, axis=0, return_index=True, return_inverse=True)
    return np.asarray(first[same.reshape(-1)])


def one_per_road(parts: Parts, road: Index, turned: Bools) -> Parts:
    """The same roads as intervals that do not overlap, on the first segment of each road.

    Parameters
    ----------
    parts : Parts
    road : (R,) int
        First segment of the road of each segment.
    turned : (R,) bool
        Whether a segment is drawn from its higher to its lower node: says which segments of a road are drawn alike.
    """
    shown = road[parts.segment]
    flip = turned[parts.segment] != turned[shown]
    begin, end = np.where(flip, 1 - parts.end, parts.begin), np.where(flip, 1 - parts.begin, parts.end)
    order = np.lexsort((begin, shown))
    shown, begin, end = shown[order], begin[order], end[order]
    if not len(shown):
        return Parts.none()
    # Shifted by 2 a road, intervals of different roads never touch, and one running maximum does for all of them.
    shift = 2.0 * np.unique(shown, return_inverse=True)[1].reshape(-1)
    furthest = np.maximum.accumulate(end + shift)
    opens = np.append(True, begin[1:] + shift[1:] > furthest[:-1])
    first = np.flatnonzero(opens)
    last = np.append(first[1:], len(shown)) - 1
    return Parts(shown[first], begin[first], furthest[last] - shift[first])
