"""The independent check: for each rule a plan that breaks it alone; two implementations of the objective that agree."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.check import check
from maillage.demography.demand import Demand
from maillage.errors import InfeasibleError, InputError, PlanError
from maillage.model.build import problem_of
from maillage.model.costs import basis_of, raw_terms, relative_terms
from maillage.model.evaluate import evaluate
from maillage.plan import Breach, Plan
from maillage.planner import optimise, present_plan
from maillage.scenario import Goals, Rules, Scenario
from maillage.tally import count_plan, objective_of, raw_values
from maillage.territory import Territory
from maillage.travel.times import TravelTimes
from toy import A, B, toy_demand, toy_territory, toy_travel

FREE: dict[str, Any] = {"capacity": "none", "canteen": "none"}
BOTH, ONLY_A, ONLY_B = (True, True), (True, False), (False, True)
TODAY, NEARER = [0, 0, 1, 1], [0, 1, 1, 1]


def handmade(
    assignment: list[int], is_open: tuple[bool, bool] = BOTH, rules: dict[str, Any] | None = None, **scenario: Any
) -> Plan:
    """A plan that no solver made, for 2025 and 2026."""
    return Plan(
        scenario=Scenario(name="toy", rules=Rules(**{**FREE, **(rules or {})}), **scenario),
        assignment=np.array(assignment, np.int32),
        present=np.array(TODAY, np.int32),
        uai=np.array([A, B]),
        open=np.array(is_open),
        start=2025,
        until=2026,
        status="feasible",
        objective=np.nan,
        bound=np.nan,
        gap=np.nan,
        seconds=0.0,
        method="by hand",
    )


def judged(plan: Plan, territory: Territory | None = None) -> list[tuple[str, str, int | None, float]]:
    found = check(plan, territory or toy_territory(), toy_demand(), toy_travel())
    return [(b.rule, b.where, b.rentree, pytest.approx(b.excess)) for b in found]


@pytest.mark.parametrize(
    ("asked", "found", "enough"),
    [
        ({"rules": {"capacity": "central"}}, [("capacity", B, 2025, 30), ("capacity", B, 2026, 20)], {"capacity": "none"}),
        ({"rules": {"capacity": "low"}}, [("capacity", B, 2025, 50), ("capacity", B, 2026, 40)], {"capacity": "none"}),
        ({"rules": {"capacity": "high"}}, [("capacity", B, 2025, 10)], {"capacity": "none"}),
        ({"rules": {"min_pupils": 85}}, [("min_pupils", A, 2026, 5)], {"min_pupils": 80}),
        ({"rules": {"max_minutes": 9}}, [("max_minutes", "unit 99003", None, 1)], {"max_minutes": 10}),
        ({"rules": {"max_moved_share": 0.2}}, [("max_moved_share", "all units", None, 2 / 90)], {"max_moved_share": 2 / 9}),
        # A 51 of 85, B 25 + 20 + 25.5 = 70.5 of 185; 121.5 and 148.5 in all: D = 51 / 121.5 - 34 / 148.5.
        (
            {"rules": {"max_dissimilarity": 0.15}},
            [("max_dissimilarity", "all collèges", None, 51 / 121.5 - 34 / 148.5 - 0.15)],
            {"max_dissimilarity": 0.1908},
        ),
        ({"rules": {"canteen": "seats"}}, [("canteen seats", B, 2025, 15), ("canteen seats", B, 2026, 10)], {}),
    ],
)
def test_each_rule_broken_alone(asked: dict[str, Any], found: list[Any], enough: dict[str, Any]) -> None:
    assert judged(handmade(NEARER, **asked)) == found
    assert judged(handmade(NEARER, rules=enough)) == []


@pytest.mark.parametrize(
    ("plan", "found"),
    [
        (handmade(TODAY, ONLY_A), [("closed", B, None, 130)]),
        (handmade([0, 0, 0, 0], ONLY_A, close=0), [("close", "1 collèges close", None, 1)]),
        (handmade(TODAY, close=1), [("close", "0 collèges close", None, 1)]),
        (handmade([0, 0, 0, 0], close_named=(B,)), [("close_named", B, None, 1)]),
        (handmade([1, 1, 1, 1], ONLY_B, keep_open=(A,)), [("keep_open", A, None, 1)]),
        (handmade([0, 0, -1, 1]), [("each_unit_once", "unit 99003", None, 1)]),
        (handmade([0, 0, 2, 1]), [("each_unit_once", "unit 99003", None, 1)]),
        (
            handmade([0, 1, 0, 1], rules={"contiguous": True}),
            [("contiguous", "unit 99003 from 0990001N", None, 1), ("contiguous", "unit 99002 from 0990002P", None, 1)],
        ),
        (handmade(NEARER, rules={"contiguous": True}), []),
    ],
)
def test_levers_sectors_and_pieces(plan: Plan, found: list[Any]) -> None:
    assert judged(plan) == found


def test_kitchens_broken_alone() -> None:
    seats = {"canteen": "seats"}
    small = toy_territory(colleges={"production_meals": np.array([180.0, np.nan])})
    # 0.6 x 150 + 0.5 x 130 + 30 for écoles = 185 meals in 2025, 174 in 2026.
    assert judged(handmade(TODAY, rules=seats), small) == [("kitchen output", A, 2025, 5)]
    roomy = {"seats": np.array([90.0, np.nan])}
    for_b = toy_territory(colleges={**roomy, "ecole_meals": np.zeros(2)})
    everyone_at_b = handmade([1, 1, 1, 1], ONLY_B, rules=seats)
    assert judged(everyone_at_b, for_b) == [("kitchen closed", f"{A}, which cooks for {B}", None, 1)]
    for_ecoles = toy_territory(colleges={**roomy, "kitchen": np.array([0, 1], np.int32)})
    assert judged(everyone_at_b, for_ecoles) == [("kitchen closed", f"{A}, which cooks for écoles", None, 1)]
    neither = toy_territory(colleges={**roomy, "kitchen": np.array([0, -1], np.int32), "ecole_meals": np.zeros(2)})
    assert judged(everyone_at_b, neither) == []


def test_a_unit_sectored_outside_stays_outside() -> None:
    outside = toy_territory(units={"present": np.array([0, 0, -1, 1], np.int32)})
    assert judged(handmade([0, 0, -1, 1], rules={"max_moved_share": 0.0}), outside) == []
    assert judged(handmade(TODAY), outside) == [("each_unit_once", "unit 99003", None, 1)]


def test_pieces_across_an_island_and_a_college_outside() -> None:
    asked = {"contiguous": True}
    island = toy_territory(units={"edges": np.array([[0, 1], [1, 2]], np.int32), "edge_length_m": np.full(2, 6e3)})
    # u3 borders nobody: it counts as a neighbour of u2, the nearest.
    assert judged(handmade([0, 0, 0, 0], rules=asked), island) == []
    assert judged(handmade([0, 0, 1, 0], rules=asked), island) == [("contiguous", f"unit 99004 from {A}", None, 1)]
    # B stands in u3, which is sectored outside: u1 is nearest to it by road (9 min), u2 (10 min) next to that.
    outside = toy_territory(units={"present": np.array([0, 1, 1, -1], np.int32)})
    assert judged(handmade([0, 1, 1, -1], rules=asked), outside) == []
    # u0 and u2 join at u1, where B is taken to stand; u2 does not reach A in u0 so.
    assert judged(handmade([1, 0, 1, -1], rules=asked), outside) == []
    assert judged(handmade([0, 1, 0, -1], rules=asked), outside) == [("contiguous", f"unit 99003 from {A}", None, 1)]


def test_a_journey_nobody_makes_and_one_nobody_can() -> None:
    minutes = toy_travel().minutes.copy()
    minutes[2, 1] = np.inf
    cut_off = toy_travel(minutes=minutes)
    pupils = toy_demand().pupils.copy()
    pupils[2] = 0
    assert [b.rule for b in check(handmade(TODAY), toy_territory(), toy_demand(), cut_off)] == ["max_minutes"]
    assert check(handmade(TODAY), toy_territory(), toy_demand(pupils=pupils), cut_off) == ()


def test_a_figure_that_is_no_number_passes_no_bound() -> None:
    pupils = toy_demand().pupils.copy()
    pupils[2] = np.nan
    found = check(handmade(TODAY, rules={"capacity": "central"}), toy_territory(), toy_demand(pupils=pupils), toy_travel())
    assert {b.rule for b in found} == {"capacity", "min_pupils"}


def test_a_plan_of_another_territory_is_refused() -> None:
    other = dataclasses.replace(handmade(TODAY), uai=np.array([B, A]))
    with pytest.raises(InputError, match="not made for this territory"):
        check(other, toy_territory(), toy_demand(), toy_travel())
    with pytest.raises(InputError, match="travel"):
        check(
            handmade(TODAY), toy_territory(), toy_demand(), TravelTimes(np.ones((4, 3)), np.ones((4, 3)), "car", False, "toy")
        )
    late = dataclasses.replace(handmade(TODAY), until=2027)
    with pytest.raises(InputError, match="2027"):
        check(late, toy_territory(), toy_demand(), toy_travel())


def test_the_objective_by_hand() -> None:
    plan = handmade(NEARER, goals=Goals(travel=2.0, mix=1.0, moves=3.0, sites=0.5, canteen=4.0))
    # Lunches above B's 80: 15 and 10, of 0.6 x (150 + 140) + 0.5 x (130 + 120) = 299 today.
    mix = (51 / 121.5 - 34 / 148.5) / (76 / 121.5 - 69 / 148.5)
    expected = 2 * 1790 / 1970 + mix + 3 * 60 / 270 + 0.5 + 4 * 25 / 299
    assert objective_of(plan, toy_territory(), toy_demand(), toy_travel()) == pytest.approx(expected)


def test_a_pupil_without_a_route_today_does_not_change_the_scale() -> None:
    minutes = toy_travel().minutes.copy()
    minutes[1, 0] = np.inf
    plan = optimise(
        toy_territory(),
        Scenario(name="toy", rules=Rules(**FREE), goals=Goals(travel=1.0, moves=1.0)),
        demand=toy_demand(),
        travel=toy_travel(minutes=minutes),
    )
    # Of today's 1,970 pupil-minutes the 720 of u1 have no route.
    assert plan.objective == pytest.approx(1790 / 1250 + 60 / 270)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Territory, Demand, TravelTimes, Plan]:
    """The toy with random pupils, IPS, journeys and canteens, and a random plan of it."""
    rng = np.random.default_rng(draw(st.integers(0, 100_000)))
    base = np.round(rng.uniform(0, 100, 4)) * (rng.random(4) > 0.2)
    present = rng.integers(0, 2, 4) - (rng.random(4) < 0.15) * 2
    present = np.maximum(present, -1).astype(np.int32)
    territory = toy_territory(
        units={
            "present": present,
            "pupils": base,
            "group": base * rng.uniform(0, 1.1, 4),
            "ips": np.where(base > 0, rng.uniform(60, 140, 4), 100.0),
        },
        colleges={"lunch_rate": rng.uniform(0, 1, 2), "seats": np.where(rng.random(2) < 0.3, np.nan, rng.uniform(5, 60, 2))},
    )
    demand = toy_demand(pupils=rng.uniform(0, 25, (4, 4, 3)) * (rng.random((4, 1, 1)) > 0.2))
    minutes = rng.uniform(2, 60, (4, 2))
    goals = Goals(**{name: draw(st.sampled_from([0.0, 0.5, 3.0])) for name in ("mix", "moves", "sites", "canteen")})
    goals = goals.model_copy(update={"mix_measure": draw(st.sampled_from(["dissimilarity", "ips_deviation"]))})
    assignment = np.where(present < 0, -1, rng.integers(0, 2, 4))
    is_open = (bool((assignment == 0).any()), bool((assignment == 1).any()))
    return territory, demand, toy_travel(minutes=minutes), handmade(assignment.tolist(), is_open, goals=goals)


@given(worlds())
@settings(max_examples=200, deadline=None)
def test_two_implementations_of_the_objective_agree(world: tuple[Territory, Demand, TravelTimes, Plan]) -> None:
    territory, demand, travel, plan = world
    counted, today = count_plan(plan, territory, demand, travel)
    basis = basis_of(territory, demand, travel, plan.start, plan.until)
    goals, site = plan.scenario.goals, plan.assignment[basis.unit]
    theirs = raw_terms(territory, goals, basis, site, plan.open)
    assert raw_values(counted, today, plan.open, goals.mix_measure) == pytest.approx(theirs, rel=1e-9, abs=1e-9)
    relative = relative_terms(territory, goals, basis, site, plan.open)
    weighed = sum(getattr(goals, name) * value for name, value in relative.items())
    assert objective_of(plan, territory, demand, travel) == pytest.approx(weighed, rel=1e-9, abs=1e-9)


@given(worlds(), st.data())
@settings(max_examples=200, deadline=None)
def test_check_and_program_agree_on_what_is_allowed(
    world: tuple[Territory, Demand, TravelTimes, Plan], data: st.DataObject
) -> None:
    territory, demand, travel, plan = world
    bounds: dict[str, Any] = {
        "capacity": st.sampled_from(["none", "low", "high"]),
        "min_pupils": st.sampled_from([0, 60]),
        "max_minutes": st.sampled_from([None, 45.0]),
        "max_moved_share": st.sampled_from([None, 0.3]),
        "max_dissimilarity": st.sampled_from([None, 0.2]),
        "canteen": st.sampled_from(["none", "seats"]),
    }
    rules = Rules(**{name: data.draw(values, name) for name, values in bounds.items()})
    close = data.draw(st.sampled_from([None, 0]), "close")
    scenario = plan.scenario.model_copy(update={"rules": rules, "goals": Goals(), "close": close})
    plan = dataclasses.replace(plan, scenario=scenario)
    problem = problem_of(territory, scenario, demand, travel, plan.start, plan.until)
    answer = plan.assignment[territory.units.present >= 0]
    theirs = evaluate(problem, answer, plan.open).breaches
    assert bool(check(plan, territory, demand, travel)) == bool(theirs), theirs


@pytest.mark.parametrize("group", [np.zeros(4), toy_territory().units.pupils], ids=["nobody", "everybody"])
def test_without_two_groups_there_is_nothing_to_mix(group: Any) -> None:
    scenario = Scenario(name="toy", rules=Rules(**FREE, max_dissimilarity=0.1), goals=Goals(mix=1.0), gap=0.0)
    plan = optimise(toy_territory(units={"group": group}), scenario, demand=toy_demand(), travel=toy_travel())
    assert plan.objective == pytest.approx(1790 / 1970)
    assert dict(plan.terms)["mix"] == 0.0


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        ({"assignment": np.array(NEARER, np.int32)}, "capacity: 0990002P in 2025, 30 pupils beyond"),
        ({"objective": 0.9}, "objective 0.9 from the solver, 1 measured on the plan"),
        ({"objective": np.nan}, "objective nan from the solver"),
        ({"bound": 1.1}, "above the plan's value 1"),
        ({"bound": 0.5}, "said to be proven, but 0.5 above its bound"),
    ],
)
def test_a_solver_that_lies_is_found_out(monkeypatch: pytest.MonkeyPatch, lie: dict[str, Any], words: str) -> None:
    from maillage import planner

    honest = planner.solve
    monkeypatch.setattr(planner, "solve", lambda *arguments: dataclasses.replace(honest(*arguments), **lie))
    with pytest.raises(PlanError, match=words):
        optimise(toy_territory(), Scenario(name="toy", close=0, gap=0.0), demand=toy_demand(), travel=toy_travel())


def test_impossible_in_compact_form_does_not_claim_more() -> None:
    rules = Rules(**FREE, max_dissimilarity=0.12, contiguous=True)
    with pytest.raises(InfeasibleError, match="others, that wind around, may be possible"):
        optimise(toy_territory(), Scenario(name="toy", close=0, rules=rules), demand=toy_demand(), travel=toy_travel())


def test_breaches_of_today_are_listed() -> None:
    small = toy_territory(colleges={"production_meals": np.array([180.0, np.nan])})
    plan = present_plan(small, Scenario(name="toy"), toy_demand(), toy_travel(), 2025, 2026)
    assert plan.breaches == (Breach("kitchen output", A, 2025, 5.0, "meals"),)
    assert str(plan.breaches[0]) == f"kitchen output: {A} in 2025, 5 meals beyond"
