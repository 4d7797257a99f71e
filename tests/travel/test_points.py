"""Places of several points: weighted means by hand, squares put into units, what is left out."""

from __future__ import annotations

import dataclasses

import geopandas as gpd
import numpy as np
import pytest
import shapely

from maillage import InputError, RoadNetwork, travel_times
from maillage.travel import Mode
from maillage.travel.homes import access_points
from maillage.travel.points import AccessPoints
from toy import toy_territory

BARE = Mode("bare")


def line_road():
    """2 km along x at 60 km/h, both ways; and far away, a road of its own."""
    place = [[0, 0], [2000, 0], [0, 90_000], [2000, 90_000]]
    return RoadNetwork.from_arrays([0, 1, 2, 3], [1, 0, 3, 2], [120.0] * 4, xy_m=place)


def test_minutes_are_the_weighted_mean():
    """A: 3 pupils at 0.5 min and 1 at 1.5; B: one point of weight 0."""
    homes = AccessPoints([0, 1, 0], [[500, 0], [2000, 0], [1500, 0]], [3, 0, 1], name=["A", "B"])
    times = travel_times(line_road(), homes, [[0.0, 0.0], [2000.0, 0.0]], BARE)
    assert times.minutes == pytest.approx(np.array([[0.75, 1.25], [2.0, 0.0]]))
    assert times.distance_km == pytest.approx(np.array([[0.75, 1.25], [2.0, 0.0]]))
    assert times.origins.tolist() == ["A", "B"]
    assert times.unreachable == ()
    assert "weighted mean" in times.method
    back = travel_times(line_road(), [[0.0, 0.0], [2000.0, 0.0]], homes, BARE, direction="from")
    assert back.minutes == pytest.approx(times.minutes.T)


def test_both_sides_may_have_several_points():
    homes = AccessPoints([0, 0], [[0, 0], [1000, 0]], [1, 1])
    gates = AccessPoints([0, 0], [[1000, 0], [2000, 0]], [1, 3])
    times = travel_times(line_road(), homes, gates, BARE)
    assert times.minutes == pytest.approx(np.array([[(1 + 3 * 2 + 0 + 3 * 1) / 8]]))
    assert times.origins.tolist() == ["place 0"]


@pytest.mark.parametrize(
    ("far", "minutes", "sentence"),
    [
        (1, 1.0, "place 0: 10 % of its people have no journey by bare: left out of its mean"),
        (2, np.inf, "place 0: 18 % of its people are more than 5 km from any road open to bare: no journey"),
    ],
)
def test_a_tenth_may_be_without_roads(far, minutes, sentence):
    homes = AccessPoints([0, 0], [[1000, 0], [0, 40_000]], [9, far])
    times = travel_times(line_road(), homes, [[0.0, 0.0]], BARE)
    assert times.minutes.tolist() == [[minutes]]
    assert times.unreachable[0] == sentence
    assert times.not_snapped == (("place 0",) if far == 2 else ())


def test_a_point_on_another_network_counts_as_without_a_journey():
    homes = AccessPoints([0, 0, 1], [[1000, 0], [1000, 90_000], [1000, 90_000]], [95, 5, 1])
    times = travel_times(line_road(), homes, [[0.0, 0.0]], BARE)
    assert times.minutes[:, 0].tolist() == [1.0, np.inf]
    assert times.unreachable == (
        "place 0: 5 % of its people have no journey by bare: left out of its mean",
        "place 1: no journey by bare to any place asked for",
    )
    assert times.not_snapped == ()


def test_the_cutoff_applies_to_the_mean():
    """1.2 and 0.6 min: 0.9 on average, although one of them is beyond 1 min."""
    homes = AccessPoints([0, 0], [[1200, 0], [600, 0]], [1, 1])
    assert travel_times(line_road(), homes, [[0.0, 0.0]], BARE, cutoff_min=1.0).minutes[0, 0] == pytest.approx(0.9)
    assert np.isinf(travel_times(line_road(), homes, [[0.0, 0.0]], BARE, cutoff_min=0.8).minutes[0, 0])


