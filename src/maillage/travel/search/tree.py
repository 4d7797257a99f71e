"""Searches that remember their way: the roads of one mode as arcs that know their segments, one tree a place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from maillage.arrays import Bools, Floats, Index
from maillage.kernels.dijkstra import by_tail
from maillage.kernels.paths import shortest_tree
from maillage.travel.search.costs import NO_CUTOFF_CS, SHIFT, UNREACHED, Labels, RoadCosts
from maillage.travel.search.snapping import Snapped


@dataclass(frozen=True, eq=False)
class Ways:
    """Ways between points and the ends of the segments they stand on, within these segments.

    Attributes
    ----------
    point, node, segment : (W,) int
    fraction : (W,) float
        Where the point stands; 0 at the tail.
    at_head : (W,) bool
        Whether `node` is the segment's head.
    label : (W,) int64
    """

    point: Index
    node: Index
    segment: Index
    fraction: Floats
    at_head: Bools
    label: Labels

    @classmethod
    def of(cls, costs: RoadCosts, snapped: Snapped, departing: bool) -> Self:
        """Ways out of the points (`departing`) or into them, by point."""
        network, segment, fraction = costs.network, snapped.segment, snapped.fraction
        to_tail, to_head = (costs.against_s, costs.along_s) if departing else (costs.along_s, costs.against_s)
        label = np.concatenate([costs.part(to_tail, segment, fraction), costs.part(to_head, segment, 1 - fraction)])
        at_head = np.arange(len(label)) >= len(segment)
        node = np.concatenate([network.tail[segment], network.head[segment]])
        whole = cls(np.tile(snapped.point, 2), node, np.tile(segment, 2), np.tile(fraction, 2), at_head, label)
        keep = np.flatnonzero(label < UNREACHED)
        return whole._kept(keep[np.argsort(whole.point[keep], kind="stable")])

    def among(self, points: Bools) -> Self:
        """Those of some of the points."""
        return self._kept(points[self.point])

    def _kept(self, keep: Bools | Index) -> Self:
        return type(self)(
            self.point[keep], self.node[keep], self.segment[keep], self.fraction[keep], self.at_head[keep], self.label[keep]
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Arcs:
    """Open arcs, by the node a search leaves them from.

    Attributes
    ----------
    first : (N + 1,) int64
        Arcs of node v are ``first[v]`` to ``first[v + 1] - 1``.
    leaving, entering : (A,) int32
        Ends of each arc as the search meets them.
    label : (A,) int64
    segment : (A,) int64
    along : (A,) bool
        Whether the journey runs from the segment's tail to its head.
    """

    first: npt.NDArray[np.int64]
    leaving: Index
    entering: npt.NDArray[np.int32]
    label: Labels
    segment: Index
    along: Bools

    @classmethod
    def of(cls, costs: RoadCosts, outward: bool) -> Self:
        """Arcs in the direction of travel, or against it for a search of ways towards a place (not `outward`)."""
        tail, head = costs.network.tail, costs.network.head
        label = costs.labels()
        start, end = np.concatenate([tail, head]), np.concatenate([head, tail])
        leaving, entering = (start, end) if outward else (end, start)
        is_open = np.flatnonzero(label < UNREACHED)
        first, order = by_tail(leaving[is_open], costs.network.num_nodes)
        arc = is_open[order]
        return cls(first, leaving[arc], entering[arc], label[arc], arc % max(len(tail), 1), arc < len(tail))

    def tree(
        self, seeds: Ways, cutoff_cs: int = NO_CUTOFF_CS, target: npt.NDArray[np.int32] | None = None
    ) -> tuple[Labels, Index]:
        """Labels and last arcs of the nodes, as `maillage.kernels.paths.shortest_tree` gives them."""
        cutoff = (cutoff_cs << SHIFT) + 2**SHIFT - 1
        return shortest_tree(
            self.first, self.entering, self.label, seeds.node.astype(np.int32), seeds.label, cutoff, target
        )  # fmt: skip
