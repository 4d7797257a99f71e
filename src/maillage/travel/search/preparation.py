"""When to prepare a road network for fast searches: once searching it without has cost as much as preparing it."""

from __future__ import annotations

from pathlib import Path

from maillage.arrays import Floats, Ints
from maillage.travel.search.hierarchy import Topology
from maillage.travel.search.order_cache import default_folder, order_of
from maillage.travel.search.ordering import neighbours

SEARCHES_WORTH = 100
"""Searches from one point that take as long as preparing a large network."""

VISITS_WORTH = 10_000_000
"""Visits of nodes that take as long as starting at all; below it small networks are never prepared."""

KEPT_FROM_NODES = 20_000
"""Networks from so many nodes on keep their order on disk."""


class Preparation:
    """The hierarchy of one network, made when it pays.

    Parameters
    ----------
    tail, head : (A,) int32
    num_nodes : int
    place : (N, 2) float
        Metres.
    """

    def __init__(self, tail: Ints, head: Ints, num_nodes: int, place: Floats) -> None:
        self._arcs, self._num_nodes, self._place = (tail, head), num_nodes, place
        self._searches = 0
        self._topology: Topology | None = None

    def topology(self, searches: int) -> Topology | None:
        """The hierarchy, if it is worth having for so many searches more; None = search with Dijkstra's algorithm.

        The choice depends on what was asked of the network so far, never on a clock, and changes no result.
        """
        self._searches += searches
        visits = self._searches * self._num_nodes
        if self._topology is None and visits >= SEARCHES_WORTH * self._num_nodes + VISITS_WORTH:
            self._topology = self._made()
        return self._topology

    def _made(self) -> Topology:
        edges = neighbours(*self._arcs, self._num_nodes)
        folder: Path | None = default_folder() if self._num_nodes >= KEPT_FROM_NODES else None
        return Topology.of(*self._arcs, self._num_nodes, order_of(edges, self._place, folder), edges)
