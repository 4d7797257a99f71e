"""The k nearest sources of every node, in one search from all sources at once.

Labels carry the time and the source, ``time * S + source``, so that ties go to the first source. A node is settled once for
each of its nearest sources and passes on only these: a way to the k-th nearest source never leads through a node that has k
nearer.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from maillage.kernels.compiled import compiled
from maillage.kernels.heap import push, refill


@compiled
def nearest_sources(first: Any, head: Any, weight: Any, source: Any, k: Any, limit: Any) -> Any:
    """The k nearest sources of every node.

    Parameters
    ----------
    first, head, weight : (N + 1,) int64, (A,) int32, (A,) int64
        Arcs by the node they leave.
    source : (S,) int32
        Nodes where the search starts.
    k : int
    limit : int
        Longest time that counts, at most 2**31 - 1.

    Returns
    -------
    position, time : (N, k) int32
        Nearest first; -1 = no more.
    """
    num_nodes, num_sources = len(first) - 1, np.int64(len(source))
    position = np.full((num_nodes, k), -1, np.int32)
    time = np.full((num_nodes, k), -1, np.int32)
    settled = np.zeros(num_nodes, np.int32)
    # Every settling of a node enters each of its arcs once, at most.
    keys = np.empty(min(k, max(num_sources, 1)) * len(head) + num_sources + 1, np.int64)
    nodes = np.empty(len(keys), np.int32)
    size = 0
    for s in range(num_sources):
        push(keys, nodes, size, np.int64(s), source[s])
        size += 1
    while size > 0:
        key, node = keys[0], nodes[0]
        size -= 1
        refill(keys, nodes, size)
        reached, which = key // num_sources, key % num_sources
        if settled[node] == k or _holds(position, node, settled[node], which):
            continue
        position[node, settled[node]], time[node, settled[node]] = which, reached
        settled[node] += 1
        for arc in range(first[node], first[node + 1]):
            further = reached + weight[arc]
            if further <= limit and settled[head[arc]] < k:
                push(keys, nodes, size, further * num_sources + which, head[arc])
                size += 1
    return position, time


@compiled
def _holds(position: Any, node: Any, count: Any, which: Any) -> Any:
    held = False
    for i in range(count):
        held |= position[node, i] == which
    return held
