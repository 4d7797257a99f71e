"""Networks from BD TOPO: what is open to whom, in which direction, how fast; and what is refused."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
from shapely import LineString, MultiLineString, Point

from maillage import InputError, RoadNetwork, travel_times
from maillage.travel.roads.users import USER_BIT, may_use

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
        (troncons(vitesse_moyenne_vl=[200, 201, 0]), r"gpkg, column 'vitesse_moyenne_vl': speed above 200 km/h \(T2\)"),
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


def users_of(tmp_path, **columns):
    """Users along and against the first of the three segments, as sets of names."""
    network = RoadNetwork.from_bdtopo(written(tmp_path, troncons(**columns)))
    ways = (network.along_users[0], network.against_users[0])
    return tuple({name for name, bit in USER_BIT.items() if users & bit} for users in ways)


ALL = {"car", "coach", "bicycle", "foot"}


@pytest.mark.parametrize(
    ("first", "along", "against"),
    [
        ({}, ALL, ALL),
        ({"sens_de_circulation": "Sens direct"}, ALL, {"foot"}),
        ({"sens_de_circulation": "Sens direct", "nature_de_la_restriction": "Double sens cyclable non matérialisé"}, ALL,
         {"foot", "bicycle"}),
        ({"sens_de_circulation": "Sens direct", "amenagement_cyclable_droit": "Bande cyclable",
          "sens_amenagement_cyclable_droit": "Sens inverse"}, ALL, {"foot", "bicycle"}),
        ({"sens_de_circulation": "Sens direct", "amenagement_cyclable_droit": "Bande cyclable",
          "sens_amenagement_cyclable_droit": "Sens direct"}, ALL, {"foot"}),
        ({"sens_de_circulation": "Sens direct", "reserve_aux_bus": "Sens inverse"}, ALL, {"foot", "coach"}),
        ({"acces_vehicule_leger": "Restreint aux ayants droit"}, {"bicycle", "foot"}, {"bicycle", "foot"}),
        ({"prive": True}, {"bicycle", "foot"}, {"bicycle", "foot"}),
        ({"prive": True, "acces_pieton": "Restreint aux ayants droit"}, {"bicycle"}, {"bicycle"}),
        ({"nature": "Escalier", "vitesse_moyenne_vl": 0}, {"foot"}, {"foot"}),
        ({"nature": "Sentier", "vitesse_moyenne_vl": 0}, {"bicycle", "foot"}, {"bicycle", "foot"}),
        ({"nature": "Piste cyclable", "vitesse_moyenne_vl": 0}, {"bicycle", "foot"}, {"bicycle", "foot"}),
        ({"nature": "Bretelle"}, {"car", "coach"}, {"car", "coach"}),
    ],
)  # fmt: skip
def test_who_may_use_a_road(tmp_path, first, along, against):
    columns = {"sens_de_circulation": "Double sens", "nature": "Route à 1 chaussée", "vitesse_moyenne_vl": 60} | first
    others = {"nature": "Sentier", "sens_de_circulation": "Sans objet", "vitesse_moyenne_vl": 0, "prive": False}
    table = {name: [value, others.get(name), others.get(name)] for name, value in columns.items()}
    assert users_of(tmp_path, **table) == (along, against)


def test_a_private_road_with_a_speed_is_told(tmp_path):
    network = RoadNetwork.from_bdtopo(written(tmp_path, troncons(prive=[True, False, False])))
    assert network.notes == ("Private roads with a speed, closed to motor vehicles: 1.",)


def test_a_ferry_takes_everyone_at_its_own_pace(tmp_path):
    road = "Route à 1 chaussée"
    columns = {"sens_de_circulation": ["Double sens"] * 3, "acces_vehicule_leger": ["Libre"] * 3, "urbain": [False] * 3}
    ferry = troncons(nature=[road, "Bac ou liaison maritime", road], vitesse_moyenne_vl=[60, 0, 60], **columns)
    network = RoadNetwork.from_bdtopo(written(tmp_path, ferry))
    assert network.ferry.tolist() == [False, True, False]
    assert network.along_s[1] == network.against_s[1] == pytest.approx(3.6 * 1000.02 / 5)  # IGN: 5 km/h
    assert network.notes == ("Ferries without a speed, taken to sail at 5 km/h: 1.",)
    for mode, km_h in (("car", 60), ("walk", 4)):
        times = travel_times(network, [[X, Y]], [[X + 3000, Y]], mode)
        assert times.minutes[0, 0] == pytest.approx(60 / 5 + 2 * 60 / km_h, rel=1e-3)


def departmental(**columns):
    table = {
        "nature": ["Route à 1 chaussée"] * 3, "sens_de_circulation": ["Double sens"] * 3, "vitesse_moyenne_vl": [64, 64, 40],
        "acces_vehicule_leger": ["Libre"] * 3, "urbain": [False, True, False],
    }  # fmt: skip
    return troncons(**{**table, **columns})


@pytest.mark.parametrize(
    ("columns", "how"),
    [
        ({"cpx_classement_administratif": ["Départementale", "Départementale", "Départementale"]}, "administrative class"),
        ({"importance": ["3", "3", "3"]}, "importance 2 to 4"),
        ({"cpx_classement_administratif": [None] * 3, "importance": ["4", "4", "4"]}, "importance 2 to 4"),
    ],
)
def test_another_limit_on_departmental_roads(tmp_path, columns, how):
    path = written(tmp_path, departmental(**columns))
    network = RoadNetwork.from_bdtopo(path, departmental_km_h=90)
    # 64 km/h outside towns becomes 72; in town, and where bends hold cars below 50, nothing changes
    assert 3.6 * network.length_m / network.along_s == pytest.approx([72, 64, 40])
    assert how in network.notes[0]
    same = RoadNetwork.from_bdtopo(path, departmental_km_h=80)
    assert same.along_s.tolist() == RoadNetwork.from_bdtopo(path).along_s.tolist()


def test_other_roads_keep_their_limit(tmp_path):
    roads = departmental(cpx_classement_administratif=["Nationale", "Départementale", ""], importance=["2", "3", "4"])
    assert RoadNetwork.from_bdtopo(written(tmp_path, roads), departmental_km_h=90).along_s[0] == pytest.approx(56.25, rel=1e-4)


def test_departmental_faults(tmp_path):
    path = written(tmp_path, departmental())
    with pytest.raises(InputError, match=r"cpx_classement_administratif, importance'.*nothing tells"):
        RoadNetwork.from_bdtopo(path, departmental_km_h=90)
    for speed in (0, -80, np.nan, np.inf):
        with pytest.raises(InputError, match="not a positive speed"):
            RoadNetwork.from_bdtopo(path, departmental_km_h=speed)


@pytest.mark.parametrize(
    "error",
    [
        pyogrio.errors.FeatureError("line 2 is damaged"),
        pyogrio.errors.DataLayerError("no such table"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    ],
)
def test_a_file_damaged_in_its_midst(tmp_path, monkeypatch, error):
    def fails(*_, **__):
        raise error

    path = written(tmp_path, troncons())
    monkeypatch.setattr(pyogrio, "read_dataframe", fails)
    with pytest.raises(InputError, match=r"1 fault in the input:\n.*roads\.gpkg: cannot be read"):
        RoadNetwork.from_bdtopo(path)


def test_a_text_that_is_not_utf_8(tmp_path):
    path = written(tmp_path, troncons(nature=["Route mauvaise", "Sentier", "Sentier"]))
    path.write_bytes(path.read_bytes().replace(b"Route mauvaise", b"Route \xff\xfe\xfdvaise"))
    with pytest.raises(InputError, match=r"roads\.gpkg: cannot be read"):
        RoadNetwork.from_bdtopo(path)
