"""Networks from OpenStreetMap: hand-made files timed by hand, real ones, and files that cannot be read."""

from __future__ import annotations

import bz2
import gzip
import math

import numpy as np
import pytest

from maillage import InputError, RoadNetwork, travel_times
from maillage.travel import Mode
from maillage.travel.roads.users import USER_BIT
from osm_text import osm_xml

osmium = pytest.importorskip("osmium")

BARE = Mode("bare")
ALL = {"car", "coach", "bicycle", "foot"}


@pytest.fixture
def read(tmp_path):
    def reader(ways, nodes=None, places=None, **options):
        path = tmp_path / "roads.osm"
        path.write_text(osm_xml(ways, nodes, places), encoding="utf-8")
        return RoadNetwork.from_osm(path, **options)

    return reader


def minutes(network, start, end, mode=BARE):
    """Between two nodes of the network, by position."""
    return travel_times(network, network.xy_m[[start]], network.xy_m[[end]], mode).minutes[0, 0]


def test_dense_streets_are_a_town(read):
    """A primary road without a limit between streets 37 m apart, and one in the open."""
    streets = [({"highway": "unclassified"}, [100 + 2 * i, 101 + 2 * i]) for i in range(20)]
    places = {100 + 2 * i + j: (0.05 * i, -0.1 + 0.2 * j) for i in range(20) for j in (0, 1)}
    places |= {1: (0, 0), 2: (1, 0), 3: (50, 0), 4: (51, 0)}
    limited = ({"highway": "secondary", "maxspeed": "70"}, [1, 2])
    network = read([({"highway": "primary"}, [1, 2]), ({"highway": "primary"}, [3, 4]), limited, *streets], None, places)
    assert network.urban[:3].tolist() == [True, False, False]
    assert (3.6 * network.length_m / network.along_s)[:3] == pytest.approx([40, 65, 56])  # 4/5 of 50 in the town


def test_ways_are_cut_where_they_meet(read):
    places = {1: (0, 0), 2: (1, 0), 3: (2, 0), 4: (1, 1), 5: (1.5, 0.2), 6: (3, 0)}
    tag = {"highway": "residential"}
    network = read([(tag, [1, 2, 5, 3, 3]), (tag, [2, 4]), (tag, [3, 6]), ({"highway": "construction"}, [5, 4])], None, places)
    assert network.num_nodes == 5  # node 5 only bends the way
    assert list(zip(network.tail.tolist(), network.head.tolist(), strict=True)) == [(0, 1), (1, 2), (1, 3), (2, 4)]
    assert [len(line.coords) for line in network.line] == [2, 3, 2, 2]
    assert network.length_m[0] == pytest.approx(745, abs=5)


def test_a_loop_and_ways_that_leave_the_extract(tmp_path):
    tag = {"highway": "residential"}
    places = {1: (0, 0), 2: (1, 0), 3: (1, 1)}
    text = osm_xml([(tag, [1, 2, 3, 1]), (tag, [1, 2])], None, places)
    text = text.replace("<nd ref='3'/>", "<nd ref='99'/>")
    path = tmp_path / "cut.osm"
    path.write_text(text)
    network = RoadNetwork.from_osm(path)
    assert list(zip(network.tail.tolist(), network.head.tolist(), strict=True)) == [(0, 1), (0, 1)]
    assert network.notes == ("Points of ways outside the extract, where the roads are cut: 1.",)
    path.write_text(osm_xml([(tag, [1, 2, 3, 1])], None, places))
    loop = RoadNetwork.from_osm(path)
    assert (loop.tail.tolist(), loop.head.tolist(), loop.num_nodes) == ([0], [0], 1)


