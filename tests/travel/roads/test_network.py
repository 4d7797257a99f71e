"""Networks from arrays, islands, and what-ifs."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from maillage import InputError, RoadNetwork, travel_times
from maillage.travel.roads.users import CALM, may_use


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


def test_a_network_is_frozen():
    network = RoadNetwork.from_arrays([0], [1], [60.0], xy_m=[[0, 0], [1000, 0]])
    with pytest.raises(ValueError, match="read-only"):
        network.along_s[0] = 1.0


def square(**changes):
    """A one-way ring 0 -> 1 -> 2 -> 3 -> 0 of 1 km sides, a two-way street 0 - 4, and an island 5 - 6."""
    place = [[0, 0], [1000, 0], [1000, 1000], [0, 1000], [-1000, 0], [9000, 0], [9000, 500]]
    arcs = [(0, 1), (1, 2), (2, 3), (3, 0), (0, 4), (4, 0), (5, 6)]
    tail, head = np.transpose(arcs)
    return RoadNetwork.from_arrays(**({"tail": tail, "head": head, "seconds": np.full(7, 60.0), "xy_m": place} | changes))


def test_islands():
    network = square()
    whole = network.islands()
    assert len(whole) == 2
    assert whole.num_nodes.tolist() == network.components.tolist() == [5, 2]
    assert whole.num_segments.tolist() == [6, 1]
    assert whole.km.tolist() == [6.0, 0.5]
    assert whole.share == pytest.approx([6 / 6.5, 0.5 / 6.5])
    assert whole.xy_m[1] == pytest.approx([9000, 250])
    assert whole.piece.tolist() == [0, 0, 0, 0, 0, 1, 1]
    assert "2 pieces; the largest has 5 nodes, 6.0 km (92.3 %), the others 0.5 km" in str(whole)
    by_car = network.islands("car")
    assert by_car.num_nodes.tolist() == [5, 1, 1]  # nobody comes back from 6 to 5
    assert by_car.between_km == pytest.approx(0.5)
    assert "between pieces 0.5 km" in str(by_car)
    assert network.islands("foot").num_nodes.tolist() == [5, 2]
    assert by_car.to_pandas()["km"].tolist() == [6.0, 0.0, 0.0]
    with pytest.raises(ValueError, match="read-only"):
        whole.km[0] = 0.0


def test_islands_of_nobody_and_of_nothing():
    closed = square(seconds=np.full(7, np.inf))
    assert len(closed.islands("car")) == 0
    assert str(closed.islands("car")) == "No roads open to car, there and back."
    assert set(closed.islands("car").piece.tolist()) == {-1}
    assert len(RoadNetwork.from_arrays([], [], [], xy_m=np.empty((0, 2))).islands()) == 0
    with pytest.raises(InputError, match="unknown user 'lorry'"):
        square().islands("lorry")


def test_a_closed_bridge():
    network = square()
    bridge = network.meeting(shapely.LineString([(500, -50), (500, 50)]))
    assert bridge.tolist() == [True, *[False] * 6]
    shut = network.closed(bridge)
    start, end = [[0.0, 0.0]], [[1000.0, 0.0]]
    assert travel_times(network, start, end, "car").minutes[0, 0] == pytest.approx(1.0)
    assert np.isinf(travel_times(shut, start, end, "car").minutes[0, 0])
    assert not may_use(shut.along_users | shut.against_users, "foot")[0]
    assert shut.notes == ("What if: 1 segments closed.",)
    assert network.notes == ()
    assert np.isfinite(network.along_s[0])


def test_one_direction_closed():
    network = square()
    shut = network.closed([4], against=False)
    assert np.isinf(shut.along_s[4])
    assert shut.along_users[4] == 0
    assert shut.against_users[4] == network.against_users[4] == CALM
    assert np.isfinite(shut.along_s[5])


def test_other_speeds():
    network = square()
    slower = network.with_speed([0, 1], [30.0, 120.0])
    assert slower.along_s.tolist() == [120.0, 30.0, *[60.0] * 5]
    assert np.isinf(slower.against_s).all()  # what is closed stays closed
    assert network.with_speed(np.arange(7) < 2, 30.0).along_s[:3].tolist() == [120.0, 120.0, 60.0]
    assert network.with_speed([0], 30.0, along=False).along_s[0] == 60.0
    assert network.with_speed([], 30.0).along_s.tolist() == network.along_s.tolist()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda n: n.closed([7]), r"segment out of range \(position 0: 7\)"),
        (lambda n: n.closed([-1]), "position 0: -1"),
        (lambda n: n.closed([0.5]), "neither 7 booleans nor a list of integers"),
        (lambda n: n.closed([True]), "neither 7 booleans"),
        (lambda n: n.with_speed([0], 0.0), "positive speed"),
        (lambda n: n.with_speed([0], np.nan), "positive speed"),
        (lambda n: n.with_speed([0, 1], [-5.0, 5.0]), "positive speed"),
        (lambda n: n.with_speed([0, 1], [5.0, 5.0, 5.0]), "each of the 2 segments"),
    ],
)
def test_what_if_faults(change, message):
    with pytest.raises(InputError, match=message):
        change(square())


def test_columns_of_different_lengths():
    network = square()
    columns = {name: getattr(network, name) for name in network.__dataclass_fields__}
    with pytest.raises(InputError, match=r"columns of different lengths: tail 7.*urban 1"):
        RoadNetwork(**columns | {"urban": [True]})
