"""On foot or by coach: which pair takes which, by hand; and how a study asks for travel times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely

from maillage import InputError, RoadNetwork, TravelSettings, travel_times
from maillage.report.words import Words
from maillage.travel import MODES, Approximation
from maillage.travel.commutes import coach_of, home_to_school, there_and_back
from maillage.travel.roads.reading import read_roads
from maillage.travel.school import WALK_UNDER_KM, school_times
from toy import toy_territory

FRENCH = Words("fr")
KM = 1000.0


def straight_road(length_km: float = 10.0, **changes: object) -> RoadNetwork:
    """A two-way country road along the x axis, 60 km/h for motor vehicles."""
    seconds = 60 * length_km
    road = RoadNetwork.from_arrays([0, 1], [1, 0], [seconds, seconds], xy_m=[[0, 0], [length_km * KM, 0]])
    return replace(road, **changes)


def places(*km: float) -> np.ndarray:
    return np.array([[x * KM, 0.0] for x in km])


def test_on_foot_where_near_by_coach_beyond() -> None:
    # From 0 km: 1 km on foot at 4 km/h is 15 min; 5 km by coach at 30 km/h are 10 min.
    times = school_times(straight_road(), places(0), places(1, 5))
    assert times.minutes.tolist() == [[15.0, 10.0]]
    assert times.distance_km.tolist() == [[1.0, 5.0]]
    assert times.means is not None
    assert times.means.tolist() == [[0, 1]]
    assert times.mean_names == ("walk", "coach")
    assert times.mode == "school"
    assert not times.approximate


def test_the_length_itself_is_ridden() -> None:
    # 2 km: 4 min by coach, 30 on foot.
    assert TravelSettings().walk_under_km == WALK_UNDER_KM == 2
    assert school_times(straight_road(), places(0), places(2)).minutes.tolist() == [[4.0]]
    assert school_times(straight_road(), places(0), places(2), walk_under_km=2.001).minutes.tolist() == [[30.0]]


def test_the_way_on_foot_counts_not_the_straight_line() -> None:
    # A detour of 2 + 2 km round a square corner, 2.8 km in a straight line.
    road = RoadNetwork.from_arrays([0, 1, 1, 2], [1, 0, 2, 1], [120.0] * 4, xy_m=[[0, 0], [2000, 0], [2000, 2000]])
    times = school_times(road, [[0.0, 0.0]], [[2000.0, 2000.0]])
    assert times.minutes.tolist() == [[8.0]]
    assert times.distance_km.tolist() == [[4.0]]


def test_each_means_stands_in_for_the_other() -> None:
    """A footpath for want of a road, and a road where nobody walks."""
    path = straight_road(along_s=np.full(2, np.inf), against_s=np.full(2, np.inf), along_users=np.full(2, 8, np.uint8))
    walked = school_times(path, places(1), places(7))
    assert walked.minutes.tolist() == [[90.0]]
    assert walked.means is not None
    assert walked.means.tolist() == [[0]]
    assert "1 journeys beyond are on foot" in walked.method
    assert FRENCH.recorded("1 journeys beyond are on foot, for want of a way by coach.") is not None
    # Two roads joined by one on which nobody may walk: 1 km on either side of 0.5 km.
    road = RoadNetwork.from_arrays(
        [0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2], [60, 60, 30, 30, 60, 60], xy_m=[[0, 0], [1000, 0], [1500, 0], [2500, 0]]
    )
    motor = np.array([15, 15, 3, 3, 15, 15], np.uint8)
    closed = replace(road, along_users=motor, against_users=np.where(motor == 15, 12, 0).astype(np.uint8))
    ridden = school_times(closed, [[0.0, 0.0]], [[2500.0, 0.0]])
    assert ridden.minutes.tolist() == [[5.0]]
    assert ridden.means is not None
    assert ridden.means.tolist() == [[1]]
    assert "1 journeys cannot be made on foot: by coach." in ridden.method


def test_nowhere_by_either() -> None:
    two = RoadNetwork.from_arrays([0, 1, 2, 3], [1, 0, 3, 2], [60.0] * 4, xy_m=[[0, 0], [1000, 0], [0, 9000], [1000, 9000]])
    times = school_times(two, [[0.0, 0.0]], [[0.0, 9000.0]])
    assert np.isinf(times.minutes).all()
    assert times.means is not None
    assert times.means.tolist() == [[-1]]
    assert times.unreachable


def test_the_method_tells_the_rule_and_what_it_comes_to() -> None:
    """The toy's homes and collèges stand at 3, 9, 15, 21 km and 3, 21 km of a straight road."""
    territory = toy_territory()
    road = RoadNetwork.from_arrays([0, 1], [1, 0], [1440.0, 1440.0], xy_m=[[600_000, 7_003_000], [624_000, 7_003_000]])
    times = school_times(road, territory.units, territory.colleges)
    # On foot: u0 to A and u3 to B, 2 of 8 pairs; 100 + 100 of the 300 pupils go to these.
    first = times.method.splitlines()[0]
    assert first == (
        "On foot under 2 km of way on foot, by school coach beyond: 66.7% of the pupils walk to their present collège."
    )
    assert times.minutes.tolist() == [[0, 36], [12, 24], [24, 12], [36, 0]]
    assert times.destinations is not None
    assert list(times.destinations) == list(territory.colleges.uai)
    for line in times.method.splitlines():
        assert FRENCH.recorded(line) is not None, line


