"""From reached parts of roads to the land around them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from maillage.arrays import Bools, Floats, Index, Objects
from maillage.travel.maps.parts import Parts

PRECISION = 0.05
"""Whole segments are simplified by this share of the margin before the land around them is drawn."""

CORNERS = 4
"""Sides of a quarter of a circle."""

LEAF = 8
"""Segments below which a group is not divided further."""


class Land:
    """The land around roads, drawn once for groups of neighbouring segments and then shared by all places.

    The segments are halved again and again, each group as compact as can be (a k-d tree: J. L. Bentley (1975),
    doi:10.1145/361002.361007). Where all segments of a group are reached, its land is taken as a whole, so that one
    polygon costs as much as its border, not as its roads. Holes of a group that are small enough may be filled at once:
    whatever is added later can only make them smaller.

    Parameters
    ----------
    line : (R,) object
        LineStrings.
    shown : (R,) bool
        Segments that may be reached.
    margin_m, hole_km2 : float
        Land this near to a road is in; holes up to this size are filled.
    """

    def __init__(self, line: Objects, shown: Bools, margin_m: float, hole_km2: float) -> None:
        self._line, self._margin_m, self._hole_km2 = line, margin_m, hole_km2
        segment = np.flatnonzero(shown)
        middle = shapely.get_coordinates(shapely.centroid(line[segment])).reshape(-1, 2)
        self._order = segment[_compact_order(middle)]
        self._groups: dict[tuple[int, int], shapely.Geometry] = {}

    def nested(self, reached: list[Parts]) -> Iterator[shapely.MultiPolygon]:
        """Land around ever more parts of the roads, each with all that is in the one before."""
        inner, known = shapely.MultiPolygon(), np.zeros(len(self._line), bool)
        for parts in reached:
            is_whole = (parts.begin == 0) & (parts.end == 1)
            whole = known.copy()
            whole[parts.segment[is_whole]] = True
            # What was wholly reached before is in the land before, and not drawn again.
            count, news = (np.append(0, np.cumsum(some[self._order])) for some in (whole, whole & ~known))
            lands = [
                *self._reached(0, len(self._order), count, news, whole & ~known),
                *self._drawn(_cut(self._line, parts.kept(~is_whole))),
            ]
            if lands:
                inner = self._filled(shapely.union_all([*lands, inner]))
            known = whole
            yield inner

    def _reached(self, first: int, last: int, count: Index, news: Index, new: Bools) -> Iterator[shapely.Geometry]:
        """Lands of the largest groups from `first` to `last` that are wholly reached and have something new.

        `count` and `news` (S + 1,) are how many segments are reached, and newly so, up to each place in the order.
        """
        if news[last] == news[first]:
            return
        if count[last] - count[first] == last - first:
            yield self._group(first, last)
        elif last - first <= LEAF:
            some = self._order[first:last]
            yield from self._simply_drawn(some[new[some]])
        else:
            middle = (first + last) // 2
            yield from self._reached(first, middle, count, news, new)
            yield from self._reached(middle, last, count, news, new)

    def _group(self, first: int, last: int) -> shapely.Geometry:
        if (first, last) not in self._groups:
            middle = (first + last) // 2
            halves = (
                self._simply_drawn(self._order[first:last])
                if last - first <= LEAF
                else [self._group(first, middle), self._group(middle, last)]
            )
            self._groups[first, last] = self._filled(shapely.union_all(halves))
        return self._groups[first, last]

    def _simply_drawn(self, segment: Index) -> Objects:
        return self._drawn(shapely.simplify(self._line[segment], PRECISION * self._margin_m))

    def _drawn(self, lines: Objects) -> Objects:
        return np.asarray(shapely.buffer(lines, self._margin_m, quad_segs=CORNERS), dtype=object)

    def _filled(self, land: shapely.Geometry) -> shapely.MultiPolygon:
        return shapely.MultiPolygon([self._without_small_holes(part) for part in shapely.get_parts(land)])

    def _without_small_holes(self, part: shapely.Polygon) -> shapely.Polygon:
        rings = np.array(part.interiors, dtype=object)
        large = shapely.area(shapely.polygons(rings)) > 1e6 * self._hole_km2 if len(rings) else np.empty(0, bool)
        return part if large.all() else shapely.Polygon(part.exterior, list(rings[large]))


def _compact_order(xy_m: Floats) -> Index:
    """(S,) order in which the halves of any range, halved again and again, are apart from each other."""
    order = np.arange(len(xy_m))
    ranges = [(0, len(order))]
    while ranges:
        first, last = ranges.pop()
        if last - first > LEAF:
            group, middle = order[first:last], (first + last) // 2
            axis = int(np.argmax(np.ptp(xy_m[group], axis=0)))
            order[first:last] = group[np.argpartition(xy_m[group, axis], middle - first)]
            ranges += [(first, middle), (middle, last)]
    return order


def _cut(line: Objects, parts: Parts) -> Objects:
    """(I,) the parts as LineStrings."""
    lines = line[parts.segment]
    corner, part = shapely.get_coordinates(lines, return_index=True)
    step_m = np.append(0.0, np.hypot(*np.diff(corner, axis=0).T)) if len(corner) else np.empty(0)
    travelled_m = np.cumsum(step_m)
    start = np.searchsorted(part, np.arange(len(lines)))
    fraction = (travelled_m - travelled_m[start[part]]) / np.maximum(shapely.length(lines), 1e-9)[part]
    within = (fraction > parts.begin[part]) & (fraction < parts.end[part])
    ends = [
        shapely.get_coordinates(shapely.line_interpolate_point(lines, at, normalized=True)) for at in (parts.begin, parts.end)
    ]
    every = np.arange(len(lines))
    owner = np.concatenate([every, part[within], every])
    order = np.argsort(owner, kind="stable")
    return np.asarray(shapely.linestrings(np.concatenate([ends[0], corner[within], ends[1]])[order], indices=owner[order]))
