"""Figures that can be checked against the official files (rentrée 2022)."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from maillage.demography.demand import Demand
from maillage.indicators import evaluate, observed_mix
from maillage.plan import Plan
from maillage.scenario import Scenario
from maillage.territory import Colleges, PrivateColleges
from maillage.travel.times import TravelTimes
from toy import toy_territory

IPS_FILE = "france/fr-en-ips-colleges-ap2022.csv"
PUBLISHED = {
    "062": ((60_519, 89.51, 31.23, 0.0956), (74_147, 94.43, 32.60, 0.1862)),
    "035": ((31_487, 108.74, 37.24, 0.1380), (55_544, 112.49, 34.50, 0.1559)),
}
"""Pupils, mean IPS, standard deviation and eta squared: public collèges, then private ones too."""


@pytest.mark.parametrize("departement", PUBLISHED)
def test_observed_mix_of_the_official_file(shared_data: Path, departement: str) -> None:
    table = pd.read_csv(shared_data / IPS_FILE, sep=";", dtype={"code_du_departement": str}).query(
        "code_du_departement == @departement"
    )
    columns = {"pupils": "effectifs", "ips": "ips", "ips_sd": "ecart_type_de_l_ips"}
    public, private = (
        {name: part[column].to_numpy(dtype=float) for name, column in columns.items()}
        for part in (table[table["secteur"] == "public"], table[table["secteur"] != "public"])
    )
    toy = toy_territory()
    found = observed_mix(toy_territory(colleges=_filled(toy.colleges, public), private=_filled(toy.private, private)))
    for row, expected in zip(("public", "with_private"), PUBLISHED[departement], strict=True):
        values = found.loc[row, ["pupils", "ips_mean", "ips_sd", "eta_squared"]].astype(float).tolist()
        assert [round(values[0]), *np.round(values[1:3], 2), round(values[3], 4)] == list(expected)


def test_the_units_of_pas_de_calais_give_the_published_mix_back(shared_data: Path) -> None:
    """Once pupils are placed in units, today's sectors must still say what the collèges' own figures say."""
    from maillage.sources import load_territory

    names = {
        "positions": "france/fr-en-adresse-et-geolocalisation-etablissements-premier-et-second-degre.csv",
        "ips_colleges": IPS_FILE,
        "ips_ecoles": "france/fr-en-ips-ecoles-ap2022.csv",
        "sectors": "62-pas-de-calais/communes_colleges_62.csv",
        "income_communes": "france/cc_filosofi_2021_COM.csv",
        "communes": "62-pas-de-calais/communes-62-pas-de-calais.geojson",
    }
    settings = {"code": "62", "name": "Pas-de-Calais", "base_rentree": 2022, "unsectored": "neighbours"}
    territory = load_territory({"territory": settings, "files": names}, base=shared_data)
    observed = observed_mix(territory)["eta_squared"]
    assert observed.round(4).tolist() == [0.0956, 0.1862]
    shape = len(territory.units), len(territory.colleges)
    today = Plan(
        scenario=Scenario(name="present", present=True),
        assignment=territory.units.present,
        present=territory.units.present,
        uai=territory.colleges.uai,
        open=np.ones(shape[1], bool),
        start=2023,
        until=2023,
        status="present",
        objective=np.nan,
        bound=np.nan,
        gap=0.0,
        seconds=0.0,
        method="",
    )
    demand = Demand(np.array([2022]), territory.units.pupils[:, None, None] * np.full((1, 4, 1), 0.25), "central", np.ones(1))
    travel = TravelTimes(np.zeros(shape), np.zeros(shape), "car", True, "none")
    found = evaluate(territory, today, demand, travel).set_index("indicator")["value"]
    assert found["eta_squared"] == pytest.approx(observed["public"], abs=5e-5)
    assert found["eta_squared_with_private"] == pytest.approx(observed["with_private"], abs=5e-5)
    assert (found["ips_min"], found["ips_max"]) == pytest.approx((62.8, 113.9), abs=0.05)
    assert found["ips_mean"] == pytest.approx(89.51, abs=0.01)


def _filled(table: Colleges | PrivateColleges, figures: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Columns of as many collèges as there are figures; the others repeat the toy's first collège."""
    count = len(figures["pupils"])
    return {c.name: np.repeat(getattr(table, c.name)[:1], count, axis=0) for c in fields(table)} | figures
