"""Communes, their sectors and their écoles, joined by hand on a row of four squares."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from maillage.sources.communes import Communes, current_code, inhabitants, join_communes
from maillage.sources.ecoles import join_ecoles, plain_name
from maillage.sources.ledger import Ledger
from maillage.sources.sectors import Places, join_sectors
from maillage.territory import ECOLE_GRADES

CODES = ["99001", "99002", "99003", "99004"]
NAMES = ["Ostre-Ville", "Saint-Léon", "Val", "Île d'Ostre"]
UAI = np.array(["0990001N", "0990002P"])
NOWHERE = pd.DataFrame({"x_m": [], "y_m": []}, index=pd.Index([], name="uai", dtype=str))


@pytest.fixture(scope="module")
def communes() -> Communes:
    """Three squares in a row and an island beyond the third."""
    squares = [shapely.box(x, 0, x + 1000, 1000) for x in (0, 1000, 2000, 5000)]
    contours = gpd.GeoDataFrame({"commune": CODES, "name": NAMES}, geometry=squares, crs=2154)
    found = join_communes(contours, "99", str, "communes.geojson", Ledger())
    assert found is not None
    return found


@pytest.fixture(scope="module")
def places(communes: Communes) -> Places:
    xy = np.array([[500.0, 500.0], [2500.0, 500.0]])
    home = np.array([0, 2], dtype=np.int32)
    return Places(communes.code, communes.xy_m, communes.edges, communes.edge_length_m, UAI, xy, home)


def sectors(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame([(*pair, 1.0) for pair in pairs], columns=["commune", "uai", "weight"])


def test_neighbours_of_communes(communes: Communes) -> None:
    assert communes.edges.tolist() == [[0, 1], [1, 2]]
    assert communes.positions_of(pd.Series(["99003", "62001"])).tolist() == [2, -1]


def test_codes_follow_the_cog_and_the_planner() -> None:
    cog = pd.DataFrame(
        {
            "commune": ["99001", "99001", "99002", "99003"],
            "parent": ["", "99001", "99001", "99004"],
            "kind": ["COM", "COMD", "COMD", "COMA"],
        }
    )
    current = current_code(cog, {"99004": "99005", "99008": "99009", "99009": "99008"})
    assert [current(code) for code in ("99001", "99002", "99003", "99007")] == ["99001", "99001", "99005", "99007"]
    assert current("99008") in ("99008", "99009"), "a circle ends"


def test_inhabitants_by_age_then_persons_then_area(communes: Communes) -> None:
    ages = pd.DataFrame(
        {"commune": ["99001", "99001", "99002"], "year": 2021, "age": [6, 10, 7], "population": [5.0, 6.0, 20.0]}
    )
    income = pd.DataFrame({"commune": CODES, "median_eur": 20_000.0, "persons": [900.0, np.nan, 300.0, 500.0]})
    assert inhabitants(communes, income, ages, Ledger()).tolist() == [11, 20, 11, 11]
    assert inhabitants(communes, income, None, Ledger()).tolist() == [900, 300, 300, 500]
    ledger = Ledger()
    assert inhabitants(communes, None, None, ledger).tolist() == [1e6] * 4
    assert ledger.estimates[0].method == "area of the commune"


def test_sectors_spread_in_waves_and_over_water(places: Places) -> None:
    ledger = Ledger()
    table = sectors(("99001", UAI[0]), ("99001", UAI[1]))
    found = join_sectors(table, places, NOWHERE, neighbours=True, file="sectors.csv", ledger=ledger)
    assert found is not None
    assert found.sectored == 1
    assert found.assumed.tolist() == [False, True, True, True]
    # 99002 takes the nearer of its neighbour's two collèges (equally near: the first), 99003 copies it, then the island
    assert found.commune.tolist() == [0, 0, 1, 2, 3]
    assert found.college.tolist() == [0, 1, 0, 0, 0]
    assert found.weight.tolist() == [0.5, 0.5, 1.0, 1.0, 1.0]


def test_a_known_outside_collège_is_placed(places: Places) -> None:
    elsewhere = pd.DataFrame({"x_m": [-3000.0, np.nan], "y_m": [10.0, np.nan]}, index=pd.Index(["0980001A", "0980002B"]))
    table = sectors(("99001", UAI[0]), ("99002", "0980001A"), ("99003", UAI[1]), ("99004", "0980002B"))
    found = join_sectors(table, places, elsewhere, neighbours=False, file="sectors.csv", ledger=Ledger())
    assert found is not None
    assert found.college.tolist() == [0, -1, 1, -1]
    assert found.xy_m.tolist() == [[500, 500], [-3000, 10], [2500, 500], [5500, 500]]


def test_names_of_communes_in_any_spelling() -> None:
    assert plain_name("ST LEON CEDEX 03") == plain_name("Saint-Léon") == "SAINT LEON"
    assert plain_name("Île d’Ostre") == "ILE D OSTRE"


def ecoles(*rows: tuple[str, int, str, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["uai", "rentree", "commune", "commune_name", "each"])
    return table.assign(**dict.fromkeys(ECOLE_GRADES, table["each"])).drop(columns="each")


def test_écoles_serve_their_neighbours(places: Places) -> None:
    pupils = ecoles(
        ("0990101X", 2022, "99001", "", 30.0),
        ("0990103Z", 2022, "", "VAL", 20.0),
        ("0990104A", 2022, "", "NULLE PART", 9.0),
        ("0990101X", 2021, "99001", "", 33.0),
        ("0990102Y", 2021, "", "ST-LEON", 4.0),
    )
    ips = pd.DataFrame(
        {"uai": ["0990101X"], "rentree": [2022], "commune": ["99001"], "pupils": [np.nan], "ips": [90.0]},
    )
    ledger = Ledger()
    found = join_ecoles(pupils, ips, np.array(NAMES), np.array([100.0, 50.0, 50.0, 50.0]), places, 2022, ledger)
    # 50 a grade in proportion to 100, 50, 50, 50: 99002 is beside both écoles, the island nearest to the second
    assert found.pupils.sum(axis=0) == pytest.approx([50.0] * 5)
    assert found.pupils[:, 0] == pytest.approx([20.0, 10.0, 10.0, 10.0], abs=0.1)
    assert found.served.tolist() == [False, True, False, True]
    assert found.ips == pytest.approx([90.0, np.nan, np.nan, np.nan], nan_ok=True)
    assert found.ips_attended == pytest.approx([90.0, 90.0, np.nan, np.nan], nan_ok=True)
    assert [m.unmatched for m in ledger.matches] == [(), ("0990104A",)]
    history = found.history.groupby("rentree")["cm2"].sum()
    assert history.to_dict() == pytest.approx({2021: 37.0, 2022: 50.0})
    then = found.history.query("rentree == 2021").set_index("commune")["cm2"]
    assert then["99002"] == pytest.approx(33 * 10 / 30 + 4, abs=0.1), "an école that has closed keeps its pupils in its commune"
