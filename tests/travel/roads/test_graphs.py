"""Networks from networkx graphs and from the GraphML that OSMnx writes."""

from __future__ import annotations

import gzip

import networkx as nx
import numpy as np
import pytest
from shapely import LineString

from maillage import InputError, RoadNetwork
from maillage.report.words import Words
from maillage.travel.roads.users import USER_BIT, may_use

X, Y = 650_000.0, 7_000_000.0


def graph(directed=True, **edge):
    made = (nx.MultiDiGraph if directed else nx.Graph)(crs="EPSG:2154")
    made.add_node("a", x=X, y=Y)
    made.add_node("b", x=X + 1000, y=Y)
    made.add_edge("a", "b", **({"length": 1000.0, "maxspeed": 50} | edge))
    return made


@pytest.mark.parametrize(
    ("edge", "seconds", "urban"),
    [
        ({"maxspeed": "50"}, 90.0, True),  # 4/5 of 50 km/h
        ({"maxspeed": "['50', '90']"}, 90.0, True),
        ({"maxspeed": ["90", "100"]}, 50.0, False),
        ({"maxspeed": "FR:rural"}, 56.25, False),
        ({"maxspeed": "50 mph"}, 55.923, False),
        ({"travel_time": "42"}, 42.0, True),
        ({"maxspeed": None, "speed_kph": 36}, 100.0, False),
        ({"maxspeed": None, "highway": "residential"}, 144.0, True),
        ({"maxspeed": "none", "highway": "motorway"}, 40.0, False),
        ({"highway": "footway"}, np.inf, True),
    ],
)
def test_networkx_speeds(edge, seconds, urban):
    network = RoadNetwork.from_networkx(graph(**edge))
    assert network.along_s == pytest.approx([seconds], rel=1e-4)
    assert np.isinf(network.against_s).all()
    assert network.urban.tolist() == [urban]
    assert may_use(network.along_users, "foot").tolist() == [edge.get("highway") != "motorway"]


def test_networkx_undirected_and_geometry_drawn_backwards():
    drawn = LineString([(X + 1000, Y), (X + 500, Y + 100), (X, Y)])
    for shape in (drawn, drawn.wkt):
        network = RoadNetwork.from_networkx(graph(directed=False, geometry=shape))
        assert network.along_s.tolist() == network.against_s.tolist() == [90.0]
        assert network.line[0].coords[0] == pytest.approx((X, Y), abs=1e-3)


def test_networkx_faults():
    bad = graph(length="long", maxspeed="fast", geometry="POINT (0 0)")
    bad.nodes["b"].pop("x")
    with pytest.raises(InputError) as caught:
        RoadNetwork.from_networkx(bad)
    assert {fault.column for fault in caught.value.faults} == {
        "x, y",
        "length",
        "geometry",
        "travel_time, maxspeed, highway",
    }
    unknown = graph()
    unknown.graph["crs"] = "EPSG:0"
    with pytest.raises(InputError, match="unknown coordinate system"):
        RoadNetwork.from_networkx(unknown)


def test_networkx_empty_geometry_and_empty_graph():
    with pytest.raises(InputError, match=r"not a line \(edge 0\)"):
        RoadNetwork.from_networkx(graph(geometry=LineString()))
    assert RoadNetwork.from_networkx(nx.MultiDiGraph()).num_nodes == 0


def test_osmnx_graphml(shared_bench):
    path = shared_bench / "roads" / "osmnx" / "saint-germain-en-laye.graphml"
    network = RoadNetwork.from_networkx(path)
    assert network.origin == "OSMnx (saint-germain-en-laye.graphml)"
    assert (network.num_nodes, len(network.tail)) == (3_778, 10_588)
    assert 0.98 < np.median([line.length for line in network.line] / network.length_m) < 1.02
    assert network.components.tolist() == [3_778]
    again = RoadNetwork.from_networkx(nx.read_graphml(path))
    assert again.along_s.tolist() == network.along_s.tolist()


def users(bits):
    return {name for name, bit in USER_BIT.items() if bits & bit}


ALL = {"car", "coach", "bicycle", "foot"}


