"""Least cuts of a part of a road network between two of its sides.

Edges have capacity one in either direction; the flow is grown way by way in the residual network (L. R. Ford, D. R.
Fulkerson (1956), Maximal flow through a network, Canadian Journal of Mathematics 8, 399-404, doi:10.4153/CJM-1956-045-5),
and the cut edges are covered by as few nodes as possible (D. Kőnig (1931), Gráfok és mátrixok, Matematikai és Fizikai Lapok
38).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from maillage.kernels.compiled import compiled

SOURCE, SINK = 1, 2
NEVER = np.int32(2**31 - 1)

PATIENCE = 50
"""Looks at an arc, for each arc of the graph, after which a cut counts as not small: no road network needs so many."""


@compiled
def _find_way(
    first: Any, head: Any, flow: Any, side: Any, position: Any, seen: Any, stamp: Any, start: Any, trail: Any, visited: Any,
    looks: Any,
) -> Any:  # fmt: skip
    """Arcs of a way from `start` to the sink side that can take more flow, into `trail`; their number, 0 = there is none.

    -1 = given up: no more of the `looks` are left, of which one is taken for each arc looked at.

    Depth first, and always towards the sink side as far as can be: on roads such a way is found almost straight.
    """
    depth, node, count = 0, start, 0
    while True:
        best, farthest = -1, -np.inf
        looks[0] -= first[node + 1] - first[node]
        if looks[0] < 0:
            return -1
        for arc in range(first[node], first[node + 1]):
            other = head[arc]
            if seen[other] < stamp and flow[arc] < 1 and side[other] != SOURCE and position[other] > farthest:
                best, farthest = arc, position[other]
        if best >= 0:
            trail[depth] = best
            depth += 1
            node = head[best]
            if side[node] == SINK:
                return depth
            seen[node] = stamp
            visited[count] = node
            count += 1
        elif depth > 0:
            depth -= 1
            node = head[trail[depth - 1]] if depth > 0 else start
        else:
            # Nothing seen here can reach the sink side, nor will it ever: no later way touches these nodes.
            for k in range(count):
                seen[visited[k]] = NEVER
            return 0


@compiled
def _border(first: Any, head: Any, inside: Any) -> Any:
    """Nodes that are inside and have a neighbour that is not."""
    border = np.empty(len(inside), np.int32)
    count = 0
    for node in range(len(inside)):
        if inside[node]:
            for arc in range(first[node], first[node + 1]):
                if not inside[head[arc]]:
                    border[count] = node
                    count += 1
                    break
    return border[:count]


@compiled
def least_cut(first: Any, head: Any, twin: Any, side: Any, position: Any, limit: Any) -> Any:
    """Most edge-disjoint ways between the two sides.

    Parameters
    ----------
    first, head : (n + 1,) int32, (m,) int32
        Both directions of every edge, by tail.
    twin : (m,) int32
        The other direction of each arc.
    side : (n,) int8
        1 on the source side, 2 on the sink side, 0 between.
    position : (n,) float64
        Larger towards the sink side; guides the search, changes no result.
    limit : int
        Give up once the cut is known to be at least so large.

    Returns
    -------
    value : int
        Size of the cut; `limit` where it is at least that, or where it could not be told within `PATIENCE`.
    flow : (m,) int8
        1 along an arc that is used, -1 against.
    """
    flow = np.zeros(len(head), np.int8)
    seen = np.full(len(side), -1, np.int32)
    trail = np.empty(len(side), np.int32)
    visited = np.empty(len(side), np.int32)
    looks = np.full(1, PATIENCE * (len(head) + 100), np.int64)
    value = 0
    for start in _border(first, head, side == SOURCE):
        while value < limit:
            length = _find_way(first, head, flow, side, position, seen, value, start, trail, visited, looks)
            if length < 0:
                return limit, flow
            if length == 0:
                break
            for k in range(length):
                flow[trail[k]] += 1
                flow[twin[trail[k]]] -= 1
            value += 1
    return value, flow


@compiled
def grow(first: Any, head: Any, twin: Any, flow: Any, side: Any, seed: Any) -> Any:
    """Nodes on the near side of the cut that lies nearest to the source side (`seed` 1) or the sink side (2).

    Returns
    -------
    (n,) bool
    """
    near = np.zeros(len(side), np.bool_)
    queue = np.empty(len(side), np.int32)
    size = 0
    for node in range(len(side)):
        if side[node] == seed:
            near[node] = True
            queue[size] = node
            size += 1
    at = 0
    while at < size:
        node = queue[at]
        at += 1
        for arc in range(first[node], first[node + 1]):
            other = head[arc]
            used = flow[arc] if seed == SOURCE else flow[twin[arc]]
            if used < 1 and not near[other]:
                near[other] = True
                queue[size] = other
                size += 1
    return near


@compiled
def _augment(
    first: Any, head: Any, near: Any, mate: Any, seen: Any, stamp: Any, start: Any, stack: Any, place: Any
) -> None:  # fmt: skip
    """Match `start` (on the near side) to one more node beyond the cut, by an alternating way, if there is one."""
    depth = 0
    stack[0], place[0] = start, first[start]
    while depth >= 0:
        if place[depth] == first[stack[depth] + 1]:
            depth -= 1
            continue
        other = head[place[depth]]
        place[depth] += 1
        if near[other] or seen[other] == stamp:
            continue
        seen[other] = stamp
        if mate[other] >= 0:
            depth += 1
            stack[depth], place[depth] = mate[other], first[mate[other]]
            continue
        for k in range(depth, -1, -1):
            beyond = head[place[k] - 1]
            mate[beyond], mate[stack[k]] = stack[k], beyond
        return


@compiled
def _alternating(first: Any, head: Any, near: Any, mate: Any, border: Any) -> Any:
    """(n,) bool what alternating ways from the unmatched nodes of the border reach."""
    reach = np.zeros(len(near), np.bool_)
    queue = np.empty(len(near), np.int32)
    size, at = 0, 0
    for node in border:
        if mate[node] < 0:
            reach[node] = True
            queue[size] = node
            size += 1
    while at < size:
        node = queue[at]
        at += 1
        for arc in range(first[node], first[node + 1]):
            other = head[arc]
            if near[other] or reach[other]:
                continue
            reach[other] = True
            if mate[other] >= 0 and not reach[mate[other]]:
                reach[mate[other]] = True
                queue[size] = mate[other]
                size += 1
    return reach


@compiled
def cover_cut(first: Any, head: Any, near: Any) -> Any:
    """Fewest nodes that touch every edge between the near side and the rest.

    By Kőnig's theorem: with a largest matching of the cut edges, the near nodes that alternating ways from unmatched ones do
    not reach, and the far ones that they do.

    Returns
    -------
    (n,) bool
    """
    border = _border(first, head, near)
    mate = np.full(len(near), -1, np.int32)
    seen = np.full(len(near), -1, np.int32)
    stack = np.empty(len(border) + 1, np.int32)
    place = np.empty(len(border) + 1, np.int32)
    for k in range(len(border)):
        _augment(first, head, near, mate, seen, np.int32(k), border[k], stack, place)
    reach = _alternating(first, head, near, mate, border)
    cover = np.zeros(len(near), np.bool_)
    for node in border:
        cover[node] = not reach[node]
        for arc in range(first[node], first[node + 1]):
            if not near[head[arc]] and reach[head[arc]]:
                cover[head[arc]] = True
    return cover