def test_without_roads_it_is_a_marked_approximation() -> None:
    plain = Approximation(detour=1.0, rural_km_h=30.0, access_min=3.0, least_min=0.0)
    times = school_times(None, places(0), places(1, 5), approximation=plain)
    assert times.approximate
    assert times.minutes.tolist() == [[15.0, 13.0]]


@pytest.mark.parametrize("wrong", [0.0, -1.0, np.inf, np.nan])
def test_a_length_that_is_none_is_refused(wrong: float) -> None:
    with pytest.raises(InputError, match="walk_under_km"):
        school_times(straight_road(), places(0), places(1), walk_under_km=wrong)


def toy_roads() -> RoadNetwork:
    return RoadNetwork.from_arrays([0, 1], [1, 0], [1440.0, 1440.0], xy_m=[[600_000, 7_003_000], [624_000, 7_003_000]])


@pytest.mark.parametrize("mode", ["car", "coach", "coach_stops", "bicycle", "walk"])
def test_a_study_travels_by_the_mode_it_asks_for(mode: str) -> None:
    territory = toy_territory()
    found = home_to_school(territory, TravelSettings(mode=mode), toy_roads())  # type: ignore[arg-type]
    wanted = travel_times(toy_roads(), territory.units, territory.colleges, mode)
    assert found.minutes.tolist() == wanted.minutes.tolist()
    assert found.mode == mode


def test_a_study_may_ask_for_the_school_mode_and_its_speeds() -> None:
    # 18 km by a coach of 60 km/h: 18 min; every journey ridden, since none is under 100 m but those of no length.
    asked = TravelSettings(mode="school", walk_under_km=0.1, coach_km_h=60.0)
    found = home_to_school(toy_territory(), asked, toy_roads())
    assert found.minutes.tolist() == [[0, 18], [6, 12], [12, 6], [18, 0]]
    assert "60 km/h, 17.5 in towns" in found.method
    for line in found.method.splitlines():
        assert FRENCH.recorded(line) is not None, line


def test_coach_speeds_not_asked_for_are_the_usual_ones() -> None:
    assert coach_of(TravelSettings(mode="coach")) == MODES["coach"]
    slower = coach_of(TravelSettings(mode="coach", coach_town_km_h=12))
    assert (slower.speed_km_h, slower.town_km_h) == (MODES["coach"].speed_km_h, 12)


def test_there_and_back_is_the_mean_of_both() -> None:
    """A one-way loop: 1 km there, 3 km back; 60 km/h."""
    loop = RoadNetwork.from_arrays([0, 1, 2, 3], [1, 2, 3, 0], [60.0] * 4, xy_m=[[0, 0], [1000, 0], [1000, 1000], [0, 1000]])
    there = travel_times(loop, [[0.0, 0.0]], [[1000.0, 0.0]])
    back = travel_times(loop, [[0.0, 0.0]], [[1000.0, 0.0]], direction="from")
    mean = there_and_back(there, back)
    assert mean.minutes.tolist() == [[2.0]]
    assert mean.distance_km.tolist() == [[2.0]]
    assert all(FRENCH.recorded(line) for line in mean.method.splitlines())


