"""What an elimination order makes of a graph: its elimination tree and the arcs that eliminating nodes leaves behind.

Eliminating a node joins all its later neighbours to each other. The later neighbours of a node, with these added, all lie
on one way up the elimination tree, whose parent of a node is the first of them (R. Schreiber (1982), A new implementation
of sparse Gaussian elimination, ACM Transactions on Mathematical Software 8(3), 256-276, doi:10.1145/356004.356006).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from maillage.kernels.compiled import compiled


@compiled
def _places(order: Any) -> Any:
    """(N,) place of every node in an order."""
    place = np.empty(len(order), np.int32)
    for k in range(len(order)):
        place[order[k]] = k
    return place


@compiled
def _children(parent: Any) -> Any:
    """First child and next sibling of every place, ascending; the first root, the roots being siblings too."""
    first_child = np.full(len(parent), -1, np.int32)
    sibling = np.full(len(parent), -1, np.int32)
    root = np.int32(-1)
    for k in range(len(parent) - 1, -1, -1):
        if parent[k] < 0:
            sibling[k], root = root, np.int32(k)
        else:
            sibling[k], first_child[parent[k]] = first_child[parent[k]], k
    return first_child, sibling, root


@compiled
def tree(first: Any, neighbour: Any, order: Any) -> Any:
    """Elimination tree of a graph (J. W. H. Liu (1990), doi:10.1137/0611010).

    Parameters
    ----------
    first, neighbour : (N + 1,) int64, (E,) int32
        Neighbours of every node, both directions of every edge.
    order : (N,) int32
        Nodes, first eliminated to last.

    Returns
    -------
    (N,) int32
        Place in `order` of the parent of the node at each place; -1 = root.
    """
    num_nodes = len(order)
    place = _places(order)
    parent = np.full(num_nodes, -1, np.int32)
    ancestor = np.full(num_nodes, -1, np.int32)
    for k in range(num_nodes):
        node = order[k]
        for i in range(first[node], first[node + 1]):
            low = place[neighbour[i]]
            while low < k:
                up = ancestor[low]
                if up == k:
                    break
                ancestor[low] = k
                if up < 0:
                    parent[low] = k
                    break
                low = up
    return parent


@compiled
def post_order(parent: Any) -> Any:
    """Places of an elimination tree so numbered that every subtree is a run that ends with its root.

    Returns
    -------
    (N,) int32
        Old places, in the new order: as good an order, with the same arcs.
    """
    num_nodes = len(parent)
    first_child, sibling, at = _children(parent)
    order = np.empty(num_nodes, np.int32)
    done = 0
    while at >= 0:
        while first_child[at] >= 0:
            child = first_child[at]
            first_child[at] = -1
            at = child
        order[done] = at
        done += 1
        at = sibling[at] if sibling[at] >= 0 else parent[at]
        # A parent reached from its last child has no children left to visit: it is written next.
    return order


@compiled
def _collect(candidates: Any, k: Any, seen: Any, found: Any, count: Any) -> Any:
    """Add to `found` the later ones of `candidates` that are not there yet; returns the new count."""
    for other in candidates:
        if other > k and seen[other] != k:
            seen[other] = k
            found[count] = other
            count += 1
    return count


@compiled
def _with_room(values: Any, size: Any, more: Any) -> Any:
    """`values`, or a larger copy where `more` do not fit behind the first `size`."""
    if size + more <= len(values):
        return values
    larger = np.empty(2 * len(values) + more, values.dtype)
    for k in range(size):
        larger[k] = values[k]
    return larger


@compiled
def _sort(values: Any, count: Any) -> None:
    """Sort the first `count` values in place by insertion over shrinking gaps (Shell 1959, doi:10.1145/368370.368387)."""
    gap = 1
    while 3 * gap + 1 < count:
        gap = 3 * gap + 1
    while gap > 0:
        for k in range(gap, count):
            value, at = values[k], k
            while at >= gap and values[at - gap] > value:
                values[at] = values[at - gap]
                at -= gap
            values[at] = value
        gap //= 3


@compiled
def fill(first: Any, neighbour: Any, order: Any, parent: Any) -> Any:
    """Arcs from every node to its later neighbours, those that elimination adds included.

    Parameters
    ----------
    first, neighbour, order
        As in `tree`; `parent` is its result for this order.

    Returns
    -------
    up_first : (N + 1,) int64
    up_head : (F,) int32
        Places in `order`, ascending within each node.
    """
    num_nodes = len(order)
    near = _places(order)[neighbour]
    first_child, sibling, _ = _children(parent)
    up_first = np.zeros(num_nodes + 1, np.int64)
    up_head = np.empty(max(16, 2 * len(neighbour)), np.int32)
    seen = np.full(num_nodes, -1, np.int32)
    found = np.empty(num_nodes, np.int32)
    size = np.int64(0)
    for k in range(num_nodes):
        count = _collect(near[first[order[k]] : first[order[k] + 1]], k, seen, found, 0)
        child = first_child[k]
        while child >= 0:
            count = _collect(up_head[up_first[child] : up_first[child + 1]], k, seen, found, count)
            child = sibling[child]
        up_head = _with_room(up_head, size, count)
        _sort(found, count)
        for i in range(count):
            up_head[size + i] = found[i]
        size += count
        up_first[k + 1] = size
    return up_first, up_head[:size].copy()


@compiled
def depths(parent: Any) -> Any:
    """Distance of every place from the root of its tree, for places numbered so that parents come after their children.

    Returns
    -------
    (N,) int32
    """
    depth = np.zeros(len(parent), np.int32)
    for k in range(len(parent) - 1, -1, -1):
        if parent[k] >= 0:
            depth[k] = depth[parent[k]] + 1
    return depth
