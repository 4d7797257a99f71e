"""The hierarchy against the slow twin, Dijkstra and scipy: every method, both directions, both kinds of numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from maillage import Router
from maillage.travel.search.hierarchy import Descent, Metric, Seeds, Topology
from maillage.travel.search.ordering import elimination_order, neighbours
from naive import eliminated, least_labels
from real_roads import real_roads
from roads_at_random import grid_with_trouble, small_graphs

NODES = 10


def topology_of(ends, num_nodes, place=None, order=None):
    tail, head = np.asarray(ends, np.int32).reshape(-1, 2).T
    edges = neighbours(tail, head, num_nodes)
    return Topology.of(tail, head, num_nodes, elimination_order(*edges, place) if order is None else order, edges)


def all_to_all(topology, weights, seeds, targets, outward, limit=2**60, pruned=False):
    metric = Metric(topology, weights)
    if pruned:
        metric.prune()
    out = np.empty((len(seeds), len(targets)), weights.dtype)
    first = np.cumsum([0, *(len(s) for s in seeds)])
    nodes = np.array([node for s in seeds for node in s], np.int32)
    labels = np.array([label for s in seeds for label in s.values()], weights.dtype)
    descent = Descent.to(topology, np.asarray(targets, np.int32))
    metric.matrix(Seeds(first, topology.rank[nodes], labels), descent, outward, limit, out)
    return out


@settings(max_examples=100, deadline=None)
@given(
    small_graphs(NODES),
    st.lists(st.dictionaries(st.integers(0, NODES - 1), st.integers(0, 30), max_size=3), min_size=1, max_size=40),
    st.permutations(range(NODES)),
    st.sampled_from([np.int32, np.int64]),
    st.booleans(),
    st.booleans(),
    st.sampled_from([20, 10_000]),
)
def test_any_order_any_seeds_equal_the_twin(arcs, seeds, order, kind, outward, pruned, limit):
    """Whatever the order of elimination, even the worst one; sources with no start, one or several; more than a row of them."""
    ends = [arc[:2] for arc in arcs]
    topology = topology_of(ends, NODES, order=np.array(order, np.int32))
    weights = np.array([arc[2] for arc in arcs], kind)
    found = all_to_all(topology, weights, seeds, range(NODES), outward, limit, pruned)
    way = arcs if outward else [(head, tail, weight) for tail, head, weight in arcs]
    expected = np.array([least_labels(way, NODES, s) for s in seeds], float)
    expected[expected > limit] = -1
    assert np.array_equal(found, expected)


@settings(max_examples=40, deadline=None)
@given(small_graphs(NODES), st.permutations(range(NODES)))
def test_arcs_of_the_elimination_equal_the_twin(arcs, order):
    topology = topology_of([arc[:2] for arc in arcs], NODES, order=np.array(order, np.int32))
    assert sorted(topology.order.tolist()) == list(range(NODES))
    tail = np.repeat(np.arange(NODES), np.diff(topology.up_first))
    found = {(int(topology.order[t]), int(topology.order[h])) for t, h in zip(tail, topology.up_head, strict=True)}
    assert found == eliminated([arc[:2] for arc in arcs], topology.order.tolist())
    for node, parent in enumerate(topology.parent.tolist()):
        above = topology.up_head[topology.up_first[node] : topology.up_first[node + 1]]
        assert parent == (above.min() if len(above) else -1)
        assert topology.depth[node] == (0 if parent < 0 else topology.depth[parent] + 1)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.booleans(), st.sampled_from(["from", "to"]))
def test_roads_with_trouble_equal_scipy(seed, with_places, direction):
    """Unlike weights, zero weights, parallel arcs, loops, lone nodes, 15 % of the arcs removed; before and after pruning."""
    ends, weight, num_nodes, place = grid_with_trouble(seed)
    router = Router(*ends.T, num_nodes, place if with_places else None, method="hierarchy")
    nodes = np.arange(num_nodes)
    for metric in (weight, np.random.default_rng(seed).permutation(weight)):
        router.customise(metric)
        expected = scipy_times(ends if direction == "from" else ends[:, ::-1], metric, num_nodes)
        for _ in range(3):  # the later ones on pruned arcs
            assert np.array_equal(router.matrix(nodes, nodes, direction), expected)


def scipy_times(ends, weight, num_nodes, sources=None):
    """scipy drops zeros and adds up parallel arcs: every weight is raised by a little, the least of parallel arcs kept."""
    scale = 4 * num_nodes
    order = np.lexsort((weight, ends[:, 1], ends[:, 0]))
    ends, weight = ends[order], weight[order]
    least = np.ones(len(ends), bool)
    least[1:] = (ends[1:] != ends[:-1]).any(axis=1)
    graph = csr_array((weight[least] * float(scale) + 1, ends[least].T), shape=(num_nodes, num_nodes))
    times = dijkstra(graph, indices=sources)
    return np.where(np.isinf(times), -1, np.nan_to_num(times, posinf=0) // scale)


@pytest.mark.parametrize("threads", [1, 2])
def test_the_same_on_any_number_of_threads(threads, monkeypatch):
    ends, weight, num_nodes, place = grid_with_trouble(5, side=40)
    nodes = np.arange(num_nodes)
    for module in ("hierarchy", "ordering"):
        monkeypatch.setattr(f"maillage.travel.search.{module}.thread_count", lambda: threads)
    router = Router(*ends.T, num_nodes, place, method="hierarchy")
    router.customise(weight)
    found = [router.matrix(nodes[::5], nodes) for _ in range(9)]
    expected = scipy_times(ends, weight, num_nodes, nodes[::5])
    assert all(np.array_equal(times, expected) for times in found)


def test_orders_do_not_depend_on_threads(monkeypatch):
    ends, _, num_nodes, place = grid_with_trouble(6, side=60)
    edges = neighbours(*ends.T.astype(np.int32), num_nodes)
    orders = []
    for threads in (1, 2, 3):
        monkeypatch.setattr("maillage.travel.search.ordering.thread_count", lambda threads=threads: threads)
        orders.append(elimination_order(*edges, place))
    assert all(np.array_equal(order, orders[0]) for order in orders)


def test_a_good_order_adds_few_arcs():
    """On a grid of n nodes nested dissection adds in the order of n log n arcs; as the nodes come, n to the power 1.5."""
    ends, _, num_nodes, place = grid_with_trouble(7, side=60, removed=0.0)
    counts = {
        name: len(topology_of(ends, num_nodes, place, order).up_head)
        for name, order in (("dissected", None), ("as they come", np.arange(num_nodes, dtype=np.int32)))
    }
    without_places = len(topology_of(ends, num_nodes).up_head)
    assert counts["dissected"] < counts["as they come"] / 2
    assert without_places < 2 * counts["dissected"]


def test_labels_too_large_for_32_bits_are_counted_with_64():
    """A ring of nodes 2**27 apart: the far ones are 2**31 - 2**27 away, more than a 32-bit sum can hold twice."""
    num_nodes = 16
    tail = np.arange(num_nodes)
    router = Router(tail, (tail + 1) % num_nodes, num_nodes, method="hierarchy")
    router.customise(np.full(num_nodes, 2**27))
    assert router.matrix([0], tail).tolist() == [(tail * 2**27).tolist()]
    router.customise(np.full(num_nodes, 2**31 - 1))
    assert router.matrix([0], [1]).tolist() == [[2**31 - 1]]


@settings(max_examples=40, deadline=None)
@given(small_graphs(NODES), st.permutations(range(NODES)))
def test_pruning_leaves_exactly_the_arcs_that_are_as_short_as_any_way(arcs, order):
    ends, weights = [arc[:2] for arc in arcs], np.array([arc[2] for arc in arcs], np.int32)
    topology = topology_of(ends, NODES, order=np.array(order, np.int32))
    metric = Metric(topology, weights)
    before = metric._ways(0)
    metric.prune()
    after = metric._ways(0)
    times = np.array([least_labels(arcs, NODES, {s: 0}) for s in range(NODES)], float)
    node, lower = topology.order, np.repeat(np.arange(NODES), np.diff(topology.up_first))
    for way in (0, 1):
        every = list(zip(node[lower], node[topology.up_head], before[way].weight[:: before[way].step], strict=True))
        real = {(low, up, int(w)) for low, up, w in every if w == (times[low, up] if way == 0 else times[up, low])}
        kept = after[way]
        tails = node[np.repeat(np.arange(NODES), np.diff(kept.first))]
        assert set(zip(tails, node[kept.head], kept.weight.tolist(), strict=True)) == real


def test_far_and_unreachable_nodes_need_no_other_search(monkeypatch):
    """Weights that may add up to more than 32 bits hold, and an island: answered on the same hierarchy."""
    num_nodes = 301
    tail = np.arange(300)
    router = Router(np.r_[tail, (tail + 1) % 300], np.r_[(tail + 1) % 300, tail], num_nodes, method="hierarchy")
    monkeypatch.setattr("maillage.travel.search.router.many_to_many", None)
    for weight in (4_000_000, 14_000_000):
        router.customise(np.full(600, weight))
        hops = np.minimum(tail, 300 - tail)
        assert router.matrix([0], np.arange(num_nodes)).tolist() == [[*(hops * weight).tolist(), -1]]
        assert router.matrix([0, 300], [300, 2, 2], "to").tolist() == [[-1, 2 * weight, 2 * weight], [0, -1, -1]]


def test_real_roads_equal_scipy(shared_bench):
    """New York (times), Paris (one-ways) and Andorra, both directions, whole and with 15 % of arcs removed."""
    rng = np.random.default_rng(8)
    for name, (ends, weight, place) in real_roads(shared_bench).items():
        num_nodes = len(place)
        sources, targets = rng.choice(num_nodes, 40, replace=False), rng.choice(num_nodes, 1_500, replace=False)
        router = Router(*ends.T, num_nodes, place)
        assert router.method == "hierarchy"
        kept = rng.random(len(ends)) > 0.15
        less = Router(*ends[kept].T, num_nodes, place)
        for roads, arcs, metric in (
            (router, ends, weight),
            (router, ends, rng.integers(0, 10_000, len(ends))),
            (less, ends[kept], weight[kept]),
        ):
            roads.customise(metric)
            for direction in ("from", "to"):
                found = roads.matrix(sources, targets, direction)
                way = arcs if direction == "from" else arcs[:, ::-1]
                expected = scipy_times(way, metric, num_nodes, sources)[:, targets]
                assert np.array_equal(found, expected), (name, direction)
