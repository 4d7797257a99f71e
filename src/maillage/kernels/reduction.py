"""Taking away nodes of few neighbours: what comes first in a good elimination order of a road network.

Dead ends and bends are most of a road network. A node with at most two neighbours can always be eliminated first without harm:
it leaves one edge at most behind (H. L. Bodlaender, A. M. C. A. Koster (2006), Safe separators for treewidth, Discrete
Mathematics 306(3), 337-350, doi:10.1016/j.disc.2005.12.017). What remains is several times smaller.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from maillage.kernels.compiled import compiled


@compiled
def _replace(neighbour: Any, first: Any, degree: Any, node: Any, old: Any, new: Any) -> None:
    """In the list of `node`, put `new` in the place of `old`, or close the gap where `new` is there already (or is -1)."""
    start, stop = first[node], first[node] + degree[node]
    there = new < 0
    at = start
    for k in range(start, stop):
        if neighbour[k] == old:
            at = k
        if neighbour[k] == new:
            there = True
    if there:
        neighbour[at] = neighbour[stop - 1]
        degree[node] -= 1
    else:
        neighbour[at] = new


@compiled
def take_small(first: Any, neighbour: Any, degree: Any) -> Any:
    """Eliminate nodes of at most two neighbours until none is left, in rounds, so that chains become shallow trees.

    Parameters
    ----------
    first : (N + 1,) int64
        Neighbours of node v start at ``first[v]``. No loops, no node twice in one list.
    neighbour : (E,) int32
        Changed in place: afterwards the neighbours of the nodes that remain.
    degree : (N,) int32
        Number of neighbours; changed in place, -1 for eliminated nodes.

    Returns
    -------
    (K,) int32
        Eliminated nodes, first to last.
    """
    num_nodes = len(degree)
    order = np.empty(num_nodes, np.int32)
    touched = np.full(num_nodes, -1, np.int32)
    work = np.empty(num_nodes, np.int32)
    later = np.empty(num_nodes, np.int32)
    queued = np.zeros(num_nodes, np.bool_)
    taken, waiting, this_round = 0, 0, 0
    for node in range(num_nodes):
        if degree[node] <= 2:
            work[waiting] = node
            queued[node] = True
            waiting += 1
    while waiting > 0:
        next_waiting = 0
        for k in range(waiting):
            node = work[k]
            if touched[node] == this_round:
                later[next_waiting] = node
                next_waiting += 1
                continue
            queued[node] = False
            if degree[node] < 0 or degree[node] > 2:
                continue
            start, count = first[node], degree[node]
            order[taken] = node
            taken += 1
            degree[node] = -1
            for i in range(count):
                other = neighbour[start + i]
                far = neighbour[start + 1 - i] if count == 2 else -1
                _replace(neighbour, first, degree, other, node, far)
                touched[other] = this_round
                if degree[other] <= 2 and not queued[other]:
                    queued[other] = True
                    later[next_waiting] = other
                    next_waiting += 1
        work, later = later, work
        waiting = next_waiting
        this_round += 1
    return order[:taken].copy()
