"""`Router`: exact many-to-many travel times on a graph, with a metric that can be changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from maillage.arrays import Floats, Ints
from maillage.errors import Fault, InputError
from maillage.kernels.dijkstra import by_tail, many_to_many
from maillage.kernels.nearest import nearest_sources
from maillage.travel.search.hierarchy import Descent, Metric, Seeds, Topology
from maillage.travel.search.order_cache import order_of
from maillage.travel.search.ordering import neighbours
from maillage.travel.search.questions import LARGEST, checked_out, finite_places, node_ids, weight_problem

Direction = Literal["from", "to"]
Method = Literal["auto", "hierarchy", "dijkstra"]

FEW_NODES = 200
"""Networks so small that preparing them is not worth the while."""


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
        source, for a few sources on a network used once. ``"auto"``: the first, but on networks of under 200 nodes. Both are
        exact.
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
        self.method = method if method != "auto" else "hierarchy" if num_nodes >= FEW_NODES else "dijkstra"
        self._topology = self._prepared(place, cache) if self.method == "hierarchy" else None
        self._weights: npt.NDArray[np.int64] | None = None
        self._metric: Metric | None = None
        self._descents: dict[bytes, Descent] = {}

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
        self._weights = values.astype(np.int64)
        if self._topology is not None:
            self._metric = Metric(self._topology, values.astype(np.int32))

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
        source, target, weights = self._query(sources, targets, direction, cutoff)
        out = np.empty((len(source), len(target)), np.int32) if out is None else checked_out(out, (len(source), len(target)))
        if self._topology is None or self._metric is None:
            self._by_dijkstra(source, target, weights, direction, cutoff, out)
            return out
        column, repeated = self._columns(target)
        limit = LARGEST if cutoff is None else cutoff
        labels = out if repeated is None else np.empty((len(source), len(column)), np.int32)
        seeds = Seeds(np.arange(len(source) + 1), self._topology.rank[source], np.zeros(len(source), np.int32))
        lost = self._metric.matrix(seeds, self._descent(column), direction == "from", limit, labels)
        if repeated is not None:
            out[:] = labels[:, repeated]
        if lost and limit >= self._metric.endless and self._longest >= self._metric.endless:
            # A label may have been too large to count: only a search with wider numbers tells.
            rows = np.flatnonzero((out < 0).any(axis=1))
            wide = np.empty((len(rows), len(target)), np.int32)
            self._by_dijkstra(source[rows], target, weights, direction, cutoff, wide)
            out[rows] = wide
        return out

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
        source, _, weights = self._query(sources, [], direction, cutoff)
        if k < 1:
            raise InputError([Fault("Router.nearest", f"k = {k}", remedy="Ask for at least one")])
        # Reached from the sources: against the arcs where the journey goes to them.
        first, head, weight = self._adjacency(weights, "from" if direction == "from" else "to")
        limit = np.int64(LARGEST if cutoff is None else cutoff)
        position, time = nearest_sources(first, head, weight, source, k, limit)
        return np.asarray(position), np.asarray(time)

    @property
    def _longest(self) -> int:
        """No path is longer: it leaves every node once at most."""
        leaving = np.zeros(self._num_nodes, np.int64)
        if self._weights is not None:
            np.maximum.at(leaving, self._tail, self._weights)
        return int(leaving.sum())

    def _columns(self, target: Ints) -> tuple[Ints, npt.NDArray[np.intp] | None]:
        """Targets, each once; where each stands among them if some are repeated."""
        seen = np.zeros(self._num_nodes, np.bool_)
        seen[target] = True
        if int(seen.sum()) == len(target):
            return target, None
        column, repeated = np.unique(target, return_inverse=True)
        return column, repeated

    def _descent(self, target: Ints) -> Descent:
        """The descent to these targets; the last one is kept, because scenarios ask for the same targets again and again."""
        assert self._topology is not None
        key = target.tobytes()
        if key not in self._descents:
            self._descents = {key: Descent.to(self._topology, target)}
        return self._descents[key]

    def _query(
        self, sources: npt.ArrayLike, targets: npt.ArrayLike | None, direction: str, cutoff: int | None
    ) -> tuple[Ints, Ints, npt.NDArray[np.int64]]:
        faults: list[Fault] = []
        source = node_ids(sources, "sources", self._num_nodes, faults)
        everywhere = np.arange(self._num_nodes, dtype=np.int32)
        target = everywhere if targets is None else node_ids(targets, "targets", self._num_nodes, faults)
        if self._weights is None:
            faults.append(Fault("Router.matrix", "the arcs have no weights yet", remedy="Call customise(weights) first"))
        if direction not in ("from", "to"):
            faults.append(Fault("Router.matrix", f"unknown direction {direction!r}", remedy="Use 'from' or 'to'"))
        if cutoff is not None and not 0 <= cutoff <= LARGEST:
            faults.append(Fault("Router.matrix", f"cutoff {cutoff} is not within 0 to {LARGEST}", remedy="Give centiseconds"))
        if faults or self._weights is None:
            raise InputError(faults)
        return source, target, self._weights

    def _adjacency(self, weights: npt.NDArray[np.int64], direction: str) -> tuple[Any, Any, Any]:
        """Arcs by the node they leave (``"from"``) or enter (``"to"``): first arc of each node, far ends, weights."""
        start, end = (self._tail, self._head) if direction == "from" else (self._head, self._tail)
        first, order = by_tail(start, self._num_nodes)
        return first, end[order], weights[order]

    def _by_dijkstra(
        self, source: Ints, target: Ints, weights: Any, direction: str, cutoff: int | None, out: npt.NDArray[np.int32]
    ) -> None:
        start, label = np.arange(len(source) + 1), np.zeros(len(source), np.int64)
        wide = np.empty(out.shape, np.int64)
        limit = 2**62 if cutoff is None else cutoff
        largest = many_to_many(*self._adjacency(weights, direction), start, source, label, target, limit, wide)
        if largest > LARGEST:
            raise InputError([Fault("Router.matrix", "a journey takes more than 248 days", remedy="Give a cutoff")])
        out[:] = wide
