"""`optimise`: a scenario in, a checked plan out; and today's sectors as a plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from maillage.arrays import Bools, Ints
from maillage.check import check
from maillage.demography import project_enrolment
from maillage.demography.demand import Demand
from maillage.errors import Fault, InfeasibleError, InputError, PlanError, UnsolvedError
from maillage.model.build import problem_of
from maillage.model.costs import Basis, basis_of, relative_terms
from maillage.model.impossible import impossible_reasons
from maillage.model.problem import Problem
from maillage.plan import Plan
from maillage.scenario import Scenario, TravelSettings
from maillage.solver import Extra, Outcome, diagnose, solve
from maillage.tally import objective_of
from maillage.territory import Territory
from maillage.travel.commutes import home_to_school
from maillage.travel.times import TravelTimes

NO_REASON = ("rules that cannot hold together (proven by the solver)",)

COMPACT_ONLY = "contiguous: shown for sectors that grow outwards from their collège; others, that wind around, may be possible"
"""What "no possible plan" means where sectors must be in one piece."""

CIRCUITS_MEASURE = (
    'circuits: they serve to measure a network of coaches; to redraw sectors, travel with mode = "school" or "coach", or add '
    "circuits until every unit has a journey"
)
"""What to do where today's coaches do not reach a unit."""

DRAWS = 200
"""Simulated futures drawn where a scenario's rules ask for some and no demand is given."""

SAME_OBJECTIVE = 1e-6
"""Relative difference allowed between the solver's objective and the one measured on the plan."""

Progress = Callable[[str], None]
"""Called with the name of each step as it begins."""


