"""`Router`: exact many-to-many travel times on a graph, with a metric that can be changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from maillage.arrays import Floats, Ints, is_whole
from maillage.errors import Fault, InputError
from maillage.kernels.dijkstra import by_tail, many_to_many
from maillage.kernels.nearest import nearest_sources
from maillage.travel.search.hierarchy import Descent, Metric, Seeds, Topology
from maillage.travel.search.order_cache import order_of
from maillage.travel.search.ordering import neighbours
from maillage.travel.search.questions import (
    LARGEST,
    checked_out,
    finite_places,
    node_ids,
    query_faults,
    weight_problem,
)

Direction = Literal["from", "to"]
Method = Literal["auto", "hierarchy", "dijkstra"]

Labels32 = npt.NDArray[np.int32]

FEW_NODES = 200
"""Networks so small that preparing them is not worth the while."""

MANY_ARCS, MANY_SHORTCUTS = 8, 100
"""Arcs a node, and arcs a node of its hierarchy, above which a graph is no road network: roads have 2 to 4, and under 50."""


class Router:
    """Shortest travel times on a directed graph: the topology is prepared once, the weights may change.

    Parameters
    ----------
    tail, head : (A,) integers
        Ends of each arc, 0 to `num_nodes` - 1. Parallel arcs (the least counts), loops and isolated nodes are allowed.
    num_nodes : int
    lonlat : (N, 2) float, optional
        Coordinates of the nodes, in degrees or any other unit. They change no result: they tell where the network is narrow,
        which makes preparing it and every search faster.
    method : {"auto", "hierarchy", "dijkstra"}
        ``"hierarchy"``: prepare a customisable contraction hierarchy. ``"dijkstra"``: prepare nothing and search from each
        source, for a few sources on a network used once. ``"auto"``: the first, but on networks of under 200 nodes or too
        dense to be roads. Both are exact.
    cache : str or Path, optional
        Folder in which the order of a hierarchy is kept for the next time; nothing is kept if absent.

    Attributes
    ----------
    method : str
        The method taken.

    Raises
    ------
    InputError
        Arrays of unequal lengths, node ids that are not integers or out of range, coordinates missing or not finite, unknown
        method.

    Notes
    -----
    Times are integers (centiseconds), so that the order of additions, and with it the number of threads, cannot change
    them. J. Dibbelt, B. Strasser, D. Wagner (2016), Customizable contraction hierarchies, Journal of Experimental Algorithmics
    21(1), 1.5, doi:10.1145/2886843.

    Examples
    --------
    >>> router = Router(tail=[0, 1], head=[1, 2], num_nodes=3)
    >>> router.customise([600, 1500])
    >>> router.matrix([0], [0, 1, 2]).tolist()
    [[0, 600, 2100]]
    >>> router.matrix([2], [0, 1, 2], direction="to").tolist()
    [[2100, 1500, 0]]
    """

    def __init__(
        self,
        tail: npt.ArrayLike,
        head: npt.ArrayLike,
        num_nodes: int,
        lonlat: npt.ArrayLike | None = None,
        *,
        method: Method = "auto",
        cache: str | Path | None = None,
    ) -> None:
        faults: list[Fault] = []
        if not is_whole(num_nodes) or num_nodes < 0:
            message = f"num_nodes = {num_nodes}"
            raise InputError([Fault("Router", message, remedy="Give the number of nodes, a whole number")])
        tails, heads = (node_ids(ids, name, num_nodes, faults) for ids, name in ((tail, "tail"), (head, "head")))
        if np.size(tail) != np.size(head):
            message = f"{np.size(tail)} tails but {np.size(head)} heads"
            faults.append(Fault("Router", message, remedy="Give one of each an arc"))
        place = None if lonlat is None else finite_places(lonlat, num_nodes, faults)
        if method not in ("auto", "hierarchy", "dijkstra"):
            faults.append(Fault("Router", f"unknown method {method!r}", remedy="Use 'auto', 'hierarchy' or 'dijkstra'"))
        if faults:
            raise InputError(faults)
        self._tail, self._head, self._num_nodes = tails, heads, num_nodes
        sparse = num_nodes >= FEW_NODES and len(tails) <= MANY_ARCS * num_nodes
        wanted = method == "hierarchy" or (method == "auto" and sparse)
        self._topology = self._prepared(place, cache) if wanted else None
        if method == "auto" and self.num_shortcuts > MANY_SHORTCUTS * num_nodes:
            self._topology = None
        self.method = "dijkstra" if self._topology is None else "hierarchy"
        self._weights: npt.NDArray[np.int64] | None = None
        self._metric: Metric | None = None
        self._wide: Metric | None = None
        self._last_descent: tuple[bytes, Descent] | None = None

    def _prepared(self, place: Floats | None, cache: str | Path | None) -> Topology:
        edges = neighbours(self._tail, self._head, self._num_nodes)
        order = order_of(edges, place, None if cache is None else Path(cache))
        return Topology.of(self._tail, self._head, self._num_nodes, order, edges)

    @property
    def num_shortcuts(self) -> int:
        """Arcs of the hierarchy, both directions counted once; 0 without one."""
        return 0 if self._topology is None else len(self._topology.up_head)

    def customise(self, weights: npt.ArrayLike) -> None:
        """Set the time of every arc.

        Parameters
        ----------
        weights : (A,) integers
            Centiseconds, 0 to 2**31 - 1, in the order of the arcs given to the constructor.

        Raises
        ------
        InputError
            Wrong number, not integers, negative or too large.
        """
        values = np.asarray(weights)
        problem = weight_problem(values, len(self._tail))
        if problem:
            remedy = "Give one integer of centiseconds an arc; leave out closed arcs"
            raise InputError([Fault("Router.customise", problem, "weights", remedy=remedy)])
        self._weights, self._wide = values.astype(np.int64), None
        if self._topology is not None:
            self._metric = Metric(self._topology, values.astype(np.int32))

    @property
    def _longest(self) -> int:
        """No path is longer: it leaves every node once at most."""
        leaving = np.zeros(self._num_nodes, np.int64)
        if self._weights is not None:
            np.maximum.at(leaving, self._tail, self._weights)
        return int(leaving.sum())

    def matrix(
        self,
        sources: npt.ArrayLike,
        targets: npt.ArrayLike | None = None,
        direction: Direction = "from",
        cutoff: int | None = None,
        out: npt.NDArray[np.int32] | None = None,
    ) -> Ints:
        """Time between every source and every target.

        Parameters
        ----------
        sources : (S,) integers
            Nodes; the work grows with their number, so let the fewer be the sources.
        targets : (M,) integers, optional
            Nodes; all, in their order, if absent.
        direction : {"from", "to"}
            ``"from"``: time of the journey from the source to the target. ``"to"``: from the target to the source.
        cutoff : int, optional
            Centiseconds beyond which a target counts as unreachable.
        out : (S, M) int32, optional
            Array to write into, C-ordered: saves the time of making one where millions of times are asked for again and again.

        Returns
        -------
        (S, M) int32
            Centiseconds; -1 = unreachable (or beyond the cutoff).

        Raises
        ------
        InputError
            No weights yet, nodes out of range, unknown direction, negative cutoff, `out` of another shape or type, a path over
            2**31 - 1 centiseconds.
        """
        source, target, weights = self._query("matrix", sources, targets, direction, cutoff)
        out = np.empty((len(source), len(target)), np.int32) if out is None else checked_out(out, (len(source), len(target)))
        if self._topology is None or self._metric is None:
            self._by_dijkstra(source, target, weights, direction, cutoff, out)
        else:
            self._by_hierarchy(self._topology, self._metric, source, target, direction, cutoff, out)
        return out

    def _by_hierarchy(
        self, topology: Topology, metric: Metric, source: Ints, target: Ints, direction: str, cutoff: int | None, out: Labels32
    ) -> None:
        column, repeated = self._columns(target)
        seeds = Seeds(np.arange(len(source) + 1), topology.rank[source], np.zeros(len(source), np.int32))
        descent, outward, limit = self._descent(topology, column), direction == "from", LARGEST if cutoff is None else cutoff
        labels = out if repeated is None else np.empty((len(source), len(column)), np.int32)
        lost = metric.matrix(seeds, descent, outward, limit, labels)
        if lost and limit >= metric.endless and self._longest >= metric.endless:
            # What looks out of reach may be too far for 32 bits: only wider numbers tell.
            wide = np.empty(labels.shape, np.int64)
            self._wide_metric(topology).matrix(seeds, descent, outward, 2**62, wide)
            _narrow(wide, labels)
        if repeated is not None:
            out[:] = labels[:, repeated]

    def _wide_metric(self, topology: Topology) -> Metric:
        """The same weights as 64-bit numbers, made once that is needed."""
        if self._wide is None:
            assert self._weights is not None
            self._wide = Metric(topology, self._weights)
        return self._wide

    def nearest(
        self, sources: npt.ArrayLike, k: int, direction: Direction = "to", cutoff: int | None = None
    ) -> tuple[Ints, Ints]:
        """The `k` nearest of `sources` (say, collèges) of every node.

        Parameters
        ----------
        sources : (S,) integers
            Nodes; several sources may stand on one.
        k : int
            How many; at least 1.
        direction : {"to", "from"}
            ``"to"``: by the journey from the node to the source. ``"from"``: from the source to the node.
        cutoff : int, optional
            Centiseconds beyond which a source counts as unreachable.

        Returns
        -------
        position, time : (N, k) int32
            Positions in `sources`, nearest first, those of one time by position, and centiseconds; -1 = no more within reach.

        Raises
        ------
        InputError
            As `matrix`; `k` below 1.

        Notes
        -----
        One search from all sources at once, in which a node is settled at most `k` times.

        Examples
        --------
        >>> router = Router(tail=[0, 1, 1, 2], head=[1, 0, 2, 1], num_nodes=3)
        >>> router.customise([600, 600, 1500, 1500])
        >>> position, time = router.nearest([0, 2], k=1)
        >>> position.ravel().tolist(), time.ravel().tolist()
        ([0, 0, 1], [0, 600, 0])
        """
        source, _, weights = self._query("nearest", sources, [], direction, cutoff)
        if not is_whole(k) or k < 1:
            raise InputError([Fault("Router.nearest", f"k = {k}", remedy="Ask for a whole number, at least one")])
        first, head, weight = self._adjacency(weights, direction)
        limit = np.int64(LARGEST if cutoff is None else cutoff)
        position, time = nearest_sources(first, head, weight, source, k, limit)
        return np.asarray(position), np.asarray(time)

    def _columns(self, target: Ints) -> tuple[Ints, npt.NDArray[np.intp] | None]:
        """Targets, each once; where each stands among them if some are repeated."""
        seen = np.zeros(self._num_nodes, np.bool_)
        seen[target] = True
        if int(seen.sum()) == len(target):
            return target, None
        column, repeated = np.unique(target, return_inverse=True)
        return column, repeated

    def _descent(self, topology: Topology, target: Ints) -> Descent:
        """The descent to these targets; the last one is kept, because scenarios ask for the same targets again and again."""
        key, kept = target.tobytes(), self._last_descent
        if kept is None or kept[0] != key:
            kept = self._last_descent = key, Descent.to(topology, target)
        return kept[1]

    def _query(
        self, verb: str, sources: npt.ArrayLike, targets: npt.ArrayLike | None, direction: str, cutoff: int | None
    ) -> tuple[Ints, Ints, npt.NDArray[np.int64]]:
        faults: list[Fault] = []
        source = node_ids(sources, "sources", self._num_nodes, faults)
        everywhere = np.arange(self._num_nodes, dtype=np.int32)
        target = everywhere if targets is None else node_ids(targets, "targets", self._num_nodes, faults)
        faults += query_faults(f"Router.{verb}", self._weights is not None, direction, cutoff)
        if faults or self._weights is None:
            raise InputError(faults)
        return source, target, self._weights

    def _adjacency(self, weights: npt.NDArray[np.int64], direction: str) -> tuple[Any, Any, Any]:
        """Arcs by the node they leave (``"from"``) or enter (``"to"``): first arc of each node, far ends, weights."""
        start, end = (self._tail, self._head) if direction == "from" else (self._head, self._tail)
        first, order = by_tail(start, self._num_nodes)
        return first, end[order], weights[order]

    def _by_dijkstra(self, source: Ints, target: Ints, weights: Any, direction: str, cutoff: int | None, out: Labels32) -> None:
        start, label = np.arange(len(source) + 1), np.zeros(len(source), np.int64)
        wide = np.empty(out.shape, np.int64)
        limit = 2**62 if cutoff is None else cutoff
        many_to_many(*self._adjacency(weights, direction), start, source, label, target, limit, wide)
        _narrow(wide, out)


def _narrow(wide: npt.NDArray[np.int64], out: Labels32) -> None:
    """Labels of 64 bits into 32, if they fit."""
    if wide.max(initial=-1) > LARGEST:
        raise InputError([Fault("Router.matrix", "a journey takes more than 248 days", remedy="Give a cutoff")])
    out[:] = wide
