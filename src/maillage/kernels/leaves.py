"""Small parts of a network in order of least degree (D. J. Rose (1972), doi:10.1016/B978-1-4832-3187-7.50018-0)."""

from __future__ import annotations

from typing import Any

import numpy as np

from maillage.kernels.compiled import compiled

LEAF_NODES = 64
"""Parts of at most so many nodes are ordered by least degree, their neighbourhoods held as bits of one integer each."""


@compiled
def _bit_count(bits: Any) -> Any:
    count = 0
    while bits != np.uint64(0):
        bits &= bits - np.uint64(1)
        count += 1
    return count


@compiled
def _neighbour_bits(first: Any, neighbour: Any, nodes: Any, local: Any) -> Any:
    """(n,) uint64 neighbours of each of at most 64 nodes among them, a bit each."""
    for k in range(len(nodes)):
        local[nodes[k]] = k
    near = np.zeros(len(nodes), np.uint64)
    for k in range(len(nodes)):
        for i in range(first[nodes[k]], first[nodes[k] + 1]):
            other = local[neighbour[i]]
            if other >= 0:
                near[k] |= np.uint64(1) << np.uint64(other)
    for node in nodes:
        local[node] = -1
    return near


@compiled
def _least_degree(near: Any, left: Any) -> Any:
    """The node with the fewest neighbours among those that are left, the first of equals."""
    best, least = -1, 65
    for k in range(len(near)):
        if left[k]:
            degree = _bit_count(near[k])
            if degree < least:
                best, least = k, degree
    return best


@compiled
def order_leaf(first: Any, neighbour: Any, order: Any, low: Any, high: Any, local: Any) -> None:
    """Order at most 64 nodes by least degree, updated as they go."""
    nodes = order[low:high].copy()
    near = _neighbour_bits(first, neighbour, nodes, local)
    left = np.ones(len(nodes), np.bool_)
    one = np.uint64(1)
    for at in range(low, high):
        best = _least_degree(near, left)
        left[best] = False
        order[at] = nodes[best]
        gone = ~(one << np.uint64(best))
        for k in range(len(nodes)):
            if left[k] and (near[best] >> np.uint64(k)) & one:
                near[k] = (near[k] | near[best]) & gone & ~(one << np.uint64(k))


@compiled
def order_by_degree(first: Any, order: Any, low: Any, high: Any) -> None:
    """Order nodes by their number of neighbours in the whole network: what is left to do where no cut is small."""
    nodes = order[low:high].copy()
    most = 0
    for node in nodes:
        most = max(most, first[node + 1] - first[node])
    place = np.zeros(most + 2, np.int64)
    for node in nodes:
        place[first[node + 1] - first[node] + 1] += 1
    for degree in range(most + 1):
        place[degree + 1] += place[degree]
    for node in nodes:
        degree = first[node + 1] - first[node]
        order[low + place[degree]] = node
        place[degree] += 1
