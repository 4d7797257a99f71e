"""Nested dissection: an elimination order from small separators, found by inertial flow.

A part of the network is cut in two where few roads pass, both halves come first and the cut last, and so on within the
halves. The cut of a part is the least one between its first and its last quarter along a direction; the best of several
directions is taken. A. George (1973), Nested dissection of a regular finite element mesh, SIAM Journal on Numerical
Analysis 10(2), 345-363, doi:10.1137/0710032. A. Schild, C. Sommer (2015), On balanced separators in road networks, SEA
2015, LNCS 9125, 286-297, doi:10.1007/978-3-319-20086-6_22.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from maillage.kernels.compiled import compiled, compiled_parallel
from maillage.kernels.flow import SINK, SOURCE, cover_cut, grow, least_cut
from maillage.kernels.leaves import LEAF_NODES, order_by_degree, order_leaf

WIDE_CUT, WIDE_CUT_GROWTH = 32, 4.0
"""A cut through n nodes is looked for up to 32 + 4 sqrt(n) roads: no part of a road network has none so small."""

BINS = 4096
"""Steps in which places along a direction are told apart."""


@compiled
def _twins(start: Any, head: Any) -> Any:
    """(m,) int32 the other direction of every arc."""
    n = len(start) - 1
    place = start[:-1].copy()  # every node has as many arcs in as out
    arc_in, tail_in = np.empty(len(head), np.int32), np.empty(len(head), np.int32)
    for k in range(n):
        for arc in range(start[k], start[k + 1]):
            at = place[head[arc]]
            arc_in[at], tail_in[at] = arc, k
            place[head[arc]] += 1
    twin, from_node = np.empty(len(head), np.int32), np.empty(n, np.int32)
    for k in range(n):
        for i in range(start[k], start[k + 1]):
            from_node[tail_in[i]] = arc_in[i]
        for arc in range(start[k], start[k + 1]):
            twin[arc] = from_node[head[arc]]
    return twin


@compiled
def _local_graph(first: Any, neighbour: Any, nodes: Any, local: Any) -> Any:
    """Graph induced by `nodes`, renumbered 0 to n - 1: first, head, twin.

    `local` is scratch, -1 everywhere before and after.
    """
    for k in range(len(nodes)):
        local[nodes[k]] = k
    start = np.zeros(len(nodes) + 1, np.int32)
    for k in range(len(nodes)):
        inside = 0
        for i in range(first[nodes[k]], first[nodes[k] + 1]):
            inside += local[neighbour[i]] >= 0
        start[k + 1] = start[k] + inside
    head = np.empty(start[-1], np.int32)
    at = 0
    for node in nodes:
        for i in range(first[node], first[node + 1]):
            if local[neighbour[i]] >= 0:
                head[at] = local[neighbour[i]]
                at += 1
    for node in nodes:
        local[node] = -1
    return start, head, _twins(start, head)


@compiled
def _sides(position: Any, quota: Any) -> Any:
    """1 for about `quota` nodes that come first along a direction, 2 for as many that come last.

    Positions are counted in bins rather than sorted; where one bin holds too much (places that are all the same), the nodes
    are taken as they are numbered.
    """
    low, high = position.min(), position.max()
    bins = np.empty(len(position), np.int32)
    count = np.zeros(BINS, np.int32)
    scale = (BINS - 1) / (high - low) if high > low else 0.0
    for node in range(len(position)):
        bins[node] = int((position[node] - low) * scale)
        count[bins[node]] += 1
    first, last = 0, BINS - 1
    before, after = count[first], count[last]
    while before < quota:
        first += 1
        before += count[first]
    while after < quota:
        last -= 1
        after += count[last]
    side = np.zeros(len(position), np.int8)
    fair = first < last and before <= 2 * quota and after <= 2 * quota
    for node in range(len(position)):
        if (bins[node] <= first) if fair else (node < quota):
            side[node] = SOURCE
        elif (bins[node] >= last) if fair else (node >= len(position) - quota):
            side[node] = SINK
    return side


@compiled
def _label(first: Any, head: Any, twin: Any, flow: Any, side: Any) -> Any:
    """0 and 1 for the two halves, 2 for the nodes between them: of the two extreme least cuts the better balanced."""
    near = grow(first, head, twin, flow, side, SOURCE)
    far = grow(first, head, twin, flow, side, SINK)
    half = len(side) / 2
    if abs(far.sum() - half) < abs(near.sum() - half):
        near = ~far
    cover = cover_cut(first, head, near)
    label = np.empty(len(side), np.int8)
    for node in range(len(side)):
        label[node] = 2 if cover[node] else (0 if near[node] else 1)
    return label


@compiled
def _position(xy: Any, nodes: Any, direction: Any, num_directions: Any) -> Any:
    """Where the nodes lie along one of the directions of a half circle."""
    angle = np.pi * direction / num_directions
    east, north = np.cos(angle), np.sin(angle)
    position = np.empty(len(nodes), np.float64)
    for k in range(len(nodes)):
        position[k] = east * xy[nodes[k], 0] + north * xy[nodes[k], 1]
    return position


@compiled
def _best_label(first: Any, neighbour: Any, xy: Any, nodes: Any, local: Any, directions: Any, share: Any) -> Any:
    """Label of the smallest cut over all directions, the first of equals; empty where none is small."""
    start, head, twin = _local_graph(first, neighbour, nodes, local)
    quota = max(1, int(share * len(nodes)))
    best = WIDE_CUT + int(WIDE_CUT_GROWTH * np.sqrt(len(nodes)))
    found = False
    best_flow, best_side = np.empty(0, np.int8), np.empty(0, np.int8)
    for direction in range(directions):
        position = _position(xy, nodes, direction, directions)
        side = _sides(position, quota)
        value, flow = least_cut(start, head, twin, side, position, best)
        if value < best:
            best, best_flow, best_side, found = value, flow, side, True
    if found:
        return _label(start, head, twin, best_flow, best_side)
    return np.empty(0, np.int8)


@compiled
def _arrange(order: Any, low: Any, high: Any, label: Any) -> Any:
    """Put the first half of a part first, then the second, then the nodes between.

    Returns where the second half begins, and where the nodes between.
    """
    nodes = order[low:high].copy()
    at = low
    for wanted in range(3):
        if wanted == 1:
            middle = at
        if wanted == 2:
            last = at
        for k in range(len(nodes)):
            if label[k] == wanted:
                order[at] = nodes[k]
                at += 1
    return middle, last


@compiled
def _some_parts(
    block: Any, blocks: Any, first: Any, neighbour: Any, xy: Any, order: Any, low: Any, high: Any, directions: Any, share: Any,
    once: Any, cuts: Any,
) -> None:  # fmt: skip
    """Every `blocks`-th part from `block` on; see `dissect`."""
    local = np.full(len(first) - 1, -1, np.int32)
    stack = np.empty((256, 2), np.int64)
    for part in range(block, len(low), blocks):
        stack[0, 0], stack[0, 1] = low[part], high[part]
        depth = 1
        while depth > 0:
            depth -= 1
            lo, hi = stack[depth, 0], stack[depth, 1]
            if hi - lo <= LEAF_NODES:
                order_leaf(first, neighbour, order, lo, hi, local)
                continue
            label = _best_label(first, neighbour, xy, order[lo:hi].copy(), local, directions, share)
            if len(label) == 0:
                order_by_degree(first, order, lo, hi)
                cuts[part, 0], cuts[part, 1] = lo, lo
                continue
            middle, last = _arrange(order, lo, hi, label)
            if once:
                cuts[part, 0], cuts[part, 1] = middle, last
                break
            stack[depth, 0], stack[depth, 1] = lo, middle
            stack[depth + 1, 0], stack[depth + 1, 1] = middle, last
            depth += 2


@compiled_parallel
def dissect(
    first: Any, neighbour: Any, xy: Any, order: Any, low: Any, high: Any, directions: Any, share: Any, once: Any, cuts: Any,
    blocks: Any,
) -> None:  # fmt: skip
    """Order parts that are not joined by any edge.

    Parameters
    ----------
    first, neighbour : (N + 1,) int64, (E,) int32
        Neighbours of every node, both directions of every edge.
    xy : (N, 2) float64
        Places of the nodes.
    order : (N,) int32
        Changed in place: ``order[low[p]:high[p]]`` are the nodes of part p, first eliminated to last.
    directions : int
        Directions that are tried for each cut.
    share : float
        Share of the nodes that lie before, and behind, the part where the cut may be.
    once : bool
        Cut every part once and leave its halves as they are (parts of at most `LEAF_NODES` are ordered).
    cuts : (P, 2) int64
        Written with `once`: where in `order` the second half of a part begins, and the nodes between.
    blocks : int
        Threads to share the parts between; changes no result.
    """
    for block in numba.prange(blocks):
        _some_parts(block, blocks, first, neighbour, xy, order, low, high, directions, share, once, cuts)


@compiled
def hops(first: Any, neighbour: Any, start: Any) -> Any:
    """(N,) int32 roads from `start` to every node; a piece out of reach goes on counting where the one before ended."""
    num_nodes = len(first) - 1
    count = np.full(num_nodes, -1, np.int32)
    queue = np.empty(num_nodes, np.int32)
    size, at, unseen, base = 0, 0, 0, 0
    node = start
    while True:
        count[node] = base
        queue[size] = node
        size += 1
        while at < size:
            node = queue[at]
            at += 1
            for i in range(first[node], first[node + 1]):
                if count[neighbour[i]] < 0:
                    count[neighbour[i]] = count[node] + 1
                    queue[size] = neighbour[i]
                    size += 1
        while unseen < num_nodes and count[unseen] >= 0:
            unseen += 1
        if unseen == num_nodes:
            return count
        base = count[queue[size - 1]] + 1
        node = unseen
