"""INSEE's 200 m squares: every vintage, CSV and GeoPackage, summed over the units, none of them ever shown by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

import maillage
from maillage.errors import InputError
from maillage.report.words import Words
from maillage.sources.discover import recognise
from maillage.sources.grid import grid_sums, read_grid
from maillage.sources.ledger import Ledger
from maillage.territory import Territory
from minidata import centre, write_minidata
from naive import grid_unit
from official_files import faults_of, only_fault, write
from toy import toy_territory

FRENCH = Words("fr")
SMALL = "idcar_200m,idcar_1km,i_est_200,i_est_1km,lcog_geo,ind,men,men_pauv,ind_snv,ind_0_3,ind_4_5,ind_6_10,ind_11_17,ind_inc"
CAPITALS = (
    "Idcar_200m,Idcar_1km,I_est_200,I_est_1km,lcog_geo,Ind,Men,Men_pauv,Ind_snv,Ind_0_3,Ind_4_5,Ind_6_10,Ind_11_17,Ind_inc"
)
OF_2015 = "IdINSPIRE,Id_carr1km,I_est_cr,I_pauv,Depcom,Ind,Men,Men_pauv,Ind_snv,Ind_0_3,Ind_4_5,Ind_6_10,Ind_11_17,Ind_inc"
FIGURES = "10.5,4.5,1.5,210000.5,0.5,0.25,1.5,2.0,0"

TO_GRID = Transformer.from_crs("EPSG:2154", "EPSG:3035", always_xy=True)


def name(x_m: float, y_m: float) -> str:
    """Name of the square that holds a point of EPSG:2154."""
    east, north = TO_GRID.transform(x_m, y_m)
    return f"CRS3035RES200mN{int(north // 200) * 200:07d}E{int(east // 200) * 200:07d}"


def row(x_m: float, y_m: float, communes: str, imputed: object = 0, figures: str = FIGURES) -> str:
    return f"{name(x_m, y_m)},CRS3035RES1000mN2029000E4252000,{imputed},0,{communes},{figures}"


def load(folder: Path, rows: Sequence[str], *, file: str = "carreaux_200m_met_2021.csv", header: str = SMALL) -> Territory:
    """The small département with a file of squares."""
    toml = write_minidata(folder)
    write(folder / file, header, *rows)
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace("[files]\n", f'[files]\ngrid = "{file}"\n'), encoding="utf-8")
    return maillage.load_territory(toml)


def test_squares_are_summed_over_units(tmp_path: Path) -> None:
    (x, y), (x2, y2) = centre("99001"), centre("99005")
    rows = [row(x, y, "99001"), row(x + 400, y, "99001", 1, "3,1,0.5,30000,1,0,0,0.5,0"), row(x2, y2, "9900499005")]
    territory = load(tmp_path, rows)
    grid, unit = territory.grid, dict(zip(territory.units.unit, range(len(territory.units)), strict=True))
    assert grid is not None
    first = unit["99001"]
    figures = (grid.people, grid.households, grid.poor_households, grid.living_standard_eur, grid.imputed_people)
    assert [float(values[first]) for values in figures] == [13.5, 5.5, 2.0, 240000.5, 3.0]
    assert grid.children[first].tolist() == [1.5, 0.25, 1.5, 2.5]
    assert [float(values[unit["99005"]]) for values in figures] == [10.5, 4.5, 1.5, 210000.5, 0.0]
    assert grid.people.sum() == 24
    assert grid.year == 2021
    (told,) = (e for e in territory.estimates if e.quantity == "people of 200 m squares")
    assert (told.count, told.total) == (3, 24)
    assert "12.5% of the people" in told.method
    assert FRENCH.recorded(told.quantity) is not None
    assert "12,5" in str(FRENCH.recorded(told.method))
    assert [s.rows for s in territory.sources if s.dataset == "Filosofi 200 m"] == [3]


def test_the_name_of_a_square_is_its_south_western_corner(tmp_path: Path) -> None:
    path = write(tmp_path / "g_2021.csv", SMALL, f"CRS3035RES200mN2980800E3786200,x,0,0,99001,{FIGURES}")
    table = read_grid(path, departement="99")
    back = TO_GRID.transform(table["x_m"][0], table["y_m"][0])
    assert back == pytest.approx((3_786_300, 2_980_900), abs=0.01)


@pytest.mark.parametrize(
    ("file", "header", "year"),
    [
        ("Filosofi2015_carreaux_200m_metropole.csv", OF_2015, 2015), ("squares.csv", OF_2015, 2015),
        ("Filosofi2017_carreaux_200m_met.csv", CAPITALS, 2017), ("squares.csv", CAPITALS, 2017),
        ("carreaux_200m_met_2019.csv", SMALL, 2019), ("Filosofi2021_carreaux_200m_csv/carreaux_200m_met.csv", SMALL, 2021),
        ("carreaux_200m_met.csv", SMALL, 0), ("export-2024/carreaux_200m_met.csv", SMALL, 0),
    ],
)  # fmt: skip
def test_every_vintage(file: str, header: str, year: int, tmp_path: Path) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    grid = load(tmp_path, [row(*centre("99001"), "99001")], file=file, header=header).grid
    assert grid is not None
    assert grid.year == year
    assert grid.people.sum() == 10.5
    assert recognise(tmp_path / file) is not None
    assert recognise(tmp_path / file)[0] == "grid"  # type: ignore[index]


def test_a_geopackage_without_its_outlines(tmp_path: Path) -> None:
    x, y = centre("99001")
    rows = [row(x, y, "9900162001", 1), row(x + 400, y, "62001"), row(x + 800, y, "62991"), row(x + 1200, y, "")]
    text = write(tmp_path / "g.csv", SMALL, *rows)
    table = pd.read_csv(text, dtype={"lcog_geo": str})
    path = tmp_path / "carreaux_200m_met_2019.gpkg"
    gpd.GeoDataFrame(table, geometry=[shapely.box(0, 0, 1, 1)] * 4, crs=3035).to_file(path)
    read = read_grid(path, departement="99")
    assert read["communes"].tolist() == ["9900162001", ""]
    pd.testing.assert_frame_equal(read, read_grid(text, departement="99"), check_exact=True)
    assert (read.attrs["vintage"], recognise(path)) == ("2019", ("grid", 1))


def test_only_the_squares_of_the_departement_are_kept(tmp_path: Path) -> None:
    """A code at any place counts; the figures 99 within another code do not; a code cut short leaves it to the position."""
    x, y = centre("99001")
    communes = ["99001", "6200199001", "62001", "62991", "629906200199002", "1001", ""]
    rows = [row(x + 400 * i, y, code) for i, code in enumerate(communes)]
    read = read_grid(write(tmp_path / "g_2021.csv", SMALL, *rows), departement="99")
    assert read["communes"].tolist() == ["99001", "6200199001", "629906200199002", "1001", ""]


def test_a_square_outside_every_unit_goes_to_its_commune_or_is_lost(tmp_path: Path) -> None:
    """99001 begins 3 km west and south of its centre: one square 400 m beyond its border, one 3 km beyond, one of nobody."""
    x, y = centre("99001")
    rows = [row(x, y, "99001"), row(x - 3_400, y, "99001"), row(x - 6_000, y, "99001"), row(x - 6_000, y - 5_000, "")]
    territory = load(tmp_path, rows)
    assert territory.grid is not None
    assert territory.grid.people.sum() == 21
    (match,) = (m for m in territory.matches if m.what == "200 m squares that lie in a unit")
    assert (match.matched, match.total, match.unmatched) == (2, 3, ())
    assert "33.33% of the people" in match.consequence
    assert FRENCH.recorded(match.what) is not None
    assert FRENCH.recorded(match.consequence) is not None


def test_a_square_over_the_border_of_a_neighbour_is_where_its_centre_is(tmp_path: Path) -> None:
    """Its communes are told by where its people live; within the territory the centre decides."""
    x, y = centre("99002")
    territory = load(tmp_path, [row(x, y, "99001")])
    assert territory.grid is not None
    assert territory.units.unit[territory.grid.people > 0].tolist() == ["99002"]


def test_no_square_of_the_territory(tmp_path: Path) -> None:
    territory = load(tmp_path, [row(*centre("99001"), "62001")])
    assert territory.grid is None
    (match,) = (m for m in territory.matches if m.what == "optional tables with rows of the département")
    assert match.unmatched == ("grid",)


def test_without_a_file_there_are_no_sums(tmp_path: Path) -> None:
    territory = maillage.load_territory(write_minidata(tmp_path))
    assert territory.grid is None
    assert not any("square" in m.what for m in territory.matches)


@pytest.mark.parametrize(
    ("line", "message", "column"),
    [
        (row(7e5, 7e6, "99001", 0, "dix,4,1,2,0,0,0,0,0"), "not a number: 'dix'", "ind"),
        (row(7e5, 7e6, "99001", 0, "-3,4,1,2,0,0,0,0,0"), "negative number: -3.0", "ind"),
        (row(7e5, 7e6, "99001", 0, "ns,4,1,2,0,0,0,0,0"), "missing value", "ind"),
        (row(7e5, 7e6, "99001", "maybe"), "neither yes nor no: 'maybe'", "i_est_200"),
        (f"CRS2975RES200mN7634000E0339600,x,0,0,99001,{FIGURES}", "not the name of a 200 m square", "idcar_200m"),
    ],
)
def test_faults_of_cells(line: str, message: str, column: str, tmp_path: Path) -> None:
    path = write(tmp_path / "g_2021.csv", SMALL, row(7.1e5, 7e6, "99001"), row(7.2e5, 7e6, "62001", "maybe"), line)
    fault = only_fault(lambda: read_grid(path, departement="99"))
    assert fault.message.startswith(message)
    assert (fault.column, fault.rows) == (column, ("line 4",))


def test_squares_are_never_named(tmp_path: Path) -> None:
    """Neither in a fault nor in what a load records: lines and counts only."""
    line = row(*centre("99001"), "99001")
    path = write(tmp_path / "g_2021.csv", SMALL, line, line)
    fault = only_fault(lambda: read_grid(path, departement="99"))
    assert (fault.message, fault.rows) == ("the same square twice", ("line 2", "line 3"))
    assert "CRS3035RES200mN3" not in str(fault)
    territory = load(tmp_path / "whole", [line, row(0, 6.8e6, "99001", 1)])
    told = repr((territory.sources, territory.matches, territory.estimates))
    assert not re.search(r"RES200m|N\d{7}E\d{7}", told)


def test_files_of_one_vintage_are_one_and_of_two_refused(tmp_path: Path) -> None:
    first, second = row(*centre("99001"), "99001"), row(*centre("99005"), "99005")
    toml = write_minidata(tmp_path)
    write(tmp_path / "a_2021.csv", SMALL, first)
    write(tmp_path / "b_2021.csv", SMALL, first.replace("10.5", "99"), second)
    write(tmp_path / "c_2019.csv", SMALL, second)
    text = toml.read_text(encoding="utf-8")
    toml.write_text(text.replace("[files]\n", '[files]\ngrid = ["a_2021.csv", "b_2021.csv"]\n'), encoding="utf-8")
    grid = maillage.load_territory(toml).grid
    assert grid is not None
    assert grid.people.sum() == 21
    toml.write_text(text.replace("[files]\n", '[files]\ngrid = ["a_2021.csv", "c_2019.csv"]\n'), encoding="utf-8")
    with pytest.raises(InputError, match="squares of several vintages: 2019, 2021"):
        maillage.load_territory(toml)


def test_files_that_are_no_squares(tmp_path: Path) -> None:
    path = write(tmp_path / "g.csv", "idcar_1km,ind", "CRS3035RES1000mN2029000E4252000,3")
    columns = [fault.column for fault in faults_of(lambda: read_grid(path, departement="99"))]
    assert columns[:3] == ["square", "imputed", "communes"]
    contours = tmp_path / "c.gpkg"
    gpd.GeoDataFrame({"code": ["99001"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=3035).to_file(contours)
    assert "square" in [fault.column for fault in faults_of(lambda: read_grid(contours, departement="99"))]
    assert "no such file" in only_fault(lambda: read_grid(tmp_path / "x.csv", departement="99")).message
    assert "no such file" in only_fault(lambda: read_grid(tmp_path / "x.gpkg", departement="99")).message


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(-3_000, 7_000), st.floats(-3_000, 3_000), st.sampled_from(range(5))), max_size=25))
def test_units_of_squares_as_the_slow_twin_finds_them(places: list[tuple[float, float, int]]) -> None:
    territory = toy_territory()
    units = territory.units
    west, south = (float(v) for v in units.geometry[0].bounds[:2])
    codes = [*dict.fromkeys(units.commune.tolist()), "99999"]
    squares = pd.DataFrame(
        {
            "communes": [codes[c % len(codes)] for *_, c in places],
            "x_m": [west + x for x, *_ in places],
            "y_m": [south + y for _, y, _ in places],
            "imputed": [c % 2 == 0 for *_, c in places],
            **dict.fromkeys(
                (
                    "people",
                    "households",
                    "poor_households",
                    "living_standard_eur",
                    "age_0_3",
                    "age_4_5",
                    "age_6_10",
                    "age_11_17",
                ),
                2.0,
            ),
        }
    )
    squares.attrs["vintage"] = "2021"
    expected = np.zeros(len(units))
    for x, y, commune in zip(squares["x_m"], squares["y_m"], squares["communes"], strict=True):
        unit = grid_unit(x, y, commune, units.geometry, units.commune, far_m=1_000.0)
        if unit is not None:
            expected[unit] += 2
    found = grid_sums(squares, units, lambda code: code, Ledger())
    assert (np.zeros(len(units)) if found is None else found.people) == pytest.approx(expected)