def test_a_roundabout_by_hand(read):
    """Round it goes one way: from the south arm to the west arm is three quarters of the ring, back is one."""
    ring = {1: (0, -1), 2: (1, 0), 3: (0, 1), 4: (-1, 0)}
    arms = {5: (0, -2), 6: (-2, 0)}
    street = {"highway": "tertiary", "maxspeed": "50"}
    network = read(
        [({**street, "junction": "roundabout"}, [1, 2, 3, 4, 1]), (street, [1, 5]), (street, [4, 6])], None, ring | arms
    )
    node = {1: 0, 4: 1, 5: 2, 6: 3}  # 2 and 3 only bend the ring
    assert network.num_nodes == 4
    km_h = 40.0
    length = {(int(t), int(h)): m for t, h, m in zip(network.tail, network.head, network.length_m, strict=True)}
    arm_m = length[node[1], node[5]] + length[node[4], node[6]]
    there_m, back_m = length[node[1], node[4]] + arm_m, length[node[4], node[1]] + arm_m
    assert minutes(network, node[5], node[6]) == pytest.approx(0.06 * there_m / km_h, abs=1e-3)
    assert minutes(network, node[6], node[5]) == pytest.approx(0.06 * back_m / km_h, abs=1e-3)
    assert there_m - arm_m == pytest.approx(3 * (back_m - arm_m), rel=0.3)  # degrees of longitude are shorter
    assert minutes(network, node[5], node[6], "walk") == pytest.approx(0.06 * back_m / 4, abs=1e-2)


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("00:20", 1200), ("20", 1200), ("1:30", 5400), ("00:20:30", 1230), ("PT20M", 1200), ("PT1H30M", 5400), ("P1DT1S", 86401)],
)
def test_ferries(read, duration, seconds):
    road = {"highway": "tertiary", "maxspeed": "50"}
    network = read([(road, [1, 2]), ({"route": "ferry", "duration": duration}, [2, 3, 4]), (road, [4, 5]), (road, [3, 9])])
    assert network.ferry.tolist() == [False, True, True, False, False]
    assert network.along_s[1:3] == pytest.approx([seconds / 2] * 2, rel=1e-3)  # a pier half-way parts it by length
    km = network.length_m[[0, 3]].sum() / 1000
    for mode, km_h in ((BARE, 40.0), ("walk", 4.0)):
        assert minutes(network, 0, 4, mode) == pytest.approx(seconds / 60 + 60 * km / km_h, rel=1e-3)
    assert network.notes == ()


def test_a_ferry_without_a_duration(read):
    network = read([({"highway": "tertiary"}, [1, 2]), ({"route": "ferry", "duration": "soon"}, [2, 3])])
    assert 3.6 * network.length_m[1] / network.along_s[1] == pytest.approx(5)
    assert network.notes == ("Ways of ferries without a duration, taken to sail at 5 km/h: 1.",)


@pytest.mark.parametrize(
    ("barrier", "passing"),
    [
        ({"barrier": "bollard"}, {"bicycle", "foot"}),
        ({"barrier": "block"}, {"bicycle", "foot"}),
        ({"barrier": "gate"}, ALL),
        ({"barrier": "lift_gate"}, ALL),
        ({"barrier": "gate", "access": "private"}, set()),
        ({"barrier": "gate", "access": "no", "foot": "yes"}, {"foot"}),
        ({"barrier": "lift_gate", "motor_vehicle": "no"}, {"bicycle", "foot"}),
        ({"barrier": "bollard", "bus": "yes"}, ALL - {"car"}),
        ({"barrier": "bus_trap"}, ALL - {"car"}),
        ({"barrier": "stile"}, {"foot"}),
        ({"barrier": "fence"}, set()),
        ({"barrier": "height_restrictor"}, ALL - {"coach"}),
        ({"barrier": "something new"}, {"bicycle", "foot"}),
        ({"highway": "crossing", "access": "no"}, ALL),
    ],
)
def test_barriers(read, barrier, passing):
    tag = {"highway": "tertiary"}
    network = read([(tag, [1, 2, 3])], {2: barrier})
    first, last = 0, (1 if passing == ALL else 2)
    for mode in ("car", "coach", "bicycle", "walk"):
        user = "foot" if mode == "walk" else mode
        assert np.isfinite(minutes(network, first, last, mode)) == (user in passing), mode
    assert any("Barriers closed to some" in note for note in network.notes) == (passing != ALL)
    assert network.length_m.sum() == pytest.approx(1491, abs=3)


