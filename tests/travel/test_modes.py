"""Modes: what a road costs to each, by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from maillage import InputError, RoadNetwork, travel_times
from maillage.travel import MODES, Mode


def line_road(urban=False):
    """0 -- 1 -- 2 along x, 1 km and 60 s each."""
    return RoadNetwork.from_arrays(
        [0, 1, 1, 2], [1, 0, 2, 1], [60.0] * 4, xy_m=[[0, 0], [1000, 0], [2000, 0]], urban=[urban] * 4
    )


def test_modes_by_hand():
    start, end = [[0.0, 0.0]], [[2000.0, 0.0]]
    expected = {  # minutes for 2 km of open country, then of town
        "car": (2.0, 2 + 10 / 60),
        "coach": (4.0, 60 * 2 / 17.5),
        "coach_stops": (2 + 2 + 3, 4 + 2 + 3),
        "bicycle": (8.0, 8.0),
        "walk": (30.0, 30.0),
    }
    assert set(expected) == set(MODES)
    for name, (country, town) in expected.items():
        assert travel_times(line_road(), start, end, name).minutes[0, 0] == pytest.approx(country, abs=2e-3)
        assert travel_times(line_road(urban=True), start, end, name).minutes[0, 0] == pytest.approx(town, abs=2e-3)
        assert MODES[name].source


def test_a_coach_is_no_faster_than_a_car():
    slow = RoadNetwork.from_arrays([0, 1], [1, 0], [600.0, 600.0], xy_m=[[0, 0], [1000, 0]])
    assert travel_times(slow, [[0.0, 0.0]], [[1000.0, 0.0]], "coach").minutes[0, 0] == pytest.approx(10.0)


def test_a_mode_in_five_lines():
    scooter = Mode(
        "scooter", user="bicycle", speed_km_h=20.0, town_km_h=10.0, town_segment_s=6.0,
        access_km_h=5.0, source="Assumption.",
    )  # fmt: skip
    there = [[0.0, 50.0]], [[2000.0, 0.0]]
    assert travel_times(line_road(), *there, scooter).minutes[0, 0] == pytest.approx(6 + 0.6)
    times = travel_times(line_road(urban=True), *there, scooter)
    assert times.minutes[0, 0] == pytest.approx(12 + 0.2 + 0.6)
    assert times.mode == "scooter"
    assert times.method.endswith("Assumption.")


def test_stops_waiting_and_traffic_are_counted_once_each():
    """2 km in 120 s: x 1.5 = 180 s, + 2 km x 30 s of stops, + 90 s of waiting; on the approximation too."""
    slow = Mode("slow", time_factor=1.5, stop_s_per_km=30.0, journey_s=90.0)
    assert travel_times(line_road(), [[0.0, 0.0]], [[2000.0, 0.0]], slow).minutes[0, 0] == pytest.approx(5.5)
    half = travel_times(line_road(), [[500.0, 0.0]], [[1500.0, 0.0]], slow)
    assert half.minutes[0, 0] == pytest.approx(3.5)
    assert half.distance_km[0, 0] == pytest.approx(1.0)
    # 13 km at 45 km/h is 17.33 min; x 1.5 = 26, + 13 x 0.5 of stops, + 3 of access, + 1.5 of waiting.
    about = travel_times(None, [[0.0, 0.0]], [[10_000.0, 0.0]], slow)
    assert about.minutes[0, 0] == pytest.approx(26 + 6.5 + 3 + 1.5)
    assert "4.5 min added" in about.method


def test_a_ferry_takes_its_own_time():
    road = line_road(urban=True)
    ferry = dataclasses.replace(road, ferry=np.array([True, True, False, False]))
    slow = Mode("slow", speed_km_h=6.0, town_km_h=6.0, town_segment_s=7.0, stop_s_per_km=10.0, time_factor=2.0)
    along, _ = slow.seconds(ferry)
    assert along.tolist() == [60.0, 60.0, 2 * 600 + 7 + 10, 2 * 600 + 7 + 10]


def test_a_segment_of_no_length_adds_no_crossing():
    road = RoadNetwork.from_arrays([0, 1], [1, 2], [0.0, 60.0], xy_m=[[0, 0], [0, 0], [1000, 0]], urban=[True, True])
    assert MODES["car"].seconds(road)[0].tolist() == [0.0, 65.0]


def test_a_cap_of_80_km_h():
    fast = RoadNetwork.from_arrays([0, 1], [1, 0], [36.0, 36.0], xy_m=[[0, 0], [1000, 0]])  # 100 km/h
    capped = dataclasses.replace(MODES["car"], name="car at 80", speed_km_h=80.0)
    assert capped.seconds(fast)[0].tolist() == [45.0, 45.0]
    assert capped.seconds(line_road())[0].tolist() == [60.0] * 4


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: Mode("fast", speed_km_h=-3), "positive speed"),
        (lambda: Mode("ghost", user="foot"), "no speeds"),
        (lambda: Mode("late", town_segment_s=-1), "town_segment_s.*penalty"),
        (lambda: Mode("late", stop_s_per_km=np.inf), "stop_s_per_km.*penalty"),
        (lambda: Mode("late", journey_s=np.nan), "journey_s.*penalty"),
        (lambda: Mode("late", time_factor=0), "time_factor.*positive factor"),
        (lambda: Mode("swim", user="fish"), "unknown user 'fish'"),
        (lambda: Mode("all", access_km_h=0, town_km_h=-1, journey_s=-1), "3 faults"),
    ],
)
def test_bad_modes_are_named(ask, message):
    with pytest.raises(InputError, match=message):
        ask()