def test_directions_of_a_study() -> None:
    loop = RoadNetwork.from_arrays(
        [0, 1, 2], [1, 2, 0], [600.0, 60.0, 1500.0],
        xy_m=[[600_000, 7_003_000], [624_000, 7_003_000], [624_000, 7_004_000]],
    )  # fmt: skip
    to, back, both = (
        home_to_school(toy_territory(), TravelSettings(direction=way), loop)  # type: ignore[arg-type]
        for way in ("to", "from", "both")
    )
    assert not np.allclose(to.minutes, back.minutes)
    assert np.allclose(both.minutes, (to.minutes + back.minutes) / 2)
    assert "Mean of the way to school and of the way back." in both.method
    assert "back" in back.method


def test_without_roads_there_and_back_are_alike() -> None:
    to, both = (home_to_school(toy_territory(), TravelSettings(direction=way)) for way in ("to", "both"))  # type: ignore[arg-type]
    assert to.approximate
    assert to.minutes.tolist() == both.minutes.tolist()


OSM = """<?xml version="1.0"?>
<osm version="0.6">
  <node id="1" lat="50.0" lon="2.0"/>
  <node id="2" lat="50.0" lon="2.1"/>
  <way id="9"><nd ref="1"/><nd ref="2"/><tag k="highway" v="secondary"/><tag k="maxspeed" v="FR:rural"/></way>
</osm>
"""


def write_osm(path: Path) -> Path:
    pytest.importorskip("osmium")
    path.write_text(OSM, encoding="utf-8")
    return path


def write_graphml(path: Path) -> Path:
    graph = nx.MultiDiGraph(crs="EPSG:4326")
    graph.add_node(1, x=2.0, y=50.0)
    graph.add_node(2, x=2.1, y=50.0)
    graph.add_edge(1, 2, length=7163.0, highway="secondary", maxspeed="FR:rural")
    nx.write_graphml(graph, path)
    return path


def write_bdtopo(path: Path, corner_m: tuple[float, float] = (628_000, 6_990_000)) -> Path:
    east_m, north_m = corner_m
    line = shapely.LineString([corner_m, (east_m + 7_200, north_m)])
    table = {
        "nature": ["Route à 1 chaussée"], "sens_de_circulation": ["Double sens"], "vitesse_moyenne_vl": [72],
        "importance": ["3"], "acces_vehicule_leger": ["Libre"], "urbain": [False],
    }  # fmt: skip
    gpd.GeoDataFrame(table, geometry=[line], crs=2154).to_file(path, layer="troncon_de_route")
    return path


@pytest.mark.parametrize(
    ("write", "name"),
    [(write_osm, "r.osm"), (write_graphml, "r.GraphML"), (write_bdtopo, "r.gpkg")],
    ids=["osm", "graphml", "bdtopo"],
)
def test_the_ending_of_a_file_of_roads_says_its_format(write: Callable[[Path], Path], name: str, tmp_path: Path) -> None:
    path = write(tmp_path / name)
    usual, faster = (read_roads(path, limit).along_s.min() for limit in (None, 90))
    assert read_roads(path).length_m.sum() == pytest.approx(7_180, rel=0.01)
    assert faster == pytest.approx(usual * 80 / 90)


def test_a_study_tells_the_limit_it_asks_for(tmp_path: Path) -> None:
    asked = TravelSettings(roads=str(write_bdtopo(tmp_path / "r.gpkg", corner_m=(603_000, 7_003_000))), rural_km_h=90)
    lines = home_to_school(toy_territory(), asked).method.splitlines()
    assert "General limit outside towns asked for: 90 km/h." in lines
    assert any(line.startswith("What if") for line in lines)
    assert all(FRENCH.recorded(line) for line in lines if not line.startswith("What if"))


def test_roads_of_an_unknown_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="unknown kind of road file"):
        read_roads(tmp_path / "roads.docx")
    with pytest.raises(InputError, match="no such file"):
        read_roads(tmp_path / "absent.gpkg")
