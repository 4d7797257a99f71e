"""Other libraries that route, each called the fastest way its documentation gives for many sources and targets.

A peer is prepared once, may change its weights, and answers in the unit of the weights, unreachable = inf. `few` is how many
sources are measured where all would take too long: each of these tools treats its sources one by one, so that the seconds are
scaled to all of them.
"""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.roads import Floats, Int32s, Roads
from benchmarks.timing import MissingError

Nodes = npt.NDArray[np.int64]


class Peer(ABC):
    few: int | None = None
    parallel = False
    note = ""

    @abstractmethod
    def __init__(self, roads: Roads, threads: int) -> None: ...

    @abstractmethod
    def reweigh(self, weight: Int32s) -> None:
        """Take other weights on the same arcs."""

    @abstractmethod
    def matrix(self, sources: Nodes, targets: Nodes) -> Floats:
        """(S, T) weights of the cheapest paths."""

    def to_all(self, sources: Nodes) -> Floats | None:
        """(S, N); None where only pairs can be asked."""
        return None


class Scipy(Peer):
    """`csgraph.dijkstra` always goes to all nodes; its matrices would add parallel arcs up, so the cheapest is kept."""

    note = "always to all nodes"

    def __init__(self, roads: Roads, threads: int) -> None:
        from scipy.sparse import csr_array

        self._order = np.lexsort((roads.head, roads.tail))
        tail, head = roads.tail[self._order], roads.head[self._order]
        self._first = np.flatnonzero(np.r_[True, (np.diff(tail) != 0) | (np.diff(head) != 0)])
        begin = np.searchsorted(tail[self._first], np.arange(roads.num_nodes + 1))
        parts = (np.zeros(len(self._first)), head[self._first], begin.astype(np.int32))
        self._graph = csr_array(parts, shape=(roads.num_nodes, roads.num_nodes))
        self.reweigh(roads.weight)

    def reweigh(self, weight: Int32s) -> None:
        self._graph.data[:] = np.minimum.reduceat(weight[self._order], self._first)

    def to_all(self, sources: Nodes) -> Floats:
        from scipy.sparse.csgraph import dijkstra

        return np.asarray(dijkstra(self._graph, indices=sources))

    def matrix(self, sources: Nodes, targets: Nodes) -> Floats:
        return self.to_all(sources)[:, targets]


class Igraph(Peer):
    """`Graph.distances` stops a search when all targets are settled."""

    few = 25
    note = "stops when all targets are settled"

    def __init__(self, roads: Roads, threads: int) -> None:
        import igraph

        self._graph = igraph.Graph(roads.num_nodes, np.column_stack([roads.tail, roads.head]), directed=True)
        self.reweigh(roads.weight)

    def reweigh(self, weight: Int32s) -> None:
        self._graph.es["weight"] = weight.tolist()

    def to_all(self, sources: Nodes) -> Floats:
        return np.array(self._graph.distances(sources.tolist(), weights="weight"))

    def matrix(self, sources: Nodes, targets: Nodes) -> Floats:
        return np.array(self._graph.distances(sources.tolist(), targets.tolist(), weights="weight"))


class Networkit(Peer):
    """`SPSP`: one search for each source, in parallel, stopped when all targets are settled."""

    few = 50
    parallel = True
    note = "stops when all targets are settled"

    def __init__(self, roads: Roads, threads: int) -> None:
        self._nk: Any = importlib.import_module("networkit")
        self._nk.setNumberOfThreads(threads)
        self._roads = roads
        self.reweigh(roads.weight)

    def reweigh(self, weight: Int32s) -> None:
        """The graph is built again: parallel arcs cannot be told apart by their ends."""
        ends = (self._roads.tail.astype(np.uint64), self._roads.head.astype(np.uint64))
        arcs = (weight.astype(np.float64), ends)
        self._graph = self._nk.GraphFromCoo(arcs, n=self._roads.num_nodes, weighted=True, directed=True)

    def to_all(self, sources: Nodes) -> Floats:
        return self._run(self._nk.distance.SPSP(self._graph, sources.tolist()))

    def matrix(self, sources: Nodes, targets: Nodes) -> Floats:
        searches = self._nk.distance.SPSP(self._graph, sources.tolist())
        searches.setTargets(targets.tolist())
        return self._run(searches)

    def _run(self, searches: Any) -> Floats:
        found = np.asarray(searches.run().getDistances(asarray=True))
        found[found == np.finfo(np.float64).max] = np.inf
        return found


class Rustworkx(Peer):
    """`dijkstra_shortest_path_lengths` goes to all nodes from one source; its all-pairs form takes no list of sources."""

    few = 5
    note = "always to all nodes, weights read through Python"

    def __init__(self, roads: Roads, threads: int) -> None:
        import rustworkx

        self._graph = rustworkx.PyDiGraph(multigraph=True)
        self._graph.add_nodes_from(range(roads.num_nodes))
        self._ends = list(zip(roads.tail.tolist(), roads.head.tolist(), strict=True))
        self._graph.add_edges_from(
            [(tail, head, weight) for (tail, head), weight in zip(self._ends, roads.weight.astype(float).tolist(), strict=True)]
        )

    def reweigh(self, weight: Int32s) -> None:
        for arc, value in enumerate(weight.astype(float).tolist()):
            self._graph.update_edge_by_index(arc, value)

    def to_all(self, sources: Nodes) -> Floats:
        import rustworkx

        out = np.full((len(sources), self._graph.num_nodes()), np.inf)
        for row, source in zip(out, sources.tolist(), strict=True):
            found = rustworkx.dijkstra_shortest_path_lengths(self._graph, source, float)
            row[np.fromiter(found.keys(), np.int64, len(found))] = np.fromiter(found.values(), np.float64, len(found))
            row[source] = 0.0
        return out

    def matrix(self, sources: Nodes, targets: Nodes) -> Floats:
        return self.to_all(sources)[:, targets]


class Pandana(Peer):
    """`shortest_path_lengths`: a contraction hierarchy, asked pair by pair.

    It keeps thousandths of the unit, cutting the rest off: whole weights come back whole. A new metric needs a new hierarchy.
    """

    few = 25
    parallel = True
    note = "hierarchy, pair by pair"
    UNREACHABLE = 4_294_967.295

    def __init__(self, roads: Roads, threads: int) -> None:
        self._roads = roads
        self.reweigh(roads.weight)

    def reweigh(self, weight: Int32s) -> None:
        import pandana
        import pandas as pd

        lon, lat = (pd.Series(values) for values in self._roads.lonlat.T)
        tail, head = pd.Series(self._roads.tail), pd.Series(self._roads.head)
        self._network = pandana.Network(lon, lat, tail, head, pd.DataFrame({"weight": weight}), twoway=False)

    def matrix(self, sources: Nodes, targets: Nodes) -> Floats:
        pairs = np.repeat(sources, len(targets)), np.tile(targets, len(sources))
        found = np.array(self._network.shortest_path_lengths(*pairs))
        return np.where(found == self.UNREACHABLE, np.inf, found).reshape(len(sources), len(targets))


PEERS: dict[str, type[Peer]] = {
    "scipy": Scipy,
    "igraph": Igraph,
    "networkit": Networkit,
    "rustworkx": Rustworkx,
    "pandana": Pandana,
}


def installed(name: str) -> type[Peer]:
    """The peer `name`, refused with the remedy where it is not installed."""
    if find_spec(name) is None:
        raise MissingError(f'{name} is not installed: pip install "maillage[bench]"')
    return PEERS[name]
