"""The search kernel against its slow twin."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.kernels.dijkstra import by_tail, many_to_many
from naive import least_labels

NODES = 9
arcs_of_any_kind = st.lists(
    st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1), st.integers(0, 50)), min_size=1, max_size=40
)
seeds_of_any_kind = st.lists(st.dictionaries(st.integers(0, NODES - 1), st.integers(0, 30), max_size=3), min_size=1, max_size=3)


@settings(max_examples=80, deadline=None)
@given(arcs_of_any_kind, seeds_of_any_kind, st.sampled_from([0, 20, 10_000]))
def test_seeded_searches_equal_the_twin(arcs, seeds, cutoff):
    tail, head, weight = np.array(arcs).T
    first, order = by_tail(tail.astype(np.int32), NODES)
    out = np.empty((len(seeds), NODES), np.int64)
    largest = many_to_many(
        first,
        head[order].astype(np.int32),
        weight[order],
        np.cumsum([0, *(len(s) for s in seeds)]),
        np.array([node for s in seeds for node in s], np.int32),
        np.array([label for s in seeds for label in s.values()], np.int64),
        np.arange(NODES, dtype=np.int32),
        cutoff,
        out,
    )
    expected = np.array([least_labels(arcs, NODES, s) for s in seeds], float)
    expected[expected > cutoff] = -1
    assert np.array_equal(out, expected)
    assert largest == max(out.max(), 0)


def test_by_tail_keeps_parallel_arcs_and_empty_nodes():
    first, order = by_tail(np.array([2, 0, 2], np.int32), 4)
    assert first.tolist() == [0, 1, 1, 3, 3]
    assert order.tolist() == [1, 0, 2]
