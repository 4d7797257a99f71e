"""Shortest-path trees: labels of nodes, and the arc by which each is reached, from which paths are read back.

Dijkstra with the heap of `maillage.kernels.dijkstra`, one search at a time; labels as there. Of equal labels the first found
is kept, so that the tree depends on the order of the arcs only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from maillage.kernels.compiled import compiled
from maillage.kernels.dijkstra import UNSEEN
from maillage.kernels.heap import push, refill


@compiled
def _grow(
    first: Any, head: Any, weight: Any, seed_node: Any, seed_label: Any, cutoff: Any, wanted: Any, remaining: Any,
    label: Any, via: Any, keys: Any, nodes: Any,
) -> None:  # fmt: skip
    """Settle nodes in the order of their labels, until every wanted one is settled or the cutoff is passed."""
    size = 0
    for k in range(len(seed_node)):
        node = seed_node[k]
        if seed_label[k] <= cutoff and seed_label[k] < label[node]:
            label[node], via[node] = seed_label[k], -1 - k
            push(keys, nodes, size, seed_label[k], node)
            size += 1
    while size > 0 and remaining != 0:
        reached, node = keys[0], nodes[0]
        size -= 1
        refill(keys, nodes, size)
        if reached > label[node]:
            continue
        if wanted[node]:
            wanted[node] = False
            remaining -= 1
        for arc in range(first[node], first[node + 1]):
            value, end = reached + weight[arc], head[arc]
            if value < label[end] and value <= cutoff:
                label[end], via[end] = value, arc
                push(keys, nodes, size, value, end)
                size += 1


def shortest_tree(
    first: npt.NDArray[np.int64],
    head: npt.NDArray[np.int32],
    weight: npt.NDArray[np.int64],
    seed_node: npt.NDArray[np.int32],
    seed_label: npt.NDArray[np.int64],
    cutoff: int,
    target: npt.NDArray[np.int32] | None = None,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Least label of every node from the seeds, and the arc that it is reached by.

    Parameters
    ----------
    first, head, weight, seed_node, seed_label
        As in `maillage.kernels.dijkstra.many_to_many`, of one source.
    cutoff : int
        Nodes whose label would exceed it are not reached.
    target : (M,) int32, optional
        Stop when all of these are settled: the other nodes' labels may then be too large. Every node if absent.

    Returns
    -------
    label : (N,) int64
        `UNSEEN` where a node is not reached.
    via : (N,) int64
        Last arc of the path to each node; ``-1 - k`` where the path is seed k itself. No meaning where nothing is reached.
    """
    num_nodes = len(first) - 1
    label, via = np.full(num_nodes, UNSEEN), np.zeros(num_nodes, np.int64)
    wanted = np.zeros(num_nodes, np.bool_)
    remaining = -1
    if target is not None:
        wanted[target] = True
        remaining = int(wanted.sum())
    # A node enters the heap once for each arc or seed that lowers its label, at most.
    keys = np.empty(len(head) + len(seed_node) + 1, np.int64)
    nodes = np.empty(len(keys), np.int32)
    _grow(first, head, weight, seed_node, seed_label, np.int64(cutoff), wanted, np.int64(remaining), label, via, keys, nodes)
    return label, via
