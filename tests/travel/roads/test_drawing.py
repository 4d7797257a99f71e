"""The picture of a network: what is on it, not how it looks."""

from __future__ import annotations

import dataclasses
import io

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import shapely

from maillage import InputError, RoadNetwork, isochrones
from maillage.travel.roads.captions import WORDS

mpl.use("Agg")
from matplotlib import pyplot


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    pyplot.close("all")


def network():
    """Two roads at 36 and 90 km/h, the second one-way in town; and an island."""
    place = [[0, 0], [1000, 0], [2000, 0], [8000, 0], [8000, 500]]
    return RoadNetwork.from_arrays(
        [0, 1, 1, 3, 4], [1, 0, 2, 4, 3], [100.0, 100.0, 40.0, 40.0, 40.0], xy_m=place, urban=[False, False, True, False, False]
    )


def labels(ax):
    return ax.get_legend_handles_labels()[1]


def test_speeds_and_islands():
    ax = network().plot()
    assert labels(ax) == [
        "20 to 40",
        "40 to 60",
        "80 and more",
        "outside the largest piece: 2.0 km",
    ]  # the one-way road leads nowhere
    assert ax.get_title() == "Arrays, 5 segments, 4 km"
    assert ax.get_aspect() == 1.0
    assert [text.get_text() for text in ax.texts] == ["1 km"]
    assert labels(network().plot(islands=False))[-1] == "80 and more"


def test_towns_and_plain_and_users():
    assert labels(network().plot(colour="town", islands=False)) == ["country", "town"]
    assert labels(network().plot(colour="none", islands=False)) == []
    closed = network().closed([2])
    assert labels(closed.plot(colour="town", islands=False, user="bicycle"))[0] == "not open to bicycles"
    foot = RoadNetwork.from_arrays([0], [1], [np.inf], xy_m=[[0, 0], [300, 0]])
    assert labels(foot.plot(user="foot")) == ["no motor vehicles"]


def test_points_and_what_lies_over():
    _, given = pyplot.subplots()
    area = gpd.GeoDataFrame(
        geometry=[shapely.Point(500, 0).buffer(300), shapely.LineString([(0, 0), (1000, 0)])], crs="EPSG:2154"
    )
    ax = network().plot(given, points=[[500.0, 10.0]], over=area, one_ways=True, title="")
    assert ax is given
    assert ax.get_title() == ""
    assert [500.0, 10.0] in [line.get_xydata().tolist()[0] for line in ax.lines]
    plain = network().plot()
    assert len(ax.collections) > len(plain.collections)
    table = gpd.GeoDataFrame(geometry=[shapely.Point(500, 10)], crs="EPSG:2154")
    assert [500.0, 10.0] in [line.get_xydata().tolist()[0] for line in network().plot(points=table).lines]


def legend_of(ax):
    return ax.get_legend() or ax.figure.legends[0]


def test_what_lies_over_is_in_the_legend_and_light():
    iso = isochrones(network(), [[500.0, 0.0]], (0.5, 1.5, 2))
    line = gpd.GeoDataFrame(geometry=[shapely.LineString([(0, 0), (1000, 0)]), None], crs="EPSG:2154")
    place = gpd.GeoDataFrame(geometry=[shapely.Point(500, 10)], crs="EPSG:2154")
    over = pd.concat([iso.to_crs("EPSG:4326"), line.to_crs("EPSG:4326"), place.to_crs("EPSG:4326")])
    ax = network().plot(over=over, one_ways=True)
    told = [text.get_text() for text in legend_of(ax).get_texts()]
    assert told[-3:] == ["within 2 min", "within 1.5 min", "within 0.5 min"]
    assert {"one way", "places", "routes"} <= set(told)
    fills = {patch.get_label(): patch for patch in ax.patches}
    assert min(min(patch.get_facecolor()[:2]) for patch in ax.patches) > 0.75
    drawn = fills["within 2 min"].get_path()
    assert drawn.get_extents().extents == pytest.approx(iso.geometry.iloc[-1].bounds, abs=0.01)
    assert fills["within 2 min"].get_zorder() < min(roads.get_zorder() for roads in ax.collections)


def test_a_hole_stays_empty_and_areas_without_minutes_are_named():
    ring = shapely.box(0, 0, 900, 900).difference(shapely.box(300, 300, 600, 600))
    ax = network().plot(over=gpd.GeoDataFrame(geometry=[ring]), language="fr")
    (area,) = ax.patches
    assert area.get_label() == "zone"
    path = area.get_path()
    assert path.contains_point((100, 100))
    figure, own = pyplot.subplots(figsize=(2, 2), dpi=50)
    own.add_patch(matplotlib_patch(path))
    own.set(xlim=(0, 900), ylim=(0, 900), position=(0, 0, 1, 1))
    own.set_axis_off()
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3]
    assert (pixels[50, 50] == 255).all()
    assert (pixels[10, 10] == 0).all()


