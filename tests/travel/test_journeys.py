"""Travel times between points: by hand on small networks, against a slow twin on random ones, and without a network."""

from __future__ import annotations

import dataclasses

import numba
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage import InputError, RoadNetwork, travel_times
from maillage.travel import AccessPoints, Approximation, Mode, isochrones, routes
from naive import least_seconds
from toy import toy_territory

BARE = Mode("bare")
"""The network's speeds and nothing else."""


def line_road(closed_back=False, urban=False):
    """0 -- 1 -- 2 along x, 1 km and 60 s each; the first segment one-way if `closed_back`."""
    tail, head = ([0, 1, 2], [1, 2, 1]) if closed_back else ([0, 1, 1, 2], [1, 0, 2, 1])
    n = len(tail)
    return RoadNetwork.from_arrays(tail, head, [60.0] * n, xy_m=[[0, 0], [1000, 0], [2000, 0]], urban=[urban] * n)


def test_two_points_by_hand():
    times = travel_times(line_road(), [[250.0, 0.0]], [[1500.0, 0.0], [750.0, 0.0], [250.0, 0.0]], BARE)
    assert times.minutes[0] == pytest.approx([1.25, 0.5, 0.0])
    assert times.distance_km[0] == pytest.approx([1.25, 0.5, 0.0])
    assert times.approximate is False
    assert times.unreachable == ()


def test_one_way_is_respected_even_on_one_segment():
    road = line_road(closed_back=True)
    there = travel_times(road, [[250.0, 0.0], [750.0, 0.0]], [[750.0, 0.0], [250.0, 0.0]], BARE)
    assert there.minutes == pytest.approx(np.array([[0.5, 0.0], [0.0, np.inf]]))
    back = travel_times(road, [[250.0, 0.0], [750.0, 0.0]], [[750.0, 0.0], [250.0, 0.0]], BARE, direction="from")
    assert back.minutes == pytest.approx(np.array([[np.inf, 0.0], [0.0, 0.5]]))
    walk = travel_times(road, [[750.0, 0.0]], [[250.0, 0.0]], "walk")
    assert walk.minutes[0, 0] == pytest.approx(7.5)  # 500 m at 4 km/h, whatever the direction of the traffic


def test_access_leg_and_snapping_limit():
    times = travel_times(line_road(), [[500.0, 300.0], [500.0, 40_000.0]], [[500.0, 0.0]], "car")
    assert times.minutes[0, 0] == pytest.approx(1.2)  # 300 m at 15 km/h
    assert times.distance_km[0, 0] == pytest.approx(0.3)
    assert np.isinf(times.minutes[1, 0])
    assert np.isinf(times.distance_km[1, 0])
    assert times.unreachable == ("origin 1: more than 5 km from any road open to car",)
    assert times.not_snapped == ("origin 1",)
    near = travel_times(line_road(), [[500.0, 300.0], [500.0, 0.0]], [[500.0, 0.0]], "car", max_snap_m=250.0)
    assert near.minutes[:, 0].tolist() == [np.inf, 0.0]
    assert near.unreachable == ("origin 0: more than 0.25 km from any road open to car",)
    assert "at most 0.25 km away" in near.method


def test_distance_is_that_of_the_fastest_and_then_the_shortest_journey():
    place = [[0, 0], [1000, 0]]
    road = RoadNetwork.from_arrays([0, 0, 0], [1, 1, 1], [60.0, 60.0, 90.0], xy_m=place, length_m=[1800.0, 1500.0, 1000.0])
    times = travel_times(road, [[0.0, 0.0]], [[1000.0, 0.0]], BARE)
    assert times.minutes[0, 0] == pytest.approx(1.0)
    assert times.distance_km[0, 0] == pytest.approx(1.5)


def test_cutoff():
    times = travel_times(line_road(), [[0.0, 0.0]], [[1000.0, 0.0], [2000.0, 0.0]], BARE, cutoff_min=1.5)
    assert times.minutes[0].tolist() == [1.0, np.inf]
    assert times.distance_km[0].tolist() == [1.0, np.inf]
    assert times.unreachable == ()


