"""From indicators by rentrée to a table of criteria."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from maillage.errors import InputError
from maillage.indicators import DEFAULT_CRITERIA, INDICATORS, Criterion, criteria_table, evaluate
from maillage.ranking import WEIGHT_PROFILES, rank
from toy import toy_demand, toy_territory, toy_travel
from toy_plans import ALL_TO_A, SWAPPED, TODAY, plan_of


def indicators(**changes: object) -> pd.DataFrame:
    territory = toy_territory(**changes)
    plans = {"today": TODAY, "swapped": SWAPPED, "close": ALL_TO_A}
    parts = [
        evaluate(territory, plan_of(territory, plan), toy_demand(), toy_travel()).assign(scenario=name)
        for name, plan in plans.items()
    ]
    return pd.concat(parts)


def test_criteria_are_means_over_the_rentrees_of_the_study() -> None:
    table, better = criteria_table(indicators(), 2025, 2026)
    assert list(table.index) == ["today", "swapped", "close"]
    assert list(table.columns) == list(DEFAULT_CRITERIA)
    assert set(better.values()) == {"lower"}
    assert table.loc["close", "sites"] == 1
    assert table.loc["swapped", "stability"] == pytest.approx((100 / 280 + 100 / 260) / 2)
    assert table.loc["close", "access"] == pytest.approx((12.75 + (400 + 720 + 600 + 1600) / 260) / 2)


def test_what_is_unknown_for_all_is_left_out() -> None:
    table, better = criteria_table(indicators(colleges={"seats": np.full(2, np.nan)}), 2025, 2026)
    assert list(table.columns) == list(better) == [name for name in DEFAULT_CRITERIA if name != "canteen"]


def test_unknown_in_one_rentree_is_unknown() -> None:
    frame = indicators()
    hole = (frame["scenario"] == "close") & (frame["indicator"] == "dissimilarity") & (frame["rentree"] == 2026)
    table, better = criteria_table(frame.assign(value=frame["value"].mask(hole)), 2025, 2026)
    assert table["mix"].isna().tolist() == [False, False, True]
    with pytest.raises(InputError, match=r"mix.*close"):
        rank(table, better, {"mix": 1.0})


def test_unknown_indicator_and_empty_years_are_refused_together() -> None:
    with pytest.raises(InputError) as caught:
        criteria_table(indicators(), 2040, 2050, {"mix": Criterion("disimilarity")})
    assert "Did you mean 'dissimilarity'?" in str(caught.value)
    assert "no rentrée from 2040 to 2050" in str(caught.value)


def test_default_criteria_and_profiles_name_what_exists() -> None:
    assert {item.indicator for item in DEFAULT_CRITERIA.values()} <= set(INDICATORS)
    for name, weights in WEIGHT_PROFILES.items():
        assert set(weights) == set(DEFAULT_CRITERIA), name
        assert sum(weights.values()) == 100, name
