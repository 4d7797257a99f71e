"""The k nearest sources of every node, against all times sorted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage import InputError, Router
from naive import least_labels, nearest_of
from roads_at_random import grid_with_trouble, small_graphs

NODES = 9


@settings(max_examples=80, deadline=None)
@given(
    small_graphs(NODES),
    st.lists(st.integers(0, NODES - 1), min_size=1, max_size=5),
    st.integers(1, 6),
    st.sampled_from(["to", "from"]),
    st.sampled_from([None, 0, 60]),
)
def test_equals_all_times_sorted(arcs, sources, k, direction, cutoff):
    """Also with two sources on one node, ties (the first source comes first), and more asked for than there are."""
    tail, head, weight = np.array(arcs, dtype=np.int64).reshape(-1, 3).T
    router = Router(tail, head, NODES)
    router.customise(weight)
    position, time = router.nearest(sources, k, direction, cutoff)
    way = arcs if direction == "from" else [(end, start, value) for start, end, value in arcs]
    times = np.array([least_labels(way, NODES, {s: 0}) for s in sources], float)
    times[times > (np.inf if cutoff is None else cutoff)] = np.inf
    for node, expected in enumerate(nearest_of(times.tolist(), k)):
        found = [(t, p) for t, p in zip(time[node].tolist(), position[node].tolist(), strict=True) if p >= 0]
        assert found == expected
        assert (time[node][len(expected) :] == -1).all()


def test_on_roads_equals_the_matrix():
    ends, weight, num_nodes, place = grid_with_trouble(11, side=30)
    router = Router(*ends.T, num_nodes, place)
    router.customise(weight)
    sources = np.arange(0, num_nodes, 37)
    times = router.matrix(sources, None, "to").astype(float)
    times[times < 0] = np.inf
    position, time = router.nearest(sources, 3)
    order = np.argsort(times, axis=0, kind="stable")[:3].T
    least = np.take_along_axis(times, order.T, axis=0).T
    assert np.array_equal(time, np.where(np.isinf(least), -1, np.nan_to_num(least, posinf=0)))
    assert np.array_equal(position, np.where(np.isinf(least), -1, order))


def test_no_source_and_no_k():
    router = Router([0], [1], 2)
    router.customise([1])
    position, time = router.nearest([], 2)
    assert position.tolist() == time.tolist() == [[-1, -1], [-1, -1]]
    with pytest.raises(InputError, match="k = 0"):
        router.nearest([0], 0)