def test_a_barrier_leaves_each_side_to_its_own(read):
    """A home a little beyond the bollard is reached from its own side, and walkers pass at no cost."""
    tag = {"highway": "tertiary", "maxspeed": "50"}
    network = read([(tag, [1, 2, 3]), (tag, [2, 4])], {2: {"barrier": "bollard"}}, {4: (2, 1)})
    assert len(network.tail) == 3 + 2  # each road but the first gets a node of its own there
    assert network.num_nodes == 4 + 2
    assert network.length_m[3:].tolist() == [0, 0]
    assert len(network.islands("car")) == 3
    assert len(network.islands("foot")) == 1
    assert minutes(network, 0, 2, "walk") == pytest.approx(0.06 * network.length_m[:2].sum() / 4, abs=1e-2)


def test_file_formats_agree(tmp_path):
    text = osm_xml([({"highway": "residential", "oneway": "yes"}, [1, 2, 3]), ({"highway": "path"}, [2, 4])], None, {4: (2, 1)})
    plain, zipped, squeezed, binary = (tmp_path / name for name in ("a.osm", "a.osm.gz", "a.osm.bz2", "a.osm.pbf"))
    plain.write_text(text)
    zipped.write_bytes(gzip.compress(text.encode()))
    squeezed.write_bytes(bz2.compress(text.encode()))
    with osmium.SimpleWriter(str(binary)) as writer:
        for thing in osmium.FileProcessor(str(plain)):
            writer.add(thing)
    networks = [RoadNetwork.from_osm(path) for path in (plain, zipped, squeezed, binary)]
    for network in networks:
        assert network.tail.tolist() == networks[0].tail.tolist() == [0, 1, 1]
        assert network.along_s.tolist() == networks[0].along_s.tolist()
        assert network.xy_m == pytest.approx(networks[0].xy_m)
    assert networks[3].origin == "OpenStreetMap (a.osm.pbf)"


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        RoadNetwork.from_osm(tmp_path / "absent.osm.pbf")
    texts = {
        "html.osm": b"<html></html>", "cut.osm": b"<osm version='0.6'><node id='1'", "words.txt": b"hello",
        "words.osm.pbf": b"hi",
        "empty.osm": b"", "empty.osm.pbf": b"", "cut.osm.gz": gzip.compress(b"<osm version='0.6'></osm>")[:20],
    }  # fmt: skip
    for name, content in texts.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(InputError, match=rf"1 fault in the input:\n.*{name}: cannot be read.*geofabrik"):
            RoadNetwork.from_osm(path)
    bare = tmp_path / "bare.osm"
    bare.write_text(osm_xml([({"building": "yes"}, [1, 2])]))
    with pytest.raises(InputError, match="no roads in it"):
        RoadNetwork.from_osm(bare)
    bare.write_text(osm_xml([({"highway": "residential"}, [1, 2])], None, {1: (5000, 0)}))
    with pytest.raises(InputError, match=r"bare\.osm: nodes outside metropolitan France"):
        RoadNetwork.from_osm(bare)
    for speed in (0.0, -80.0, math.nan):
        with pytest.raises(InputError, match="rural_km_h"):
            RoadNetwork.from_osm(bare, rural_km_h=speed)


@pytest.mark.parametrize("share", [0.001, 0.3, 0.9, 0.999])
def test_a_truncated_file(tmp_path, shared_bench, share):
    whole = (shared_bench / "roads" / "osm" / "andorra.osm.pbf").read_bytes()
    path = tmp_path / "cut.osm.pbf"
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputError, match=r"cut\.osm\.pbf: cannot be read: .*It may be cut short"):
        RoadNetwork.from_osm(path)


