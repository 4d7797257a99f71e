"""Plans of the toy territory, by hand."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from maillage import planner
from maillage.errors import InfeasibleError, InputError
from maillage.model.problem import Problem
from maillage.plan import Plan
from maillage.planner import optimise
from maillage.scenario import Goals, Rules, Scenario
from maillage.solver.outcome import Outcome
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


def test_own_rules_about_open_colleges_and_empty_units() -> None:
    def plan(extra: Any, **demand: Any) -> Plan:
        scenario, free = Scenario(name="toy", rules=FREE), toy_demand(**demand)
        return optimise(toy_territory(), scenario, demand=free, travel=toy_travel(), extra=extra)

    assert plan(lambda m: m.addConstraint(m.open[A] <= 0)).assignment.tolist() == [1, 1, 1, 1]
    assert plan(lambda m: m.addConstraint(m.open[A] + m.open[B] <= 1)).closed == (A,)
    # Nobody goes to B, but the planner wants it open.
    everyone = ("99001", "99002", "99003", "99004")
    kept = plan(lambda m: [m.addConstraint(m.open[B] >= 1), *(m.addConstraint(m.x[u, A] >= 1) for u in everyone)])
    assert kept.assignment.tolist() == [0, 0, 0, 0]
    assert kept.closed == ()
    pupils = toy_demand().pupils.copy()
    pupils[2] = 0
    assert plan(lambda m: m.addConstraint(m.x["99003", A] >= 1), pupils=pupils).assignment.tolist() == [0, 1, 0, 1]


def test_the_example_of_the_documentation() -> None:
    page = (Path(__file__).resolve().parents[1] / "docs" / "model.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)

    def on_the_toy(*arguments: Any, until: int, extra: Any) -> Plan:
        return optimise(*arguments, demand=toy_demand(), travel=toy_travel(), extra=extra)

    scenario = Scenario(name="toy", rules=FREE)
    scope: dict[str, Any] = {"territory": toy_territory(), "scenario": scenario}
    exec(code, scope | {"maillage": SimpleNamespace(optimise=on_the_toy)}, scope)
    # u1 alone would be nearer to B.
    assert plan_of(rules=FREE).assignment.tolist() == [0, 1, 1, 1]
    assert scope["plan"].assignment.tolist() == [0, 0, 1, 1]


def test_a_chain_of_kitchens_stays_open() -> None:
    costs = Problem.from_arrays(np.ones((1, 4)), demand=[1])
    # 0 cooks for 1, which cooks for 2, which serves the only unit; nobody needs 3.
    problem = dataclasses.replace(costs, requires=np.array([[1, 0], [2, 1]]), present=np.array([2]))
    outcome = Outcome("proven", 1.0, 1.0, 0.0, 0.0, "by hand", np.array([2]), np.ones(4, bool))
    still = planner._still_open(Scenario(name="toy"), problem, outcome, np.array([2]))
    assert still.tolist() == [True, True, True, False]


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
        ({"rules": Rules(min_pupils=300)}, f"must stay open cannot hold 300 pupils: {A} (280 places)"),
        (
            {"rules": Rules(min_pupils=300, canteen="none")},
            "collèges with 300 places or more: none; they have 0 places for 280 pupils in 2025",
        ),
    ],
)
def test_an_impossible_scenario_names_the_culprit(scenario: dict[str, Any], words: str) -> None:
    with pytest.raises(InfeasibleError) as error:
        plan_of(**scenario)
    assert words in str(error.value)


def test_present_scenario_and_sectors() -> None:
    plan = plan_of(present=True)
    assert plan.status == "present"
    sectors = plan.sectors(toy_territory(), toy_demand())
    assert sectors.columns.tolist() == ["unit", "uai", "rentree", "pupils"]
    assert len(sectors) == 8
    assert sectors.pupils.tolist()[:4] == [90.0, 80.0, 60.0, 60.0]
    # u2 has 4 of B's 94: the total of B would tell them, so that the other unit's are withheld too.
    small = toy_demand(pupils=toy_demand().pupils * np.array([1.0, 1.0, 0.1, 1.0])[:, None, None])
    assert plan.sectors(toy_territory(), small).pupils.isna().tolist() == [False] * 4 + [True] * 4
    thirds = toy_demand(pupils=toy_demand().pupils / 3)
    shown = plan.sectors(toy_territory(), thirds).pupils
    assert shown.tolist()[:4] == [30.0, 27.0, 20.0, 20.0], "26.67 + 20 are 46.67, 47 in all"
    few = toy_demand(pupils=toy_demand().pupils * 0.05)
    assert plan.sectors(toy_territory(), few).pupils.isna().tolist() == [True] * 8


def test_bad_input() -> None:
    scenario = Scenario(name="toy")
    with pytest.raises(InputError, match="needs `demand` or `until`"):
        optimise(toy_territory(), scenario, travel=toy_travel())
    with pytest.raises(InputError, match="2027"):
        optimise(toy_territory(), scenario, demand=toy_demand(), travel=toy_travel(), until=2027)
    with pytest.raises(InputError, match="no pupils"):
        optimise(toy_territory(), scenario, demand=toy_demand(pupils=toy_demand().pupils * 0), travel=toy_travel())
    outside = toy_territory(units={"present": np.full(4, -1, np.int32)})
    with pytest.raises(InputError, match="no pupils"):
        optimise(outside, scenario, demand=toy_demand(), travel=toy_travel())
    with pytest.raises(InputError, match="unknown UAI"):
        optimise(toy_territory(), Scenario(name="toy", keep_open=("0999999Z",)), demand=toy_demand(), travel=toy_travel())


def test_progress_is_told() -> None:
    said: list[str] = []
    optimise(toy_territory(), Scenario(name="toy"), demand=toy_demand(), travel=toy_travel(), progress=said.append)
    assert said == ["writing the program", "solving, at most 30 s", "checking the plan"]
