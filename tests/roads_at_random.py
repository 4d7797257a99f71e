"""Random directed graphs with everything that real roads have and that goes wrong: one-ways, parallel arcs, loops, islands."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st


def grid_with_trouble(seed, side=12, removed=0.15, heaviest=5_000, zero_share=0.1):
    """Arcs (tail, head), weights, number of nodes, places: a jittered grid, both ways with unlike weights.

    15 % of the arcs are removed, some doubled with another weight, some weigh nothing, some are loops, two nodes stand alone.
    """
    rng = np.random.default_rng(seed)
    node = np.arange(side * side).reshape(side, side)
    one = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    other = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    ends = np.concatenate([np.column_stack([one, other]), np.column_stack([other, one])])
    ends = ends[rng.random(len(ends)) >= removed]
    doubled, loops = ends[rng.integers(0, len(ends), 20)], np.repeat(rng.integers(0, side * side, 5), 2).reshape(-1, 2)
    ends = np.concatenate([ends, doubled, loops])
    weight = rng.integers(0, heaviest, len(ends))
    weight[rng.random(len(ends)) < zero_share] = 0
    place = np.column_stack(np.divmod(np.arange(side * side), side)) + rng.normal(0, 0.2, (side * side, 2))
    return ends, weight, side * side + 2, np.concatenate([place, [[-3.0, -3.0], [-3.0, -3.0]]])


def small_graphs(num_nodes):
    """Lists of (tail, head, weight) that hypothesis can shrink."""
    node = st.integers(0, num_nodes - 1)
    return st.lists(st.tuples(node, node, st.one_of(st.just(0), st.integers(0, 99))), max_size=5 * num_nodes)
