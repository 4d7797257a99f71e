"""A road network prepared for fast searches: its topology once, then a metric as often as weights change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from maillage.arrays import Ints
from maillage.kernels.compiled import thread_count
from maillage.kernels.customisation import customise, down_arcs, spread_weights, work_below
from maillage.kernels.elimination import depths, fill, post_order, tree
from maillage.kernels.lanes import LANE_BYTES
from maillage.kernels.pruning import count_left, pick_left, prune
from maillage.kernels.sweeps import closure, sweep
from maillage.travel.search.ordering import Edges, neighbours

Numbers = npt.NDArray[Any]

TASK_SHARE = 1 / 32
"""Subtrees of at most this share of the work are tasks for one thread; what lies above them is the top."""

PRUNE_AFTER_VISITS = 8
"""Visits in descents, for each node of the network, after which pruning the arcs has paid for itself."""


@dataclass(frozen=True, eq=False)
class Topology:
    """Elimination tree and arcs of a network; nodes are numbered by rank, first eliminated to last.

    Attributes
    ----------
    order, rank : (N,) int32
        Node at each rank, rank of each node. Every subtree of the elimination tree is a run of ranks that ends with its root.
    parent, depth : (N,) int32
        Elimination tree: rank of the parent (-1 = root), distance from the root.
    deepest : int
        Greatest depth, plus one.
    up_first, up_head, up_depth : (N + 1,) int64, (F,) int32, (F,) int32
        Arcs from every rank to higher ones, those added by elimination included; depths of their heads.
    down : tuple
        The same arcs by head (see `kernels.customisation.down_arcs`).
    tasks : tuple
        Where subtrees below the top begin and end, and the ranks of the top.
    road_arc, road_slot, road_bounds : (A',) int32, (A',) int64, (B + 1,) int64
        Road arcs sorted by the place of their weight, that place, where blocks for one thread begin; loops are left out.
    """

    order: Ints
    rank: Ints
    parent: Ints
    depth: Ints
    deepest: int
    up_first: npt.NDArray[np.int64]
    up_head: Ints
    up_depth: Ints
    down: tuple[Any, Any, Any, Any]
    tasks: tuple[Any, Any, Any]
    road_arc: Ints
    road_slot: npt.NDArray[np.int64]
    road_bounds: npt.NDArray[np.int64]

    @classmethod
    def of(cls, tail: Ints, head: Ints, num_nodes: int, order: Ints, edges: Edges | None = None) -> Topology:
        """Topology of the arcs `tail` to `head` under an elimination order, whatever its quality."""
        edges = edges or neighbours(tail, head, num_nodes)
        order = order[post_order(tree(*edges, order))]
        parent = tree(*edges, order)
        up_first, up_head = fill(*edges, order, parent)
        rank = np.empty(num_nodes, np.int32)
        rank[order] = np.arange(num_nodes, dtype=np.int32)
        depth = depths(parent)
        is_top, tasks = _tasks(up_first, up_head, parent)
        road = _places(rank[tail], rank[head], up_first, up_head)
        down = down_arcs(up_first, up_head, is_top)
        deepest = int(depth.max(initial=0)) + 1
        return cls(
            order, rank, parent, depth, deepest, up_first, up_head, depth[up_head], down, tasks, *road,
        )  # fmt: skip


def _tasks(up_first: Any, up_head: Any, parent: Any) -> tuple[Any, tuple[Any, Any, Any]]:
    """Which ranks are the top; where the subtrees below begin and end, most work first; the top."""
    work = work_below(up_first, up_head, parent)
    is_top = work > TASK_SHARE * work[parent < 0].sum()
    root = np.flatnonzero(~is_top & ((parent < 0) | is_top[parent]))
    root = root[np.argsort(-work[root], kind="stable")]
    size = _subtree_sizes(parent)
    begin, end = (root - size[root] + 1).astype(np.int64), (root + 1).astype(np.int64)
    return is_top, (begin, end, np.flatnonzero(is_top).astype(np.int32))


def _subtree_sizes(parent: Any) -> Any:
    """(N,) nodes in the subtree of each rank, itself included; ranks are in post-order, so a subtree ends with its root."""
    # The work below a node counts one for each node, and nothing else where there are no arcs.
    return work_below(np.zeros(len(parent) + 1, np.int64), np.empty(0, np.int32), parent)


def _places(start: Ints, end: Ints, up_first: Any, up_head: Any) -> tuple[Ints, Any, Any]:
    """Where the weight of each road arc goes, twice the arc's number plus one if it leads down; sorted by that."""
    num_nodes = len(up_first) - 1
    key = np.repeat(np.arange(num_nodes, dtype=np.int64), np.diff(up_first)) * num_nodes + up_head
    wanted = np.minimum(start, end).astype(np.int64) * num_nodes + np.maximum(start, end)
    slot = 2 * np.searchsorted(key, wanted) + (start > end)
    arc = np.flatnonzero(start != end)
    arc = arc[np.argsort(slot[arc], kind="stable")]
    slot = slot[arc]
    bound = [0, len(slot) // 2, len(slot)]
    while 0 < bound[1] < len(slot) and slot[bound[1]] == slot[bound[1] - 1]:
        bound[1] += 1
    return arc.astype(np.int32), slot, np.array(bound, np.int64)


class Metric:
    """A topology with weights.

    Parameters
    ----------
    topology : Topology
    weights : (A,) int32 or int64
        Of the road arcs; `endless` or more = closed. Searches use numbers of the same type.
    """

    def __init__(self, topology: Topology, weights: Numbers) -> None:
        self._topology = topology
        self.endless = endless_of(weights.dtype)
        self._weight = np.full((len(topology.up_head), 2), self.endless, weights.dtype)
        spread_weights(topology.road_arc, topology.road_slot, weights, topology.road_bounds, self._weight.reshape(-1))
        customise(
            topology.up_first, topology.up_depth, *topology.down, *topology.tasks, topology.deepest, thread_count(),
            self._weight,
        )  # fmt: skip
        self._pruned: tuple[_Arcs, _Arcs] | None = None
        self._visits = 0

    @property
    def pruned(self) -> bool:
        """Whether arcs that no shortest way needs were left out (perfect customisation)."""
        return self._pruned is not None

    def prune(self) -> None:
        """Leave out the arcs that no shortest way needs; this changes no result."""
        known, best = self._topology, self._weight.copy()
        prune(
            known.up_first, known.up_depth, *known.down, known.parent, *known.tasks, known.deepest, thread_count(),
            self._weight, best, self.endless,
        )  # fmt: skip
        self._pruned = self._left(best, 0), self._left(best, 1)

    def _left(self, best: Numbers, way: int) -> _Arcs:
        known = self._topology
        first = np.zeros(len(known.parent) + 1, np.int64)
        count_left(known.up_first, best, way, self.endless, first)
        np.cumsum(first, out=first)
        head, depth, weight = (np.empty(first[-1], kind) for kind in (np.int32, np.int32, best.dtype))
        pick_left(known.up_first, known.up_head, known.up_depth, best, way, self.endless, first, head, depth, weight)
        return _Arcs(first, head, depth, weight, 1)

    def _ways(self, visits: int) -> tuple[_Arcs, _Arcs]:
        """Arcs with their weights upwards and downwards, pruned once there have been visits enough for it."""
        known = self._topology
        self._visits += visits
        if self._pruned is None and self._visits > PRUNE_AFTER_VISITS * len(known.parent):
            self.prune()
        if self._pruned is not None:
            return self._pruned
        flat = self._weight.reshape(-1)
        up, down = (_Arcs(known.up_first, known.up_head, known.up_depth, flat[way:], 2) for way in (0, 1))
        return up, down

    def matrix(self, seeds: Seeds, descent: Descent, outward: bool, limit: int, out: Numbers) -> bool:
        """Labels of the targets of `descent` from each source, into `out` (S, M): -1 = unreachable or above `limit`.

        `outward`: ways from the sources to the targets, else from the targets to the sources. Returns whether some target
        could not be reached from some source, whatever `limit`.
        """
        if out.size == 0:
            return False
        known, kind = self._topology, self._weight.dtype
        lanes = LANE_BYTES // kind.itemsize
        turn = np.argsort(seeds.key, kind="stable")
        batches = -(-len(turn) // lanes)
        up, down = self._ways(batches * len(descent.visit))[:: 1 if outward else -1]
        largest = np.zeros(batches, kind)
        sweep(
            turn, seeds.first, seeds.rank, seeds.label.astype(kind), known.parent, known.deepest,
            up.first, up.head, up.weight, descent.visit, down.first, down.depth, down.weight, up.step,
            kind.type(self.endless), kind.type(min(limit, self.endless - 1)),
            min(thread_count(), batches), lanes * seeds.most, largest, out,
        )  # fmt: skip
        return bool(largest.max() >= self.endless)


def endless_of(kind: np.dtype[Any]) -> int:
    """Label of what cannot be reached: two of them still add up."""
    return 2**30 - 1 if kind.itemsize == 4 else 2**62 - 1


class _Arcs(NamedTuple):
    """Arcs by their lower end; the weight of arc k is ``weight[step * k]``."""

    first: npt.NDArray[np.int64]
    head: Ints
    depth: Ints
    weight: Numbers
    step: int


@dataclass(frozen=True, eq=False)
class Seeds:
    """Where searches start: source s at the ranks ``first[s]`` to ``first[s + 1] - 1``, each with a label."""

    first: npt.NDArray[np.int64]
    rank: Ints
    label: Numbers

    @property
    def most(self) -> int:
        """Most starts of one source."""
        return int(np.diff(self.first).max(initial=1))

    @property
    def key(self) -> Numbers:
        """(S,) number by which neighbours are near each other."""
        start = np.minimum(self.first[:-1], max(len(self.rank) - 1, 0))
        return self.rank[start] if len(self.rank) else np.zeros(len(start), np.int32)


@dataclass(frozen=True, eq=False)
class Descent:
    """Ranks to visit on the way down to some targets: (K, 3) rank, depth, column of the matrix (-1 = none)."""

    visit: npt.NDArray[np.int32]

    @classmethod
    def to(cls, topology: Topology, target: Ints) -> Descent:
        """Descent to `target` (M,), nodes of which none is twice in the list."""
        rank = topology.rank[target]
        column = np.full(len(topology.rank), -1, np.int32)
        column[rank] = np.arange(len(target), dtype=np.int32)
        nodes = closure(topology.parent, rank)
        return cls(np.column_stack([nodes, topology.depth[nodes], column[nodes]]).astype(np.int32))
