"""Isochrones: lengths and areas by hand on straight roads, one-ways, ferries, nesting, and the demo."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numba
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import maillage
from maillage import InputError, RoadNetwork, travel_times
from maillage.travel import MODES, Mode
from maillage.travel.maps.reach import isochrones
from maillage.travel.points import AccessPoints
from maillage.travel.search.snapping import main_segments, snap

BARE = Mode("bare")
DATA = Path(__file__).resolve().parents[3] / "data"


def road(tail, head, seconds, place):
    return RoadNetwork.from_arrays(tail, head, [float(s) for s in seconds], xy_m=place)


def straight():
    """10 km along x in two halves at 60 km/h, both ways."""
    return road([0, 1, 1, 2], [1, 0, 2, 1], [300] * 4, [[0, 0], [5000, 0], [10_000, 0]])


def capsule_m2(length_m, margin_m):
    """A line with discs around it; an octagon's quarter has 4 sides, so that the discs are 16-gons."""
    return 2 * margin_m * length_m + 8 * margin_m**2 * math.sin(2 * math.pi / 16)


@pytest.mark.parametrize("direction", ["to", "from"])
def test_a_straight_road_by_hand(direction):
    """From km 4: 2 min are 2 km either way, over the node at km 5; 7 min reach the left end and km 10, 1 km of which within."""
    table = isochrones(straight(), [[4000.0, 0.0]], (7.0, 2.0), BARE, direction, margin_m=100.0)
    assert table["minutes"].tolist() == [2.0, 7.0]
    assert table["road_km"].tolist() == pytest.approx([4.0, 10.0])
    assert table.geometry[0].bounds == pytest.approx((1900, -100, 6100, 100))
    assert table.geometry[0].area == pytest.approx(capsule_m2(4000, 100))
    assert table.geometry[1].bounds == pytest.approx((-100, -100, 10_100, 100))
    assert table.columns.tolist() == ["name", "minutes", "mode", "direction", "road_km", "geometry"]
    assert table.crs.to_epsg() == 2154
    assert set(table.geom_type) == {"MultiPolygon"}


def test_access_and_waiting_are_taken_off_the_limit():
    """100 m at 6 km/h are 1 min, waiting is another: of 3 min, 1 km either way is left."""
    slow = Mode("slow", access_km_h=6.0, journey_s=60.0)
    table = isochrones(straight(), [[4000.0, 100.0]], (1.5, 3.0), slow, margin_m=50.0)
    assert table["road_km"].tolist() == pytest.approx([0.0, 2.0])
    assert table.geometry[0].is_empty
    assert table.geometry[1].bounds == pytest.approx((2950, -50, 5050, 50))


def test_one_ways_are_respected():
    """A one-way to the right from km 0 to km 5: only what lies before the place can reach it."""
    one_way = road([0, 1, 2], [1, 2, 1], [300, 300, 300], [[0, 0], [5000, 0], [10_000, 0]])
    to = isochrones(one_way, [[4000.0, 0.0]], [3.0], BARE)
    assert to["road_km"].tolist() == pytest.approx([3.0])
    assert to.geometry[0].bounds == pytest.approx((750, -250, 4250, 250))
    back = isochrones(one_way, [[4000.0, 0.0]], [3.0], BARE, "from")
    assert back.geometry[0].bounds == pytest.approx((3750, -250, 7250, 250))
    walk = Mode("walk", user="foot", speed_km_h=60.0, town_km_h=60.0)
    assert isochrones(one_way, [[4000.0, 0.0]], [1.0], walk)["road_km"].tolist() == pytest.approx([2.0])


def test_a_ferry_carries_and_is_no_land():
    """1 km of road, 2 km of ferry in 3 min, road again: of 5 min, 1 km on the other side is left."""
    place = [[0, 0], [1000, 0], [3000, 0], [6000, 0]]
    crossing = road([0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2], [60, 60, 180, 180, 180, 180], place)
    crossing = dataclasses.replace(crossing, ferry=np.array([False, False, True, True, False, False]))
    table = isochrones(crossing, [[0.0, 0.0]], [5.0], BARE, "from", margin_m=100.0)
    assert table["road_km"].tolist() == pytest.approx([2.0])
    assert [round(value) for part in table.geometry[0].geoms for value in part.bounds[::2]] == [-100, 1100, 2900, 4100]


