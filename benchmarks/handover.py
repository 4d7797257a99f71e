"""From arrays to a solver that holds them: building a large assignment program and handing it to HiGHS.

The peer does the same with PuLP as its manual shows it: one expression at a time. No solving is timed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.timing import Row, median_seconds, rows_of
from maillage import Problem
from maillage.model.program import Program, program_of
from maillage.solver import highs
from maillage.solver.linear import linear_of

UNITS, SITES = 3_000, 100
SEED = 3


def instance() -> Problem:
    """Seeded units and sites on a square; 300,000 assignment binaries."""
    rng = np.random.default_rng(SEED)
    units, sites = rng.random((UNITS, 2)), rng.random((SITES, 2))
    pupils = rng.integers(1, 60, UNITS).astype(float)
    cost = np.linalg.norm(units[:, None] - sites[None], axis=2) * pupils[:, None]
    return Problem.from_arrays(
        cost, demand=pupils, capacity=np.full(SITES, 1.3 * pupils.sum() / SITES), open_exactly=SITES - 10
    )


def with_arrays(problem: Problem) -> Program:
    """Build the program and hand it over; HiGHS reads it and stops at once."""
    program = program_of(problem)
    highs.run(linear_of(program), time_limit=0.0)
    return program


def with_plain_pulp(problem: Problem) -> None:
    """The same program in plain PuLP, handed to HiGHS by PuLP."""
    import pulp

    model = pulp.LpProblem("peer", pulp.LpMinimize)
    units, sites = range(UNITS), range(SITES)
    x = pulp.LpVariable.dicts("x", (units, sites), cat="Binary")
    opened = pulp.LpVariable.dicts("open", sites, cat="Binary")
    cost, pupils, capacity = problem.cost.tolist(), problem.demand[:, 0].tolist(), problem.capacity.tolist()
    model += pulp.lpSum(cost[u][s] * x[u][s] for u in units for s in sites)
    for u in units:
        model += pulp.lpSum(x[u][s] for s in sites) == 1
        for s in sites:
            model += x[u][s] <= opened[s]
    for s in sites:
        model += pulp.lpSum(pupils[u] * x[u][s] for u in units) <= capacity[s] * opened[s]
    model += pulp.lpSum(opened.values()) == SITES - 10
    solver = pulp.HiGHS(msg=False)
    solver.createAndConfigureSolver(model)
    solver.buildSolverModel(model)


def run() -> Iterator[Row]:
    problem = instance()
    seconds = {
        "maillage": (median_seconds(lambda: with_arrays(problem), runs=3), 3, "rows by blocks, arrays to HiGHS"),
        "plain PuLP": (median_seconds(lambda: with_plain_pulp(problem), runs=1, warm_up=0), 1, "loops, PuLP to HiGHS"),
    }
    yield from rows_of("handover", f"{UNITS * SITES} assignment binaries", seconds)
