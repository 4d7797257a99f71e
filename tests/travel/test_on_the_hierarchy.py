"""`travel_times` on a prepared network: the same minutes and kilometres, bit for bit, as by Dijkstra's algorithm."""

from __future__ import annotations

import numpy as np
import pytest

from maillage import AccessPoints, RoadNetwork, travel_times
from maillage.travel import MODES
from maillage.travel.search import preparation
from roads_at_random import grid_with_trouble


def network_and_points():
    ends, weight, _, place = grid_with_trouble(21, side=25)
    rng = np.random.default_rng(1)
    network = RoadNetwork.from_arrays(*ends.T, weight / 100, xy_m=700_000 + 200 * place, urban=rng.random(len(ends)) < 0.3)
    points = 700_000 + 200 * rng.uniform(0, 25, (70, 2))
    return network, points[:40], points[40:]


@pytest.mark.parametrize("mode", ["car", "coach_stops", "walk"])
@pytest.mark.parametrize("direction", ["to", "from"])
@pytest.mark.parametrize("cutoff_min", [None, 40.0])
def test_the_same_minutes_and_kilometres(mode, direction, cutoff_min, monkeypatch):
    network, homes, colleges = network_and_points()
    several = AccessPoints(np.arange(40) // 4, homes, np.linspace(1, 3, 40))
    asked = [(homes, colleges), (colleges, homes), (several, colleges)]
    by_dijkstra = [travel_times(network, *pair, mode, direction, cutoff_min) for pair in asked]
    monkeypatch.setattr(preparation, "SEARCHES_WORTH", 0)
    monkeypatch.setattr(preparation, "VISITS_WORTH", 0)
    prepared = [travel_times(network, *pair, mode, direction, cutoff_min) for pair in asked]
    for plain, fast in zip(by_dijkstra, prepared, strict=True):
        assert "by Dijkstra's algorithm" in plain.method
        assert "on a contraction hierarchy" in fast.method
        assert np.isfinite(plain.minutes).any()
        assert fast.minutes.tobytes() == plain.minutes.tobytes()
        assert fast.distance_km.tobytes() == plain.distance_km.tobytes()
        assert fast.unreachable == plain.unreachable


def test_a_closed_bridge_keeps_what_was_prepared(monkeypatch):
    monkeypatch.setattr(preparation, "SEARCHES_WORTH", 0)
    monkeypatch.setattr(preparation, "VISITS_WORTH", 0)
    network, homes, colleges = network_and_points()
    before = travel_times(network, homes, colleges)
    closed = network.closed(np.arange(0, len(network.tail), 9))
    slower = network.with_speed(np.arange(len(network.tail)), 3.0)
    assert closed.preparation is network.preparation is slower.preparation
    monkeypatch.setattr(preparation, "order_of", None)  # ordering again would fail
    # Not every journey: a point that stood on a closed road stands on another one now.
    assert (travel_times(closed, homes, colleges).minutes >= before.minutes).mean() > 0.9
    assert (travel_times(closed, homes, colleges).minutes > before.minutes).any()
    assert (travel_times(slower, homes, colleges).minutes >= before.minutes).mean() > 0.9
    assert "on a contraction hierarchy" in travel_times(slower, homes, colleges, MODES["car"]).method
