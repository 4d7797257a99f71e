"""The tables themselves: what is in them, what is called estimated, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from maillage.errors import InputError
from maillage.indicators import INDICATORS, college_table, evaluate, observed_mix
from maillage.indicators.registry import indicator, never
from toy import A, B, toy_demand, toy_territory, toy_travel
from toy_plans import ALL_TO_A, SWAPPED, TODAY, plan_of

DOCS = Path(__file__).resolve().parents[2] / "docs" / "indicators.md"


def natures(table: pd.DataFrame) -> pd.DataFrame:
    return table.pivot(index="indicator", columns="rentree", values="nature")


def test_every_indicator_has_every_rentree_once() -> None:
    territory = toy_territory()
    table = evaluate(territory, plan_of(territory, SWAPPED), toy_demand(), toy_travel())
    assert list(table.columns) == ["indicator", "rentree", "value", "unit", "better", "estimated", "nature"]
    assert list(table["indicator"].unique()) == list(INDICATORS)
    assert (table.groupby("indicator")["rentree"].apply(tuple) == (2024, 2025, 2026)).all()
    assert set(table["better"]) == {"lower", "higher", ""}


def test_later_rentrees_are_projected_and_today_is_as_published() -> None:
    territory = toy_territory(colleges={"capacity_estimated": np.zeros(2, bool)})
    found = natures(evaluate(territory, plan_of(territory, SWAPPED), toy_demand(), toy_travel()))
    assert (found[[2025, 2026]] == "projected").all(axis=None)
    assert (
        found.loc[["eta_squared", "eta_squared_with_private", "occupancy", "lunches", "moved_share"], 2024].eq("observed").all()
    )
    assert found.loc[["dissimilarity", "theil_h", "travel_mean_min"], 2024].eq("estimated").all()


def test_a_plan_that_starts_at_once_estimates_what_was_published_by_college() -> None:
    territory = toy_territory()
    found = natures(evaluate(territory, plan_of(territory, SWAPPED, start=2024), toy_demand(), toy_travel()))[2024]
    assert found[["eta_squared", "ips_min", "colleges_under_200", "lunches", "moved_share"]].eq("estimated").all()
    assert found[["open_colleges", "closed_colleges"]].eq("observed").all()


@pytest.mark.parametrize(
    ("changes", "touched", "spared"),
    [
        ({"colleges": {"capacity_estimated": np.array([False, True])}}, "pupils_above_capacity", "colleges_under_200"),
        ({"colleges": {"lunch_rate_estimated": np.array([True, False])}}, "lunches", "eta_squared"),
        ({"colleges": {"canteen_estimated": np.array([True, False])}}, "canteen_load_max", "lunches"),
        ({"colleges": {"seats": np.array([90.0, np.nan])}}, "canteens_over_places", "lunches"),
        ({"private": {"ips_sd": np.array([np.nan])}}, "eta_squared_with_private", "eta_squared"),
    ],
)
def test_an_estimated_input_marks_what_rests_on_it(changes: dict, touched: str, spared: str) -> None:
    territory = toy_territory(**changes)
    table = evaluate(territory, plan_of(territory, TODAY), toy_demand(), toy_travel())
    today = table[table["rentree"] == 2024].set_index("indicator")
    assert bool(today.loc[touched, "estimated"])
    assert today.loc[touched, "nature"] == "estimated"
    assert not today.loc[spared, "estimated"]


def test_college_table_by_hand() -> None:
    territory = toy_territory()
    table = college_table(territory, plan_of(territory, ALL_TO_A), toy_demand(), toy_travel())
    assert len(table) == 6
    rows = table.set_index(["uai", "rentree"])
    a = rows.loc[(A, 2025)]
    assert a["open"]
    assert a["pupils"] == pytest.approx(280)
    assert a["occupancy"] == pytest.approx(1)
    assert a["ips"] == pytest.approx((90 * 80 + 60 * 100 + 40 * 85 + 90 * 120) / 280)
    assert a["group_share"] == pytest.approx((54 + 25 + 20 + 27) / 280)
    assert (a["lunches"], a["lunch_places"]) == pytest.approx((168, 180))
    assert a["travel_mean_min"] == pytest.approx(12.75)
    assert a["nature"] == "projected"
    closed = rows.loc[(B, 2025)]
    assert not closed["open"]
    assert (closed["pupils"], closed["lunches"]) == (0, 0)
    assert closed[["occupancy", "ips", "group_share", "travel_mean_min"]].isna().all()
    assert rows.loc[(B, 2024), "capacity_estimated"]
    assert not rows.loc[(A, 2024), "capacity_estimated"]
    assert rows.loc[(A, 2024), "nature"] == "observed"


def test_observed_mix_needs_nothing_but_the_published_tables() -> None:
    table = observed_mix(toy_territory())
    assert table.loc["public", ["colleges", "pupils", "ips_mean"]].tolist() == [2, 300, 98]
    between, within = 160 * 10.5**2 + 140 * 12**2, 160 * 493.75 + 140 * 650
    assert table.loc["public", "ips_sd"] == pytest.approx(np.sqrt((between + within) / 300))
    assert table.loc["public", "eta_squared"] == pytest.approx(between / (between + within))
    assert table.loc["with_private", "pupils"] == 360
    assert not table["estimated"].any()


def test_today_s_units_give_the_published_mix_back() -> None:
    territory = toy_territory()
    table = evaluate(territory, plan_of(territory, TODAY), toy_demand(), toy_travel())
    today = table[table["rentree"] == 2024].set_index("indicator")["value"]
    published = observed_mix(territory)["eta_squared"]
    assert today["eta_squared"] == pytest.approx(published["public"])
    assert today["eta_squared_with_private"] == pytest.approx(published["with_private"])


def test_a_private_college_without_standard_deviation_gets_the_mean_one() -> None:
    private = {
        "uai": np.array(["0990003R", "0990004S"]),
        "name": np.array(["One", "Two"]),
        "commune": np.array(["99002", "99003"]),
        "xy_m": np.zeros((2, 2)),
        "pupils": np.array([60.0, 40.0]),
        "ips": np.array([118.0, 105.0]),
    }
    known = toy_territory(private={**private, "ips_sd": np.array([25.0, 25.0])})
    missing = toy_territory(private={**private, "ips_sd": np.array([25.0, np.nan])})
    assert observed_mix(missing).loc["with_private", "eta_squared"] == pytest.approx(
        observed_mix(known).loc["with_private", "eta_squared"]
    )
    assert list(observed_mix(missing)["estimated"]) == [False, True]
    none = observed_mix(toy_territory(private={**private, "ips_sd": np.full(2, np.nan)}))
    assert 0 < none.loc["with_private", "eta_squared"] < 1


def test_stages_of_another_territory_are_refused_together() -> None:
    territory, travel = toy_territory(), toy_travel()
    demand = toy_demand(pupils=np.ones((3, 4, 3)))
    narrow = toy_travel(minutes=travel.minutes[:, :1], distance_km=travel.distance_km[:, :1], destinations=None)
    with pytest.raises(InputError) as caught:
        evaluate(territory, plan_of(territory, TODAY), demand, narrow)
    assert {fault.file for fault in caught.value.faults} == {"demand", "travel"}


def test_two_indicators_cannot_share_a_name() -> None:
    with pytest.raises(AssertionError, match="lunches"):
        indicator("lunches", "meals", "", never)(lambda situation: situation.lunches.sum(axis=0))


def test_every_indicator_is_documented_with_its_unit() -> None:
    lines = DOCS.read_text(encoding="utf-8").splitlines()
    rows = {cells[1].strip(" `"): cells for line in lines if len(cells := line.split("|")) >= 6}
    for name, item in INDICATORS.items():
        assert name in rows, f"{name} is not in {DOCS.name}"
        assert rows[name][2].strip() == item.unit, name
        assert rows[name][3].strip() == (item.better or "neutral"), name
