"""Rules that hold in simulated futures: which futures, the plan they make, the check that shares no code with it."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.check import check
from maillage.demography.demand import Demand
from maillage.demography.sample import representative
from maillage.errors import InfeasibleError, InputError, PlanError, ScenarioError
from maillage.model.build import problem_of
from maillage.model.columns import columns_of
from maillage.model.evaluate import evaluate
from maillage.model.program import program_of
from maillage.model.rules import within_capacity, within_limits
from maillage.plan import Plan
from maillage.planner import optimise
from maillage.report.words import Words
from maillage.scenario import Goals, Rules, Scenario, StudySettings, parse_model
from maillage.solver import solve
from maillage.tally import futures_asked
from toy import A, B, toy_demand, toy_territory, toy_travel
from toy_futures import TOO_MANY_AT_B, toy_futures
from toy_plans import ALL_TO_A, TODAY, plan_of

ROOM: dict[str, Any] = {"canteen": "none"}
EVERYONE = np.ones(4, bool)


def best(demand: Demand, goals: Goals | None = None, territory: Any = None, **rules: Any) -> Plan:
    scenario = Scenario(name="toy", gap=0.0, close=0, rules=Rules(**(ROOM | rules)), goals=goals or Goals())
    return optimise(territory or toy_territory(), scenario, demand=demand, travel=toy_travel())


def handmade(assignment: tuple[int, ...], **rules: Any) -> Plan:
    scenario = Scenario(name="toy", rules=Rules(**(ROOM | rules)))
    return dataclasses.replace(plan_of(toy_territory(), assignment), scenario=scenario)


def judged(plan: Plan, demand: Demand) -> list[tuple[str, str, int | None, int | None, float]]:
    found = check(plan, toy_territory(), demand, toy_travel())
    return [(b.rule, b.where, b.rentree, b.future, pytest.approx(b.excess)) for b in found]


def test_futures_in_which_a_college_overflows_change_the_plan() -> None:
    demand = toy_futures(*TOO_MANY_AT_B)
    assert best(demand).assignment.tolist() == [0, 0, 1, 1]
    careful = best(demand, futures=2)
    assert careful.status == "proven"
    assert careful.assignment.tolist() == [0, 0, 0, 1]
    # Measured on the projection alone: 85 x 5 + 60 x 12 + 40 x 15 + 85 x 5 = 2,170 pupil-minutes of 1,970.
    assert careful.objective == pytest.approx(2170 / 1970)
    assert dict(careful.terms)["moves"] == pytest.approx(40 / 270)


def test_one_future_is_the_middle_of_the_upper_half() -> None:
    # 260 and 305 pupils in 2026: the upper half is the second future, in which B must not get u2 and u3 together.
    demand = toy_futures(*TOO_MANY_AT_B)
    assert best(demand, futures=1).assignment.tolist() == [0, 0, 0, 1]
    assert judged(handmade(TODAY, futures=1), demand) == [("capacity", B, 2026, 1, 5)]


def test_the_check_finds_what_fails_in_a_future_alone() -> None:
    demand = toy_futures(*TOO_MANY_AT_B)
    assert judged(handmade(TODAY), demand) == []
    assert judged(handmade(TODAY, futures=2), demand) == [("capacity", B, 2025, 0, 10), ("capacity", B, 2026, 1, 5)]
    assert judged(handmade(ALL_TO_A, futures=2, capacity="high"), demand) == [
        ("capacity", A, 2025, 0, 20),
        ("capacity", A, 2026, 1, 5),
    ]
    (first, _) = check(handmade(TODAY, futures=2), toy_territory(), demand, toy_travel())
    assert str(first) == "capacity: 0990002P in 2025, simulated future 0, 10 pupils beyond"


def test_small_futures_bind_where_there_is_a_least_size() -> None:
    # 190, 260 and 305 pupils in 2026: with a least size, one future is the middle one of all.
    demand = toy_futures({(3, 2026): 10}, {}, {(3, 2026): 125})
    assert judged(handmade(TODAY, min_pupils=100, capacity="none", futures=1), demand) == []
    assert judged(handmade(TODAY, min_pupils=100, capacity="none", futures=3), demand) == [("min_pupils", B, 2026, 0, 50)]
    # Today's sectors move nobody, but leave 40 + 10 at B in the small future; with u1 B has 110 there, and A keeps 80.
    stay = {"min_pupils": 80, "capacity": "none", "goals": Goals(travel=0.01, moves=1.0)}
    assert best(demand, **stay).assignment.tolist() == [0, 0, 1, 1]
    assert best(demand, **stay, futures=3).assignment.tolist() == [0, 1, 1, 1]


def test_canteens_and_kitchens_bind_in_futures() -> None:
    # B has 80 lunch places: 0.5 x 170 = 85. A's kitchen cooks 200: 0.6 x 150 + 85 + 30 for écoles = 205.
    seats = handmade(TODAY, capacity="none", canteen="seats", futures=2)
    assert judged(seats, toy_futures(*TOO_MANY_AT_B)) == [
        ("canteen seats", B, 2025, 0, 5),
        ("kitchen output", A, 2025, 0, 5),
        ("canteen seats", B, 2026, 1, 2.5),
    ]
    with pytest.raises(InfeasibleError, match="meals too many"):
        best(toy_futures({(2, 2025): 160}), canteen="seats", capacity="none", futures=1)


def test_a_kitchen_that_closes_is_said_once() -> None:
    plan = dataclasses.replace(
        handmade((1, 1, 1, 1), canteen="seats", capacity="none", futures=2), open=np.array([False, True])
    )
    rules = [rule for rule, *_ in judged(plan, toy_futures({}, {}))]
    assert rules.count("kitchen closed") == 2


def test_the_canteen_goal_is_paid_in_the_projection_alone() -> None:
    few = toy_territory(colleges={"seats": np.array([90.0, 20.0])})
    demand = toy_futures(*TOO_MANY_AT_B)
    scenario = Scenario(name="toy", gap=0.0, close=0, rules=Rules(canteen="none", futures=2), goals=Goals(canteen=1.0))
    problem = problem_of(few, scenario, demand, toy_travel(), 2025, 2026)
    columns = columns_of(problem)
    assert problem.demand.shape == (4, 6)
    assert columns.overflow.shape == (2, 2)
    assert len(within_limits(problem, columns)) == 4
    assert program_of(problem).column_names()[-1] == f"overflow[seats of {B},2026]"
    outcome = solve(problem, gap=0.0)
    # u3 alone stays at B: 45 and 40 lunches for 40 places; 5 beyond of 0.6 x 290 + 0.5 x 250 = 299 today.
    assert outcome.assignment is not None
    assert outcome.assignment.tolist() == [0, 0, 0, 1]
    assert outcome.objective == pytest.approx(2170 / 1970 + 5 / 299)
    # The check agrees, or `optimise` would raise.
    assert best(demand, scenario.goals, few, futures=2).objective == pytest.approx(outcome.objective)


def test_a_problem_with_futures_judges_and_names_them() -> None:
    scenario = Scenario(name="toy", rules=Rules(futures=2, **ROOM))
    problem = problem_of(toy_territory(), scenario, toy_futures(*TOO_MANY_AT_B), toy_travel(), 2025, 2026)
    assert problem.demand[2].tolist() == [40, 40, 80, 40, 40, 40]
    assert problem.mix_pupils.tolist() == [85, 60, 40, 85]
    assert [problem.year(t) for t in range(6)][1:3] == ["2026", "2025, simulated future 0"]
    names = within_capacity(problem, columns_of(problem)).names(problem)
    assert f"within_capacity[{B},2025, simulated future 0]" in names
    broken = evaluate(problem, np.array(TODAY), np.ones(2, bool)).breaches
    assert broken == (("within_capacity", B, 10.0),)


@pytest.mark.parametrize(
    ("change", "told", "french"),
    [
        # 1,000 + 60 + 40 + 80.
        (
            {(0, 2026): 1000},
            "capacity (central): at most 440 places in 2 open collèges for 1180 pupils in 2026, simulated future 0, 740 short",
            "pour 1\u202f180 élèves en 2026, futur simulé nᵒ 0, il en manque 740",
        ),
        # u0 fits nowhere, though there are places for all.
        (
            {(0, 2025): 281, (1, 2025): 0, (2, 2025): 0, (3, 2025): 0},
            f"capacity: 1 pupils too many at {A} in 2025, simulated future 0",
            f"1 élèves de trop à {A} en 2025, futur simulé nᵒ 0",
        ),
    ],
)
def test_an_impossible_future_is_named_in_both_languages(change: Any, told: str, french: str) -> None:
    with pytest.raises(InfeasibleError) as refused:
        best(toy_futures(change), futures=1)
    assert refused.value.reasons == (told,)
    assert french in str(Words("fr").recorded(told))


def test_todays_sectors_are_judged_in_futures_too() -> None:
    scenario = Scenario(name="today", present=True, rules=Rules(futures=2, **ROOM))
    plan = optimise(toy_territory(), scenario, demand=toy_futures(*TOO_MANY_AT_B), travel=toy_travel())
    assert [(b.rentree, b.future) for b in plan.breaches] == [(2025, 0), (2026, 1)]


def test_a_plan_that_fails_in_a_future_is_never_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("maillage.model.build.representative", lambda *args, **kwargs: ())
    with pytest.raises(PlanError, match="capacity: 0990002P in 2025, simulated future 0"):
        best(toy_futures(*TOO_MANY_AT_B), futures=2)


def test_futures_that_are_not_there_are_refused_with_the_remedy() -> None:
    with pytest.raises(InputError, match=r"asks for 2 simulated futures, the demand has 0[\s\S]*draws=200"):
        best(toy_demand(), futures=2)
    with pytest.raises(InputError, match="asks for 3 simulated futures, the demand has 2"):
        best(toy_futures({}, {}), futures=3)
    with pytest.raises(InputError, match=r"asks for 2 simulated futures, `demand` has 0[\s\S]*draws=200"):
        check(handmade(TODAY, futures=2), toy_territory(), toy_demand(), toy_travel())


def test_futures_are_drawn_where_no_demand_is_given() -> None:
    scenario = Scenario(name="toy", rules=Rules(capacity="high", futures=1, **ROOM))
    assert optimise(toy_territory(), scenario, until=2026, travel=toy_travel()).breaches == ()


def test_a_rule_with_nothing_to_hold_is_refused() -> None:
    asked = {"name": "toy", "rules": {"futures": 3, "capacity": "none", "canteen": "none"}}
    with pytest.raises(ScenarioError, match=r"rules\.futures has nothing to hold"):
        parse_model(Scenario, asked, "toy")
    with pytest.raises(ScenarioError, match="less than or equal to 10"):
        parse_model(Rules, {"futures": 11}, "toy")
    assert StudySettings(until=2030).draws == 200


def totals(*pupils: float) -> Demand:
    """Futures of these totals in 2026."""
    return toy_futures(*({(0, 2026): total, (1, 2026): 0, (2, 2026): 0, (3, 2026): 0} for total in pupils))


def test_which_futures_are_chosen() -> None:
    ten = totals(30, 10, 20, 50, 40, 60, 100, 90, 80, 70)
    # Upper half: 60, 70, 80, 90, 100.
    assert representative(ten, EVERYONE, 2026, 1, both_ends=False) == (8,)
    assert representative(ten, EVERYONE, 2026, 5, both_ends=False) == (5, 9, 8, 7, 6)
    # Not enough in the half: all ten.
    assert set(representative(ten, EVERYONE, 2026, 10, both_ends=False)) == set(range(10))
    # Whole order, the third of each five: 30 and 80.
    assert representative(ten, EVERYONE, 2026, 2, both_ends=True) == (0, 8)
    assert representative(ten, EVERYONE, 2026, 0, both_ends=True) == ()
    # Units sectored outside do not count: equal totals are in the order of their numbers.
    assert representative(totals(30, 10), EVERYONE, 2026, 2, both_ends=True) == (1, 0)
    assert representative(totals(30, 10), np.array([False, True, True, True]), 2026, 2, both_ends=True) == (0, 1)


@given(
    pupils=st.lists(st.integers(0, 6), min_size=1, max_size=40),
    count=st.integers(1, 10),
    least=st.sampled_from([0, 1]),
)
def test_the_check_chooses_the_same_futures_with_its_own_code(pupils: list[int], count: int, least: int) -> None:
    demand, count = totals(*pupils), min(count, len(pupils))
    chosen = representative(demand, EVERYONE, 2026, count, both_ends=bool(least))
    assert list(chosen) == futures_asked(handmade(TODAY, futures=count, min_pupils=least), toy_territory(), demand)
    assert len(set(chosen)) == count
