"""How far the approximation is from roads: the measure by hand, and what is documented of the demo."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import maillage
from maillage.travel import MODES, Approximation, RoadNetwork, travel_times
from maillage.travel.approximation import APPROXIMATION_ERROR, ApproximationError, Gap

DATA = Path(__file__).resolve().parents[2] / "data"


def test_the_gap_by_hand():
    """Errors -1 (6 pupils), +2 (3), +10 (1); a journey that one of the two lacks does not count."""
    gap = Gap.between(np.array([4.0, 7.0, 30.0, 9.0]), np.array([5.0, 5.0, 20.0, np.inf]), np.array([6.0, 3.0, 1.0, 50.0]))
    assert gap.mean_min == pytest.approx((-6 + 6 + 10) / 10)
    assert gap.mean_absolute_min == pytest.approx((6 + 6 + 10) / 10)
    assert gap.p90_absolute_min == pytest.approx(2.0)


@pytest.fixture(scope="module")
def demo():
    territory = maillage.load_territory(DATA)
    return territory, RoadNetwork.from_bdtopo(territory.roads)


@pytest.mark.parametrize("mode", MODES)
def test_what_is_documented_is_what_the_demo_gives(demo, mode):
    territory, network = demo
    roads, about = (travel_times(net, territory.units, territory.colleges, mode) for net in (network, None))
    found, documented = ApproximationError.between(about, roads, territory.units), APPROXIMATION_ERROR[mode]
    for name in ("to_school", "within_45_min"):
        for part in ("mean_min", "mean_absolute_min", "p90_absolute_min"):
            assert getattr(getattr(found, name), part) == pytest.approx(getattr(getattr(documented, name), part), abs=0.00051)
    assert documented.sentence() in about.method


def test_only_what_was_measured_is_said():
    there = [[0.0, 0.0]], [[9000.0, 0.0]]
    assert "demo" in travel_times(None, *there).method
    assert "demo" not in travel_times(None, *there, approximation=Approximation(detour=1.4)).method
