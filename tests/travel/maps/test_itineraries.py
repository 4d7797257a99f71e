"""Routes for drawing: lines by hand, and minutes and kilometres that are those of the matrix."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import maillage
from maillage import InputError, RoadNetwork, travel_times
from maillage.travel import MODES, Mode
from maillage.travel.maps.itineraries import routes
from maillage.travel.points import AccessPoints
from maillage.travel.search.snapping import TIE_M

BARE = Mode("bare")
DATA = Path(__file__).resolve().parents[3] / "data"


def ring():
    """A one-way ring of four sides of 1 km and 60 s."""
    place = [[0, 0], [1000, 0], [1000, 1000], [0, 1000]]
    return RoadNetwork.from_arrays([0, 1, 2, 3], [1, 2, 3, 0], [60.0] * 4, xy_m=place)


def drawn(network, start, end, mode=BARE, **how):
    return routes(network, [start], [end], mode, **how).geometry[0].wkt


def test_on_one_segment_and_the_wrong_way_round():
    assert drawn(ring(), [250.0, 0.0], [750.0, 0.0]) == "LINESTRING (250 0, 750 0)"
    round_trip = "LINESTRING (750 0, 1000 0, 1000 1000, 0 1000, 0 0, 250 0)"
    assert drawn(ring(), [750.0, 0.0], [250.0, 0.0]) == round_trip
    assert drawn(ring(), [250.0, 0.0], [750.0, 0.0], direction="from") == round_trip
    assert drawn(ring(), [750.0, 0.0], [250.0, 0.0], "walk") == "LINESTRING (750 0, 250 0)"


def test_parts_of_the_first_and_last_segment_and_their_access():
    table = routes(ring(), [[250.0, -30.0]], [[1040.0, 600.0]], BARE)
    assert table.geometry[0].wkt == "LINESTRING (250 0, 1000 0, 1000 600)"
    assert table.minutes[0] == pytest.approx(1.35 + 0.07 * 60 / 5)
    assert table.distance_km[0] == pytest.approx(1.35 + 0.07)
    assert table.crs.to_epsg() == 2154
    assert table.columns.tolist() == ["origin", "destination", "minutes", "distance_km", "mode", "direction", "geometry"]


def test_bends_are_followed_backwards_too():
    """A segment drawn with a corner, taken against its drawing."""
    road = RoadNetwork.from_arrays([0, 1], [1, 0], [60.0, np.inf], xy_m=[[0, 0], [600, 800]], length_m=[1400.0, 1400.0])
    bent = shapely.LineString([(0, 0), (600, 0), (600, 800)])
    road = dataclasses.replace(
        road, line=np.array([bent, bent.reverse()], dtype=object), against_s=np.array([60.0, np.inf]),
        along_users=[15, 0], against_users=[15, 0],
    )  # fmt: skip
    assert drawn(road, [600.0, 700.0], [300.0, 0.0]) == "LINESTRING (600 700, 600 0, 300 0)"


def test_the_same_place_twice():
    table = routes(ring(), [[500.0, 0.0]], [[500.0, 10.0]], BARE)
    assert table.geometry[0].wkt == "LINESTRING (500 0, 500 0)"
    assert table.minutes[0] == pytest.approx(0.12)
    exactly = routes(ring(), [[500.0, 900.0]], [[500.0, 900.0]], BARE)
    assert (exactly.minutes[0], exactly.distance_km[0]) == (0.0, 0.0)


def test_no_journey_is_named_and_not_drawn():
    table = routes(ring(), [[0.0, 0.0], [0.0, 40_000.0]], [[500.0, 0.0], [0.0, 0.0]], BARE)
    assert table.geometry[1] is None
    assert np.isinf(table.minutes[1])
    assert np.isinf(table.distance_km[1])
    assert table.attrs["unreachable"] == ["origin 1 - destination 1"]


def test_no_pairs_at_all():
    assert len(routes(ring(), np.empty((0, 2)), np.empty((0, 2)))) == 0


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: routes(ring(), [[0, 0]], [[0, 0], [1, 1]]), "1 origins but 2 destinations"),
        (lambda: routes(ring(), [[0, 0]], [[0, 0]], direction="up"), "unknown direction"),
        (lambda: routes(ring(), [[0, 0]], [[0, 0]], max_snap_m=0), "max_snap_m"),
        (lambda: routes(ring(), AccessPoints([0, 0], [[0, 0], [1, 1]], [1, 1]), [[0, 0]]), "several points"),
    ],
)
def test_bad_input_is_named(ask, message):
    with pytest.raises(InputError, match=message):
        ask()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["to", "from"]), st.booleans())
def test_minutes_and_lengths_are_those_of_the_matrix(seed, direction, more_origins):
    """Random roads, with one-ways; points at the nodes, on the roads and beside them."""
    rng = np.random.default_rng(seed)
    place, ends = rng.integers(0, 3000, (12, 2)).astype(float), rng.integers(0, 12, (25, 2))
    road = RoadNetwork.from_arrays(ends[:, 0], ends[:, 1], rng.integers(5, 200, 25).astype(float), xy_m=place)
    few, many = place[rng.integers(0, 12, 8)] + rng.integers(-1, 2, (8, 1)) * 20, rng.uniform(0, 3000, (8, 2))
    few[:] = few[rng.integers(0, 3, 8)]
    start, end = (many, few) if more_origins else (few, many)
    table, times = routes(road, start, end, BARE, direction), travel_times(road, start, end, BARE, direction)
    assert table.minutes.tolist() == np.diagonal(times.minutes).tolist()
    np.testing.assert_allclose(table.distance_km, np.diagonal(times.distance_km), atol=1e-9)
    for line, km in zip(table.geometry, table.distance_km, strict=True):
        assert (line is None) == np.isinf(km)
        if line is not None:
            assert line.length <= 1000 * km + 15  # decimetres rounded on each of at most 27 parts; the rest is access
    to = shapely.get_point(np.array([line for line in table.geometry if line is not None]), -1 if direction == "to" else 0)
    known = np.isfinite(table.minutes.to_numpy())
    network, asked = shapely.union_all(road.line[road.length_m > 0]), shapely.points(end[known])
    np.testing.assert_allclose(shapely.distance(to, asked), shapely.distance(network, asked), atol=TIE_M + 0.001)


@pytest.mark.parametrize("mode", ["car", "walk"])
def test_every_home_of_the_demo_to_its_college(mode):
    territory = maillage.load_territory(DATA)
    network = RoadNetwork.from_bdtopo(territory.roads)
    home = np.flatnonzero(territory.units.present >= 0)
    school = territory.units.present[home]
    table = routes(network, territory.units.xy_m[home], territory.colleges.xy_m[school], mode)
    times = travel_times(network, territory.units, territory.colleges, mode)
    assert table.minutes.tolist() == times.minutes[home, school].tolist()
    assert table.distance_km.tolist() == times.distance_km[home, school].tolist()
    access_km = table.distance_km - shapely.length(table.geometry.to_numpy()) / 1000
    assert access_km.min() > -0.01
    assert (table.minutes >= 60 * access_km / MODES[mode].access_km_h - 0.01).all()
