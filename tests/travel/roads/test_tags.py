"""OpenStreetMap's tags: who may use a way, in which direction, how fast; and what is no road."""

from __future__ import annotations

import math

import numpy as np
import pytest

from maillage import RoadNetwork
from maillage.travel.roads.users import USER_BIT
from osm_text import osm_xml

pytest.importorskip("osmium")

ALL = {"car", "coach", "bicycle", "foot"}


@pytest.fixture
def read(tmp_path):
    def reader(ways, nodes=None, places=None, **options):
        path = tmp_path / "roads.osm"
        path.write_text(osm_xml(ways, nodes, places), encoding="utf-8")
        return RoadNetwork.from_osm(path, **options)

    return reader


def users(bits):
    return {name for name, bit in USER_BIT.items() if bits & bit}


@pytest.mark.parametrize(
    ("tags", "along", "against"),
    [
        ({"highway": "residential"}, ALL, ALL),
        ({"highway": "residential", "oneway": "yes"}, ALL, {"foot"}),
        ({"highway": "residential", "oneway": "-1"}, {"foot"}, ALL),
        ({"highway": "residential", "oneway": "reversible"}, {"foot"}, {"foot"}),
        ({"highway": "residential", "junction": "roundabout"}, ALL, {"foot"}),
        ({"highway": "residential", "junction": "circular"}, ALL, {"foot"}),
        ({"highway": "residential", "junction": "roundabout", "oneway": "no"}, ALL, ALL),
        ({"highway": "residential", "oneway": "yes", "oneway:bicycle": "no"}, ALL, {"bicycle", "foot"}),
        ({"highway": "residential", "oneway": "yes", "cycleway": "opposite"}, ALL, {"bicycle", "foot"}),
        ({"highway": "residential", "oneway": "yes", "cycleway:left": "opposite_lane"}, ALL, {"bicycle", "foot"}),
        ({"highway": "residential", "oneway": "yes", "cycleway:left:oneway": "-1"}, ALL, {"bicycle", "foot"}),
        ({"highway": "residential", "oneway": "yes", "bicycle:backward": "yes"}, ALL, {"bicycle", "foot"}),
        ({"highway": "residential", "oneway": "yes", "oneway:bus": "no"}, ALL, {"coach", "foot"}),
        ({"highway": "residential", "oneway": "yes", "busway": "opposite_lane"}, ALL, {"coach", "foot"}),
        ({"highway": "motorway"}, {"car", "coach"}, set()),
        ({"highway": "motorway_link"}, {"car", "coach"}, {"car", "coach"}),
        ({"highway": "trunk"}, ALL, ALL),
        ({"highway": "trunk", "motorroad": "yes"}, {"car", "coach"}, {"car", "coach"}),
        ({"highway": "track"}, {"bicycle", "foot"}, {"bicycle", "foot"}),
        ({"highway": "track", "motor_vehicle": "yes"}, ALL, ALL),
        ({"highway": "pedestrian"}, {"bicycle", "foot"}, {"bicycle", "foot"}),
        ({"highway": "footway"}, {"foot"}, {"foot"}),
        ({"highway": "footway", "access": "yes"}, {"foot"}, {"foot"}),
        ({"highway": "footway", "bicycle": "yes"}, {"bicycle", "foot"}, {"bicycle", "foot"}),
        ({"highway": "steps"}, {"foot"}, {"foot"}),
        ({"highway": "path", "bicycle": "no"}, {"foot"}, {"foot"}),
        ({"highway": "cycleway", "foot": "no"}, {"bicycle"}, {"bicycle"}),
        ({"highway": "busway"}, {"coach"}, {"coach"}),
        ({"highway": "residential", "access": "no", "psv": "yes"}, {"coach"}, {"coach"}),
        ({"highway": "residential", "motor_vehicle": "no"}, {"bicycle", "foot"}, {"bicycle", "foot"}),
        ({"highway": "residential", "motor_vehicle": "no", "bus": "designated"}, ALL - {"car"}, ALL - {"car"}),
        ({"highway": "residential", "vehicle": "private"}, {"foot"}, {"foot"}),
        ({"highway": "residential", "access": "private", "foot": "yes"}, {"foot"}, {"foot"}),
        ({"highway": "residential", "access": "destination"}, ALL, ALL),
        ({"highway": "residential", "access": "no", "motorcar": "yes"}, {"car"}, {"car"}),
        ({"highway": "residential", "motor_vehicle:backward": "no"}, ALL, {"bicycle", "foot"}),
        ({"highway": "residential", "access": "no;yes"}, ALL, ALL),
        ({"highway": "residential", "access": "who knows"}, ALL, ALL),
        ({"route": "ferry"}, ALL, ALL),
        ({"route": "ferry", "foot": "yes"}, {"bicycle", "foot"}, {"bicycle", "foot"}),
        ({"route": "ferry", "foot": "yes", "motor_vehicle": "yes"}, ALL, ALL),
    ],
)
def test_who_may_use_a_way(read, tags, along, against):
    network = read([(tags, [1, 2])])
    assert (users(network.along_users[0]), users(network.against_users[0])) == (along, against)
    driven = network.ferry[0] or bool(along & {"car", "coach"})
    assert np.isfinite(network.along_s[0]) == driven


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "construction"}, {"highway": "proposed"}, {"highway": "raceway"},
        {"highway": "residential", "access": "no"}, {"highway": "pedestrian", "area": "yes"}, {"route": "bus"},
        {"highway": "service", "access": "private"},
    ],
)  # fmt: skip
def test_what_is_left_out(read, tags):
    network = read([({"highway": "residential"}, [1, 2]), (tags, [2, 3])])
    assert len(network.tail) == 1
    assert bool(network.notes) == ("highway" in tags)


