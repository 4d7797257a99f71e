"""What can be seen to be impossible before anything is solved, in a planner's words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from maillage.arrays import Bools
from maillage.model.build import ecole_kitchens, satellites
from maillage.model.problem import Problem
from maillage.scenario import Scenario
from maillage.territory import Territory

SHOWN = 10


def impossible_reasons(territory: Territory, scenario: Scenario, problem: Problem) -> tuple[str, ...]:
    """One sentence a rule that no plan can respect, whatever the sectors; empty where none is seen."""
    return tuple(reason for test in _TESTS if (reason := test(territory, scenario, problem)))


def _may_open(problem: Problem) -> Bools:
    may = np.ones(problem.shape[1], bool)
    may[list(problem.forced_closed)] = False
    return may


def _named(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")


def _too_far(territory: Territory, scenario: Scenario, problem: Problem) -> str:
    lost = np.flatnonzero(problem.must_serve & ~(problem.allowed & _may_open(problem)).any(axis=1))
    if not len(lost):
        return ""
    units = _named([str(name) for name in problem.unit_names[lost]])
    if scenario.rules.max_minutes is None:
        return f"travel: no open collège can be reached from unit {units}"
    return f"max_minutes: no open collège within {scenario.rules.max_minutes:g} min of unit {units}"


def _places(territory: Territory, scenario: Scenario, problem: Problem) -> str:
    places = np.sort(problem.capacity[_may_open(problem)])[::-1][: problem.open_exactly]
    pupils = problem.demand.sum(axis=0)
    t = int(pupils.argmax())
    if pupils[t] <= places.sum() * (1 + 1e-9):
        return ""
    return (
        f"capacity ({scenario.rules.capacity}): at most {places.sum():.0f} places in {len(places)} open collèges "
        f"for {pupils[t]:.0f} pupils in {problem.year(t)}, {pupils[t] - places.sum():.0f} short"
    )


def _sizes(territory: Territory, scenario: Scenario, problem: Problem) -> str:
    if problem.open_exactly is None:
        return ""
    pupils, needed = problem.demand.sum(axis=0), problem.open_exactly * scenario.rules.min_pupils
    t = int(pupils.argmin())
    if pupils[t] >= needed:
        return ""
    return (
        f"min_pupils: {problem.open_exactly} open collèges of {scenario.rules.min_pupils} pupils need {needed}, "
        f"there are {pupils[t]:.0f} in {problem.year(t)}"
    )


def _too_small(territory: Territory, scenario: Scenario, problem: Problem) -> str:
    """A collège with fewer places than the least size cannot stay open; the others may then be too few."""
    least, may = scenario.rules.min_pupils, _may_open(problem)
    small = may & (problem.capacity < least)
    kept = [f"{problem.site_names[s]} ({problem.capacity[s]:.0f} places)" for s in problem.forced_open if small[s]]
    if kept:
        return f"min_pupils: collèges that must stay open cannot hold {least} pupils: {_named(kept)}"
    large = np.flatnonzero(may & ~small)
    pupils = problem.demand.sum(axis=0)
    t, places = int(pupils.argmax()), problem.capacity[large].sum()
    if not small.any() or pupils[t] <= places * (1 + 1e-9):
        return ""
    names = _named([str(problem.site_names[s]) for s in large]) or "none"
    return (
        f"min_pupils: collèges with {least} places or more: {names}; they have {places:.0f} places "
        f"for {pupils[t]:.0f} pupils in {problem.year(t)}"
    )


def _count(territory: Territory, scenario: Scenario, problem: Problem) -> str:
    sites = problem.shape[1]
    if scenario.close is None or (scenario.close < sites and len(problem.forced_open) <= sites - scenario.close):
        return ""
    kept = len(problem.forced_open)
    return (
        f"close: {scenario.close} of {sites} collèges cannot close while {kept} must stay open (keep_open, kitchens for écoles)"
    )


def _kitchens(territory: Territory, scenario: Scenario, problem: Problem) -> str:
    if scenario.rules.canteen != "seats":
        return ""
    uais, closed = territory.colleges.uai, set(problem.forced_closed)
    feeds_ecoles = [f"{uais[k]} cooks for écoles" for k in ecole_kitchens(territory) if k in closed]
    pairs = [(int(s), int(k)) for s, k in satellites(territory) if k in closed]
    kept = set(problem.forced_open)
    feeds = [f"{uais[k]} cooks for {uais[s]}, which stays open" for s, k in pairs if s in kept]
    found = feeds_ecoles + feeds
    return f"canteen: a kitchen that others need would close: {_named(found)}" if found else ""


_TESTS: tuple[Callable[[Territory, Scenario, Problem], str], ...] = (_too_far, _places, _sizes, _too_small, _count, _kitchens)
