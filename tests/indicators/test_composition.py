"""A composition that changes from rentrée to rentrée: indicators, optimiser and independent check count the same."""

from __future__ import annotations

import numpy as np
import pytest

from maillage.demography.composition import Composition
from maillage.errors import InputError
from maillage.indicators import evaluate
from maillage.model.costs import basis_of, raw_terms
from maillage.planner import optimise
from maillage.scenario import Goals, Rules, Scenario
from maillage.tally import count, dissimilarity, ips_deviation, objective_of
from toy import PUPILS, toy_demand, toy_territory, toy_travel
from toy_plans import SWAPPED, TODAY, plan_of

IPS = np.array([[80.0, 78, 76], [100, 100, 104], [85, 85, 85], [120, 121, 122]])
SD = np.array([[20.0, 20, 21], [20, 20, 20], [20, 22, 20], [20, 20, 20]])
SHARE = np.array([[0.6, 0.65, 0.7], [25 / 60, 0.4, 0.35], [0.5, 0.5, 0.5], [0.3, 0.3, 0.25]])


def composed():
    rentrees = np.arange(2024, 2027)
    return toy_demand(composition=Composition(rentrees, IPS, SD, PUPILS * SHARE, SHARE, np.zeros(3)))


def test_indicators_by_hand(measure) -> None:
    found = measure(demand=composed())
    # 2026: A has 80 pupils of IPS 76 and 60 of 104, B 40 of 85 and 80 of 122.
    a, b = (80 * 76 + 60 * 104) / 140, (40 * 85 + 80 * 122) / 120
    assert (found["ips_min"][2], found["ips_max"][2]) == pytest.approx((a, b))
    mean = (140 * a + 120 * b) / 260
    between = 140 * (a - mean) ** 2 + 120 * (b - mean) ** 2
    square = 80 * (76**2 + 21**2) + 60 * (104**2 + 400) + 40 * (85**2 + 400) + 80 * (122**2 + 400)
    assert found["eta_squared"][2] == pytest.approx(between / (square - 260 * mean**2))
    # Disadvantaged: A 56 + 21 = 77 of 140, B 20 + 20 = 40 of 120.
    assert found["dissimilarity"][2] == pytest.approx((abs(77 / 117 - 63 / 143) + abs(40 / 117 - 80 / 143)) / 2)


def test_the_base_rentree_is_as_without_a_composition(measure) -> None:
    plain, found = measure(), measure(demand=composed())
    for name in ("dissimilarity", "theil_h", "normalised_exposure", "eta_squared", "ips_mean", "ips_deviation"):
        assert found[name][0] == pytest.approx(plain[name][0])
        assert found[name][2] != pytest.approx(plain[name][2])


@pytest.mark.parametrize("assignment", [TODAY, SWAPPED])
@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_everybody_counts_the_same(measure, assignment, year) -> None:
    territory, demand, travel = toy_territory(), composed(), toy_travel()
    basis, site = basis_of(territory, demand, travel, year, year), np.array(assignment, np.int32)
    counted = count(territory, site, demand, travel, [year])
    found = measure(assignment, start=2024, demand=demand)
    for name, told in (("dissimilarity", dissimilarity), ("ips_deviation", ips_deviation)):
        terms = raw_terms(territory, Goals(mix=1.0, mix_measure=name), basis, site, np.ones(2, bool))
        assert terms["mix"] == pytest.approx(found[name][year - 2024])
        assert told(counted) == pytest.approx(found[name][year - 2024])


@pytest.mark.parametrize("assignment", [TODAY, SWAPPED])
@pytest.mark.parametrize("demand", [toy_demand(), composed()])
def test_optimiser_and_check_agree_over_several_rentrees(assignment, demand) -> None:
    territory, travel = toy_territory(), toy_travel()
    basis, site = basis_of(territory, demand, travel, 2025, 2026), np.array(assignment, np.int32)
    counted = count(territory, site, demand, travel, [2025, 2026])
    for name, told in (("dissimilarity", dissimilarity), ("ips_deviation", ips_deviation)):
        terms = raw_terms(territory, Goals(mix=1.0, mix_measure=name), basis, site, np.ones(2, bool))
        assert terms["mix"] == pytest.approx(told(counted))


def test_means_over_rentrees_by_hand() -> None:
    basis = basis_of(toy_territory(), composed(), toy_travel(), 2025, 2026)
    np.testing.assert_allclose(basis.group, [(90 * 0.65 + 80 * 0.7) / 2, (60 * 0.4 + 60 * 0.35) / 2, 20, (27 + 20) / 2])
    mean = (90 * 78 + 80 * 76 + 60 * 100 + 60 * 104 + 2 * 40 * 85 + 90 * 121 + 80 * 122) / 540
    np.testing.assert_allclose(basis.index_sum[0], (90 * (78 - mean) + 80 * (76 - mean)) / 2)
    assert basis.index_sum.sum() == pytest.approx(0, abs=1e-9)


def test_a_composition_of_other_rentrees_is_refused(measure) -> None:
    other = Composition(np.arange(2024, 2026), IPS[:, :2], SD[:, :2], SHARE[:, :2], SHARE[:, :2], np.zeros(2))
    with pytest.raises(InputError, match=r"\(4, 2\) instead of \(4, 3\) units and rentrées"):
        measure(demand=toy_demand(composition=other))


def test_counted_groups_are_no_estimate(measure) -> None:
    for observed in (False, True):
        territory = toy_territory(group_observed=observed)
        for assignment, start in ((TODAY, 2025), (SWAPPED, 2024)):
            table = evaluate(territory, plan_of(territory, assignment, start), toy_demand(), toy_travel())
            base = table[table["rentree"] == 2024].set_index("indicator")["estimated"]
            assert base["dissimilarity"] == (not observed or assignment == SWAPPED)
            assert base["dissimilarity_with_private"]


@pytest.mark.parametrize("name", ["dissimilarity", "ips_deviation"])
def test_a_plan_made_with_a_composition_is_worth_what_its_solver_says(name) -> None:
    territory, travel = toy_territory(), toy_travel()
    goals = Goals(travel=0.1, mix=1.0, mix_measure=name)
    scenario = Scenario(name="mix", close=0, goals=goals, rules=Rules(canteen="none", min_pupils=100))
    plan = optimise(territory, scenario, demand=composed(), travel=travel)
    assert plan.status == "proven"
    assert plan.objective == pytest.approx(objective_of(plan, territory, composed(), travel))
    assert plan.objective != pytest.approx(objective_of(plan, territory, toy_demand(), travel))
