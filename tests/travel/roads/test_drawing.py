"""The picture of a network: what is on it, not how it looks."""

from __future__ import annotations

import io

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pytest
import shapely

from maillage import InputError, RoadNetwork

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
    assert labels(ax) == ["20 to 40", "40 to 60", "80 and more", "cut off: 2.0 km"]  # the one-way road leads nowhere
    assert ax.get_title() == "arrays: 5 segments, 4 km"
    assert ax.get_aspect() == 1.0
    assert [text.get_text() for text in ax.texts] == ["1 km"]
    assert labels(network().plot(islands=False))[-1] == "80 and more"


def test_towns_and_plain_and_users():
    assert labels(network().plot(colour="town", islands=False)) == ["country", "town"]
    assert labels(network().plot(colour="none", islands=False)) == []
    closed = network().closed([2])
    assert labels(closed.plot(colour="town", islands=False, user="bicycle"))[0] == "not open to bicycle"
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
        assert any(label.startswith("cut off") for label in labels(ax))