@pytest.mark.parametrize(
    ("edge", "along", "against"),
    [
        ({"highway": "residential"}, ALL, {"bicycle", "foot"}),
        ({"highway": "residential", "oneway": True}, ALL, {"foot"}),
        ({"highway": "residential", "oneway": "True", "cycleway": "opposite_lane"}, ALL, {"bicycle", "foot"}),
        ({"highway": "motorway", "oneway": True}, {"car", "coach"}, set()),
        ({"highway": "steps"}, {"foot"}, {"foot"}),
        ({"highway": "path"}, {"bicycle", "foot"}, {"bicycle", "foot"}),
        ({"highway": "service", "access": "private"}, set(), set()),
        ({"highway": "service", "access": "['yes', 'private']"}, set(), set()),
        ({"highway": "['footway', 'residential']"}, {"foot"}, {"foot"}),
        ({"highway": ["unclassified", "residential"]}, ALL, {"bicycle", "foot"}),
        ({"highway": "busway"}, {"coach"}, set()),
        ({"highway": "unheard_of"}, {"bicycle", "foot"}, {"bicycle", "foot"}),
    ],
)
def test_who_may_use_an_edge(edge, along, against):
    network = RoadNetwork.from_networkx(graph(**edge))
    assert (users(network.along_users[0]), users(network.against_users[0])) == (along, against)


def test_an_edge_of_two_classes_is_as_slow_as_the_slower():
    network = RoadNetwork.from_networkx(graph(maxspeed=None, highway=["primary", "residential"]))
    assert network.along_s == pytest.approx([144.0])  # 1 km at 25 km/h


def test_missing_lengths_are_measured_and_told():
    drawn = LineString([(X, Y), (X + 500, Y + 500), (X + 1000, Y)])
    network = RoadNetwork.from_networkx(graph(length=None, geometry=drawn))
    assert network.length_m == pytest.approx([2 * np.hypot(500, 500)])
    assert network.notes == ("Edges without a length, measured on the map: 1.",)


def test_parallel_edges_are_kept():
    made = graph()
    made.add_edge("a", "b", length=1500.0, maxspeed=90)
    network = RoadNetwork.from_networkx(made)
    assert network.length_m.tolist() == [1000.0, 1500.0]
    assert network.components.tolist() == [2]


def test_rural_limit_is_a_parameter():
    at_90 = RoadNetwork.from_networkx(graph(maxspeed="FR:rural"), rural_km_h=90)
    assert at_90.along_s == pytest.approx([50.0])  # 1 km at 4/5 of 90 km/h
    with pytest.raises(InputError, match="rural_km_h"):
        RoadNetwork.from_networkx(graph(), rural_km_h=-1)


def test_graphml_files_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        RoadNetwork.from_networkx(tmp_path / "absent.graphml")
    texts = {
        "html.graphml": "<html></html>",
        "cut.graphml": "<graphml><graph edgedefault='directed'><node id=",
        "words.graphml": "hello",
        "bomb.graphml": "<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY lol 'lol'>]><graphml>&lol;</graphml>",
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.write_text(text)
        with pytest.raises(InputError, match=rf"{name}: (no GraphML|a document type)"):
            RoadNetwork.from_networkx(path)
    broken = tmp_path / "broken.graphml.gz"
    broken.write_bytes(gzip.compress(b"<graphml></graphml>")[:15])
    with pytest.raises(InputError, match=r"broken\.graphml\.gz: no GraphML"):
        RoadNetwork.from_networkx(broken)


@pytest.mark.parametrize("value", ["abc", "nan", float("nan"), "-5", -5, "50,5"])
@pytest.mark.parametrize("name", ["travel_time", "speed_kph"])
def test_times_and_speeds_that_are_none(name, value):
    with pytest.raises(InputError, match=r"no usable car time or speed \(edge 0\)"):
        RoadNetwork.from_networkx(graph(**{"maxspeed": None, "highway": "residential", name: value}))


@pytest.mark.parametrize("text", ["[{[]:1}]", "[0x" + 5000 * "f" + "]", "[" + 5000 * "9" + "]", "[1", "[50,5"])
@pytest.mark.parametrize("name", ["maxspeed", "access"])
def test_lists_that_cannot_be_read_say_nothing(name, text):
    network = RoadNetwork.from_networkx(graph(**{"maxspeed": None, "highway": "residential", name: text}))
    assert network.along_s == pytest.approx([144.0])


def test_a_number_too_large_for_a_float():
    with pytest.raises(InputError, match="not a length in metres"):
        RoadNetwork.from_networkx(graph(length=10**400))


@pytest.mark.parametrize("speed", [201, "inf"])
def test_a_speed_that_nobody_can_mean(speed):
    network = RoadNetwork.from_networkx(graph(maxspeed=None, highway="residential", speed_kph=speed))
    assert network.along_s == pytest.approx([144.0])
    assert network.notes == ("Edges with a speed_kph above 200 km/h, which is left aside: 1.",)
    assert Words("fr").recorded(network.notes[0]) is not None
    assert RoadNetwork.from_networkx(graph(maxspeed=None, speed_kph=200)).along_s == pytest.approx([18.0])
