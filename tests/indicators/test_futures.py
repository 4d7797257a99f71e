"""Probabilities over simulated futures, by hand; and a twin that counts them one by one."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pandas as pd
import pytest

from maillage.errors import InputError
from maillage.indicators import breaking, evaluate
from maillage.scenario import Rules, Scenario
from toy import A, B, toy_demand, toy_territory, toy_travel
from toy_futures import toy_futures
from toy_plans import ALL_TO_A, TODAY, plan_of

# B has 130, 170, 130 and 200 pupils in 2025 and 120 in 2026; A 150 and 140.
FOUR = toy_futures({}, {(2, 2025): 80}, {}, {(3, 2025): 160})


def risks(assignment: tuple[int, ...] = TODAY, territory: Any = None, demand: Any = FOUR, **rules: Any) -> pd.DataFrame:
    territory = territory or toy_territory()
    plan = dataclasses.replace(plan_of(territory, assignment), scenario=Scenario(name="toy", rules=Rules(**rules)))
    return breaking(plan, demand, territory)


@pytest.mark.parametrize(("capacity", "share"), [("low", 0.5), ("central", 0.5), ("high", 0.25)])
def test_too_full_by_the_capacity_of_the_rules(capacity: str, share: float) -> None:
    table = risks(capacity=capacity)
    assert table[["uai", "rentree"]].to_numpy().tolist() == [[A, 2025], [A, 2026], [B, 2025], [B, 2026]]
    assert table["p_over_capacity"].tolist() == [0, 0, share, 0]
    assert table["capacity_estimated"].tolist() == [False, False, True, True]
    assert table["p_under_min"].isna().all()


def test_too_small_by_the_least_size_of_the_rules() -> None:
    assert risks(min_pupils=150)["p_under_min"].tolist() == [0, 1, 0.5, 1]
    # Exactly as many as asked for is not too few.
    assert risks(min_pupils=120)["p_under_min"].tolist() == [0, 0, 0, 0]


def test_what_cannot_be_told_is_missing() -> None:
    assert risks(capacity="none")["p_over_capacity"].isna().all()
    unknown = toy_territory(colleges={"capacity": np.array([np.nan, 160.0])})
    assert risks(territory=unknown)["p_over_capacity"].isna().tolist() == [True, True, False, False]
    closed = risks(ALL_TO_A, min_pupils=10)
    assert closed["p_over_capacity"].isna().tolist() == [False, False, True, True]
    assert closed["p_under_min"].isna().tolist() == [False, False, True, True]
    # A has 280 places: 280, 320, 280 and 350 pupils.
    assert closed["p_over_capacity"].tolist()[:2] == [0.5, 0]


def test_a_unit_sectored_outside_counts_nowhere() -> None:
    assert risks((0, 0, 1, -1))["p_over_capacity"].tolist() == [0, 0, 0, 0]


def test_refused_without_futures_or_rentrees() -> None:
    with pytest.raises(InputError, match=r"no simulated futures[\s\S]*draws = 200"):
        risks(demand=toy_demand())
    late = dataclasses.replace(plan_of(toy_territory(), TODAY), until=2027)
    with pytest.raises(InputError, match="does not cover"):
        breaking(late, FOUR, toy_territory())


def test_the_same_as_counting_one_future_after_the_other() -> None:
    rng = np.random.default_rng(3)
    demand = toy_demand(draws=rng.uniform(0, 40, (30, 4, 4, 3)).astype(np.float32))
    plan = plan_of(toy_territory(), TODAY)
    found = breaking(plan, demand, toy_territory()).set_index(["uai", "rentree"])["p_over_capacity"]
    for s, (uai, places) in enumerate([(A, 280), (B, 160)]):
        for rentree in (2025, 2026):
            loads = [plan.loads(demand.future(i))[s, rentree - 2024] for i in range(30)]
            assert found[uai, rentree] == pytest.approx(np.mean([load > places for load in loads]))


def test_only_the_indicators_named_are_computed() -> None:
    plan = plan_of(toy_territory(), TODAY)
    whole = evaluate(toy_territory(), plan, toy_demand(), toy_travel())
    some = evaluate(toy_territory(), plan, toy_demand(), toy_travel(), names=["moved_share", "dissimilarity"])
    kept = whole[whole["indicator"].isin(["moved_share", "dissimilarity"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(some, kept)
    with pytest.raises(InputError, match=r"moved_shar[\s\S]*Did you mean 'moved_share'"):
        evaluate(toy_territory(), plan, toy_demand(), toy_travel(), names=["moved_shar"])
