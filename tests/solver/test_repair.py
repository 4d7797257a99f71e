"""A plan near today's: found at once where only little is wrong, and refused where it would break a rule."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from maillage.model.problem import Problem
from maillage.model.program import program_of
from maillage.solver.answers import read_values
from maillage.solver.found import NOTHING, Settings
from maillage.solver.linear import linear_of
from maillage.solver.relaxation import relax
from maillage.solver.repair import repaired_plan


def line(units: int, sites: int, places: float) -> Problem:
    """Units of 10 pupils on a line, sites evenly among them; today every unit goes to the nearest site."""
    at, stands = np.arange(units, dtype=float), np.linspace(0, units - 1, sites)
    cost = 10 * np.abs(at[:, None] - stands)
    problem = Problem.from_arrays(cost, demand=np.full(units, 10.0), capacity=np.full(sites, places))
    return replace(problem, present=cost.argmin(axis=1).astype(np.int32), moved_pupils=np.full(units, 10.0))


def repaired(problem: Problem, seconds: float = 5.0) -> np.ndarray | None:
    program = program_of(problem)
    settings = Settings(time.perf_counter() + seconds, 1e-4, 1, 0)
    linear, relaxed = relax(program, linear_of(program), settings)
    found = repaired_plan(program, linear, relaxed, NOTHING, settings)
    return None if found.values is None else read_values(program, found.values)[0]


def test_sectors_that_break_nothing_are_kept() -> None:
    problem = line(60, 6, places=400.0)
    assert np.array_equal(repaired(problem), problem.present)


def test_one_crowded_site_gives_units_to_its_neighbours_only() -> None:
    problem = line(120, 24, places=70.0)
    full = problem.capacity.copy()
    full[12] = 30.0
    crowded = replace(problem, capacity=full)
    plan = repaired(crowded)
    assert plan is not None
    loads = np.bincount(plan, weights=crowded.demand[:, 0], minlength=24)
    assert (loads <= full).all()
    moved = np.flatnonzero(plan != crowded.present)
    assert 0 < len(moved) <= 12
    assert (np.abs(problem.cost[moved, plan[moved]] / 10) <= 30).all()


def test_nothing_is_claimed_where_most_sites_are_at_fault() -> None:
    problem = line(60, 6, places=400.0)
    assert repaired(replace(problem, capacity=np.full(6, 99.0), present=np.zeros(60, np.int32))) is None


def test_nothing_is_claimed_where_no_repair_exists() -> None:
    problem = line(120, 24, places=50.0)
    tight = problem.capacity.copy()
    tight[0] = 0.0
    assert repaired(replace(problem, capacity=tight)) is None