def matplotlib_patch(path):
    from matplotlib.patches import PathPatch

    return PathPatch(path, facecolor="black", linewidth=0)


def test_whose_speeds_are_said():
    assert legend_of(network().plot()).get_title().get_text() == "Mean speed of cars, km/h"
    assert legend_of(network().plot(user="foot")).get_title().get_text() == "Mean speed of cars, km/h\non roads open on foot"
    assert legend_of(network().plot(user="coach", colour="town")).get_title().get_text() == "Roads open to coaches"


def test_in_french():
    many = RoadNetwork.from_arrays(np.zeros(1500, int), np.ones(1500, int), np.full(1500, 60.0), xy_m=[[0, 0], [1000, 0]])
    ax = many.plot(language="fr", user="bicycle", one_ways=True)
    assert ax.get_title() == "Tableaux, 1\u202f500 tronçons, 1\u202f500 km"
    assert legend_of(ax).get_title().get_text() == "Vitesse moyenne des voitures, km/h\nsur les routes ouvertes aux vélos"
    assert labels(network().plot(language="fr"))[-1] == "hors du plus grand morceau : 2,0 km"
    assert WORDS["en"].keys() == WORDS["fr"].keys()
    with pytest.raises(InputError, match=r"unknown language 'de'.*Use 'en' or 'fr'"):
        network().plot(language="de")


def test_one_of_each():
    one = RoadNetwork.from_arrays([0], [1], [60.0], xy_m=[[0, 0], [1000, 0]])
    assert one.plot().get_title() == "Arrays, 1 segment, 1 km"
    assert "1 segment, 1 km, 2 nodes, 1 piece," in repr(one)
    assert "hang together: 1 piece;" in str(one.islands())
    assert "the largest has 1 node," in str(one.islands("car"))


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("user", ["car", "coach", "bicycle", "foot"])
@pytest.mark.parametrize("given", [False, True])
def test_nothing_is_cut_when_saved(language, user, given):
    """Tall and wide networks: legend and title lie within the figure, on a plain savefig."""
    for shape in ([[0, 0], [300, 9000]], [[0, 0], [9000, 300]]):
        road = RoadNetwork.from_arrays([0], [1], [600.0], xy_m=shape)
        road = dataclasses.replace(road, origin="OSMnx (saint-germain-en-laye.graphml)")
        ax = road.plot(pyplot.subplots()[1] if given else None, user=user, language=language, one_ways=True, points=[[0, 0]])
        ax.figure.savefig(io.BytesIO())
        width, height = ax.figure.canvas.get_width_height()
        for part in (legend_of(ax), ax.title):
            box = part.get_window_extent()
            assert box.x0 >= 0
            assert box.y0 >= 0
            assert box.x1 <= width
            assert box.y1 <= height


def test_the_same_picture_twice():
    pictures = []
    for _ in range(2):
        file = io.BytesIO()
        network().plot(one_ways=True).figure.savefig(file, format="png", metadata={"Software": None})
        pictures.append(file.getvalue())
    assert pictures[0] == pictures[1]


def test_nothing_to_draw_and_faults():
    empty = RoadNetwork.from_arrays([], [], [], xy_m=np.empty((0, 2)))
    assert labels(empty.plot(one_ways=True)) == []
    with pytest.raises(InputError, match="unknown colour 'rainbow'"):
        network().plot(colour="rainbow")


def test_real_networks_are_drawn(shared_bench):
    folder = shared_bench / "roads"
    roads = gpd.read_file(folder / "cannes" / "Roads_GAMA.shp")
    pytest.importorskip("osmium")
    for drawn in (
        RoadNetwork.from_osm(folder / "osm" / "monaco.osm.gz"),
        RoadNetwork.from_geodataframe(roads),
        RoadNetwork.from_networkx(folder / "osmnx" / "saint-germain-en-laye.graphml"),
    ):
        ax = drawn.plot(one_ways=True)
        west, south, east, north = shapely.total_bounds(drawn.line)
        assert ax.get_xlim()[0] <= west < east <= ax.get_xlim()[1]
        assert ax.get_ylim()[0] <= south < north <= ax.get_ylim()[1]
        assert any(label.startswith("outside the largest piece") for label in labels(ax))