def test_islands_are_reported_and_not_snapped_to():
    """A chain of 150 two-way segments, and beside it a stump of one segment that leads nowhere."""
    n = 151
    place = [[100.0 * i, 0.0] for i in range(n)] + [[0.0, 50.0], [0.0, 60.0]]
    tail = [*range(n - 1), *range(1, n), n]
    head = [*range(1, n), *range(n - 1), n + 1]
    road = RoadNetwork.from_arrays(tail, head, [6.0] * len(tail), xy_m=place)
    assert road.components.tolist() == [n, 2]
    times = travel_times(road, [[0.0, 55.0]], [[1000.0, 0.0]], BARE)
    assert times.minutes[0, 0] == pytest.approx(1 + 0.055 / 5 * 60)
    assert times.unreachable == (
        "No point is put on small pieces of the network (under 1000 nodes and under 1 % of the largest); "
        "segments open to bare there: 1",
    )


def test_two_separate_towns_are_listed():
    place = [[0, 0], [1000, 0], [0, 9000], [1000, 9000]]
    road = RoadNetwork.from_arrays([0, 1, 2, 3], [1, 0, 3, 2], [60.0] * 4, xy_m=place)
    times = travel_times(road, [[0.0, 0.0], [0.0, 9000.0]], [[1000.0, 0.0]], BARE)
    assert times.minutes[:, 0].tolist() == [1.0, np.inf]
    assert times.unreachable == ("origin 1: no journey by bare to any place asked for",)


def test_far_access_is_told_with_the_farthest_named():
    places = [[500.0, 500.0], [500.0, 501.0], [500.0, 3100.0], *([float(x), 700.0] for x in range(5))]
    told = travel_times(line_road(), places, [[1000.0, -600.0]], "car").unreachable
    assert told == (
        "Over 0.5 km from any road open to car, reached in a straight line at 15 km/h: 7 of 8 origins, the farthest "
        "origin 2 (3.1 km), origin 3 (0.7 km), origin 4 (0.7 km), origin 5 (0.7 km), origin 6 (0.7 km)",
        "Over 0.5 km from any road open to car, reached in a straight line at 15 km/h: 1 of 1 destinations, the farthest "
        "destination 0 (0.6 km)",
    )


def test_a_place_is_at_no_distance_from_itself():
    """Access on both sides, waiting and the cutoff leave it out; a place off the network stays off."""
    slow = Mode("slow", journey_s=600.0)
    places = [[500.0, 1860.0], [500.0, 1861.0], [500.0, 9000.0]]
    times = travel_times(line_road(), places, places, slow, cutoff_min=45)
    assert np.isinf(times.minutes).tolist() == [[False, True, True], [True, False, True], [True, True, True]]
    assert np.diagonal(times.minutes)[:2].tolist() == np.diagonal(times.distance_km)[:2].tolist() == [0.0, 0.0]
    several = AccessPoints([0, 0], places[:2], [1, 1])
    assert travel_times(line_road(), several, [places[0]], slow).distance_km[0, 0] == pytest.approx((0 + 3.721) / 2)


def test_a_place_that_reaches_itself_only_is_named():
    place = [[0, 0], [1000, 0], [0, 9000], [1000, 9000]]
    road = RoadNetwork.from_arrays([0, 1, 2, 3], [1, 0, 3, 2], [60.0] * 4, xy_m=place)
    towns = [[0.0, 0.0], [1000.0, 0.0], [0.0, 9000.0]]
    times = travel_times(road, towns, towns, BARE)
    assert times.minutes.tolist() == [[0.0, 1.0, np.inf], [1.0, 0.0, np.inf], [np.inf, np.inf, 0.0]]
    assert times.unreachable == tuple(
        f"{side} 2: no journey by bare to any other place asked for" for side in ("origin", "destination")
    )
    assert travel_times(road, [towns[2]], [towns[2]], BARE).unreachable == ()  # nothing else is asked for
    assert travel_times(road, [towns[2]], [towns[2], [0.0, 40_000.0]], BARE).unreachable == (
        "destination 1: more than 5 km from any road open to bare",
    )
    homes = AccessPoints([0, 0, 1], [*towns[:2], towns[2]], [1, 1, 1], name=["A", "B"])
    assert "B: no journey by bare to any other place asked for" in travel_times(road, homes, homes, BARE).unreachable


