"""What the readers of roads say of themselves is said in French too."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import LineString

from maillage import RoadNetwork
from maillage.report.words import Words
from maillage.travel.roads.kinds import SENTENCES, told

FRENCH = Words("fr")
X, Y = 650_000.0, 7_000_000.0


@pytest.mark.parametrize("noun", ["Ways", "Edges", "Roads"])
def test_remarks(noun):
    sentences = told(dict.fromkeys(SENTENCES, 12), noun)
    assert len(sentences) == len(SENTENCES)
    assert [sentence for sentence in sentences if FRENCH.recorded(sentence) is None] == []


def bdtopo(tmp_path, **columns):
    table = {
        "nature": ["Route à 1 chaussée", "Bac ou liaison maritime"], "sens_de_circulation": ["Double sens"] * 2,
        "vitesse_moyenne_vl": [67, 0], "acces_vehicule_leger": ["Libre"] * 2, "urbain": [False] * 2,
    }  # fmt: skip
    lines = [LineString([(X + 1000 * i, Y), (X + 1000 * (i + 1), Y)]) for i in range(2)]
    gpd.GeoDataFrame(table | columns, geometry=lines, crs="EPSG:2154").to_file(tmp_path / "r.gpkg", layer="troncon_de_route")
    return tmp_path / "r.gpkg"


def test_bdtopo_and_what_ifs(tmp_path):
    for ranks in ({"cpx_classement_administratif": ["Départementale"] * 2}, {"importance": ["3", "3"]}):
        path = bdtopo(tmp_path, prive=[True, False], **ranks)
        network = RoadNetwork.from_bdtopo(path, departmental_km_h=90).closed([0]).closed([1], along=False).with_speed([1], 9.5)
        assert len(network.notes) == 6
        assert [note for note in network.notes if FRENCH.recorded(note) is None] == []
    assert FRENCH.recorded(network.notes[-1]) == "Hypothèse\u00a0: autres vitesses sur 1 tronçons."


def test_lines():
    lines = [
        LineString([(X, Y), (X + 1000, Y)]), LineString([(X + 500, Y - 9), (X + 500, Y + 9)]),
        LineString([(X + 700, Y + 0.05), (X + 700, Y + 9)]),
    ]  # fmt: skip
    network = RoadNetwork.from_geodataframe(gpd.GeoDataFrame(geometry=lines, crs="EPSG:2154"), default_km_h=30)
    assert len(network.notes) == 3
    assert FRENCH.recorded("\n".join(network.notes)) is not None
    assert [note for note in network.notes if FRENCH.recorded(note) is None] == []


def test_openstreetmap(tmp_path):
    pytest.importorskip("osmium")
    path = tmp_path / "a.osm"
    nodes = "".join(f"<node id='{i}' lon='{2 + 0.01 * i}' lat='48'>" + "</node>" for i in (1, 3))
    nodes += "<node id='2' lon='2.02' lat='48'><tag k='barrier' v='bollard'/></node>"
    way = "<way id='1'><nd ref='1'/><nd ref='2'/><nd ref='3'/><nd ref='4'/><tag k='highway' v='tertiary'/></way>"
    path.write_text(f"<osm version='0.6'>{nodes}{way}</osm>")
    network = RoadNetwork.from_osm(path)
    assert len(network.notes) == 2
    assert [note for note in network.notes if FRENCH.recorded(note) is None] == []
