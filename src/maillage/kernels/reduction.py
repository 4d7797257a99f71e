"""Taking away nodes of few neighbours: what comes first in a good elimination order of a road network.

Dead ends and bends are most of a road network. A node with at most two neighbours can always be eliminated first without harm:
it leaves one edge at most behind (H. L. Bodlaender, A. M. C. A. Koster (2006), Safe separators for treewidth, Discrete
Mathematics 306(3), 337-350, doi:10.1016/j.disc.2005.12.017). What remains is several times smaller.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from maillage.kernels.compiled import compiled

LONG_LIST = 1024
"""A bend next to a node of more neighbours than this stays: looking for it in their list would take too long for so many."""


@compiled
def _living(first: Any, neighbour: Any, length: Any, degree: Any, node: Any, found: Any) -> Any:
    """Up to two neighbours that are left, into `found`; returns how many."""
    count = 0
    for k in range(first[node], first[node] + length[node]):
        if degree[neighbour[k]] >= 0 and count < 2:
            found[count] = neighbour[k]
            count += 1
    return count


@compiled
def _bridge(first: Any, neighbour: Any, length: Any, degree: Any, node: Any, old: Any, new: Any) -> None:
    """In the list of `node`, put `new` in the place of `old`, unless it is there already."""
    place = first[node]
    for k in range(first[node], first[node] + length[node]):
        if neighbour[k] == new:
            degree[node] -= 1
            return
        if neighbour[k] == old:
            place = k
    neighbour[place] = new


@compiled
def _without_dead(first: Any, neighbour: Any, length: Any, degree: Any) -> None:
    """Close the gaps in the lists of the nodes that are left."""
    for node in range(len(degree)):
        if degree[node] >= 0:
            at = first[node]
            for k in range(first[node], first[node] + length[node]):
                if degree[neighbour[k]] >= 0:
                    neighbour[at] = neighbour[k]
                    at += 1


@compiled
def _take(first: Any, neighbour: Any, length: Any, degree: Any, node: Any, found: Any) -> Any:
    """Eliminate a node of at most two neighbours, which are put into `found`; returns how many, -1 if it has to stay."""
    count = _living(first, neighbour, length, degree, node, found)
    if count == 2 and max(length[found[0]], length[found[1]]) > LONG_LIST:
        return -1
    degree[node] = -1
    if count == 1:
        # Its neighbour's list keeps the dead entry: a hub of dead ends is not searched for each of them.
        degree[found[0]] -= 1
    if count == 2:
        _bridge(first, neighbour, length, degree, found[0], node, found[1])
        _bridge(first, neighbour, length, degree, found[1], node, found[0])
    return count


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
    length = degree.copy()
    order, found = np.empty(len(degree), np.int32), np.empty(2, np.int32)
    touched = np.full(len(degree), -1, np.int32)
    queued = degree <= 2
    work, later = np.flatnonzero(queued).astype(np.int32), np.empty(len(degree), np.int32)
    taken, waiting, this_round = 0, len(work), 0
    while waiting > 0:
        left = 0
        for k in range(waiting):
            node = work[k]
            if touched[node] == this_round:
                later[left] = node
                left += 1
                continue
            queued[node] = False
            count = _take(first, neighbour, length, degree, node, found)
            if count >= 0:
                order[taken] = node
                taken += 1
            for i in range(count):
                touched[found[i]] = this_round
                if degree[found[i]] <= 2 and not queued[found[i]]:
                    queued[found[i]] = True
                    later[left] = found[i]
                    left += 1
        work, later = later[:left].copy(), later
        waiting = left
        this_round += 1
    _without_dead(first, neighbour, length, degree)
    return order[:taken].copy()