@pytest.mark.parametrize("ask", [travel_times, routes, lambda network, start, _: isochrones(network, start)])
def test_degrees_given_as_metres_are_refused(ask):
    far = RoadNetwork.from_arrays([0], [1], [60.0], xy_m=[[650_000, 6_860_000], [651_000, 6_860_000]])
    with pytest.raises(InputError, match=r"look like degrees.*Give EPSG:2154 metres"):
        ask(far, [[2.35, 48.85]], [[2.36, 48.86]])
    told = travel_times(None, [[2.35, 48.85]], [[650_000.0, 6_860_000.0]]).unreachable
    assert told == ("origins: these look like degrees; give EPSG:2154 metres",)


segments = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.integers(0, 4),
        st.one_of(st.just(np.inf), st.integers(0, 90)),
    ).filter(lambda s: s[0] != s[1]),
    min_size=1,
    max_size=9,
    unique_by=lambda s: frozenset(s[:2]),
)


@settings(max_examples=60, deadline=None)
@given(segments, st.data())
def test_equals_the_twin_on_random_networks(drawn, data):
    """Corners of a pentagon, so that no two segments overlap and a point inside a segment snaps to that one alone."""
    angle = 2 * np.pi * np.arange(5) / 5
    place = 1000 * np.column_stack([np.cos(angle), np.sin(angle)])
    tail, head, seconds = (list(column) for column in zip(*drawn, strict=True))
    road = RoadNetwork.from_arrays(tail, head, seconds, xy_m=place)
    against = [float(data.draw(st.one_of(st.just(np.inf), st.integers(0, 90)))) for _ in drawn]
    back = np.where(np.isfinite(against), 15, 12)
    road = dataclasses.replace(road, against_s=np.array(against), against_users=back)
    usable = [i for i in range(len(drawn)) if np.isfinite(seconds[i]) or np.isfinite(against[i])]
    if not usable:
        return
    # Fractions away from the crossings of the pentagon's diagonals and from its corners.
    one_point = st.tuples(st.sampled_from(usable), st.sampled_from([0.05, 0.1, 0.2, 0.45, 0.55, 0.8, 0.95]))
    sets = [data.draw(st.lists(one_point, min_size=1, max_size=3)) for _ in range(2)]
    places = [[place[tail[s]] + f * (place[head[s]] - place[tail[s]]) for s, f in points] for points in sets]
    rows = list(zip(tail, head, map(float, seconds), against, strict=True))
    for direction, (start, end) in (("to", sets), ("from", sets[::-1])):
        found = travel_times(road, places[0], places[1], BARE, direction=direction).minutes
        expected = np.array(least_seconds(rows, 5, start, end)) / 60
        np.testing.assert_allclose(found, expected if direction == "to" else expected.T, atol=0.001)


def test_approximation_by_hand():
    territory = toy_territory()
    times = travel_times(None, territory.units, territory.colleges)
    assert times.approximate
    assert times.distance_km[0] == pytest.approx([0.0, 1.3 * 18])
    assert times.minutes[0] == pytest.approx([5.0, 3 + 60 * 1.3 * 18 / 45])
    assert "Approximation" in times.method
    assert "45 km/h" in times.method
    dense = toy_territory(units={"area_km2": np.array([36.0, 1.0, 36.0, 5.0])})
    # 60 pupils on 1 km2 are 1,463 inhabitants a km2: suburban; 100 on 5 are 488: suburban.
    slower = travel_times(None, dense.units, dense.colleges)
    assert slower.minutes[1, 1] == pytest.approx(3 + 60 * 1.3 * 12 / 35)
    town = travel_times(None, toy_territory(units={"area_km2": np.full(4, 0.5)}).units, dense.colleges)
    assert town.minutes[0, 1] == pytest.approx(3 + 60 * 1.3 * 18 / 25)


