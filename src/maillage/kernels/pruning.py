"""Leaving out the arcs that no shortest way needs: perfect customisation.

Every arc is made as short as any way at all, from the top of the elimination tree down; an arc that was longer is on no
shortest way and can go. J. Dibbelt, B. Strasser, D. Wagner (2016), Customizable contraction hierarchies, Journal of
Experimental Algorithmics 21(1), 1.5, doi:10.1145/2886843. Arcs and weights are laid out as in `customisation`; no arc is
written by two threads.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from maillage.kernels.compiled import compiled, compiled_parallel
from maillage.kernels.lanes import join_back


@compiled
def _push(
    node: Any, start: Any, stop: Any, up_first: Any, up_depth: Any, down_arc: Any,
    down_stop: Any, weight: Any, best: Any, row: Any
) -> None:  # fmt: skip
    """Shorten the arcs of earlier nodes by ways over the arcs of `node`, which are as short as can be."""
    if start == stop:
        return
    for k in range(up_first[node], up_first[node + 1]):
        row[up_depth[k], 0], row[up_depth[k], 1] = best[k, 0], best[k, 1]
    for i in range(start, stop):
        k = down_arc[i]
        join_back(row, weight, best, up_depth, k, k + 1, down_stop[i])


@compiled
def _first_at_least(values: Any, start: Any, stop: Any, wanted: Any) -> Any:
    while start < stop:
        middle = (start + stop) >> 1
        if values[middle] < wanted:
            start = middle + 1
        else:
            stop = middle
    return start


@compiled
def _prune_top(
    up_first: Any, up_depth: Any, down_first: Any, down_middle: Any, down_arc: Any, down_stop: Any, top: Any, depth: Any,
    weight: Any, best: Any,
) -> None:  # fmt: skip
    row = np.empty((depth, 2), weight.dtype)
    for i in range(len(top) - 1, -1, -1):
        node = top[i]
        _push(node, down_middle[node], down_first[node + 1], up_first, up_depth, down_arc, down_stop, weight, best, row)


@compiled
def _ancestors(parent: Any, node: Any, above: Any) -> Any:
    """Ancestors of a node into `above`, nearest first; returns how many."""
    count = 0
    at = parent[node]
    while at >= 0:
        above[count] = at
        count += 1
        at = parent[at]
    return count


@compiled
def _prune_below(
    block: Any, blocks: Any, up_first: Any, up_depth: Any, down_first: Any, down_middle: Any, down_arc: Any, down_stop: Any,
    parent: Any, task_low: Any, task_high: Any, depth: Any, weight: Any, best: Any,
) -> None:  # fmt: skip
    """The arcs that leave every `blocks`-th subtree, by ways over its ancestors and within it."""
    row = np.empty((depth, 2), weight.dtype)
    above = np.empty(depth, np.int32)
    for task in range(block, len(task_low), blocks):
        low, high = task_low[task], task_high[task]
        for i in range(_ancestors(parent, high - 1, above) - 1, -1, -1):
            node = above[i]
            start = _first_at_least(down_arc, down_first[node], down_middle[node], up_first[low])
            stop = _first_at_least(down_arc, start, down_middle[node], up_first[high])
            _push(node, start, stop, up_first, up_depth, down_arc, down_stop, weight, best, row)
        for node in range(high - 1, low - 1, -1):
            _push(node, down_first[node], down_first[node + 1], up_first, up_depth, down_arc, down_stop, weight, best, row)


@compiled
def _drop_longer(block: Any, blocks: Any, weight: Any, best: Any, endless: Any) -> None:
    for k in range(block * len(best) // blocks, (block + 1) * len(best) // blocks):
        for way in range(2):
            if best[k, way] < weight[k, way]:
                best[k, way] = endless


@compiled_parallel
def prune(
    up_first: Any, up_depth: Any, down_first: Any, down_middle: Any, down_arc: Any, down_stop: Any, parent: Any,
    task_low: Any, task_high: Any, top: Any, depth: Any, blocks: Any, weight: Any, best: Any, endless: Any,
) -> None:  # fmt: skip
    """Perfect customisation: in `best`, the weights of the arcs that are as short as any way; the others become `endless`.

    An arc longer than another way is on no shortest way, so nothing is lost. Parameters as in `customise`, whose result
    `weight` is; `best` begins as a copy of it.
    """
    _prune_top(up_first, up_depth, down_first, down_middle, down_arc, down_stop, top, depth, weight, best)
    for block in numba.prange(blocks):
        _prune_below(
            block, blocks, up_first, up_depth, down_first, down_middle, down_arc, down_stop, parent, task_low, task_high, depth,
            weight, best,
        )  # fmt: skip
    for block in numba.prange(blocks):
        _drop_longer(block, blocks, weight, best, endless)


@compiled_parallel
def count_left(up_first: Any, best: Any, way: Any, endless: Any, first: Any) -> None:
    """Arcs of each node that are not endless, into ``first[1:]``."""
    for node in numba.prange(len(up_first) - 1):
        count = 0
        for k in range(up_first[node], up_first[node + 1]):
            if best[k, way] < endless:
                count += 1
        first[node + 1] = count


@compiled_parallel
def pick_left(
    up_first: Any, up_head: Any, up_depth: Any, best: Any, way: Any, endless: Any, first: Any, head: Any, depth: Any,
    weight: Any,
) -> None:  # fmt: skip
    """Heads, their depths and the weights of these arcs, each node's from ``first[node]``."""
    for node in numba.prange(len(up_first) - 1):
        at = first[node]
        for k in range(up_first[node], up_first[node + 1]):
            if best[k, way] < endless:
                head[at], depth[at], weight[at] = up_head[k], up_depth[k], best[k, way]
                at += 1