def optimise(
    territory: Territory,
    scenario: Scenario,
    *,
    demand: Demand | None = None,
    travel: TravelTimes | TravelSettings | None = None,
    start: int | None = None,
    until: int | None = None,
    extra: Extra | None = None,
    method: str = "auto",
    threads: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Plan:
    """Best sectors and closures for a scenario, proven as far as its time allows, and checked.

    Parameters
    ----------
    territory : Territory
    scenario : Scenario
        With ``present = true`` nothing is optimised: today's sectors are returned.
    demand : Demand, optional
        Pupils by rentrée; projected to `until` where absent. With simulated futures where ``rules.futures`` asks for some.
    travel : TravelTimes or TravelSettings, optional
        Minutes from units to collèges, or how pupils travel, by car where absent: then they are computed, or approximated where
        there are no roads.
    start, until : int, optional
        First rentrée under the new sectors (the one after the base rentrée) and last (the last of `demand`).
    extra : callable, optional
        Adds constraints in PuLP: it is given an `LpProblem` whose ``x[unit, uai]`` and ``open[uai]`` are the decisions.
    method : str
        As in `maillage.solve`.
    threads, seed : int, optional
    progress : callable, optional
        Called with the name of each step.

    Returns
    -------
    Plan
        Status "proven" (within the scenario's gap) or "feasible" (with its true gap). Every rule has been checked again,
        without the solver's help.

    Raises
    ------
    InputError
        Neither `demand` nor `until`, rentrées or simulated futures that `demand` does not cover, an unknown UAI.
    InfeasibleError
        No plan can respect the rules; names them and the collèges concerned.
    UnsolvedError
        No plan was found in time, though there may be one.
    PlanError
        The plan failed the independent check: a fault of the library, never of the planner.
    """
    say = progress or (lambda step: None)
    if demand is None:
        if until is None:
            raise InputError([Fault("optimise", "needs `demand` or `until`", remedy="optimise(..., until=2035)")])
        say("projecting enrolment")
        demand = project_enrolment(territory, until, draws=DRAWS if scenario.rules.futures else 0, seed=seed)
    start = territory.base_rentree + 1 if start is None else start
    until = int(demand.rentrees[-1]) if until is None else until
    if not isinstance(travel, TravelTimes):
        say("computing travel times")
        travel = home_to_school(territory, travel or TravelSettings())
    _check_inputs(territory, demand, travel, start, until)
    if scenario.present:
        return present_plan(territory, scenario, demand, travel, start, until)
    say("writing the program")
    problem = replace(_possible_problem(territory, scenario, demand, travel, start, until), own_rules=extra is not None)
    say(f"solving, at most {scenario.time_limit_s:g} s")
    outcome = solve(problem, scenario.time_limit_s, scenario.gap, method, threads, seed, extra)
    if outcome.status == "infeasible":
        raise InfeasibleError(scenario.name, _why_infeasible(problem, extra))
    if outcome.assignment is None:
        raise UnsolvedError(f"scenario {scenario.name!r}: no plan found in {scenario.time_limit_s:g} s; give it more time")
    say("checking the plan")
    return _checked(_plan_of(territory, scenario, problem, outcome, start, until), territory, demand, travel)


def _possible_problem(
    territory: Territory, scenario: Scenario, demand: Demand, travel: TravelTimes, start: int, until: int
) -> Problem:
    problem = problem_of(territory, scenario, demand, travel, start, until)
    reasons = impossible_reasons(territory, scenario, problem)
    if reasons:
        cut_off = travel.mode == "circuit" and any(reason.startswith(("travel:", "max_minutes:")) for reason in reasons)
        raise InfeasibleError(scenario.name, (*reasons, CIRCUITS_MEASURE) if cut_off else reasons)
    return problem


def _why_infeasible(problem: Problem, extra: Extra | None) -> tuple[str, ...]:
    reasons = diagnose(problem, extra=extra) or NO_REASON
    return (*reasons, COMPACT_ONLY) if problem.contiguous else reasons


def present_plan(territory: Territory, scenario: Scenario, demand: Demand, travel: TravelTimes, start: int, until: int) -> Plan:
    """Today's sectors as a plan; where they break the scenario's rules is a finding, listed in `Plan.breaches`."""
    plan = Plan(
        scenario=scenario,
        assignment=territory.units.present,
        present=territory.units.present,
        uai=territory.colleges.uai,
        open=np.ones(len(territory.colleges), bool),
        start=start,
        until=until,
        status="present",
        objective=np.nan,
        bound=np.nan,
        gap=0.0,
        seconds=0.0,
        method="today's sectors",
    )
    basis = basis_of(territory, demand, travel, start, until)
    return replace(plan, breaches=check(plan, territory, demand, travel), terms=_terms(plan, territory, basis))


def _check_inputs(territory: Territory, demand: Demand, travel: TravelTimes, start: int, until: int) -> None:
    faults = []
    units, sites = len(territory.units), len(territory.colleges)
    if demand.pupils.shape[0] != units:
        faults.append(Fault("optimise", f"has {demand.pupils.shape[0]} units, the territory {units}", "demand"))
    if travel.minutes.shape != (units, sites):
        faults.append(Fault("optimise", f"is {travel.minutes.shape}, the territory ({units}, {sites})", "travel"))
    missing = [str(year) for year in range(start, until + 1) if year not in demand.rentrees]
    if missing or until < start:
        faults.append(Fault("optimise", f"rentrées {start} to {until} are not all in `demand`", rows=tuple(missing)))
    if faults:
        raise InputError(faults)
    if not demand.between(start, until)[territory.units.present >= 0].any():
        raise InputError([Fault("optimise", "has no pupils in units sectored to a collège of the territory", "demand")])


def _plan_of(territory: Territory, scenario: Scenario, problem: Problem, outcome: Outcome, start: int, until: int) -> Plan:
    assert outcome.assignment is not None
    assert outcome.open is not None
    assignment = territory.units.present.copy()
    inside = np.flatnonzero(assignment >= 0).astype(np.int32)
    assignment[inside] = _every_unit(territory, problem, outcome, inside)
    return Plan(
        scenario=scenario,
        assignment=assignment,
        present=territory.units.present,
        uai=territory.colleges.uai,
        open=_still_open(scenario, problem, outcome, assignment[inside]),
        start=start,
        until=until,
        status=outcome.status,
        objective=outcome.objective,
        bound=outcome.bound,
        gap=outcome.gap,
        seconds=outcome.seconds,
        method=outcome.method,
    )


def _still_open(scenario: Scenario, problem: Problem, outcome: Outcome, site: Ints) -> Bools:
    """Open collèges; where the number is free and an open one costs nothing, one that is left without pupils closes.

    Not where a planner's own rules may have wanted it open.
    """
    assert outcome.open is not None
    if scenario.close is not None or scenario.goals.sites > 0 or problem.own_rules:
        return outcome.open
    needed = np.isin(np.arange(problem.shape[1]), [*site, *problem.forced_open])
    pairs = np.empty((0, 2), int) if problem.requires is None else problem.requires
    # A kitchen may itself be supplied: as many rounds as there are pairs follow any chain of them.
    for _ in pairs:
        needed[pairs[needed[pairs[:, 0]], 1]] = True
    return outcome.open & needed


def _every_unit(territory: Territory, problem: Problem, outcome: Outcome, inside: Ints) -> Ints:
    """Units without pupils must still be in a sector: today's collège if it stays open, else the nearest in a straight line."""
    assert outcome.open is not None
    assert problem.present is not None
    site = np.array(outcome.assignment, np.int32)
    # A planner's own rules may have given a unit without pupils its collège.
    left = np.flatnonzero(~problem.must_serve & ((site < 0) | (not problem.own_rules)))
    stays = outcome.open[problem.present[left]]
    site[left[stays]] = problem.present[left[stays]]
    moved = left[~stays]
    if len(moved):
        is_open = np.flatnonzero(outcome.open)
        ways = territory.units.xy_m[inside[moved]][:, None] - territory.colleges.xy_m[is_open][None]
        site[moved] = is_open[np.linalg.norm(ways, axis=2).argmin(axis=1)]
    return site


def _checked(plan: Plan, territory: Territory, demand: Demand, travel: TravelTimes) -> Plan:
    """The plan with its terms, if it respects every rule and is worth what the solver said."""
    problems = [str(breach) for breach in check(plan, territory, demand, travel)]
    if not problems:
        problems = _false_claims(plan, objective_of(plan, territory, demand, travel))
    if problems:
        head = f"the plan of scenario {plan.scenario.name!r} fails its check; please report this"
        raise PlanError("\n".join([head, *(f"  - {problem}" for problem in problems)]))
    return replace(plan, terms=_terms(plan, territory, basis_of(territory, demand, travel, plan.start, plan.until)))


def _false_claims(plan: Plan, measured: float) -> list[str]:
    """Where the solver's objective, bound or status does not agree with the value measured on the plan's sectors."""
    claims = []
    hair = SAME_OBJECTIVE * max(1.0, abs(measured))
    # Written so that a figure that is no number is a false claim too.
    if not abs(measured - plan.objective) <= hair:
        claims.append(f"objective {plan.objective:.9g} from the solver, {measured:.9g} measured on the plan")
    if not plan.bound <= measured + hair:
        claims.append(f"bound {plan.bound:.9g} from the solver, above the plan's value {measured:.9g}")
    if plan.status == "proven" and not measured - plan.bound <= plan.scenario.gap * abs(measured) + hair:
        claims.append(f"said to be proven, but {measured - plan.bound:.9g} above its bound")
    return claims


def _terms(plan: Plan, territory: Territory, basis: Basis) -> tuple[tuple[str, float], ...]:
    site = plan.assignment[basis.unit]
    return tuple(relative_terms(territory, plan.scenario.goals, basis, site, plan.open).items())
