"""Shortest-path trees: labels against the slow twin, and every way back to a seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.kernels.dijkstra import UNSEEN, by_tail
from maillage.kernels.paths import shortest_tree
from naive import least_labels, way_back

arcs = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 9)), max_size=20)
seeds = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 5)), min_size=1, max_size=3)


def grown(drawn, planted, cutoff, target=None):
    tail, head, weight = (np.array([arc[i] for arc in drawn], np.int32) for i in range(3))
    first, order = by_tail(tail, 7)
    node, label = (np.array([seed[i] for seed in planted]) for i in range(2))
    wanted = None if target is None else np.array(target, np.int32)
    found = shortest_tree(
        first, head[order], weight[order].astype(np.int64), node.astype(np.int32), label.astype(np.int64), cutoff, wanted
    )
    return *found, [drawn[i] for i in order]


@settings(max_examples=200, deadline=None)
@given(arcs, seeds, st.integers(0, 40))
def test_labels_are_least_and_ways_lead_back(drawn, planted, cutoff):
    label, via, by_node = grown(drawn, planted, cutoff)
    least = least_labels(drawn, 7, {node: min(at for n, at in planted if n == node) for node, _ in planted})
    for node in range(7):
        if least[node] > cutoff:
            assert label[node] == UNSEEN
        else:
            assert label[node] == least[node] == way_back(by_node, via.tolist(), planted, node)


@settings(max_examples=100, deadline=None)
@given(arcs, seeds, st.lists(st.integers(0, 6), min_size=1, max_size=3))
def test_stopping_early_changes_no_target(drawn, planted, target):
    whole, _, _ = grown(drawn, planted, 1000)
    early, via, by_node = grown(drawn, planted, 1000, target)
    for node in target:
        assert early[node] == whole[node]
        if early[node] < UNSEEN:
            assert way_back(by_node, via.tolist(), planted, node) == early[node]


def test_it_does_stop_early():
    chain = [(i, i + 1, 1) for i in range(6)]
    label, _, _ = grown(chain, [(0, 0)], 1000, [2])  # settled when node 3 has been seen, not beyond
    assert label.tolist() == [0, 1, 2, 3, *[UNSEEN] * 3]


@pytest.mark.parametrize("planted", [[(0, 3), (0, 1)], [(0, 1), (0, 3)]])
def test_the_best_of_two_seeds_at_one_node(planted):
    label, via, _ = grown([], planted, 1000)
    assert label[0] == 1
    assert planted[-1 - via[0]] == (0, 1)
