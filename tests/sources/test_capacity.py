"""Capacities and canteens: the planner's figures first, estimates marked, strangers refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from maillage.sources.capacity import CanteenTables, estimate_capacity, estimate_places, join_canteens, join_capacity, latest
from maillage.sources.ledger import Ledger

UAI = np.array(["0990001A", "0990002B", "0990003C"])
HISTORY = pd.DataFrame({"uai": [*UAI, UAI[0]], "rentree": [2024] * 3 + [2019], "pupils": [400.0, 500.0, 300.0, 460.0]})
PUPILS = np.array([400.0, 500.0, 300.0])


def test_estimate_by_hand() -> None:
    low, central, high = estimate_capacity(np.array([460.0, 425.0]))
    assert low.tolist() == [460.0, 425.0]
    assert central.tolist() == [500.0, 475.0]  # 460 / 0.92 = 500 exactly; 425 / 0.92 = 461.96
    assert high.tolist() == [550.0, 500.0]  # 541.2; 425 / 0.85 = 500 exactly


def test_planner_first_then_the_largest_enrolment_seen() -> None:
    table = pd.DataFrame({"uai": [UAI[1]], "capacity": [600.0], "capacity_low": [560.0], "capacity_high": [np.nan]})
    ledger = Ledger()
    result = join_capacity(UAI, PUPILS, HISTORY, table, file="capacities.csv", ledger=ledger)
    assert result.estimated.tolist() == [True, False, True]
    assert result.central.tolist() == [500.0, 600.0, 350.0]
    assert result.low.tolist() == [460.0, 560.0, 300.0]
    assert result.high.tolist() == [550.0, 600.0, 375.0]
    assert [(e.quantity, e.count, e.total) for e in ledger.estimates] == [("capacity", 2, 3)]
    assert not ledger.faults


def test_a_capacity_below_enrolment_is_listed_not_refused() -> None:
    table = pd.DataFrame({"uai": UAI[:2], "capacity": [380.0, 500.0], "capacity_low": np.nan, "capacity_high": np.nan})
    ledger = Ledger()
    result = join_capacity(UAI, PUPILS, HISTORY, table, file="capacities.csv", ledger=ledger)
    assert not ledger.faults
    (match,) = ledger.matches
    assert match.unmatched == ("0990001A (380 places, 400 pupils)",)
    assert (match.matched, match.total) == (1, 2)
    assert "below today's enrolment" in match.consequence
    assert result.central[0] == 380.0


def test_strangers_in_every_own_table_are_faults() -> None:
    ledger = Ledger()
    stranger = pd.DataFrame({"uai": ["0999999Z"], "capacity": [1.0], "capacity_low": [1.0], "capacity_high": [1.0]})
    join_capacity(UAI, PUPILS, HISTORY, stranger, file="capacities.csv", ledger=ledger)
    seats = pd.DataFrame({"uai": ["0999998Y"], "seats": [1.0], "sittings": [1.0]})
    meals = pd.DataFrame({"uai": ["0999997X"], "production_meals": [1.0], "ecole_meals": [1.0]})
    tables = CanteenTables(None, seats, meals, None, {"canteens": "seats.csv", "kitchens": "kitchens.csv"})
    join_canteens(UAI, 2024, tables, 0.62, ledger)
    assert [(f.file, f.rows) for f in ledger.faults] == [
        ("capacities.csv", ("0999999Z",)),
        ("seats.csv", ("0999998Y",)),
        ("kitchens.csv", ("0999997X",)),
    ]


def test_lunch_rates_from_the_last_rentree_up_to_the_base() -> None:
    boarding = pd.DataFrame(
        {
            "uai": [UAI[0], UAI[0], UAI[1]],
            "rentree": [2023, 2025, 2025],
            "pupils": [400.0, 100.0, 500.0],
            "demi_pensionnaires": [200.0, 100.0, 0.0],
            "internes": [40.0, np.nan, np.nan],
        }
    )
    ledger = Ledger()
    result = join_canteens(UAI, 2024, CanteenTables(boarding, None, None, None, {}), 0.62, ledger)
    assert result.lunch_rate == pytest.approx([0.6, 0.0, 0.62])
    assert result.lunch_rate_estimated.tolist() == [False, False, True]
    assert np.isnan(result.seats).all()
    assert result.kitchen.tolist() == [-1, -1, -1]
    assert [(e.quantity, e.count) for e in ledger.estimates] == [("lunch rate", 1)]


def kitchens(served: list[str], cooks: list[str]) -> tuple[Ledger, CanteenTables]:
    meals = pd.DataFrame({"uai": [UAI[0]], "production_meals": [900.0], "ecole_meals": [np.nan]})
    supplies = pd.DataFrame({"kitchen_uai": cooks, "served_uai": served})
    return Ledger(), CanteenTables(None, None, meals, supplies, {"kitchens": "kitchens.csv", "supplies": "supplies.csv"})


def test_a_college_is_cooked_for_by_its_supplier_else_by_itself() -> None:
    ledger, tables = kitchens([UAI[1], UAI[2], "0990100E"], [UAI[0], "0590001N", UAI[0]])
    result = join_canteens(UAI, 2024, tables, 0.62, ledger)
    assert not ledger.faults
    assert result.kitchen.tolist() == [0, 0, -1]
    assert result.production_meals == pytest.approx([900.0, np.nan, np.nan], nan_ok=True)
    assert result.ecole_meals.tolist() == [0.0, 0.0, 0.0]
    by_what = {m.what: m.unmatched for m in ledger.matches}
    assert by_what["places supplied that are public collèges"] == ("0990100E",)
    assert by_what["kitchens that are public collèges"] == ("0590001N",)


def test_two_kitchens_for_one_college_is_a_fault() -> None:
    ledger, tables = kitchens([UAI[1], UAI[1]], [UAI[0], UAI[2]])
    join_canteens(UAI, 2024, tables, 0.62, ledger)
    assert [(f.file, f.rows) for f in ledger.faults] == [("supplies.csv", (UAI[1],))]


def test_latest_looks_back_before_it_looks_ahead() -> None:
    rows = pd.DataFrame({"uai": ["a", "a", "a", "b"], "rentree": [2019, 2021, 2023, 2025]})
    assert latest(rows, 2022).set_index("uai")["rentree"].to_dict() == {"a": 2021, "b": 2025}


def test_unknown_canteen_places_are_what_was_once_served() -> None:
    seats = pd.DataFrame({"uai": [UAI[1]], "seats": [100.0], "sittings": [2.0]})
    tables = CanteenTables(None, seats, None, None, {"canteens": "seats.csv"})
    ledger = Ledger()
    result = estimate_places(join_canteens(UAI, 2024, tables, 0.5, ledger), np.array([460.0, 500.0, 301.0]), ledger)
    assert result.seats.tolist() == [77.0, 100.0, 51.0]  # 460 x 0.5 / 3 = 76.7; 301 x 0.5 / 3 = 50.2
    assert result.sittings.tolist() == [3.0, 2.0, 3.0]
    assert result.places_estimated.tolist() == [True, False, True]
    assert [(e.quantity, e.count) for e in ledger.estimates if e.quantity == "canteen places"] == [("canteen places", 2)]
