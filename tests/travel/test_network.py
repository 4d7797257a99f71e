"""Networks from arrays, from BD TOPO and from networkx, and what is refused."""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
from shapely import LineString, MultiLineString, Point

from maillage import InputError, RoadNetwork
from maillage.travel.users import may_use

X, Y = 650_000.0, 7_000_000.0


def troncons(**columns):
    """Three segments end to end, 1 km each; the second is one-way against its drawing, the third a footpath."""
    table = {
        "cleabs": ["T1", "T2", "T3"],
        "nature": ["Route à 1 chaussée", "Type autoroutier", "Sentier"],
        "sens_de_circulation": ["Double sens", "Sens inverse", "Sans objet"],
        "vitesse_moyenne_vl": [60, 90, 0],
        "acces_vehicule_leger": ["Libre", "A péage", None],
        "urbain": [True, False, False],
    }
    table.update(columns)
    lines = [LineString([(X + 1000 * i, Y, 12.0), (X + 1000 * (i + 1) + 0.02, Y, 13.0)]) for i in range(3)]
    geometry = table.pop("geometry", lines)
    return gpd.GeoDataFrame({k: v for k, v in table.items() if v is not None}, geometry=geometry, crs="EPSG:2154")


def written(tmp_path, roads, layer="troncon_de_route"):
    path = tmp_path / "roads.gpkg"
    roads.to_file(path, layer=layer)
    return path


def test_bdtopo(tmp_path):
    network = RoadNetwork.from_bdtopo(written(tmp_path, troncons()))
    assert network.num_nodes == 4  # ends that differ by 2 cm are one node
    assert network.tail.tolist() == [0, 1, 2]
    assert network.head.tolist() == [1, 2, 3]
    assert network.length_m == pytest.approx([1000.02] * 3)
    assert network.along_s == pytest.approx([60.0012, np.inf, np.inf])
    assert network.against_s == pytest.approx([60.0012, 40.0008, np.inf])
    assert network.urban.tolist() == [True, False, False]
    assert may_use(network.along_users, "foot").tolist() == [True, False, True]
    assert may_use(network.along_users, "car").tolist() == [True, False, False]
    assert network.components.tolist() == [4]
    assert "BD TOPO: 3 segments" in repr(network)


def test_bdtopo_leaves_out_roads_not_in_service_and_joins_single_parts(tmp_path):
    lines = troncons().geometry
    roads = troncons(etat_de_l_objet=["En service", "En projet", None], geometry=[MultiLineString([line]) for line in lines])
    network = RoadNetwork.from_bdtopo(written(tmp_path, roads))
    assert len(network.tail) == 2
    assert network.components.tolist() == [2, 2]


def test_closed_to_light_vehicles(tmp_path):
    closed = troncons(acces_vehicule_leger=["Restreint aux ayants droit", "Physiquement impossible", "Libre"])
    network = RoadNetwork.from_bdtopo(written(tmp_path, closed))
    assert np.isinf(network.along_s).all()
    assert np.isinf(network.against_s).all()


@pytest.mark.parametrize(
    ("roads", "message"),
    [
        (troncons(vitesse_moyenne_vl=None, urbain=None), r"(?s)'vitesse_moyenne_vl'.*'urbain'"),
        (troncons().to_crs("EPSG:4326"), "EPSG:4326 instead of EPSG:2154"),
        (troncons(vitesse_moyenne_vl=[-1, 90, np.nan]), r"negative or missing speed \(T1, T3\)"),
        (troncons(sens_de_circulation=["Double sens", "gauche", "Sans objet"]), "T2: gauche"),
        (troncons(acces_vehicule_leger=["Fermé", "Libre", "Libre"]), "T1: Fermé"),
        (troncons(urbain=["peut-être", "true", "false"]), r"neither true nor false \(T1\)"),
        (troncons(geometry=[Point(X, Y)] * 3), r"not a line \(T1, T2, T3\)"),
    ],
)
def test_bdtopo_faults(tmp_path, roads, message):
    with pytest.raises(InputError, match=message):
        RoadNetwork.from_bdtopo(written(tmp_path, roads))


def test_bdtopo_several_faults_at_once(tmp_path):
    bad = troncons(vitesse_moyenne_vl=[-1, 90, 0], sens_de_circulation=["?", "Double sens", "Double sens"])
    with pytest.raises(InputError) as caught:
        RoadNetwork.from_bdtopo(written(tmp_path, bad))
    assert {fault.column for fault in caught.value.faults} == {"vitesse_moyenne_vl", "sens_de_circulation"}


def test_bdtopo_file_faults(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        RoadNetwork.from_bdtopo(tmp_path / "absent.gpkg")
    with pytest.raises(InputError, match=r"no layer 'troncon_de_route'.*layers are routes"):
        RoadNetwork.from_bdtopo(written(tmp_path, troncons(), layer="routes"))
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(b"SQLite format 3\x00 but cut short")
    with pytest.raises(InputError, match="cannot be read"):
        RoadNetwork.from_bdtopo(broken)


def test_arrays_in_degrees_are_projected():
    network = RoadNetwork.from_arrays([0], [1], [60.0], [[2.0, 50.0], [2.0, 50.01]])
    assert network.length_m == pytest.approx([1112], abs=2)  # 0.01 degree of latitude
    assert np.isinf(network.against_s).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seconds": [-1.0, 1.0]}, r"negative, endless or missing \(arc 0: -1"),
        ({"seconds": [np.nan, 1.0]}, "arc 0: nan"),
        ({"seconds": [1.0]}, "different shapes"),
        ({"head": [1, 2]}, "node out of range"),
        ({"head": [1.0, 0.0]}, "not integers"),
        ({"length_m": [np.inf, 1.0]}, "length_m"),
        ({"length_m": [1e12, 1.0]}, "roads of 1,000,000,000 km in all"),
        ({"xy_m": None}, "coordinates are needed once"),
        ({"lonlat": [[2, 50], [2, 51]]}, "coordinates are needed once"),
        ({"xy_m": [[0, np.nan], [1, 0]]}, "not one finite pair"),
        ({"xy_m": None, "lonlat": [[50, 2], [51, 2]]}, "outside metropolitan France"),
        ({"xy_m": None, "lonlat": [[-73.9, 40.7], [2, 51]]}, "outside metropolitan France"),
    ],
)
def test_array_faults(changes, message):
    arguments = {"tail": [0, 1], "head": [1, 0], "seconds": [1.0, 1.0], "xy_m": [[0.0, 0.0], [1.0, 0.0]], **changes}
    with pytest.raises(InputError, match=message):
        RoadNetwork.from_arrays(**arguments)


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
    made = nx.read_graphml(shared_bench / "roads" / "osmnx" / "saint-germain-en-laye.graphml")
    network = RoadNetwork.from_networkx(made)
    assert (network.num_nodes, len(network.tail)) == (3_778, 10_588)
    assert 0.98 < np.median([line.length for line in network.line] / network.length_m) < 1.02


def test_a_network_is_frozen():
    network = RoadNetwork.from_arrays([0], [1], [60.0], xy_m=[[0, 0], [1000, 0]])
    with pytest.raises(ValueError, match="read-only"):
        network.along_s[0] = 1.0
