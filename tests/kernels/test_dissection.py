"""Elimination orders: what is taken away first, how parts are cut, and worst cases that must not take forever."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.kernels.dissection import dissect, hops
from maillage.kernels.leaves import LEAF_NODES
from maillage.kernels.reduction import take_small
from maillage.travel.search.hierarchy import Topology
from maillage.travel.search.ordering import elimination_order, neighbours
from naive import eliminated
from roads_at_random import grid_with_trouble, small_graphs

NODES = 12


def edges_of(pairs, num_nodes):
    tail, head = np.asarray(pairs, np.int32).reshape(-1, 2).T
    return neighbours(tail, head, num_nodes)


@settings(max_examples=100, deadline=None)
@given(small_graphs(NODES))
def test_nodes_of_two_neighbours_go_first_and_leave_what_elimination_leaves(arcs):
    pairs = [arc[:2] for arc in arcs]
    first, neighbour = edges_of(pairs, NODES)
    degree, left = np.diff(first).astype(np.int32), neighbour.copy()
    taken = take_small(first, left, degree).tolist()
    core = [node for node in range(NODES) if degree[node] >= 0]
    assert sorted(taken + core) == list(range(NODES))
    assert all(degree[node] > 2 for node in core)
    joined = eliminated(pairs, taken + core)
    assert all(sum(1 for tail, _ in joined if tail == node) <= 2 for node in taken)
    # Among the nodes that remain, joined directly or through the ones taken away.
    inner = nx.Graph([pair for pair in pairs if pair[0] != pair[1]])
    for node in core:
        found = sorted(left[first[node] : first[node] + degree[node]].tolist())
        reach = {
            other
            for other in core
            if other != node and inner.has_node(other) and nx.has_path(inner.subgraph({*taken, node, other}), node, other)
        }
        assert found == sorted(reach)


def test_a_cut_leaves_no_edge_between_the_halves():
    ends, _, num_nodes, place = grid_with_trouble(2, side=30)
    first, neighbour = neighbours(*ends.T.astype(np.int32), num_nodes)
    order, cuts = np.arange(num_nodes, dtype=np.int32), np.empty((1, 2), np.int64)
    low, high = np.array([0]), np.array([num_nodes])
    dissect(first, neighbour, place, order, low, high, 4, 0.25, True, cuts, 1)
    half = np.full(num_nodes, 2)
    half[order[: cuts[0, 0]]], half[order[cuts[0, 0] : cuts[0, 1]]] = 0, 1
    tail = np.repeat(np.arange(num_nodes), np.diff(first))
    assert not ((half[tail] == 0) & (half[neighbour] == 1)).any()
    assert min((half == 0).sum(), (half == 1).sum()) > num_nodes / 8
    assert 0 < (half == 2).sum() < 60


def star(leaves):
    return [(0, leaf) for leaf in range(1, leaves + 1)], leaves + 1


def path(length):
    return [(node, node + 1) for node in range(length - 1)], length


def clique(size):
    return [(a, b) for a in range(size) for b in range(a)], size


def hubs(count, leaves):
    """Some hubs, each joined to all leaves."""
    return [(hub, count + leaf) for hub in range(count) for leaf in range(leaves)], count + leaves


SHAPES = [star(50_000), path(100_000), clique(3 * LEAF_NODES), hubs(2, 5_000), hubs(3, 5_000), ([], 5), ([(0, 0)], 1)]


@pytest.mark.parametrize(("pairs", "num_nodes"), SHAPES)
@pytest.mark.parametrize("where", ["nowhere", "one place", "one line"])
def test_hard_shapes_are_ordered(pairs, num_nodes, where):
    place = {"nowhere": None, "one place": np.zeros((num_nodes, 2)), "one line": np.arange(2.0 * num_nodes).reshape(-1, 2)}[
        where
    ]
    edges = edges_of(pairs, num_nodes)
    order = elimination_order(*edges, place)
    assert np.array_equal(np.sort(order), np.arange(num_nodes))
    # All but the clique have an order that adds an arc a bend of a path at most, or three between three hubs.
    if len(pairs) < 3 * num_nodes:
        tail, head = np.asarray(pairs, np.int32).reshape(-1, 2).T
        assert len(Topology.of(tail, head, num_nodes, order, edges).up_head) <= 2 * len(pairs) + 3


@settings(max_examples=50, deadline=None)
@given(small_graphs(NODES), st.integers(0, NODES - 1))
def test_hops_are_counted_and_pieces_kept_apart(arcs, start):
    first, neighbour = edges_of([arc[:2] for arc in arcs], NODES)
    count = hops(first, neighbour, start)
    graph = nx.Graph([arc[:2] for arc in arcs])
    graph.add_nodes_from(range(NODES))
    own = nx.single_source_shortest_path_length(graph, start)
    assert all(count[node] == steps for node, steps in own.items())
    assert all(count[node] > max(own.values()) for node in set(range(NODES)) - set(own))
