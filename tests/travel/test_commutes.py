"""What a study asks of journeys: distances by road, roads of elsewhere, circuits, inhabited squares."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from maillage import InputError, RoadNetwork, TravelSettings, travel_times
from maillage.report.words import Words
from maillage.territory import Territory
from maillage.travel.commutes import home_to_school
from toy import B, toy_territory

FRENCH = Words("fr")


def roads(**changes: object) -> RoadNetwork:
    """A road through all of the toy, 24 km long."""
    network = RoadNetwork.from_arrays([0, 1], [1, 0], [1440.0, 1440.0], xy_m=[[600_000, 7_003_000], [624_000, 7_003_000]])
    return replace(network, **changes)


def with_circuits(**changes: object) -> Territory:
    """One coach from the first unit to the gate of B, past nobody else, over a bay that the road goes round."""
    calls = pd.DataFrame(
        {
            "circuit": ["1", "1"], "time_min": [450.0, 470.0], "stop": ["Mairie", "Collège"],
            "x_m": [603_000.0, 621_000.0], "y_m": [7_003_000.0] * 2, "uai": ["", B],
        }
    )  # fmt: skip
    return replace(toy_territory(), circuits=calls, **changes)


def round_the_bay() -> RoadNetwork:
    """From end to end by way of the north: 12 + 24 + 12 km."""
    return RoadNetwork.from_arrays(
        [0, 1, 1, 2, 2, 3], [1, 0, 2, 1, 3, 2], [720.0, 720, 1440, 1440, 720, 720],
        xy_m=[[600_000, 7_003_000], [600_000, 7_015_000], [624_000, 7_015_000], [624_000, 7_003_000]],
    )  # fmt: skip


@pytest.mark.parametrize("mode", ["car", "coach", "walk", "bicycle", "school", "circuit"])
@pytest.mark.parametrize("network", [roads(), round_the_bay(), None])
def test_the_distance_by_road_is_the_same_by_every_means(mode: str, network: RoadNetwork | None) -> None:
    territory = with_circuits()
    times = home_to_school(territory, TravelSettings(mode=mode), network)  # type: ignore[arg-type]
    by_car = travel_times(network, territory.units, territory.colleges, "car")
    assert times.by_road_km.tolist() == by_car.distance_km.tolist()


def test_there_and_back_the_distance_by_road_is_that_to_school() -> None:
    loop = RoadNetwork.from_arrays(
        [0, 1, 2], [1, 2, 0], [600.0, 60.0, 1500.0],
        xy_m=[[600_000, 7_003_000], [624_000, 7_003_000], [624_000, 7_004_000]],
    )  # fmt: skip
    territory = toy_territory()
    to, both = (home_to_school(territory, TravelSettings(direction=way), loop) for way in ("to", "both"))  # type: ignore[arg-type]
    assert to.distance_km.tolist() != both.distance_km.tolist()
    assert both.by_road_km.tolist() == to.distance_km.tolist()


def test_there_and_back_says_once_what_holds_for_both() -> None:
    told = home_to_school(toy_territory(), TravelSettings(mode="school", direction="both"), roads()).method
    assert told.count("Exact search") == 1
    assert told.count("pedestrians") == 1
    assert told.count("Fastest journey") == 4
    assert all(FRENCH.recorded(line) for line in told.splitlines())


def test_a_pair_without_a_journey_has_no_means() -> None:
    times = home_to_school(with_circuits(), TravelSettings(mode="circuit"))
    assert times.means is not None
    # u0 walks to A, which is at its door, and rides to B; u1 and u2 are too far from any stop.
    assert times.means.tolist() == [[0, 1], [-1, -1], [-1, -1], [-1, 0]]
    assert (times.means == -1).tolist() == np.isinf(times.minutes).tolist()


@pytest.mark.parametrize("mode", ["car", "walk", "school", "circuit"])
def test_roads_of_elsewhere_are_refused(mode: str) -> None:
    far = RoadNetwork.from_arrays([0, 1], [1, 0], [60.0, 60.0], xy_m=[[1_040_000, 6_300_000], [1_041_000, 6_300_000]])
    with pytest.raises(InputError, match="4 of 4 units and 2 of 2 collèges") as caught:
        home_to_school(with_circuits(), TravelSettings(mode=mode), replace(far, origin="Monaco"))  # type: ignore[arg-type]
    (fault,) = caught.value.faults
    assert fault.file == "Monaco"
    assert fault.remedy


def test_places_off_the_roads_are_counted_and_named() -> None:
    """A road along the first two units and A; the half that is left is not more than half."""
    west = RoadNetwork.from_arrays([0, 1], [1, 0], [600.0, 600.0], xy_m=[[600_000, 7_003_000], [609_000, 7_003_000]])
    times = home_to_school(toy_territory(), TravelSettings(), west)
    assert times.not_snapped == ("99003", "99004", B)
    told = times.unreachable[0]
    assert told == f"Too far from any road, so without journeys: 2 units, 1 collèges (99003, 99004, {B})"
    french = FRENCH.recorded(told)
    assert french is not None
    assert "unités" in french
    short = RoadNetwork.from_arrays([0, 1], [1, 0], [60.0, 60.0], xy_m=[[600_000, 7_003_000], [603_000, 7_003_000]])
    with pytest.raises(InputError, match="3 of 4 units and 1 of 2 collèges"):
        home_to_school(toy_territory(), TravelSettings(), short)


def test_a_place_that_one_of_two_means_reaches_is_not_lost() -> None:
    """A coach road in the north, out of reach of all homes, and a path through all of them."""
    both = RoadNetwork.from_arrays(
        [0, 1, 2, 3], [1, 0, 3, 2], [1440.0] * 4,
        xy_m=[[600_000, 7_003_000], [624_000, 7_003_000], [600_000, 7_023_000], [624_000, 7_023_000]],
    )  # fmt: skip
    north = shapely.get_y(shapely.centroid(both.line)) > 7_010_000
    path = np.where(north, both.along_users, 8).astype(np.uint8)
    times = home_to_school(toy_territory(), TravelSettings(mode="school"), replace(both, along_users=path, against_users=path))
    assert np.isfinite(times.minutes).all()
    assert times.not_snapped == ()
    assert np.isinf(times.by_road_km).all()


def write_squares(path: Path) -> Path:
    """Two squares in u0: 3 pupils at its west end, 1 at its east end; one in each other unit's middle."""
    west_m = [600_000, 605_800, 608_900, 614_900, 620_900]
    squares = [shapely.box(x, 7_002_900, x + 200, 7_003_100) for x in west_m]
    gpd.GeoDataFrame({"Ind_11_17": [3.0, 1, 2, 2, 2]}, geometry=squares, crs=2154).to_file(path)
    return path


