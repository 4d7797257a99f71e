"""Networks from tables of lines that are not noded."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import LineString, MultiLineString, Point

from maillage import InputError, RoadNetwork, travel_times
from maillage.report.words import Words
from maillage.travel import Mode
from maillage.travel.roads.users import USER_BIT

X, Y = 650_000.0, 7_000_000.0
BARE = Mode("bare")


def table(lines, crs="EPSG:2154", **columns):
    shapes = [line if isinstance(line, shapely.Geometry) else LineString([(X + x, Y + y) for x, y in line]) for line in lines]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)


def network_of(lines, default_km_h=36.0, crs="EPSG:2154", **columns):
    options = {name: columns.pop(name) for name in ("level", "crossings", "snap_m", "speed_km_h") if name in columns}
    return RoadNetwork.from_geodataframe(table(lines, crs, **columns), default_km_h=default_km_h, **options)


CROSS = ([(0, 0), (1000, 0)], [(400, -300), (400, 300)])


def test_lines_are_cut_where_they_cross():
    network = network_of(CROSS)
    assert len(network.tail) == 4
    assert network.num_nodes == 5
    assert network.length_m == pytest.approx([400, 600, 300, 300])
    assert network.along_s == pytest.approx([40, 60, 30, 30])  # 36 km/h
    assert network.notes[0] == "Lines cut where they meet: 2 into 4 segments."
    assert network.notes[1].startswith("Crossings where neither line has a vertex, taken as junctions: 1;")
    times = travel_times(network, [[X, Y]], [[X + 400, Y + 300]], BARE)
    assert times.minutes[0, 0] == pytest.approx(70 / 60)


@pytest.mark.parametrize(
    "columns",
    [
        {"level": "height", "height": [0, 1]},
        {"layer": [0, 1]},
        {"layer": [None, 1.0]},
        {"bridge": ["no", "yes"]},
        {"bridge": [0, 1]},
        {"tunnel": ["T", "F"]},
        {"tunnel": [None, "yes"]},
    ],
)
def test_a_bridge_passes_over(columns):
    network = network_of(CROSS, **columns)
    assert len(network.tail) == 2
    assert network.components.tolist() == [2, 2]


def test_the_ends_of_a_bridge_meet_the_road():
    ramp = [(0, 500), (0, 0)]
    network = network_of([[(-500, 0), (500, 0)], ramp, [(0, 500), (0, 900)]], bridge=[0, 1, 0])
    assert network.components.tolist() == [5]


def test_crossings_may_be_left_alone():
    network = network_of(CROSS, crossings=False)
    assert len(network.tail) == 2
    vertex = ([(0, 0), (400, 0), (1000, 0)], [(400, -300), (400, 0), (400, 300)])
    assert len(network_of(vertex, crossings=False).tail) == 4
    assert len(network_of(vertex, crossings=False, layer=[0, 1]).tail) == 2


@pytest.mark.parametrize(("gap_m", "snap_m", "pieces"), [(0.05, 0.1, 1), (0.05, 0.0, 2), (0.8, 0.1, 2), (0.8, 1.0, 1)])
def test_ends_near_a_line_meet_it(gap_m, snap_m, pieces):
    network = network_of([[(0, 0), (1000, 0)], [(400, gap_m), (400, 300)]], snap_m=snap_m)
    assert len(network.components) == pieces
    assert any("Ends moved onto another line near them: 1." in note for note in network.notes) == (pieces == 1)
    assert np.isfinite(travel_times(network, [[X, Y]], [[X + 400, Y + 300]], BARE).minutes[0, 0]) == (pieces == 1)


@pytest.mark.parametrize(("gap_m", "snap_m", "pieces"), [(0.05, 0.1, 1), (0.8, 0.1, 2), (0.8, 1.0, 1)])
def test_ends_near_each_other_meet(gap_m, snap_m, pieces):
    network = network_of([[(0, 0), (500, 0)], [(500, gap_m), (1000, 0)]], snap_m=snap_m)
    assert len(network.components) == pieces
    if pieces == 1:
        assert network.num_nodes == 3
        assert [line.coords[-1] for line in network.line[:1]] == [line.coords[0] for line in network.line[1:]]


def test_a_stretch_in_common_and_a_line_that_comes_back():
    network = network_of([[(0, 0), (1000, 0)], [(300, 0), (700, 0)]])
    assert sorted(network.length_m.tolist()) == pytest.approx([300, 300, 400, 400])  # both are kept
    assert network.components.tolist() == [4]
    lasso = network_of([[(0, 0), (500, 0), (800, 200), (800, -200), (500, 0)]])
    assert network_of([[(0, 0), (1, 0)]]).num_nodes == 2
    assert (lasso.num_nodes, len(lasso.tail)) == (2, 2)
    assert lasso.tail[1] == lasso.head[1]


def test_parts_and_heights_and_other_systems():
    parts = MultiLineString([[(X, Y), (X + 500, Y)], [(X + 700, Y), (X + 900, Y)]])
    network = network_of([parts, LineString([(X + 500, Y, 3.0), (X + 700, Y, 4.0)])])
    assert network.length_m == pytest.approx([500, 200, 200])
    assert network.components.tolist() == [4]
    degrees = table(CROSS).to_crs("EPSG:4326")
    again = RoadNetwork.from_geodataframe(degrees, default_km_h=36)
    assert again.length_m == pytest.approx([400, 600, 300, 300], abs=1e-3)


def users(network, i=0):
    ways = (network.along_users[i], network.against_users[i])
    return tuple({name for name, bit in USER_BIT.items() if bits & bit} for bits in ways)


ALL = {"car", "coach", "bicycle", "foot"}


@pytest.mark.parametrize(
    ("columns", "along", "against", "km_h"),
    [
        ({"highway": ["primary"]}, ALL, ALL, 65),
        ({"type": ["primary"], "maxspeed": [50.0]}, ALL, ALL, 40),
        ({"fclass": ["primary"], "maxspeed": [0]}, ALL, ALL, 65),
        ({"type": ["primary"], "oneway": [1]}, ALL, {"foot"}, 65),
        ({"type": ["primary"], "oneway": ["F"]}, ALL, {"foot"}, 65),
        ({"type": ["primary"], "oneway": ["B"]}, ALL, ALL, 65),
        ({"type": ["primary"], "oneway": [True]}, ALL, {"foot"}, 65),
        ({"type": ["footway"]}, {"foot"}, {"foot"}, np.nan),
        ({"type": ["primary"], "motor_vehicle": ["no"]}, {"bicycle", "foot"}, {"bicycle", "foot"}, np.nan),
        ({"type": ["tarmac"]}, ALL, ALL, 36),
        ({"mean": [72.0], "speed_km_h": "mean"}, ALL, ALL, 72),
        ({"mean": [None], "speed_km_h": "mean"}, ALL, ALL, 36),
        ({"mean": [0], "speed_km_h": "mean"}, {"bicycle", "foot"}, {"bicycle", "foot"}, np.nan),
    ],
)
def test_columns(columns, along, against, km_h):
    network = network_of([[(0, 0), (1000, 0)]], **columns)
    assert users(network) == (along, against)
    speed = 3.6 * network.length_m / np.where(np.isfinite(network.along_s), network.along_s, np.nan)
    assert speed == pytest.approx([km_h], nan_ok=True)


def test_drawn_against_the_traffic():
    network = network_of([[(0, 0), (1000, 0)]], type=["primary"], oneway=["T"])
    assert users(network) == ({"foot"}, ALL)


def test_columns_by_another_name():
    roads = table([[(0, 0), (1000, 0)]], vitesse=[50], sens=["-1"])
    network = RoadNetwork.from_geodataframe(roads, columns={"maxspeed": "vitesse", "oneway": "sens"})
    assert network.against_s == pytest.approx([90.0])
    assert np.isinf(network.along_s).all()
    assert network.urban.tolist() == [True]


def test_roads_that_are_none():
    network = network_of([[(0, 0), (1000, 0)], [(0, 10), (0, 500)]], highway=["primary", "construction"])
    assert len(network.tail) == 1
    assert network.notes[0] == "Roads left out, no roads in use (being built, planned, ...): 1."


@pytest.mark.parametrize(
    ("roads", "options", "message"),
    [
        (table(CROSS, crs=None), {"default_km_h": 30}, "no coordinate system"),
        (table([Point(X, Y)]), {"default_km_h": 30}, r"not a line \(row 0\)"),
        (table([LineString()]), {"default_km_h": 30}, r"not a line \(row 0\)"),
        (table(CROSS), {}, r"roads of unknown speed \(row 0, row 1\)"),
        (table(CROSS), {"speed_km_h": "mean"}, "no such column"),
        (table(CROSS, mean=[-5, 50]), {"speed_km_h": "mean"}, r"negative, endless or no number \(row 0\)"),
        (table(CROSS, mean=["fast", 50]), {"speed_km_h": "mean"}, r"no number \(row 0\)"),
        (table(CROSS, mean=[np.inf, 50]), {"speed_km_h": "mean"}, r"endless or no number \(row 0\)"),
        (table(CROSS, mean=[200, 201]), {"speed_km_h": "mean"}, r"'mean': speed above 200 km/h \(row 1\)"),
        (table([CROSS[0], LineString([(X, Y), (np.nan, Y)])]), {"default_km_h": 30}, r"vertices without .* \(row 1\)"),
        (table(CROSS), {"default_km_h": -3}, "default_km_h"),
        (table(CROSS), {"default_km_h": 201}, "default_km_h"),
        (table(CROSS), {"default_km_h": np.nan}, "default_km_h"),
        (table(CROSS), {"default_km_h": 30, "snap_m": -1.0}, "snap_m"),
        (table(CROSS), {"default_km_h": 30, "level": "height"}, "'height': no such column"),
        (table(CROSS, sens=[1, 1]), {"default_km_h": 30, "columns": {"direction": "sens"}}, "'direction' is no key"),
        (table(CROSS, highway=["raceway"] * 2), {}, "no roads in it"),
        (table([LineString([(0, 0), (1, 1)])]), {"default_km_h": 30}, "outside metropolitan France"),
        (CROSS, {}, "tuple instead of a GeoDataFrame"),
    ],
)
def test_faults(roads, options, message):
    with pytest.raises(InputError, match=message):
        RoadNetwork.from_geodataframe(roads, **options)


def test_several_faults_at_once():
    with pytest.raises(InputError) as caught:
        RoadNetwork.from_geodataframe(table([Point(X, Y)], crs=None), speed_km_h="mean", level="height")
    assert {fault.column for fault in caught.value.faults} == {"mean", "height", "crs", "geometry"}


def test_random_lines_meet_as_a_slow_twin_says():
    """Crossings of segments of the plane, found one pair at a time."""
    random = np.random.default_rng(5)
    ends = random.integers(0, 1000, (40, 2, 2)).astype(float)
    lines = [LineString(np.add(pair, (X, Y))) for pair in ends]
    network = network_of(lines, snap_m=0.0)
    points = {tuple(np.round(np.subtract(xy, (X, Y)), 2)) for line in lines for xy in line.coords}
    for i, left in enumerate(lines):
        for right in lines[:i]:
            shared = left.intersection(right)
            points |= {tuple(np.round(np.subtract(xy, (X, Y)), 2)) for xy in shapely.get_coordinates(shared)}
    assert network.num_nodes == len(points)
    assert network.length_m.sum() == pytest.approx(sum(line.length for line in lines))


def test_cannes(shared_bench):
    roads = gpd.read_file(shared_bench / "roads" / "cannes" / "Roads_GAMA.shp")
    network = RoadNetwork.from_geodataframe(roads)
    assert len(network.tail) > len(roads)
    assert network.length_m.sum() == pytest.approx(roads.length.sum(), rel=1e-3)
    assert network.islands().share[0] > 0.98
    apart = RoadNetwork.from_geodataframe(roads, crossings=False)
    assert len(apart.tail) < len(network.tail)
    assert sum("taken as junctions" in note for note in network.notes) == 1
    assert np.isfinite(travel_times(network, network.xy_m[:5], network.xy_m[-5:], BARE).minutes).any()


def test_lines_of_no_length_are_told():
    network = network_of([[(0, 0), (1000, 0)], [(500, 0), (500, 0)]])
    assert len(network.tail) == 1
    assert network.notes[1] == "Lines of no length, left out: 1."
    assert Words("fr").recorded(network.notes[1]) == "Lignes de longueur nulle, écartées\u00a0: 1."
