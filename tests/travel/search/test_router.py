"""`Router` against its slow twin, scipy and networkx."""

from __future__ import annotations

import networkx as nx
import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from maillage import InputError, Router
from naive import least_labels
from real_roads import real_roads

NODES = 8
graphs = st.lists(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1), st.integers(0, 99)), max_size=30)


def router_of(arcs, num_nodes=NODES, lonlat=None):
    tail, head, weight = np.array(arcs, dtype=np.int64).reshape(-1, 3).T
    router = Router(tail, head, num_nodes, lonlat)
    router.customise(weight)
    return router


def random_arcs(seed=0, num_nodes=400, num_arcs=1600):
    """Asymmetric, with parallel arcs, loops, one-ways and isolated nodes."""
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, num_nodes - 5, (num_arcs, 2))
    return np.column_stack([ends, rng.integers(0, 10_000, num_arcs)]), num_nodes


@settings(max_examples=80, deadline=None)
@given(graphs, st.sampled_from(["from", "to"]), st.sampled_from([None, 0, 40]), st.booleans())
def test_equals_the_twin(arcs, direction, cutoff, with_places):
    lonlat = np.random.default_rng(1).normal(size=(NODES, 2)) if with_places else None
    nodes = np.arange(NODES)
    found = router_of(arcs, lonlat=lonlat).matrix(nodes, nodes, direction, cutoff)
    way = arcs if direction == "from" else [(head, tail, weight) for tail, head, weight in arcs]
    expected = np.array([least_labels(way, NODES, {s: 0}) for s in range(NODES)], float)
    expected[expected > (np.inf if cutoff is None else cutoff)] = np.inf
    assert np.array_equal(found, np.where(np.isinf(expected), -1, expected))
    assert found.dtype == np.int32


def test_equals_scipy_and_networkx():
    arcs, num_nodes = random_arcs()
    arcs = arcs[arcs[:, 2] > 0]  # scipy takes a stored zero for no arc
    least = {}
    for tail, head, weight in arcs.tolist():
        least[tail, head] = min(weight, least.get((tail, head), weight))
    ends, weights = np.array(list(least)), np.array(list(least.values()), float)
    sources, targets = np.arange(0, num_nodes, 13), np.arange(num_nodes)
    found = router_of(arcs, num_nodes).matrix(sources, targets)
    expected = dijkstra(csr_array((weights, ends.T), shape=(num_nodes, num_nodes)), indices=sources)
    assert np.array_equal(found, np.where(np.isinf(expected), -1, expected))
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(num_nodes))
    graph.add_weighted_edges_from(arcs.tolist())
    for row, source in zip(found[:5], sources[:5], strict=True):
        lengths = nx.single_source_dijkstra_path_length(graph, source)
        assert {node: value for node, value in enumerate(row) if value >= 0} == lengths


def test_the_same_on_one_and_two_threads_and_with_a_new_metric():
    arcs, num_nodes = random_arcs(seed=3)
    nodes, router = np.arange(num_nodes), router_of(arcs, num_nodes)
    both = router.matrix(nodes, nodes)
    numba.set_num_threads(1)
    try:
        alone = router.matrix(nodes, nodes)
    finally:
        numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    assert both.tobytes() == alone.tobytes()
    router.customise(2 * arcs[:, 2])
    assert np.array_equal(router.matrix(nodes, nodes), np.where(both < 0, -1, 2 * both))


def test_directions_are_transposes():
    arcs, num_nodes = random_arcs(seed=4)
    router, nodes = router_of(arcs, num_nodes), np.arange(num_nodes)
    assert np.array_equal(router.matrix(nodes[:9], nodes, "to"), router.matrix(nodes, nodes[:9], "from").T)