def test_roads_without_length_or_time():
    place = [[0, 0], [1000, 0], [1000, 0], [2000, 0]]
    joined = road([0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2], [0, 0, 0, 0, 60, 60], place)
    table = isochrones(joined, [[0.0, 0.0]], [0.5], BARE)
    assert table["road_km"].tolist() == pytest.approx([1.5])


@pytest.mark.parametrize(("users_back", "km"), [(0, 1.5), (15, 2.0)])
def test_a_loop_is_entered_at_both_ends_where_it_may_be(users_back, km):
    """1 km of road to a ring of 2 km that begins and ends there; half a minute is left for it, 500 m each way."""
    ring = shapely.LineString([(1000, 0), (1500, 0), (1500, 500), (1000, 500), (1000, 0)])
    network = RoadNetwork.from_arrays([0, 1], [1, 1], [60.0, 120.0], xy_m=[[0, 0], [1000, 0]], length_m=[1000.0, 2000.0])
    network = dataclasses.replace(
        network,
        line=np.array([network.line[0], ring], dtype=object),
        against_s=np.array([60.0, 120.0]),
        against_users=np.array([15, users_back], np.uint8),
    )
    table = isochrones(network, [[0.0, 0.0]], [1.5], BARE, "from", margin_m=50.0)
    assert table["road_km"].tolist() == pytest.approx([km])
    assert shapely.contains_xy(table.geometry[0], [1400, 1000], [0, 400]).tolist() == [True, users_back == 15]


def block(side):
    """A square block of roads, `side` metres wide."""
    place = [[0, 0], [side, 0], [side, side], [0, side]]
    return road([0, 1, 2, 3, 1, 2, 3, 0], [1, 2, 3, 0, 0, 1, 2, 3], [60] * 8, place)


@pytest.mark.parametrize(("side", "hole_km2", "holes"), [(2000.0, 2.0, 1), (2000.0, 2.5, 0), (2000.0, 0.0, 1), (300.0, 0.0, 0)])
def test_holes_up_to_a_size_are_filled(side, hole_km2, holes):
    """Within 2 km of side and 250 m of margin, 1.5 km of side are a hole of 2.25 km2; a block of 300 m has none."""
    table = isochrones(block(side), [[0.0, 0.0]], [4.0], BARE, largest_hole_km2=hole_km2)
    assert [len(part.interiors) for part in table.geometry[0].geoms] == [holes]
    assert table["road_km"].tolist() == pytest.approx([4 * side / 1000])


def test_places_off_the_network_keep_their_rows():
    table = isochrones(straight(), [[4000.0, 0.0], [0.0, 40_000.0]], [1.0, 2.0], BARE)
    assert table["name"].tolist() == ["place 0", "place 0", "place 1", "place 1"]
    assert table.geometry.is_empty.tolist() == [False, False, True, True]
    assert table["road_km"].tolist()[2:] == [0.0, 0.0]
    assert table.attrs["not_snapped"] == ["place 1"]
    assert len(isochrones(straight(), np.empty((0, 2)))) == 0


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: isochrones(straight(), [[0, 0]], []), "no limit"),
        (lambda: isochrones(straight(), [[0, 0]], [10, -1]), "not positive"),
        (lambda: isochrones(straight(), [[0, 0]], [np.nan]), "not positive"),
        (lambda: isochrones(straight(), [[0, 0]], margin_m=0), "margin_m"),
        (lambda: isochrones(straight(), [[0, 0]], largest_hole_km2=-1), "no area"),
        (lambda: isochrones(straight(), [[0, 0]], direction="up"), "unknown direction"),
        (lambda: isochrones(straight(), AccessPoints([0, 0], [[0, 0], [1, 1]], [1, 1])), "several points"),
        (lambda: isochrones(straight(), [[0, 0]], [], direction="up", margin_m=-1), "3 faults"),
    ],
)
def test_bad_input_is_named(ask, message):
    with pytest.raises(InputError, match=message):
        ask()