@pytest.mark.parametrize(
    ("tags", "along_km_h", "against_km_h", "urban"),
    [
        ({"highway": "primary"}, 65, 65, False),
        ({"highway": "residential"}, 25, 25, True),
        ({"highway": "primary", "maxspeed": "50"}, 40, 40, True),
        ({"highway": "primary", "maxspeed": "80"}, 64, 64, False),
        ({"highway": "primary", "maxspeed": "FR:rural"}, 64, 64, False),
        ({"highway": "primary", "maxspeed": "FR:urban"}, 40, 40, True),
        ({"highway": "primary", "maxspeed": "FR:zone30"}, 24, 24, True),
        ({"highway": "living_street", "maxspeed": "walk"}, 4.8, 4.8, True),
        ({"highway": "motorway", "maxspeed": "none"}, 90, math.inf, False),
        ({"highway": "primary", "maxspeed": "50 mph"}, 64.374, 64.374, False),
        ({"highway": "primary", "maxspeed": "90;70"}, 56, 56, False),
        ({"highway": "primary", "maxspeed": "90", "maxspeed:backward": "70"}, 72, 56, False),
        ({"highway": "primary", "zone:maxspeed": "FR:30"}, 24, 24, True),
        ({"highway": "primary", "source:maxspeed": "FR:urban"}, 40, 40, True),
        ({"highway": "primary", "source:maxspeed": "FR:rural", "maxspeed": "70"}, 56, 56, False),
        ({"highway": "primary", "maxspeed": "fast"}, 65, 65, False),
        ({"highway": "primary", "maxspeed": "-50"}, 65, 65, False),
        ({"highway": "primary", "maxspeed": "0"}, 65, 65, False),
        ({"highway": "track", "motor_vehicle": "yes"}, 10, 10, False),
        ({"highway": "busway"}, 30, 30, False),
    ],
)
def test_speeds(read, tags, along_km_h, against_km_h, urban):
    network = read([(tags, [1, 2])])
    km_h = [3.6 * network.length_m[0] / seconds[0] for seconds in (network.along_s, network.against_s)]
    assert km_h == pytest.approx([along_km_h, 0.0 if against_km_h == math.inf else against_km_h], rel=1e-4)
    assert network.urban.tolist() == [urban]
    unread = tags.get("maxspeed") in ("fast", "-50", "0")
    assert unread == any("cannot be read" in note for note in network.notes)


@pytest.mark.parametrize(
    ("tags", "at_90"),
    [
        ({"maxspeed": "FR:rural"}, 72.0),
        ({"maxspeed": "80", "source:maxspeed": "FR:rural"}, 72.0),
        ({"maxspeed": "70", "source:maxspeed": "FR:rural"}, 56.0),
        ({"maxspeed": "80"}, 64.0),  # a sign: it stays
        ({}, 65.0 * 90 / 80),
    ],
)
def test_rural_limit(read, tags, at_90):
    network = read([({"highway": "primary", **tags}, [1, 2])], rural_km_h=90.0)
    assert 3.6 * network.length_m / network.along_s == pytest.approx([at_90])