def test_empty_graphs_and_queries():
    nothing = Router([], [], 0, lonlat=np.empty((0, 2)))
    nothing.customise([])
    assert nothing.matrix([], []).shape == (0, 0)
    router = router_of([], num_nodes=2)
    assert router.matrix([0, 1], [0, 1]).tolist() == [[0, -1], [-1, 0]]
    assert router.matrix([], [0, 1]).shape == (0, 2)
    assert router.matrix([0], []).shape == (1, 0)


@pytest.mark.parametrize(("name", "roads"), [("NY_t", "New York"), ("paris_time_s", "Paris"), ("andorra_len_m", "Andorra")])
def test_the_reference_distances_match(shared_bench, name, roads):
    reference = np.load(shared_bench / "roads" / "reference_distances.npz")
    ends, weight, place = real_roads(shared_bench)[roads]
    router = Router(*ends.T, len(place), place)
    router.customise(weight)
    found = router.matrix(reference[f"{name}_src"], reference[f"{name}_tgt"])
    expected = np.nan_to_num(reference[f"{name}_dist"].astype(float), posinf=-1)
    if roads == "Andorra":  # in metres, not whole: ours are rounded to decimetres, arc by arc
        assert np.abs(found / 10 - expected)[found >= 0].max() < 0.05 * 500
        assert np.array_equal(found < 0, expected < 0)
    else:
        assert np.array_equal(found, expected)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Router([0, 1], [1], 2), "2 tails but 1 heads"),
        (lambda: Router([0], [2], 2), "node out of range"),
        (lambda: Router([-1], [0], 2), "node out of range"),
        (lambda: Router([0.5], [1], 2), "not a list of integers"),
        (lambda: Router([0], [1], 2, lonlat=[[0, 0]]), "coordinates"),
        (lambda: Router([0], [1], 2, lonlat=[[0, 0], [0, np.nan]]), "coordinates"),
        (lambda: Router([0], [1], 2).customise([1, 2]), "shape"),
        (lambda: Router([0], [1], 2).customise([-1]), "-1"),
        (lambda: Router([0], [1], 2).customise([2**31]), "2147483648"),
        (lambda: Router([0], [1], 2).customise([1.5]), "float64"),
        (lambda: Router([0], [1], 2).customise([np.nan]), "float64"),
        (lambda: Router([0], [1], 2).matrix([0], [1]), "no weights yet"),
        (lambda: router_of([(0, 1, 5)]).matrix([NODES], [1]), "node out of range"),
        (lambda: router_of([(0, 1, 5)]).matrix([0], [1], direction="back"), "unknown direction"),
        (lambda: router_of([(0, 1, 5)]).matrix([0], [1], cutoff=-1), "cutoff -1"),
        (lambda: router_of([(0, 1, 5)]).matrix([0], [1], cutoff=1.5), "no whole number"),
        (lambda: router_of([(0, 1, 5)]).nearest([0], k=1.5), "Router.nearest.*k = 1.5"),
        (lambda: router_of([(0, 1, 5)]).nearest([0], k=1, direction="up"), "Router.nearest.*unknown direction"),
        (lambda: Router([0], [1], -3), "num_nodes = -3"),
        (lambda: Router([0], [1], 2.5), "num_nodes = 2.5"),
        (lambda: Router([0], [1], 2, method="magic"), "unknown method"),
        (lambda: router_of([(0, 1, 5)]).matrix([0], [1], out=np.empty((1, 2), np.int32)), "shape"),
        (lambda: router_of([(0, 1, 5)]).matrix([0], [1], out=np.empty((1, 1))), "int32"),
        (lambda: router_of([(0, 1, 2**31 - 1), (1, 2, 1)]).matrix([0], [2]), "248 days"),
    ],
)
def test_bad_input_is_named(build, message):
    with pytest.raises(InputError, match=message):
        build()


def test_all_faults_at_once():
    with pytest.raises(InputError) as caught:
        Router([9], [9, 9], 2)
    assert len(caught.value.faults) == 3  # two ids out of range, and one tail for two heads
