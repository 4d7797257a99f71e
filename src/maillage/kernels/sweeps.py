"""Many-to-many shortest ways on a customised elimination order: up from the sources, down to the targets, many sources at
once.

Every shortest way climbs the elimination tree and comes down again. The climb touches only the ancestors of the sources;
the descent visits the ancestors of the targets, each after its own (D. Delling, A. V. Goldberg, A. Nowatzyk, R. F. Werneck
(2013), PHAST: Hardware-accelerated shortest path trees, Journal of Parallel and Distributed Computing 73(7), 940-952,
doi:10.1016/j.jpdc.2012.02.007; restricted to the targets: D. Delling, A. V. Goldberg, R. F. Werneck (2011), Faster batched
shortest paths in road networks, ATMOS 2011, OASIcs 20, 52-63, doi:10.4230/OASIcs.ATMOS.2011.52). Labels of several sources
form a row and are lowered together.

In the descent only the way from the root to the present node is needed, so a row is kept for each depth rather than for
each node: they stay in the nearest cache, whatever the size of the network.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from maillage.kernels.compiled import compiled, compiled_parallel
from maillage.kernels.lanes import LANE_BYTES, copy_row, relax_from, relax_into

TILE = 256
"""Targets turned from rows of sources into rows of targets at a time: these fit the nearest cache."""


@compiled
def closure(parent: Any, target: Any) -> Any:
    """The targets and all their ancestors, last node first: every node comes after its ancestors.

    Returns
    -------
    (K,) int32
    """
    num_nodes = len(parent)
    wanted = np.zeros(num_nodes, np.bool_)
    count = 0
    for node in target:
        at = node
        while at >= 0 and not wanted[at]:
            wanted[at] = True
            count += 1
            at = parent[at]
    nodes = np.empty(count, np.int32)
    for node in range(num_nodes):
        if wanted[node]:
            count -= 1
            nodes[count] = node
    return nodes


@compiled
def _climb(
    turn: Any, seed_first: Any, seed_node: Any, seed_label: Any, parent: Any, first: Any, head: Any, weight: Any, step: Any,
    endless: Any, slot: Any, rows: Any, nodes: Any, breaks: Any,
) -> Any:  # fmt: skip
    """Labels of all ancestors of the sources `turn`, a lane each, into `rows`; returns how many rows.

    `slot` says in which row a node is; row 0 is no node's, and endless. A way to the root stops where an earlier one has
    passed: taken backwards, these stretches put every node before its ancestors.
    """
    rows[0, :] = endless
    count, stretches = 1, 0
    breaks[0] = 1
    for lane in range(len(turn)):
        for seed in range(seed_first[turn[lane]], seed_first[turn[lane] + 1]):
            at = seed_node[seed]
            while at >= 0 and slot[at] == 0:
                slot[at] = count
                nodes[count] = at
                copy_row(rows, count, rows, 0)
                count += 1
                at = parent[at]
            if count > breaks[stretches]:
                stretches += 1
                breaks[stretches] = count
            own = slot[seed_node[seed]]
            rows[own, lane] = min(rows[own, lane], seed_label[seed])
    for stretch in range(stretches - 1, -1, -1):
        for own in range(breaks[stretch], breaks[stretch + 1]):
            relax_from(rows, own, slot, head, weight, step, first[nodes[own]], first[nodes[own] + 1])
    return count


@compiled
def _flush(found: Any, column: Any, count: Any, turn: Any, limit: Any, out: Any) -> Any:
    """Turn the first rows of `found` into columns of `out`; labels above the limit become -1. Returns the largest label."""
    largest = found[0, 0]
    for lane in range(len(turn)):
        row = out[turn[lane]]
        for j in range(count):
            value = found[j, lane]
            largest = max(largest, value)
            row[column[j]] = value if value <= limit else -1
    return largest


@compiled
def _descend(
    visit: Any, first: Any, depth: Any, weight: Any, step: Any, slot: Any, start: Any, rows: Any, found: Any, column: Any,
    turn: Any, limit: Any, out: Any,
) -> Any:  # fmt: skip
    """Labels of the nodes of the descent; those of targets into `out`, some at a time. Returns the largest of these."""
    count, largest = 0, found.dtype.type(0)
    for k in range(len(visit)):
        node, own = visit[k, 0], visit[k, 1]
        relax_into(rows, own, depth, weight, step, first[node], first[node + 1], start, slot[node])
        if visit[k, 2] >= 0:
            copy_row(found, count, rows, own)
            column[count] = visit[k, 2]
            count += 1
            if count == TILE:
                largest = max(largest, _flush(found, column, count, turn, limit, out))
                count = 0
    if count > 0:
        largest = max(largest, _flush(found, column, count, turn, limit, out))
    return largest


@compiled
def _some_batches(
    block: Any, blocks: Any, turn: Any, seed_first: Any, seed_node: Any, seed_label: Any, parent: Any, deepest: Any,
    up_first: Any, up_head: Any, up_weight: Any, visit: Any, down_first: Any, down_depth: Any, down_weight: Any, step: Any,
    endless: Any, limit: Any, most_seeds: Any, largest: Any, out: Any,
) -> None:  # fmt: skip
    """Every `blocks`-th batch from `block` on; see `sweep`."""
    lanes = LANE_BYTES // up_weight.itemsize
    rows = np.empty((deepest, lanes), up_weight.dtype)
    found = np.empty((TILE, lanes), up_weight.dtype)
    column = np.empty(TILE, np.int32)
    slot = np.zeros(len(parent), np.int32)
    above = np.empty((min(len(parent), most_seeds * deepest) + 1, lanes), up_weight.dtype)
    above_node = np.empty(len(above), np.int32)
    breaks = np.empty(most_seeds + 2, np.int32)
    for batch in range(block, len(largest), blocks):
        mine = turn[batch * lanes : (batch + 1) * lanes]
        count = _climb(
            mine, seed_first, seed_node, seed_label, parent, up_first, up_head, up_weight, step, endless, slot, above,
            above_node, breaks,
        )  # fmt: skip
        largest[batch] = _descend(
            visit, down_first, down_depth, down_weight, step, slot, above, rows, found, column, mine, limit, out
        )
        for k in range(1, count):
            slot[above_node[k]] = 0


@compiled_parallel
def sweep(
    turn: Any, seed_first: Any, seed_node: Any, seed_label: Any, parent: Any, deepest: Any,
    up_first: Any, up_head: Any, up_weight: Any, visit: Any, down_first: Any, down_depth: Any, down_weight: Any, step: Any,
    endless: Any, limit: Any, blocks: Any, most_seeds: Any, largest: Any, out: Any,
) -> None:  # fmt: skip
    """Labels of all targets from all sources, into `out` (sources, targets); -1 = unreachable or above `limit`.

    Parameters
    ----------
    turn : (S,) int64
        Sources in the order they are taken, neighbours together; a batch is as many as `LANE_BYTES` hold labels.
    seed_first, seed_node, seed_label : (S + 1,) int64, (L,) int32, (L,) of the type of the weights
        Nodes where each source starts, and with what label.
    parent : (N,) int32
        Elimination tree.
    deepest : int
        Greatest depth, plus one.
    up_first, up_head, up_weight : (N + 1,), (A,), (step x A,)
        Arcs upwards by tail: heads, and weights every `step` places.
    visit : (K, 3) int32
        Nodes of the descent (see `closure`), their depths, their columns of `out`, -1 = none.
    down_first, down_depth, down_weight : (N + 1,), (B,), (step x B,)
        Arcs downwards by the node they lead to: depth of the upper end, and weights.
    endless, limit : int
        Label of what cannot be reached; largest label that counts as reached.
    blocks : int
        Threads to share the batches between; changes no result.
    most_seeds : int
        Most seeds that a batch has.
    largest : (batches,) of the type of the weights
        Written: the largest label of each batch, before `limit` is looked at.
    """
    for block in numba.prange(blocks):
        _some_batches(
            block, blocks, turn, seed_first, seed_node, seed_label, parent, deepest, up_first, up_head, up_weight, visit,
            down_first, down_depth, down_weight, step, endless, limit, most_seeds, largest, out,
        )  # fmt: skip
