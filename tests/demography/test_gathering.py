"""Sums by place, what was published of places before, and questions that an enrolment cannot answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage import InputError, project_enrolment
from maillage.demography.gathering import gathered, past_of_bassins, past_of_colleges
from maillage.demography.sectors import today_sectors
from maillage.territory import COLLEGE_COLUMNS, Bassins
from toy import A, B, toy_demand, toy_territory
from toy_cohorts import BASE, cohorts_with, territory_with
from toy_plans import ALL_TO_A, SWAPPED, plan_of

TWO = Bassins(np.array(["W", "E"]), np.array([0, 0, 1, 1]), np.array([0, 1]), "by hand")


@given(st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_sums_by_place_are_plain_sums(seed: int) -> None:
    rng = np.random.default_rng(seed)
    draws, units, years, places = rng.integers(1, 4), rng.integers(1, 9), rng.integers(1, 5), rng.integers(1, 4)
    pupils = rng.integers(0, 90, (draws, units, 4, years)).astype(float)
    site = rng.integers(-1, places, (units, years))
    found = gathered(pupils, site, int(places))
    slow = np.zeros((draws, places, 4, years))
    for unit in range(units):
        for t in range(years):
            if site[unit, t] >= 0:
                slow[:, site[unit, t], :, t] += pupils[:, unit, :, t]
    assert (found == slow).all()


def test_a_plan_counts_from_its_start() -> None:
    demand, territory = toy_demand(), toy_territory()
    swapped = demand.by_college(plan_of(territory, SWAPPED, 2026), territory)
    # Until 2025 as today; in 2026 u0 and u2 go to A, u1 and u3 to B.
    assert swapped.total().tolist() == [[160, 150, 120], [140, 130, 140]]
    closed = demand.by_college(plan_of(territory, ALL_TO_A))
    assert closed.total().tolist() == [[160, 280, 260], [140, 0, 0]]
    assert closed.name.tolist() == [A, B]
    assert swapped.name.tolist() == ["Collège des Aulnes", "Collège des Bouleaux"]
    assert swapped.past.to_dict("list") == {"code": [A, B], "rentree": [2023, 2023], "pupils": [168.0, 140.0]}
    assert closed.past.empty


def test_bassins_and_the_departement() -> None:
    territory = toy_territory(bassins=TWO)
    found = toy_demand().by_bassin(territory)
    assert found.total().tolist() == [[160, 150, 140], [140, 130, 120]]
    assert found.past.sort_values("code").to_dict("list") == {
        "code": ["E", "W"],
        "rentree": [2023, 2023],
        "pupils": [140.0, 168.0],
    }
    whole = toy_demand().everywhere(territory)
    assert whole.total().tolist() == [[300, 280, 260]]
    assert whole.past["pupils"].tolist() == [308.0]
    with pytest.raises(InputError, match="the territory has no bassins"):
        toy_demand().by_bassin(toy_territory())


def test_a_unit_sectored_outside_counts_nowhere() -> None:
    territory = toy_territory(bassins=TWO, units={"present": np.array([0, 0, 1, -1], np.int32)})
    demand = toy_demand()
    for found in (demand.by_college(today_sectors(territory)), demand.by_bassin(territory), demand.everywhere(territory)):
        assert found.total().sum(axis=0).tolist() == [200, 190, 180]


def test_a_bassin_has_a_past_only_where_all_its_colleges_are_known() -> None:
    rows = [(A, 2022, 100.0), (B, 2022, np.nan), (A, 2023, 100.0), (B, 2023, 50.0), (A, BASE, 1.0), (B, BASE, 1.0)]
    told = pd.DataFrame([(*row, *[np.nan] * 4) for row in rows], columns=["uai", "rentree", "pupils", *COLLEGE_COLUMNS])
    one = Bassins(np.array(["W"]), np.zeros(4, int), np.zeros(2, int), "by hand")
    territory = toy_territory(cohorts=cohorts_with(history=told), bassins=one)
    assert past_of_colleges(territory)["rentree"].tolist() == [2022, 2023, 2023]
    assert past_of_bassins(territory).to_dict("list") == {"code": ["W"], "rentree": [2023], "pupils": [150.0]}
    assert past_of_colleges(territory_with()).empty


def test_quantiles_by_hand_and_questions_that_cannot_be_answered() -> None:
    draws = np.ones((3, 4, 4, 3), np.float32) * np.array([1.0, 2.0, 4.0], np.float32)[:, None, None, None]
    found = toy_demand(draws=draws).by_college(today_sectors(toy_territory()))
    # Two units a collège, four grades: 8, 16 and 32 pupils.
    assert found.quantile(0.5).tolist() == [[16.0] * 3] * 2
    assert found.quantile((0.0, 1.0)).shape == (2, 2, 3)
    assert found.quantile((0.0, 1.0), "4e")[:, 0, 0].tolist() == [2.0, 8.0]
    with pytest.raises(InputError) as caught:
        found.quantile(1.5, "2de")
    assert [fault.column for fault in caught.value.faults] == ["q", "grade"]
    with pytest.raises(InputError, match="no simulated futures"):
        toy_demand().by_college(today_sectors(toy_territory())).quantile(0.5)
    with pytest.raises(InputError, match=f"no collège 'x'. Known: {A}"):
        found.position("x")
    assert found.position(B) == 1


def test_what_a_demand_holds_cannot_be_written_to() -> None:
    demand = project_enrolment(territory_with(), BASE + 1, draws=2)
    for array in (demand.pupils, demand.draws, demand.private_factor, demand.rentrees):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