def test_approximation_of_other_modes_and_assumptions():
    there = [[0.0, 0.0]], [[10_000.0, 0.0]]
    assert travel_times(None, *there, "walk").minutes[0, 0] == pytest.approx(195.0)  # 13 km at 4 km/h, no vehicle to reach
    assert travel_times(None, *there, "coach").minutes[0, 0] == pytest.approx(29.0)  # 13 km at 30 km/h + 3
    own = Approximation(detour=1.0, rural_km_h=60.0, access_min=0.0)
    assert travel_times(None, *there, approximation=own).minutes[0, 0] == pytest.approx(10.0)
    assert np.isinf(travel_times(None, *there, cutoff_min=9.0).minutes).all()


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: travel_times(None, [[0, 0]], [[0, 0]], mode="rocket"), r"unknown mode 'rocket'.*car, coach"),
        (lambda: travel_times(None, [[0, 0]], [[0, 0]], direction="up"), "unknown direction"),
        (lambda: travel_times(None, [[0, 0]], [[0, 0]], cutoff_min=0), "cutoff_min"),
        (lambda: travel_times(None, [[0, np.nan]], [[0, 0]]), r"without coordinates \(origin 0\)"),
        (lambda: travel_times(None, [0, 1], [[0, 0]]), r"shape \(2,\)"),
        (lambda: travel_times(line_road(), [[0, 0]], [[0, 0]], approximation=Approximation()), "both a network"),
        (lambda: Approximation(detour=-1), "detour"),
        (lambda: travel_times(line_road(), [[0, 0]], [[0, 0]], max_snap_m=np.inf), "inf is not a positive number"),
        (lambda: travel_times(line_road(), [[0, 0]], [[0, 0]], max_snap_m=-1), "Give metres, above 0"),
        (lambda: travel_times(line_road(), [[0, 0]], [[0, 0]], cutoff_min=-1), "Give minutes, above 0"),
        (lambda: travel_times(line_road(), shapely.box(0, 0, 1, 1), [[0, 0]]), "Polygon instead of numbers"),
    ],
)
def test_bad_input_is_named(ask, message):
    with pytest.raises(InputError, match=message):
        ask()


def test_nobody_is_put_on_a_motorway():
    """A motorway 10 m from the point, a lane 100 m from it: the motorway can be joined at its ends only."""
    place = [[0, 0], [1000, 0], [0, 100], [1000, 100]]
    road = RoadNetwork.from_arrays([0, 2, 3, 3], [1, 3, 2, 1], [20.0, 60.0, 60.0, 30.0], xy_m=place)
    motorway = dataclasses.replace(
        road, along_users=road.along_users & [1, 15, 15, 15], against_users=road.against_users & [0, 15, 15, 15]
    )
    assert travel_times(road, [[500.0, -10.0]], [[1000.0, 0.0]], BARE).minutes[0, 0] == pytest.approx(10 / 60 + 0.12)
    on_the_lane = travel_times(motorway, [[500.0, -10.0]], [[1000.0, 0.0]], BARE)
    assert on_the_lane.minutes[0, 0] == pytest.approx(0.5 + 0.5 + 60 * 0.11 / 5)
    assert "motorways apart" in on_the_lane.method


@pytest.mark.parametrize("road", [([], [], [], np.empty((0, 2))), ([0], [1], [np.inf], [[0, 0], [100, 0]])])
def test_a_network_without_any_open_road(road):
    tail, head, seconds, place = road
    times = travel_times(RoadNetwork.from_arrays(tail, head, seconds, xy_m=place), [[0.0, 0.0]], [[1.0, 1.0]], BARE)
    assert np.isinf(times.minutes).all()
    assert times.unreachable == (
        "origin 0: more than 5 km from any road open to bare",
        "destination 0: more than 5 km from any road open to bare",
    )


