"""Shortest paths from many sources to many targets: Dijkstra with a 4-ary heap, one search a source, in parallel.

Labels are int64 and additive, and two of them must add up to less than 2**63. They may carry one number, or two packed as
``first * 2**k + second``: the search is then lexicographic, so that among the fastest paths the shortest is the one measured,
whatever the order of the arcs. Integer labels make the result independent of the number of threads.

E. W. Dijkstra (1959), A note on two problems in connexion with graphs, Numerische Mathematik 1, 269-271,
doi:10.1007/BF01386390.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from maillage.kernels.compiled import compiled, compiled_parallel, thread_count
from maillage.kernels.heap import push, refill

UNSEEN = np.int64(2**63 - 1)
"""Label of a node that no path has reached; compared with, never added to."""


@compiled
def _plant(seed_node: Any, seed_label: Any, cutoff: Any, label: Any, keys: Any, nodes: Any) -> Any:
    """Forget the search before and put the seeds into the heap; returns its size."""
    label[:] = UNSEEN
    size = 0
    for k in range(len(seed_node)):
        if seed_label[k] <= cutoff and seed_label[k] < label[seed_node[k]]:
            label[seed_node[k]] = seed_label[k]
            push(keys, nodes, size, seed_label[k], seed_node[k])
            size += 1
    return size


@compiled
def _search(
    first: Any, head: Any, weight: Any, seed_node: Any, seed_label: Any, cutoff: Any, wanted: Any, remaining: Any,
    label: Any, keys: Any, nodes: Any,
) -> None:  # fmt: skip
    """Settle nodes in the order of their labels until every wanted one is settled or the cutoff is passed.

    A node whose label is lowered is entered again rather than moved: on roads that is rare, and cheaper than keeping track
    of every node's place. The worse entry is passed over when its turn comes.
    """
    size = _plant(seed_node, seed_label, cutoff, label, keys, nodes)
    while size > 0 and remaining > 0:
        reached, node = keys[0], nodes[0]
        size -= 1
        refill(keys, nodes, size)
        if reached > label[node]:
            continue
        if wanted[node]:
            remaining -= 1
        for arc in range(first[node], first[node + 1]):
            value, end = reached + weight[arc], head[arc]
            if value < label[end] and value <= cutoff:
                label[end] = value
                push(keys, nodes, size, value, end)
                size += 1


@compiled_parallel
def _all_searches(
    first: Any, head: Any, weight: Any, seed_first: Any, seed_node: Any, seed_label: Any, target: Any, cutoff: Any,
    wanted: Any, remaining: Any, blocks: Any, out: Any, largest: Any,
) -> None:  # fmt: skip
    num_nodes, num_sources = len(first) - 1, len(seed_first) - 1
    for block in numba.prange(blocks):
        label = np.empty(num_nodes, np.int64)
        # A node enters the heap once for each arc or seed that lowers its label, at most.
        keys = np.empty(len(head) + len(seed_node) + 1, np.int64)
        nodes = np.empty(len(keys), np.int32)
        for source in range(block, num_sources, blocks):
            seeds = slice(seed_first[source], seed_first[source + 1])
            _search(first, head, weight, seed_node[seeds], seed_label[seeds], cutoff, wanted, remaining, label, keys, nodes)
            for j in range(len(target)):
                value = label[target[j]]
                if value == UNSEEN:
                    out[source, j] = -1
                else:
                    out[source, j] = value
                    largest[source] = max(largest[source], value)


def many_to_many(
    first: npt.NDArray[np.int64],
    head: npt.NDArray[np.int32],
    weight: npt.NDArray[np.int64],
    seed_first: npt.NDArray[np.int64],
    seed_node: npt.NDArray[np.int32],
    seed_label: npt.NDArray[np.int64],
    target: npt.NDArray[np.int32],
    cutoff: int,
    out: npt.NDArray[Any],
) -> int:
    """Label of every target from every source, written into `out`.

    Parameters
    ----------
    first : (N + 1,) int64
        Arcs of node v are ``first[v]`` to ``first[v + 1] - 1``.
    head, weight : (A,) int32, (A,) int64
        End and weight (>= 0) of each arc; parallel arcs and loops are allowed.
    seed_first : (S + 1,) int64
        Seeds of source s are ``seed_first[s]`` to ``seed_first[s + 1] - 1``: a source may start at several nodes.
    seed_node, seed_label : (K,) int32, (K,) int64
        Where a source starts, and with what label.
    target : (M,) int32
    cutoff : int
        Nodes whose label would exceed it are not reached.
    out : (S, M) integers
        -1 = unreachable.

    Returns
    -------
    int
        Largest label written, for the caller to check that it fits `out`.
    """
    wanted = np.zeros(len(first) - 1, np.bool_)
    wanted[target] = True
    largest = np.zeros(len(seed_first) - 1, np.int64)
    remaining = np.int64(wanted.sum())
    blocks = min(thread_count(), len(largest))
    _all_searches(
        first,
        head,
        weight,
        seed_first,
        seed_node,
        seed_label,
        target,
        np.int64(cutoff),
        wanted,
        remaining,
        blocks,
        out,
        largest,
    )
    return int(largest.max(initial=0))


def by_tail(tail: npt.NDArray[np.int32], num_nodes: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Order of the arcs by tail, and the first arc of every node in that order.

    Returns
    -------
    first : (N + 1,) int64
    order : (A,) int64
    """
    order = np.argsort(tail, kind="stable")
    first = np.zeros(num_nodes + 1, np.int64)
    np.cumsum(np.bincount(tail, minlength=num_nodes), out=first[1:])
    return first, order
