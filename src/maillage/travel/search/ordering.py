"""In which order to eliminate the nodes of a road network, so that few arcs are added."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from maillage.arrays import Floats, Ints
from maillage.kernels.compiled import thread_count
from maillage.kernels.dissection import dissect, hops
from maillage.kernels.leaves import LEAF_NODES
from maillage.kernels.reduction import take_small

DIRECTIONS = 4
SOURCE_SHARE = 0.25
"""A part is cut between its first and its last quarter, in four directions (Schild and Sommer 2015)."""

SHARED_LEVELS = 5
"""Levels of cuts after which there are parts enough for every thread."""

Edges = tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]
"""Where the neighbours of every node begin, (N + 1,), and the neighbours, both directions of every edge."""


def neighbours(tail: Ints, head: Ints, num_nodes: int) -> Edges:
    """Who is joined to whom, whatever the direction: every pair once, no loops."""
    low, high = np.minimum(tail, head).astype(np.int64), np.maximum(tail, head).astype(np.int64)
    pair = np.unique(low[low != high] * num_nodes + high[low != high])
    ends = np.stack([pair // max(num_nodes, 1), pair % max(num_nodes, 1)])
    start, end = np.concatenate([ends[0], ends[1]]), np.concatenate([ends[1], ends[0]])
    order = np.argsort(start * num_nodes + end)
    first = np.zeros(num_nodes + 1, np.int64)
    np.cumsum(np.bincount(start, minlength=num_nodes), out=first[1:])
    return first, end[order].astype(np.int32)


def elimination_order(first: npt.NDArray[np.int64], neighbour: npt.NDArray[np.int32], place: Floats | None) -> Ints:
    """(N,) nodes, first eliminated to last: dead ends and bends first, then by nested dissection.

    Parameters
    ----------
    first, neighbour
        Result of `neighbours`.
    place : (N, 2) float or None
        Coordinates in any unit; None: numbers of roads from far corners of the network stand in for them.
    """
    degree = np.diff(first).astype(np.int32)
    reduced = neighbour.copy()
    small = take_small(first, reduced, degree)
    core = np.flatnonzero(degree >= 0)
    if len(core) == 0:
        return np.asarray(small)
    graph = _induced(first, reduced, degree, core)
    where = _corner_distances(*graph) if place is None else np.ascontiguousarray(place[core], np.float64)
    return np.concatenate([small, core[_dissected(*graph, where)].astype(np.int32)])


def _induced(first: Any, neighbour: Any, degree: Any, core: Any) -> Edges:
    """The graph of the nodes that remain, renumbered."""
    number = np.full(len(degree), -1, np.int32)
    number[core] = np.arange(len(core), dtype=np.int32)
    core_first = np.zeros(len(core) + 1, np.int64)
    np.cumsum(degree[core], out=core_first[1:])
    taken = np.repeat(first[:-1][core] - core_first[:-1], degree[core]) + np.arange(core_first[-1])
    return core_first, number[neighbour[taken]]


def _dissected(first: Any, neighbour: Any, place: Floats) -> Ints:
    order = np.arange(len(place), dtype=np.int32)
    parts, done = np.array([[0, len(place)]], np.int64), []

    def each(parts: Any, once: bool) -> Any:
        low, high = parts[np.argsort(parts[:, 0] - parts[:, 1], kind="stable")].T.copy()
        cuts = np.empty((len(low), 2), np.int64)
        dissect(first, neighbour, place, order, low, high, DIRECTIONS, SOURCE_SHARE, once, cuts, thread_count())
        return np.concatenate([np.column_stack([low, cuts[:, 0]]), cuts])

    for _ in range(SHARED_LEVELS):
        small = parts[:, 1] - parts[:, 0] <= LEAF_NODES
        done.append(parts[small])
        if small.all():
            parts = parts[:0]
            break
        parts = each(parts[~small], once=True)
    each(np.concatenate([*done, parts]), once=False)
    return order


def _corner_distances(first: Any, neighbour: Any) -> Floats:
    """(N, 2) numbers of roads to corners of the network: from end to end, and across."""
    one = hops(first, neighbour, int(np.argmax(hops(first, neighbour, 0))))
    other = hops(first, neighbour, int(np.argmax(one)))
    aside = hops(first, neighbour, int(np.argmax(np.minimum(one, other))))
    return np.column_stack([one - other, 2 * aside]).astype(np.float64)
