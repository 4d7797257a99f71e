"""Plans of the toy territory, by hand; and the check that catches a plan which breaks one rule."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from maillage.check import check
from maillage.errors import InfeasibleError, InputError, PlanError
from maillage.plan import Plan
from maillage.planner import optimise, present_plan
from maillage.scenario import Goals, Rules, Scenario
from toy import A, B, toy_demand, toy_territory, toy_travel

FREE = Rules(capacity="none", canteen="none")


def plan_of(territory: Any = None, **scenario: Any) -> Plan:
    asked = Scenario(name="toy", gap=0.0, **scenario)
    return optimise(territory or toy_territory(), asked, demand=toy_demand(), travel=toy_travel())


def test_today_is_best_under_capacity() -> None:
    plan = plan_of(close=0)
    assert plan.status == "proven"
    assert plan.assignment.tolist() == [0, 0, 1, 1]
    assert plan.objective == pytest.approx(1.0)
    assert plan.closed == ()
    assert plan.breaches == ()


def test_without_capacity_u1_goes_to_its_nearer_college() -> None:
    plan = plan_of(rules=FREE)
    assert plan.assignment.tolist() == [0, 1, 1, 1]
    # 85 x 5 + 60 x 9 + 40 x 10 + 85 x 5 = 1,790 pupil-minutes of 1,970.
    assert plan.objective == pytest.approx(1790 / 1970)
    assert dict(plan.terms)["moves"] == pytest.approx(60 / 270)


def test_the_only_closure_possible() -> None:
    plan = plan_of(close=1)
    assert plan.closed == (B,)
    # 85 x 5 + 60 x 12 + 40 x 15 + 85 x 20 = 3,445.
    assert plan.objective == pytest.approx(3445 / 1970)


def test_mix_measured_and_improved() -> None:
    today = dict(plan_of(close=0).terms)
    assert today["mix"] == pytest.approx(1.0)
    mixed = plan_of(close=0, rules=FREE, goals=Goals(travel=0.1, mix=1.0))
    # u0 and u3 at A: 51 + 25.5 of 170 are 45 %, as everywhere: D = 0.
    assert mixed.assignment.tolist() == [0, 1, 1, 0]
    assert dict(mixed.terms)["mix"] == pytest.approx(0.0, abs=1e-9)


def test_goals_and_rules_each_change_the_plan() -> None:
    assert plan_of(rules=FREE, goals=Goals(travel=0.1, moves=1.0)).assignment.tolist() == [0, 0, 1, 1]
    assert plan_of(rules=FREE, goals=Goals(travel=0.1, sites=1.0)).closed == (A,)
    assert plan_of(rules=FREE, goals=Goals(travel=1.0, canteen=5.0)).assignment.tolist() == [0, 0, 1, 1]
    assert plan_of(rules=Rules(capacity="none", canteen="none", max_moved_share=0.2)).assignment.tolist() == [0, 0, 1, 1]
    assert plan_of(rules=Rules(capacity="none")).assignment.tolist() == [0, 0, 1, 1]
    assert plan_of(rules=Rules(min_pupils=140)).closed == (B,)
    assert plan_of(rules=Rules(capacity="none", canteen="none", max_dissimilarity=0.01)).assignment.tolist() == [0, 1, 1, 0]
    ips = plan_of(close=0, rules=FREE, goals=Goals(travel=0.01, mix=1.0, mix_measure="ips_deviation"))
    assert dict(ips.terms)["mix"] == pytest.approx(0.0, abs=1e-9)


def test_contiguous_sectors() -> None:
    territory = toy_territory()
    scattered = Rules(capacity="none", canteen="none", max_dissimilarity=0.12)
    assert plan_of(territory, close=0, rules=scattered).assignment.tolist() == [0, 1, 1, 0]
    rules = Rules(capacity="none", canteen="none", max_dissimilarity=0.12, contiguous=True)
    with pytest.raises(InfeasibleError):
        plan_of(territory, close=0, rules=rules)
    in_pieces = plan_of(rules=Rules(capacity="none", canteen="none", contiguous=True))
    assert in_pieces.assignment.tolist() == [0, 1, 1, 1]
    assert "compact form" in in_pieces.method


def test_a_unit_sectored_outside_stays_there() -> None:
    units = toy_territory().units
    outside = np.where(np.arange(4) == 2, -1, units.present).astype(np.int32)
    none = np.where(np.arange(4) == 2, 0.0, units.pupils)
    demand = toy_demand().pupils.copy()
    demand[2] = 0
    territory = toy_territory(units={"present": outside, "pupils": none})
    scenario = Scenario(name="toy", close=1, rules=Rules(contiguous=True))
    plan = optimise(territory, scenario, demand=toy_demand(pupils=demand), travel=toy_travel())
    assert plan.assignment.tolist() == [0, 0, -1, 0]
    assert plan.sectors(territory, toy_demand()).query("unit == '99003'").uai.tolist() == ["", ""]


def test_a_unit_without_pupils_is_in_a_sector_all_the_same() -> None:
    demand = toy_demand().pupils.copy()
    demand[3] = 0
    plan = optimise(toy_territory(), Scenario(name="toy", close=1), demand=toy_demand(pupils=demand), travel=toy_travel())
    assert plan.assignment.tolist() == [0, 0, 0, 0]


def test_extra_constraints_in_pulp() -> None:
    scenario = Scenario(name="toy", rules=FREE)
    plan = optimise(
        toy_territory(),
        scenario,
        demand=toy_demand(),
        travel=toy_travel(),
        extra=lambda m: m.addConstraint(m.x["99002", A] == m.x["99003", A], "together"),
    )
    assert plan.assignment[1] == plan.assignment[2]


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ({"rules": Rules(max_minutes=4)}, "max_minutes: no open collège within 4 min of unit 99001, 99002, 99003, 99004"),
        (
            {"close": 1, "rules": Rules(capacity="low")},
            "capacity (low): at most 250 places in 1 open collèges for 280 pupils in 2025",
        ),
        ({"close": 2}, "close: 2 of 2 collèges cannot close"),
        ({"close_named": (A,), "rules": Rules(capacity="none")}, f"canteen: a kitchen that others need would close: {A} cooks"),
        (
            {"close": 0, "rules": Rules(min_pupils=200)},
            "min_pupils: 2 open collèges of 200 pupils need 400, there are 260 in 2026",
        ),
        ({"close": 1, "rules": Rules(max_minutes=15)}, "unit 99004"),
        ({"close": 1, "rules": Rules(max_moved_share=0.1)}, "max_moved_share: 98 pupils more would have to move"),
        ({"close": 0, "rules": Rules(min_pupils=130)}, "min_pupils: "),
    ],
)
def test_an_impossible_scenario_names_the_culprit(scenario: dict[str, Any], words: str) -> None:
    with pytest.raises(InfeasibleError) as error:
        plan_of(**scenario)
    assert words in str(error.value)


def broken(assignment: list[int], *, open_: tuple[bool, bool] = (True, True), **scenario: Any) -> set[str]:
    """Rules that the check finds broken in a plan made by hand."""
    plan = present_plan(toy_territory(), Scenario(name="toy"), toy_demand(), toy_travel(), 2025, 2026)
    asked = Scenario(name="toy", **{"rules": FREE, **scenario})
    changed = dataclasses.replace(plan, assignment=np.array(assignment, np.int32), open=np.array(open_), scenario=asked)
    return {breach.rule for breach in check(changed, toy_territory(), toy_demand(), toy_travel())}


@pytest.mark.parametrize(
    ("rule", "assignment", "asked"),
    [
        ("each_unit_once", [0, 0, -1, 1], {}),
        ("closed", [0, 0, 1, 1], {"open_": (True, False)}),
        ("close", [0, 0, 0, 0], {"open_": (True, False), "close": 0}),
        ("close_named", [1, 1, 1, 1], {"open_": (False, True), "close_named": (B,)}),
        ("keep_open", [1, 1, 1, 1], {"open_": (False, True), "keep_open": (A,)}),
        ("capacity", [0, 1, 1, 1], {"rules": Rules(canteen="none")}),
        ("min_pupils", [0, 0, 1, 1], {"rules": Rules(capacity="none", canteen="none", min_pupils=130)}),
        ("max_minutes", [0, 0, 1, 1], {"rules": Rules(capacity="none", canteen="none", max_minutes=11)}),
        ("max_moved_share", [0, 1, 1, 1], {"rules": Rules(capacity="none", canteen="none", max_moved_share=0.2)}),
        ("max_dissimilarity", [0, 0, 1, 1], {"rules": Rules(capacity="none", canteen="none", max_dissimilarity=0.16)}),
        ("canteen seats", [0, 1, 1, 1], {"rules": Rules(capacity="none")}),
        ("kitchen closed", [1, 1, 1, 1], {"open_": (False, True), "rules": Rules(capacity="none")}),
        ("contiguous", [0, 1, 0, 1], {"rules": Rules(capacity="none", canteen="none", contiguous=True)}),
    ],
)
def test_the_check_catches_each_rule(rule: str, assignment: list[int], asked: dict[str, Any]) -> None:
    assert rule in broken(assignment, **asked)
    assert broken([0, 0, 1, 1], **{**asked, "open_": (True, True)}) <= {rule, "close_named"}


def test_kitchen_output_is_checked() -> None:
    territory = toy_territory(colleges={"production_meals": np.array([180.0, np.nan])})
    plan = present_plan(territory, Scenario(name="toy"), toy_demand(), toy_travel(), 2025, 2026)
    # 0.6 x 150 + 0.5 x 130 + 30 for écoles = 185 meals in 2025.
    assert [(b.rule, b.where, b.rentree, b.excess) for b in plan.breaches] == [("kitchen output", A, 2025, 5.0)]
    assert str(plan.breaches[0]) == f"kitchen output: {A} in 2025, 5 meals beyond"


def test_a_plan_that_fails_its_check_is_not_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    from maillage import planner

    honest = planner.solve

    def liar(*arguments: Any) -> Any:
        return dataclasses.replace(honest(*arguments), assignment=np.array([0, 1, 1, 1], np.int32))

    monkeypatch.setattr(planner, "solve", liar)
    with pytest.raises(PlanError, match="capacity: 0990002P in 2025, 30 pupils beyond"):
        plan_of(close=0)


def test_present_scenario_and_sectors() -> None:
    plan = plan_of(present=True)
    assert plan.status == "present"
    sectors = plan.sectors(toy_territory(), toy_demand())
    assert sectors.columns.tolist() == ["unit", "uai", "rentree", "pupils"]
    assert len(sectors) == 8
    assert sectors.pupils.tolist()[:4] == [90.0, 80.0, 60.0, 60.0]
    few = toy_demand(pupils=toy_demand().pupils * 0.05)
    assert plan.sectors(toy_territory(), few).pupils.isna().tolist() == [True] * 8


def test_bad_input() -> None:
    scenario = Scenario(name="toy")
    with pytest.raises(InputError, match="needs `demand` or `until`"):
        optimise(toy_territory(), scenario, travel=toy_travel())
    with pytest.raises(InputError, match="2027"):
        optimise(toy_territory(), scenario, demand=toy_demand(), travel=toy_travel(), until=2027)
    with pytest.raises(InputError, match="unknown UAI"):
        optimise(toy_territory(), Scenario(name="toy", keep_open=("0999999Z",)), demand=toy_demand(), travel=toy_travel())


def test_progress_is_told() -> None:
    said: list[str] = []
    optimise(toy_territory(), Scenario(name="toy"), demand=toy_demand(), travel=toy_travel(), progress=said.append)
    assert said == ["writing the program", "solving, at most 30 s", "checking the plan"]