@pytest.mark.parametrize("ending", ["gpkg", "shp", "geojson"])
def test_pupils_may_travel_from_inhabited_squares(tmp_path: Path, ending: str) -> None:
    path = write_squares(tmp_path / f"squares.{ending}")
    times = home_to_school(toy_territory(), TravelSettings(homes=str(path)), roads())
    # u0 to A at 603,000: 2.9 km from the west and 2.9 from the east; to B at 621,000: 20.9 and 15.1.
    assert times.minutes[0] == pytest.approx([2.9, (3 * 20.9 + 15.1) / 4], abs=0.02)
    assert times.origins is not None
    assert times.origins.tolist() == toy_territory().units.unit.tolist()
    school = home_to_school(toy_territory(), TravelSettings(mode="school", homes=str(path)), roads())
    assert all(FRENCH.recorded(line) for line in school.method.splitlines())


def test_squares_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    path = write_squares(tmp_path / "squares.gpkg")
    for asked, said in (
        ({"homes": str(path), "homes_column": "Ind"}, r"squares\.gpkg, column 'Ind': missing column"),
        ({"homes": str(tmp_path / "none.gpkg")}, r"none\.gpkg: no such file"),
        ({"homes": __file__}, "not a file of geometries"),
    ):
        with pytest.raises(InputError, match=said):
            home_to_school(toy_territory(), TravelSettings.model_validate(asked), roads())