def test_without_roads_too():
    homes = AccessPoints([0, 0], [[0, 0], [9000, 0]], [1, 2], pupils_per_km2=[10.0])
    times = travel_times(None, homes, [[0.0, 0.0]])
    assert times.minutes[0, 0] == pytest.approx((5 + 2 * (3 + 60 * 1.3 * 9 / 45)) / 3)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: AccessPoints([0, 1], [[0, 0]], [1, 1]), "shapes"),
        (lambda: AccessPoints([0], [[0, np.nan]], [1]), r"xy_m.*coordinates \(point 0\)"),
        (lambda: AccessPoints([0, 0], [[0, 0], [1, 1]], [1, -1]), r"weight.*\(point 1\)"),
        (lambda: AccessPoints([0, 2], [[0, 0], [1, 1]], [1, 1]), r"without a point \(place 1\)"),
        (lambda: AccessPoints([0, 5], [[0, 0], [1, 1]], [1, 1], name=["A"]), r"not a place from 0 to 0 \(point 1\)"),
        (lambda: AccessPoints([0.0], [[0, 0]], [1]), "not integers"),
        (lambda: AccessPoints([0], [[0, 0]], [1], pupils_per_km2=[1.0, 2.0]), "2 values for 1 places"),
        (lambda: AccessPoints([-1, 0], [[0, np.inf], [0, 0]], [np.nan, 1]), "3 faults"),
    ],
)
def test_bad_points_are_named(ask, message):
    with pytest.raises(InputError, match=message):
        ask()


def test_nothing_can_be_changed_afterwards():
    homes = AccessPoints([0], [[0, 0]], [1])
    with pytest.raises(ValueError, match="read-only"):
        homes.weight[0] = 2


def square(x, y, half=100.0):
    return shapely.box(x - half, y - half, x + half, y + half)


def two_units():
    """Two units, 1 km square each, side by side; the others of the toy far away."""
    units = toy_territory().units
    outline = [shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000), square(50_000, 0), square(60_000, 0)]
    return dataclasses.replace(units, geometry=np.array(outline, dtype=object))


def cells(people, shapes, crs="EPSG:2154"):
    return gpd.GeoDataFrame({"people": people}, geometry=shapes, crs=crs)


def test_cells_go_to_the_unit_of_their_centre():
    shapes = [
        square(500, 500), square(990, 500), square(1000, 200),  # inside; across, centre in the first; centre on the border
        square(1500, 1050), square(1500, 1500), square(1500, 500), square(5000, 0),  # overlaps; beside; nobody; nowhere
    ]  # fmt: skip
    units = two_units()
    homes = access_points(units, cells([4, 2, 1, 3, 8, 0, 16], shapes), "people")
    owned = {i: homes.weight[homes.owner == i].tolist() for i in range(4)}
    assert owned == {0: [4, 2, 1], 1: [3], 2: [0], 3: [0]}
    assert homes.xy_m[homes.owner == 1].tolist() == [[1500, 1050]]
    assert homes.xy_m[homes.owner == 2].tolist() == [units.xy_m[2].tolist()]
    assert homes.weight.sum() + 24 == 34
    assert homes.name.tolist() == units.unit.tolist()
    assert homes.notes == (
        "2 inhabited cells lie in no unit and count nowhere (24 of 34 people)",
        "2 units have no inhabited cell: they keep their own point",
    )
    assert travel_times(None, homes, [[0.0, 0.0]]).unreachable == homes.notes


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (cells([1], [square(0, 0)], None), "no coordinate system"),
        (cells([1], [None]), "without geometry"),
        (cells([-1], [square(0, 0)]), "people.*negative"),
        (cells(["many"], [square(0, 0)]), "people.*missing"),
        (cells([1], [square(0, 0)]).rename(columns={"people": "n"}), "missing column"),
    ],
)
def test_bad_cells_are_named(table, message):
    with pytest.raises(InputError, match=message):
        access_points(two_units(), table, "people")


def test_squares_of_cannes(shared_bench):
    """Filosofi squares in four quarters cut at the middle: all of those aged 11 to 17 are counted once."""
    squares = gpd.read_file(shared_bench / "roads" / "cannes" / "carreau_pop_v2.shp")
    west, south, east, north = squares.total_bounds
    x, y = (west + east) / 2, (south + north) / 2
    boxes = [shapely.box(west, south, x, y), shapely.box(x, south, east, y)]
    boxes += [shapely.box(west, y, x, north), shapely.box(x, y, east, north)]
    units = dataclasses.replace(toy_territory().units, geometry=np.array(boxes, dtype=object))
    homes = access_points(units, squares, "Ind_11_17")
    assert homes.weight.sum() == pytest.approx(squares["Ind_11_17"].sum())
    assert homes.notes == ()
    assert len(homes.owner) == (squares["Ind_11_17"] > 0).sum()
    inside = shapely.intersects_xy(units.geometry[homes.owner], homes.xy_m[:, 0], homes.xy_m[:, 1])
    assert inside.all()


def test_units_and_squares_of_another_kind_are_named():
    frame = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:2154")
    with pytest.raises(InputError, match=r"(?s)GeoDataFrame instead of Units.*list instead of a GeoDataFrame"):
        access_points(frame, [], "people")
