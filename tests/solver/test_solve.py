"""Statuses that are provoked for real, and what solvers may not do."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from brute import brute_force
from maillage.errors import InputError, SolverError
from maillage.model.problem import Problem
from maillage.model.program import program_of
from maillage.solver import diagnose, highs, solve
from maillage.solver.covers import with_covers
from maillage.solver.found import Found
from maillage.solver.linear import linear_of, part_of
from maillage.solver.outcome import relative_gap
from maillage.solver.pulp_ import available, to_pulp, with_extra
from maillage.solver.search import descend
from posed import posed

METHODS = ("highs", "cbc")


def random_problem(units: int, sites: int, seed: int = 0, **data: Any) -> Problem:
    rng = np.random.default_rng(seed)
    demand = rng.integers(20, 90, units).astype(float)
    away = np.linalg.norm(rng.random((units, 1, 2)) - rng.random((1, sites, 2)), axis=2)
    capacity = np.full(sites, np.ceil(1.08 * demand.sum() / (data.get("open_exactly") or sites)))
    return Problem.from_arrays(demand[:, None] * away, demand=demand, capacity=capacity, **data)


@pytest.mark.parametrize("method", METHODS)
def test_proven(method: str) -> None:
    problem = Problem.from_arrays([[1.0, 4.0], [3.0, 2.0]], demand=[10, 20], capacity=[25, 25])
    outcome = solve(problem, method=method)
    assert outcome.status == "proven"
    assert outcome.objective == 3.0
    assert outcome.bound <= 3.0
    assert outcome.gap <= 1e-4
    assert outcome.assignment.tolist() == [0, 1]
    assert outcome.open.tolist() == [True, True]


@pytest.mark.parametrize("method", METHODS)
def test_infeasible(method: str) -> None:
    problem = Problem.from_arrays([[1.0, 1.0]] * 3, demand=[4, 4, 4], capacity=[7, 7])
    outcome = solve(problem, method=method)
    assert outcome.status == "infeasible"
    assert outcome.assignment is None
    assert np.isnan(outcome.objective)


def test_a_time_limit_is_never_a_proof() -> None:
    problem = random_problem(400, 40, open_exactly=30, group=np.full(400, 9.0) * np.arange(400) / 400)
    problem = dataclasses.replace(problem, dissimilarity_weight=1e5)
    outcome = solve(problem, time_limit=2.0, gap=1e-9)
    assert outcome.status == "feasible"
    assert outcome.gap > 1e-9
    assert outcome.bound < outcome.objective


def test_no_time_at_all_is_unknown() -> None:
    problem = dataclasses.replace(random_problem(300, 40, open_exactly=30), max_cost=1e-3)
    assert solve(problem, time_limit=1e-3).status == "unknown"


def test_cbc_out_of_time_is_not_proven() -> None:
    outcome = solve(random_problem(150, 30, open_exactly=20), time_limit=0.5, gap=1e-9, method="cbc")
    assert outcome.status in ("feasible", "unknown")


def test_pairs_left_out_are_in_the_bound() -> None:
    # 30 sites, so that only the 20 nearest are looked at first; those are the ones that have no room.
    units, sites = 24, 30
    cost = np.tile(np.arange(1.0, sites + 1), (units, 1))
    capacity = np.where(np.arange(sites) < 25, 0.0, 10.0)
    outcome = solve(Problem.from_arrays(cost, demand=np.full(units, 2.0), capacity=capacity), gap=0.0)
    assert outcome.status == "proven"
    assert outcome.objective == 5 * (26 + 27 + 28 + 29) + 4 * 30


def test_same_seed_same_plan() -> None:
    problem = random_problem(80, 10, open_exactly=8)
    first, second = (solve(problem, threads=threads, seed=3, gap=0.0) for threads in (1, 2))
    assert first.objective == second.objective
    assert first.status == second.status == "proven"


def test_splittable_demand_is_shared() -> None:
    problem = Problem.from_arrays([[1.0, 3.0]] * 3, demand=[4, 4, 4], capacity=[6, 6], splittable=True)
    outcome = solve(problem)
    assert outcome.status == "proven"
    assert outcome.assignment.shape == (3, 2)
    # 6 pupils of 12 stay at the cheap site: half of the three units' cost.
    assert outcome.objective == pytest.approx(1.5 * 1 + 1.5 * 3)


@pytest.mark.parametrize("method", METHODS)
def test_a_planners_own_constraint_is_honoured(method: str) -> None:
    problem = Problem.from_arrays([[1.0, 4.0], [1.0, 2.0]], demand=[10, 20])
    outcome = solve(problem, method=method, extra=lambda m: m.addConstraint(m.x["0", "0"] + m.x["1", "0"] <= 1, "not_both"))
    assert outcome.objective == 3.0


def test_a_planner_may_bring_columns() -> None:
    import pulp

    def few(model: Any) -> None:
        more = pulp.LpVariable("more", 0, 1)
        model.addConstraint(model.x["0", "0"] + model.x["1", "0"] <= 0.5 + 0.5 * more, "with_more")

    outcome = solve(Problem.from_arrays([[1.0, 4.0], [1.0, 2.0]], demand=[10, 20]), extra=few)
    assert outcome.objective == 3.0
    assert outcome.status == "proven"


def test_a_planner_may_not_bring_an_objective() -> None:
    with pytest.raises(InputError, match="sets an objective"):
        solve(Problem.from_arrays([[1.0]], demand=[1]), extra=lambda m: m.setObjective(m.open["0"]))


def test_to_pulp_is_the_same_program() -> None:
    import pulp

    program = program_of(random_problem(12, 4, open_exactly=3))
    model = to_pulp(program)
    assert isinstance(model, pulp.LpProblem)
    assert len(model.variables()) == len(program.cost)
    model.solve(pulp.getSolver("PULP_CBC_CMD", msg=False))
    assert pulp.value(model.objective) == pytest.approx(solve(program.problem, gap=0.0).objective)


def test_extra_rows_read_back() -> None:
    program = program_of(Problem.from_arrays([[1.0, 2.0]], demand=[1]))
    more = with_extra(program, lambda m: m.addConstraint(2 * m.open["0"] - m.open["1"] >= 1, "own"))
    rows = more.blocks[-1]
    assert rows.matrix.toarray().tolist() == [[0, 0, 2, -1]]
    assert (rows.lower[0], rows.upper[0]) == (1.0, np.inf)


def test_unknown_and_missing_solvers(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = Problem.from_arrays([[1.0]], demand=[1])
    with pytest.raises(SolverError, match="no solver 'cplexx'"):
        solve(problem, method="cplexx")
    monkeypatch.setattr(highs, "available", lambda: False)
    with pytest.raises(SolverError, match="highspy is not installed"):
        solve(problem, method="highs")
    assert solve(problem).method == "PuLP cbc"
    assert "cbc" in available()


def test_settings_are_checked() -> None:
    with pytest.raises(InputError, match="time_limit") as error:
        solve(Problem.from_arrays([[1.0]], demand=[1]), time_limit=0, gap=1.0)
    assert len(error.value.faults) == 2


def test_the_dual_bound_never_exceeds_the_optimum() -> None:
    linear = linear_of(program_of(random_problem(30, 5)))
    least = highs.run(linear, time_limit=20).bound
    rng = np.random.default_rng(1)
    exact = highs.run(linear, time_limit=20, relaxed=True).duals
    for spread in (0.0, 0.1, 1.0):
        assert linear.dual_bound(exact + spread * rng.normal(size=len(exact))) <= least * (1 + 1e-6)


def test_cover_cuts_spare_every_plan() -> None:
    problem = random_problem(25, 4)
    program = program_of(problem)
    linear = linear_of(program)
    relaxed = highs.run(linear, time_limit=20, relaxed=True)
    cut = with_covers(program, linear, relaxed.values)
    assert cut is not None
    assert not cut.admits(relaxed.values)
    assert highs.run(cut, time_limit=20, relaxed=True).bound > relaxed.bound
    assert highs.run(cut, time_limit=20).bound == pytest.approx(highs.run(linear, time_limit=20).bound)


def test_a_part_is_the_whole_with_columns_held() -> None:
    linear = linear_of(program_of(random_problem(15, 3)))
    answer = highs.run(linear, time_limit=20)
    keep = np.arange(len(linear.cost)) % 2 == 0
    part = part_of(linear, keep, answer.values)
    again = highs.run(part.linear, time_limit=20)
    assert part.linear.value(again.values) == pytest.approx(linear.value(answer.values))
    assert linear.admits(part.whole(again.values))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"capacity": [7, 7]}, "capacity: 1 pupils too many at"),
        ({"capacity": [12, 12], "min_load": [7, 7], "forced_open": [0, 1]}, "min_pupils: 2 pupils too few at"),
        ({"capacity": [12, 12], "max_cost": 2.0}, "max_cost: cost 1 above the bound"),
    ],
)
def test_the_reason_is_named(data: dict[str, Any], words: str) -> None:
    problem = Problem.from_arrays([[1.0, 1.0]] * 3, demand=[4, 4, 4], **data)
    assert solve(problem).status == "infeasible"
    reasons = diagnose(problem)
    assert len(reasons) == 1
    assert words in reasons[0]


def test_a_possible_problem_has_no_reasons() -> None:
    assert diagnose(Problem.from_arrays([[1.0, 1.0]] * 3, demand=[4, 4, 4])) == ()


def test_pas_de_calais(shared_bench: Any) -> None:
    data = np.load(shared_bench / "schools" / "pas-de-calais" / "pas-de-calais-communes.npz")
    demand, later, minutes = data["demand"], data["demand_2033"], data["minutes"]
    capacity = data["capacity"].astype(float)
    today = solve(Problem.from_arrays(demand[:, None] * minutes, demand=demand, capacity=capacity), time_limit=60)
    assert today.status == "proven"
    assert today.objective == pytest.approx(441_402.68, rel=1e-4)
    ten = Problem.from_arrays(later[:, None] * minutes, demand=later, capacity=capacity, open_exactly=115)
    closed = solve(ten, time_limit=60)
    assert closed.status == "proven"
    assert closed.objective == pytest.approx(333_482.41, rel=1e-4)


def test_options_that_highs_refuses_are_not_ignored() -> None:
    problem = Problem.from_arrays([[1.0, 4.0], [3.0, 2.0]], demand=[10, 20], capacity=[25, 25])
    assert solve(problem, seed=2**31 + 5).objective == 3.0
    with pytest.raises(SolverError, match="does not take threads = -3"):
        solve(problem, threads=-3)


def test_a_descent_stops_at_its_deadline() -> None:
    problem = random_problem(300, 40)
    everywhere = np.zeros(300, np.int32)
    assert descend(problem, everywhere, np.ones(40, bool), deadline=0.0).tolist() == everywhere.tolist()
    assert descend(problem, everywhere, np.ones(40, bool)).tolist() != everywhere.tolist()


def test_the_gap_shown_never_contradicts_the_proof() -> None:
    # Objectives near 0, such as a dissimilarity that vanishes.
    assert Found(np.zeros(1), 0.0, -1e-9).proves(0.01)
    assert relative_gap(0.0, -1e-9) <= 0.01


@pytest.mark.parametrize(
    ("rules", "seed"), [(("max_cost", "max_dissimilarity"), 187), (("max_dissimilarity", "deviation"), 582)]
)
def test_a_plan_to_start_from_does_not_become_the_optimum(rules, seed):
    """HiGHS 1.16.0 kept the first plan, and called it optimal at less than it cost."""
    problem = posed(rules, seed)
    outcome = solve(problem, time_limit=20, gap=0.0, method="highs")
    assert outcome.status == "proven"
    assert outcome.objective == pytest.approx(brute_force(problem))


def test_a_solver_that_contradicts_itself_proves_nothing(monkeypatch):
    linear = linear_of(program_of(posed(("capacity",), 3)))
    honest = highs.run(linear, time_limit=20)
    assert honest.ending == "optimal"
    assert highs.run(linear, time_limit=20, start=honest.values).bound == pytest.approx(honest.bound)

    starts = []

    def contradicts(answer, told, linear):
        starts.append(told)
        return True

    monkeypatch.setattr(highs, "_contradicts", contradicts)
    answer = highs.run(linear, time_limit=20, start=honest.values)
    assert len(starts) == 2, "asked again without the start"
    assert (answer.ending, answer.bound) == ("stopped", -np.inf)
    assert answer.values is not None


@pytest.mark.parametrize(("told", "contradicts"), [(72.0, False), (72.0000001, False), (65.0, True), (0.0, True)])
def test_values_are_worth_what_they_cost(told, contradicts):
    linear = linear_of(program_of(posed(("capacity",), 3)))
    values = np.zeros(len(linear.cost))
    dear = int(np.argmax(linear.cost))
    values[dear] = (72.0 - linear.constant) / linear.cost[dear]
    assert highs._contradicts(highs.Answer("optimal", values, told), told, linear) is contradicts