def test_osmium_absent(tmp_path, monkeypatch):
    path = tmp_path / "a.osm"
    path.write_text(osm_xml([({"highway": "residential"}, [1, 2])]))
    monkeypatch.setitem(__import__("sys").modules, "osmium", None)
    with pytest.raises(InputError, match=r'pip install "maillage\[osm\]"'):
        RoadNetwork.from_osm(path)


def points_and_arcs(network):
    """Points and arcs of the roads open to cars, were each point a node."""
    forward, backward = ((who & USER_BIT["car"]) > 0 for who in (network.along_users, network.against_users))
    lines = [line for line, used in zip(network.line, forward | backward, strict=True) if used]
    steps = np.array([len(line.coords) - 1 for line in network.line])
    return len({xy for line in lines for xy in line.coords}), int(steps[forward].sum() + steps[backward].sum())


def test_monaco(shared_bench):
    network = RoadNetwork.from_osm(shared_bench / "roads" / "osm" / "monaco.osm.gz")
    assert points_and_arcs(network) == (3_020, 4_938)  # as its README says
    assert len(network.tail) == 1_538
    assert np.isfinite(network.along_s).any()


def test_andorra(shared_bench):
    """148 arcs beyond those of a plain reading: + 158 of a path and tracks let to cars by a tag, - 10 of motor_vehicle=no."""
    network = RoadNetwork.from_osm(shared_bench / "roads" / "osm" / "andorra.osm.pbf")
    with np.load(shared_bench / "roads" / "andorra_raw_car_graph.npz") as raw:
        arcs = len(raw["tail"])
    connectors = 2 * int((network.length_m == 0).sum())
    assert points_and_arcs(network)[1] - connectors == arcs + 148
    assert sum("left out" in note for note in network.notes) == 2
    main = network.islands("car")
    assert main.share[0] > 0.98
    assert network.islands().num_nodes.sum() == network.num_nodes


@pytest.mark.parametrize(
    ("right", "wrong"), [("lon='2.0100000'", "lon='500'"), ("lat='48.0000000'", "lat='abc'"), ("<node id='1'", "<node id='x'")]
)
def test_values_that_cannot_be_read(tmp_path, right, wrong):
    path = tmp_path / "bad.osm"
    path.write_text(osm_xml([({"highway": "residential"}, [1, 2])]).replace(right, wrong))
    with pytest.raises(InputError, match=r"1 fault in the input:\n.*bad\.osm: cannot be read"):
        RoadNetwork.from_osm(path)


@pytest.mark.parametrize("at", [40, -5])
def test_a_damaged_archive(tmp_path, at):
    content = bytearray(gzip.compress(osm_xml([({"highway": "residential"}, list(range(1, 200)))]).encode()))
    content[at] ^= 255
    path = tmp_path / "bad.osm.gz"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"1 fault in the input:\n.*bad\.osm\.gz: cannot be read"):
        RoadNetwork.from_osm(path)


def test_limits_that_nobody_can_mean(read):
    tag = {"highway": "primary"}
    limits = ["500", "130 mph", "50;500"]
    network = read([({**tag, "maxspeed": limit}, [i, i + 1]) for i, limit in enumerate(limits, 1)])
    assert 3.6 * network.length_m / network.along_s == pytest.approx([65, 65, 40])
    assert network.notes == ("Ways with a speed limit above 200 km/h, which is left aside: 3.",)


def test_a_decimal_comma_is_no_list(read):
    network = read(
        [({"highway": "primary", "maxspeed": "50,5"}, [1, 2]), ({"highway": "primary", "maxspeed": "50, 90"}, [2, 3])]
    )
    assert 3.6 * network.length_m / network.along_s == pytest.approx([65, 40])
    assert network.notes == ("Ways with a speed limit that cannot be read, speed by class instead: 1.",)