def test_segments_of_no_length():
    road = RoadNetwork.from_arrays([0, 1, 1, 2], [1, 0, 2, 1], [10.0, 10.0, 0.0, 0.0], xy_m=[[0, 0], [100, 0], [100, 0]])
    times = travel_times(road, [[0.0, 0.0], [100.0, 0.0]], [[100.0, 0.0], [0.0, 0.0]], BARE)
    assert times.minutes * 60 == pytest.approx(np.array([[10.0, 0.0], [0.0, 10.0]]))
    point = RoadNetwork.from_arrays([0, 1], [1, 0], [0.0, 0.0], xy_m=[[0, 0], [0, 0]])
    assert np.isinf(travel_times(point, [[3.0, 0.0]], [[0.0, 4.0]], BARE).minutes).all()


def test_very_long_and_very_slow_journeys():
    """Lengths do not spill over into times; what takes more than 186 hours is unreachable."""
    place = [[0, 0], [100, 0], [0, 100], [100, 100]]
    length_m = [6e8, 6e8, 100.0, 100.0]
    long = RoadNetwork.from_arrays([0, 1, 0, 2], [1, 3, 2, 3], [10.0, 10.0, 10.0, 11.0], xy_m=place, length_m=length_m)
    times = travel_times(long, [[0.0, 0.0]], [[100.0, 100.0]], BARE)
    assert times.minutes[0, 0] == pytest.approx(20 / 60)
    assert times.distance_km[0, 0] == pytest.approx(1_200_000)
    for seconds in ([600_000.0, 600_000.0], [600_000.0, 1e300]):
        slow = RoadNetwork.from_arrays([0, 1], [1, 2], seconds, xy_m=[[0, 0], [100, 0], [200, 0]])
        minutes = travel_times(slow, [[0.0, 0.0]], [[100.0, 0.0], [200.0, 0.0]], BARE).minutes
        assert minutes[0].tolist() == [10_000.0, np.inf]


def test_the_same_on_one_and_two_threads():
    rng = np.random.default_rng(2)
    place, ends = rng.uniform(0, 20_000, (120, 2)), rng.integers(0, 120, (500, 2))
    road = RoadNetwork.from_arrays(ends[:, 0], ends[:, 1], rng.integers(10, 900, 500), xy_m=place)
    there, here = rng.uniform(0, 20_000, (30, 2)), rng.uniform(0, 20_000, (9, 2))
    both = travel_times(road, there, here)
    numba.set_num_threads(1)
    try:
        alone = travel_times(road, there, here)
    finally:
        numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    assert both.minutes.tobytes() == alone.minutes.tobytes()
    assert both.distance_km.tobytes() == alone.distance_km.tobytes()


def test_the_way_and_the_limit_are_said():
    back = travel_times(line_road(), [[0.0, 0.0]], [[1.0, 0.0]], "walk", direction="from", cutoff_min=30)
    assert back.method.startswith("Fastest journey (walk, back, ≤ 30 min) on arrays (4 segments)")
    assert "IGN: mean speed" not in travel_times(line_road(), [[0.0, 0.0]], [[1.0, 0.0]]).method
    short = travel_times(None, [[0.0, 0.0]], [[1.0, 0.0]], cutoff_min=30)
    assert short.method.startswith("Approximation (car, ≤ 30 min), no road network")
    assert "Places of unknown density, taken as rural: 1." in short.method


def test_approximation_takes_the_density_of_homes_whichever_side_they_are_on():
    town = toy_territory(units={"area_km2": np.full(4, 0.5)})
    there = travel_times(None, town.units, town.colleges)
    back = travel_times(None, town.colleges, town.units)
    assert back.minutes == pytest.approx(there.minutes.T)
    assert back.method == there.method
    assert "unknown density" not in there.method


def test_no_places_at_all():
    assert travel_times(line_road(), np.empty((0, 2)), [[0.0, 0.0]]).minutes.shape == (0, 1)
    assert travel_times(None, np.empty((0, 2)), [[0.0, 0.0]]).minutes.shape == (0, 1)
