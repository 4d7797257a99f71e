"""`Router`: exact many-to-many travel times on a graph, with a metric that can be changed."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from maillage.arrays import Ints, frozen
from maillage.errors import Fault, InputError
from maillage.kernels.dijkstra import by_tail, many_to_many

Direction = Literal["from", "to"]
LARGEST = 2**31 - 1
"""Largest weight and largest path, centiseconds: 248 days."""


class Router:
    """Shortest travel times on a directed graph: the topology is prepared once, the weights may change.

    Parameters
    ----------
    tail, head : (A,) integers
        Ends of each arc, 0 to `num_nodes` - 1. Parallel arcs (the least counts), loops and isolated nodes are allowed.
    num_nodes : int
    lonlat : (N, 2) float, optional
        Coordinates of the nodes, in degrees or any other unit. They change no result: nodes that are near on the ground
        are put near in memory (along a Z-shaped curve), which saves some time on large networks whose nodes come in no order.

    Raises
    ------
    InputError
        Arrays of unequal lengths, node ids that are not integers or out of range, coordinates missing or not finite.

    Notes
    -----
    Times are integers (centiseconds), so that the order of additions, and with it the number of threads, cannot change
    them. G. M. Morton (1966), A computer oriented geodetic data base and a new technique in file sequencing, IBM.

    Examples
    --------
    >>> router = Router(tail=[0, 1], head=[1, 2], num_nodes=3)
    >>> router.customise([600, 1500])
    >>> router.matrix([0], [0, 1, 2]).tolist()
    [[0, 600, 2100]]
    >>> router.matrix([2], [0, 1, 2], direction="to").tolist()
    [[2100, 1500, 0]]
    """

    def __init__(self, tail: npt.ArrayLike, head: npt.ArrayLike, num_nodes: int, lonlat: npt.ArrayLike | None = None) -> None:
        faults: list[Fault] = []
        tails, heads = (_node_ids(ids, name, num_nodes, faults) for ids, name in ((tail, "tail"), (head, "head")))
        if np.size(tail) != np.size(head):
            message = f"{np.size(tail)} tails but {np.size(head)} heads"
            faults.append(Fault("Router", message, remedy="Give one of each an arc"))
        rank = np.arange(num_nodes, dtype=np.int32) if lonlat is None else _curve_rank(lonlat, num_nodes, faults)
        if faults:
            raise InputError(faults)
        self._num_nodes, self._num_arcs, self._rank = num_nodes, len(tails), rank
        ends = {"from": (rank[tails], rank[heads]), "to": (rank[heads], rank[tails])}
        self._graph = {way: _Adjacency(start, end, num_nodes) for way, (start, end) in ends.items()}
        self._weight: dict[str, npt.NDArray[np.int64]] = {}

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
        problem = _weight_problem(values, self._num_arcs)
        if problem:
            remedy = "Give one integer of centiseconds an arc; leave out closed arcs"
            raise InputError([Fault("Router.customise", problem, "weights", remedy=remedy)])
        self._weight = {way: graph.sorted(values.astype(np.int64)) for way, graph in self._graph.items()}

    def matrix(
        self,
        sources: npt.ArrayLike,
        targets: npt.ArrayLike,
        direction: Direction = "from",
        cutoff: int | None = None,
    ) -> Ints:
        """Time between every source and every target.

        Parameters
        ----------
        sources, targets : (S,), (M,) integers
            Nodes; one search is made for each source, so let the fewer be the sources.
        direction : {"from", "to"}
            ``"from"``: time of the journey from the source to the target. ``"to"``: from the target to the source.
        cutoff : int, optional
            Centiseconds beyond which a target counts as unreachable.

        Returns
        -------
        (S, M) int32
            Centiseconds; -1 = unreachable (or beyond the cutoff).

        Raises
        ------
        InputError
            No weights yet, nodes out of range, unknown direction, negative cutoff, a path over 2**31 - 1 centiseconds.
        """
        faults: list[Fault] = []
        source, target = (
            _node_ids(ids, name, self._num_nodes, faults) for ids, name in ((sources, "sources"), (targets, "targets"))
        )
        faults += _query_faults(bool(self._weight), direction, cutoff)
        if faults:
            raise InputError(faults)
        graph, weight = self._graph[direction], self._weight[direction]
        out = np.empty((len(source), len(target)), np.int32)
        largest = many_to_many(
            graph.first,
            graph.head,
            weight,
            np.arange(len(source) + 1),
            self._rank[source],
            np.zeros(len(source), np.int64),
            self._rank[target],
            2**62 if cutoff is None else cutoff,
            out,
        )
        if largest > LARGEST:
            raise InputError([Fault("Router.matrix", "a journey takes more than 248 days", remedy="Give a cutoff")])
        return out


class _Adjacency:
    """Arcs sorted by the node they leave."""

    def __init__(self, start: Ints, end: Ints, num_nodes: int) -> None:
        self.first, self._order = by_tail(start, num_nodes)
        self.head: Ints = frozen(end[self._order])

    def sorted(self, values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return values[self._order]


def _node_ids(ids: npt.ArrayLike, name: str, num_nodes: int, faults: list[Fault]) -> Ints:
    """`ids` as int32; what is wrong with them is added to `faults`."""
    array = np.asarray(ids)
    if array.size == 0:
        return np.empty(0, np.int32)
    if array.ndim != 1 or not np.issubdtype(array.dtype, np.integer):
        faults.append(Fault("Router", "not a list of integers", name, remedy="Give node numbers, 0 to num_nodes - 1"))
        return np.empty(0, np.int32)
    wrong = np.flatnonzero((array < 0) | (array >= num_nodes))
    if len(wrong):
        rows = tuple(f"position {i}: {array[i]}" for i in wrong)
        faults.append(Fault("Router", "node out of range", name, rows, f"Nodes are 0 to {num_nodes - 1}"))
        return np.empty(0, np.int32)
    return array.astype(np.int32)


def _weight_problem(values: npt.NDArray[Any], num_arcs: int) -> str:
    if values.shape != (num_arcs,):
        return f"shape {values.shape} instead of ({num_arcs},)"
    if num_arcs == 0:
        return ""
    if not np.issubdtype(values.dtype, np.integer):
        return f"{values.dtype} instead of integers"
    if values.min() < 0 or values.max() > LARGEST:
        return f"values from {values.min()} to {values.max()} instead of 0 to {LARGEST}"
    return ""


def _query_faults(customised: bool, direction: str, cutoff: int | None) -> list[Fault]:
    faults = []
    if not customised:
        faults.append(Fault("Router.matrix", "the arcs have no weights yet", remedy="Call customise(weights) first"))
    if direction not in ("from", "to"):
        faults.append(Fault("Router.matrix", f"unknown direction {direction!r}", remedy="Use 'from' or 'to'"))
    if cutoff is not None and not 0 <= cutoff <= LARGEST:
        faults.append(Fault("Router.matrix", f"cutoff {cutoff} is not within 0 to {LARGEST}", remedy="Give centiseconds"))
    return faults


def _curve_rank(lonlat: npt.ArrayLike, num_nodes: int, faults: list[Fault]) -> Ints:
    """(N,) new number of each node, along a Z-shaped (Morton) curve."""
    place = np.asarray(lonlat, np.float64)
    if place.shape != (num_nodes, 2) or not np.isfinite(place).all():
        faults.append(Fault("Router", "not one finite pair of coordinates a node", "lonlat", remedy="Mend or leave it out"))
        return np.empty(0, np.int32)
    if num_nodes == 0:
        return np.empty(0, np.int32)
    extent = max(float(np.ptp(place, axis=0).max()), 1e-12)
    cell = ((place - place.min(axis=0)) / extent * (2**16 - 1)).astype(np.uint64)
    curve = _spread_bits(cell[:, 0]) | (_spread_bits(cell[:, 1]) << np.uint64(1))
    rank = np.empty(num_nodes, np.int32)
    rank[np.argsort(curve, kind="stable")] = np.arange(num_nodes, dtype=np.int32)
    return rank


def _spread_bits(value: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Put a zero bit before each of the lower 16 bits."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        value = (value | (value << np.uint64(shift))) & np.uint64(mask)
    return value
