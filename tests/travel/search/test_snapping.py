"""Where points may stand on a network, and where not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from maillage import RoadNetwork, travel_times
from maillage.travel import Mode
from maillage.travel.search.snapping import main_segments, snap

BARE = Mode("bare")


def two_roads(**changes):
    """A two-way road along y = 0, another along y = 100, joined at x = 1000."""
    place = [[0, 0], [1000, 0], [0, 100], [1000, 100]]
    pairs = [(0, 1), (1, 0), (2, 3), (3, 2), (1, 3), (3, 1)]
    road = RoadNetwork.from_arrays([a for a, _ in pairs], [b for _, b in pairs], [60.0] * 4 + [6.0] * 2, xy_m=place)
    return dataclasses.replace(road, **{name: np.asarray(values) for name, values in changes.items()})


def standing(road, xy_m, max_m=5000.0):
    along, against = BARE.seconds(road)
    return snap(road, main_segments(road, along, against), np.array(xy_m, float), max_m)


def test_a_point_stands_on_both_directions_of_its_road():
    found = standing(two_roads(), [[250.0, 30.0]])
    assert found.segment.tolist() == [0, 1]
    assert found.fraction.tolist() == [0.25, 0.75]
    assert found.access_m.tolist() == [30.0]


@pytest.mark.parametrize(
    "changes",
    [
        {"ferry": [True, True, False, False, False, False]},
        {"length_m": [0.0, 0.0, 1000.0, 1000.0, 100.0, 100.0]},
        {"along_users": [1, 1, 15, 15, 15, 15], "against_users": [0, 0, 12, 12, 12, 12]},  # a motorway
        {"along_users": [12, 12, 15, 15, 15, 15]},  # closed to cars
        {"along_s": [np.inf, np.inf, 60.0, 60.0, 6.0, 6.0]},  # closed to every motor vehicle
    ],
)
def test_ferries_joints_motorways_and_closed_roads_are_not_stood_on(changes):
    road = two_roads(**changes)
    if "along_s" in changes:
        road = dataclasses.replace(road, along_users=road.along_users & np.array([12, 12, 15, 15, 15, 15], np.uint8))
    found = standing(road, [[250.0, 30.0]])
    assert found.segment.tolist() == [2, 3]
    assert found.access_m.tolist() == [70.0]


def test_the_limit_is_in_metres():
    for max_m, found in ((29.0, 0), (31.0, 2)):
        assert len(standing(two_roads(), [[250.0, 30.0]], max_m).segment) == found


def test_both_offsets_count_and_the_wrong_way_goes_round():
    """A one-way ring of four sides of 60 s; two points on the first side, 0.25 and 0.75 along."""
    place = [[0, 0], [1000, 0], [1000, 1000], [0, 1000]]
    ring = RoadNetwork.from_arrays([0, 1, 2, 3], [1, 2, 3, 0], [60.0] * 4, xy_m=place)
    points = [[250.0, 0.0], [750.0, 0.0]]
    there = travel_times(ring, points, points, BARE)
    assert there.minutes * 60 == pytest.approx(np.array([[0.0, 30.0], [210.0, 0.0]]))
    assert there.distance_km == pytest.approx(np.array([[0.0, 0.5], [3.5, 0.0]]))
    back = travel_times(ring, points, points, BARE, direction="from")
    assert back.minutes == pytest.approx(there.minutes.T)
