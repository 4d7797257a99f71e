"""The linear relaxation of a whole program, solved on a few of its pairs."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

import maillage.solver.highs as highs
from maillage.arrays import Bools, Floats
from maillage.model.program import Program
from maillage.solver.covers import with_covers
from maillage.solver.found import Settings
from maillage.solver.linear import Linear, part_of

NEAREST = 20
"""Sites of each unit that the first relaxation looks at."""

MOST_ROUNDS = 12
"""Relaxations solved to take in pairs and cuts."""

WORTH_A_ROUND = 5e-5
"""Least relative change of the bound for which another relaxation is solved."""

MOST_TIME = 0.25
"""Share of the time after which no further round is begun."""


@dataclass(frozen=True, eq=False)
class Relaxed:
    """Solution of the relaxation, valid for all pairs, those left out of it included.

    Attributes
    ----------
    values : (n,) float or None
        None where it was not solved to the end; then `bound` is -inf and `reduced` is 0.
    bound : float
        No plan is better.
    reduced : (n,) float
        Reduced costs: a plan that uses a column is worth at least ``bound + max(reduced, 0)``.
    infeasible : bool
    """

    values: Floats | None
    bound: float
    reduced: Floats
    infeasible: bool = False


def relax(program: Program, linear: Linear, settings: Settings) -> tuple[Linear, Relaxed]:
    """Solve the relaxation on the nearest pairs; take in pairs with a negative reduced cost and cover cuts while it pays.

    Returns the program with its cuts, and the solution.
    """
    keep, best = nearest_columns(program), -np.inf
    relaxed = Relaxed(None, -np.inf, np.zeros(len(keep)))
    enough = time.perf_counter() + MOST_TIME * settings.left_s
    for _ in range(MOST_ROUNDS):
        part = part_of(linear, keep)
        answer = highs.run(part.linear, time_limit=settings.left_s, threads=settings.threads, seed=settings.seed, relaxed=True)
        if answer.ending == "infeasible" and not keep.all():
            keep = np.ones(len(keep), bool)
            continue
        if answer.duals is None or answer.values is None:
            return linear, replace(relaxed, infeasible=answer.ending == "infeasible")
        duals = linear.usable(part.whole_duals(answer.duals, linear.matrix.shape[0]))
        values = part.whole(answer.values)
        relaxed = Relaxed(values, linear.dual_bound(duals), linear.reduced_costs(duals))
        if time.perf_counter() > enough:
            break
        missing, worth = ~keep & (relaxed.reduced < 0), WORTH_A_ROUND * abs(relaxed.bound)
        if -relaxed.reduced[missing].sum() > worth:
            keep |= missing
        elif relaxed.bound - best > worth and (cut := with_covers(program, linear, values)) is not None:
            linear, best = cut, relaxed.bound
        else:
            break
    return linear, relaxed


def nearest_columns(program: Program) -> Bools:
    """Columns of the pairs nearest to each unit, its present site, and all that are no pairs."""
    columns, problem = program.columns, program.problem
    keep = np.ones(len(program.cost), bool)
    if problem.shape[1] > NEAREST:
        place = np.argsort(np.argsort(problem.cost, axis=1, kind="stable"), axis=1)[columns.unit, columns.site]
        near = place < NEAREST
        if problem.present is not None:
            near |= problem.present[columns.unit] == columns.site
        keep[: columns.pairs] = near
    return keep
