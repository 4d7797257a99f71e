"""Giving the arcs of an elimination order the weights of a metric.

Basic customisation makes every arc as short as the best way through earlier nodes (lower triangles); perfect customisation
makes it as short as any way at all, so that arcs which no shortest way needs can be left out. J. Dibbelt, B. Strasser, D.
Wagner (2016), Customizable contraction hierarchies, Journal of Experimental Algorithmics 21(1), 1.5, doi:10.1145/2886843.

Both directions of an arc are kept side by side: ``weight[k, 0]`` from the earlier node to the later, ``weight[k, 1]`` back.
Ways are joined at a node whose arcs are spread out by the depth of their heads in the elimination tree: all later
neighbours of a node lie on one way to the root, so that depth tells them apart.

The top of the tree, where everything meets, is done apart: below it every subtree is a task of its own. No arc is written
by two threads, so the result is the same for any number of them.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from maillage.kernels.compiled import compiled, compiled_parallel
from maillage.kernels.lanes import join_pairs


@compiled
def down_arcs(up_first: Any, up_head: Any, is_top: Any) -> Any:
    """Arcs by head: those that leave nodes below the top first, each group by ascending tail.

    Returns
    -------
    first : (N + 1,) int64
    middle : (N,) int64
        Where the arcs from the top begin.
    arc : (F,) int32
    stop : (F,) int32
        Where the arcs of the same tail end.
    """
    num_nodes = len(up_first) - 1
    first = np.zeros(num_nodes + 1, np.int64)
    low = np.zeros(num_nodes, np.int64)
    for node in range(num_nodes):
        for k in range(up_first[node], up_first[node + 1]):
            first[up_head[k] + 1] += 1
            if not is_top[node]:
                low[up_head[k]] += 1
    for node in range(num_nodes):
        first[node + 1] += first[node]
    middle = first[:-1] + low
    place, top_place = first[:-1].copy(), middle.copy()
    arc = np.empty(len(up_head), np.int32)
    stop = np.empty(len(up_head), np.int32)
    for node in range(num_nodes):
        for k in range(up_first[node], up_first[node + 1]):
            head = up_head[k]
            if is_top[node]:
                at = top_place[head]
                top_place[head] += 1
            else:
                at = place[head]
                place[head] += 1
            arc[at] = k
            stop[at] = up_first[node + 1]
    return first, middle, arc, stop


@compiled
def work_below(up_first: Any, up_head: Any, parent: Any) -> Any:
    """(N,) int64 triangles whose middle node lies in the subtree of each node, plus one a node."""
    num_nodes = len(parent)
    work = np.ones(num_nodes, np.int64)
    for node in range(num_nodes):
        for k in range(up_first[node], up_first[node + 1]):
            work[up_head[k]] += up_first[node + 1] - k - 1
    for node in range(num_nodes):
        if parent[node] >= 0:
            work[parent[node]] += work[node]
    return work


@compiled
def _spread(arc: Any, slot: Any, values: Any, start: Any, stop: Any, flat: Any) -> None:
    for i in range(start, stop):
        value = values[arc[i]]
        if value < flat[slot[i]]:
            flat[slot[i]] = value


@compiled_parallel
def spread_weights(arc: Any, slot: Any, values: Any, bounds: Any, flat: Any) -> None:
    """Least value of the road arcs that share a slot of `flat`, the rest as it is.

    Parameters
    ----------
    arc, slot : (A,) int32, (A,) int64
        Road arcs by ascending slot, and the slots.
    values : (A,) integers
        By road arc.
    bounds : (B + 1,) int64
        Where blocks begin; no slot is in two blocks.
    flat : (2 F,) integers
        Weights of both directions of every arc, laid side by side.
    """
    for block in numba.prange(len(bounds) - 1):
        _spread(arc, slot, values, bounds[block], bounds[block + 1], flat)


@compiled
def _pull(
    node: Any, start: Any, stop: Any, up_first: Any, up_depth: Any, down_arc: Any,
    down_stop: Any, weight: Any, row: Any
) -> None:  # fmt: skip
    """Shorten the arcs of a node by ways through the tails of its down arcs `start` to `stop`."""
    if start == stop:
        return
    for k in range(up_first[node], up_first[node + 1]):
        row[up_depth[k], 0], row[up_depth[k], 1] = weight[k, 0], weight[k, 1]
    for i in range(start, stop):
        k = down_arc[i]
        join_pairs(row, weight, up_depth, k + 1, down_stop[i], weight[k, 1], weight[k, 0])
    for k in range(up_first[node], up_first[node + 1]):
        weight[k, 0], weight[k, 1] = row[up_depth[k], 0], row[up_depth[k], 1]


@compiled
def _below(
    block: Any, blocks: Any, up_first: Any, up_depth: Any, down_first: Any, down_arc: Any, down_stop: Any,
    task_low: Any, task_high: Any, depth: Any, weight: Any,
) -> None:  # fmt: skip
    """The nodes of every `blocks`-th task."""
    row = np.empty((depth, 2), weight.dtype)
    for task in range(block, len(task_low), blocks):
        for node in range(task_low[task], task_high[task]):
            _pull(node, down_first[node], down_first[node + 1], up_first, up_depth, down_arc, down_stop, weight, row)


@compiled
def _from_below(
    block: Any, blocks: Any, up_first: Any, up_depth: Any, down_first: Any, down_middle: Any, down_arc: Any, down_stop: Any,
    top: Any, depth: Any, weight: Any,
) -> None:  # fmt: skip
    """Ways through nodes below the top, for every `blocks`-th node of the top."""
    row = np.empty((depth, 2), weight.dtype)
    for i in range(block, len(top), blocks):
        node = top[i]
        _pull(node, down_first[node], down_middle[node], up_first, up_depth, down_arc, down_stop, weight, row)


@compiled
def _at_the_top(
    up_first: Any, up_depth: Any, down_first: Any, down_middle: Any, down_arc: Any, down_stop: Any, top: Any, depth: Any,
    weight: Any,
) -> None:  # fmt: skip
    """Ways through nodes of the top."""
    row = np.empty((depth, 2), weight.dtype)
    for node in top:
        _pull(node, down_middle[node], down_first[node + 1], up_first, up_depth, down_arc, down_stop, weight, row)


@compiled_parallel
def customise(
    up_first: Any, up_depth: Any, down_first: Any, down_middle: Any, down_arc: Any, down_stop: Any,
    task_low: Any, task_high: Any, top: Any, depth: Any, blocks: Any, weight: Any,
) -> None:  # fmt: skip
    """Basic customisation, in place.

    Parameters
    ----------
    task_low, task_high : (T,) int64
        Runs of nodes, each a subtree below the top, largest work first.
    top : (M,) int32
        The other nodes, ascending.
    depth : int
        Greatest depth of a node, plus one.
    blocks : int
        Threads to share the work between; changes no result.
    weight : (F, 2) integers
    """
    for block in numba.prange(blocks):
        _below(block, blocks, up_first, up_depth, down_first, down_arc, down_stop, task_low, task_high, depth, weight)
    for block in numba.prange(blocks):
        _from_below(block, blocks, up_first, up_depth, down_first, down_middle, down_arc, down_stop, top, depth, weight)
    _at_the_top(up_first, up_depth, down_first, down_middle, down_arc, down_stop, top, depth, weight)
