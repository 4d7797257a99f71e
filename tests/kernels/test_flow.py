"""Least cuts against scipy's maximum flow, covers of cuts against Kőnig's theorem."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from maillage.kernels.flow import SINK, SOURCE, cover_cut, grow, least_cut

NODES = 12
edge_sets = st.sets(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)).filter(lambda e: e[0] < e[1]), max_size=40)


def graph_of(edges):
    """first, head, twin of both directions of every edge."""
    arcs = sorted([(a, b) for a, b in edges] + [(b, a) for a, b in edges])
    first = np.searchsorted([tail for tail, _ in arcs], np.arange(NODES + 1)).astype(np.int32)
    place = {arc: i for i, arc in enumerate(arcs)}
    head = np.array([head for _, head in arcs], np.int32)
    return first, head, np.array([place[head, tail] for tail, head in arcs], np.int32)


def crossing(edges, near):
    return [(a, b) for a, b in edges if near[a] != near[b]]


@settings(max_examples=150, deadline=None)
@given(edge_sets, st.permutations(range(NODES)), st.integers(1, 5))
def test_the_cut_is_least_and_the_cover_smallest(edges, order, quota):
    side = np.zeros(NODES, np.int8)
    side[order[:quota]], side[order[-quota:]] = SOURCE, SINK
    position = np.empty(NODES)
    position[order] = np.arange(NODES)
    graph = graph_of(edges)
    value, flow = least_cut(*graph, side, position, 2**31 - 1)
    assert value == scipy_cut(edges, side)
    for seed in (SOURCE, SINK):
        near = grow(*graph, flow, side, seed)
        assert near[side == seed].all()
        assert not near[(side != 0) & (side != seed)].any()
        cut = crossing(edges, near)
        assert len(cut) == value
        cover = cover_cut(*graph[:2], near)
        assert all(cover[a] or cover[b] for a, b in cut)
        between = nx.Graph(cut)
        left = {node for node in between if near[node]}
        assert cover.sum() == len(nx.bipartite.hopcroft_karp_matching(between, left)) // 2


def scipy_cut(edges, side):
    """Maximum flow of capacity one an edge, from a node before all sources to one behind all sinks."""
    rows, columns, capacity = [], [], []
    for a, b in edges:
        rows += [a, b]
        columns += [b, a]
        capacity += [1, 1]
    for node in range(NODES):
        if side[node] == SOURCE:
            rows, columns, capacity = [*rows, NODES], [*columns, node], [*capacity, 1000]
        elif side[node] == SINK:
            rows, columns, capacity = [*rows, node], [*columns, NODES + 1], [*capacity, 1000]
    matrix = csr_array((np.array(capacity, np.int32), (rows, columns)), shape=(NODES + 2, NODES + 2))
    return maximum_flow(matrix, NODES, NODES + 1).flow_value


@pytest.mark.parametrize("limit", [0, 1, 2])
def test_it_gives_up_at_the_limit(limit):
    edges = {(0, node) for node in range(1, 7)} | {(node, 11) for node in range(1, 7)}
    side = np.zeros(NODES, np.int8)
    side[0], side[11] = SOURCE, SINK
    assert least_cut(*graph_of(edges), side, np.arange(NODES, dtype=float), limit)[0] == limit