def probes_of(network, per_segment):
    """Points at equal steps of every segment, and the kilometres that each stands for."""
    fraction = (np.arange(per_segment) + 0.5) / per_segment
    points = shapely.line_interpolate_point(
        np.repeat(network.line, per_segment), np.tile(fraction, len(network.line)), normalized=True
    )
    pair = np.sort(np.column_stack([network.tail, network.head]), axis=1)
    once = np.zeros(len(pair), bool)
    once[np.unique(pair, axis=0, return_index=True)[1]] = True
    return shapely.get_coordinates(points), np.repeat(network.length_m * once, per_segment) / per_segment / 1000


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["to", "from"]), st.floats(0.2, 4.0))
def test_what_is_reached_is_what_the_minutes_say(seed, direction, limit):
    """Random roads with one-ways between nine places on a circle, probed at 60 points a segment."""
    rng = np.random.default_rng(seed)
    angle = 2 * np.pi * np.arange(9) / 9
    place = 2000 * np.column_stack([np.cos(angle), np.sin(angle)])
    ends = np.array([(a, b) for a in range(9) for b in range(9) if a != b])
    ends = ends[rng.choice(len(ends), 16, replace=False)]
    network = RoadNetwork.from_arrays(ends[:, 0], ends[:, 1], rng.integers(20, 200, 16).astype(float), xy_m=place)
    table = isochrones(network, place[:1], [limit / 2, limit], BARE, direction, margin_m=2.0, largest_hole_km2=0.0)
    probes, km = probes_of(network, 60)
    # Islands are not snapped to, but what is reached of a road does not depend on who may stand on it: probe by known roads.
    on_road = snap(network, main_segments(network, *BARE.seconds(network)), probes).access_m < 0.1
    minutes = np.full(len(probes), np.inf)
    if on_road.any():
        minutes[on_road] = travel_times(network, probes[on_road], place[:1], BARE, direction).minutes[:, 0]
    for row, within in enumerate((limit / 2, limit)):
        inside = shapely.contains_xy(table.geometry[row], *probes.T)
        assert inside[minutes < within - 0.01].all()
        sampled_km = km[on_road & (minutes <= within)].sum()
        unknown_km = km[~on_road].sum()
        assert sampled_km - 0.35 <= table["road_km"][row] <= sampled_km + unknown_km + 0.35
    assert table.geometry[0].difference(table.geometry[1]).area < 1e-3


@pytest.fixture(scope="module")
def demo():
    territory = maillage.load_territory(DATA)
    return territory, RoadNetwork.from_bdtopo(territory.roads)


def test_the_demo(demo):
    """Some collèges: nested, valid, and every home beside a road is in where its minutes are."""
    territory, network = demo
    schools, door = territory.colleges.xy_m[::11], dataclasses.replace(MODES["car"], access_km_h=1e6)
    table = isochrones(network, schools, mode=door)
    assert table.geometry.is_valid.all()
    minutes = travel_times(network, territory.units, schools, door).minutes
    homes = shapely.points(territory.units.xy_m)
    beside = snap(network, main_segments(network, *door.seconds(network)), territory.units.xy_m).access_m < 230
    assert beside.mean() > 0.5
    for row, (limit, shape) in enumerate(zip(table["minutes"], table.geometry, strict=True)):
        near = minutes[:, row // 3] <= limit
        assert shapely.intersects(shape, homes)[near & beside].all()
        if row % 3:
            assert table.geometry[row - 1].difference(shape).area < 1.0
            assert table["road_km"][row] > table["road_km"][row - 1]


def test_the_same_on_one_and_two_threads(demo):
    territory, network = demo
    both = isochrones(network, territory.colleges.xy_m[:4])
    numba.set_num_threads(1)
    try:
        alone = isochrones(network, territory.colleges.xy_m[:4])
    finally:
        numba.set_num_threads(numba.config.NUMBA_NUM_THREADS)
    assert shapely.to_wkb(both.geometry.to_numpy()).tolist() == shapely.to_wkb(alone.geometry.to_numpy()).tolist()
    assert both["road_km"].tolist() == alone["road_km"].tolist()
