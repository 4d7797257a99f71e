"""First plans, cheap and good enough to begin from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from maillage.arrays import Bools, Floats, Ints
from maillage.model.program import Program
from maillage.solver.answers import write_values
from maillage.solver.found import NOTHING, Found, Settings, better, run_part
from maillage.solver.linear import Linear, part_of
from maillage.solver.relaxation import Relaxed
from maillage.solver.search import descend

LOOSE_GAP = 0.005
"""Gap at which a plan for given open sites is good enough to begin from."""

MARGIN = 0.005
"""Pairs looked at for given open sites: reduced cost at most this share of the relaxation."""


def first_plan(program: Program, linear: Linear, relaxed: Relaxed, found: Found, settings: Settings) -> Found:
    """The better of today's sectors and a descent from the rounded relaxation, where they respect every rule."""
    for values in (_today(program), _descended(program, relaxed, settings)):
        if values is not None:
            found = better(program, linear, found, values)
    return found


def assigned_plan(program: Program, linear: Linear, relaxed: Relaxed, found: Found, settings: Settings) -> Found:
    """A plan for the sites that the relaxation opens most: only the assignment is left to solve."""
    columns = program.columns
    if relaxed.values is None:
        return found
    is_open = openness(program, relaxed.values)
    held = np.zeros(len(program.cost))
    held[columns.open] = is_open
    keep = relaxed.reduced <= MARGIN * abs(relaxed.bound)
    keep[columns.pairs :] = True
    keep[: columns.pairs] &= is_open[columns.site]
    keep[columns.open] = False
    part = part_of(linear, keep, held)
    answer = run_part(part, NOTHING, replace(settings, gap=LOOSE_GAP))
    return found if answer.values is None else better(program, linear, found, part.whole(answer.values))


def _today(program: Program) -> Floats | None:
    """Today's sectors, if the pairs are allowed."""
    present = program.problem.present
    if present is None or program.problem.splittable:
        return None
    used = np.isin(np.arange(program.problem.shape[1]), present)
    return write_values(program, present, used | (program.lower[program.columns.open] > 0.5))


def _descended(program: Program, relaxed: Relaxed, settings: Settings) -> Floats | None:
    """Each unit where the relaxation sends most of it, then moved while that helps."""
    problem, is_open = program.problem, openness(program, relaxed.values)
    reachable = problem.allowed & is_open
    if problem.splittable or program.added or not reachable.any(axis=1).all():
        return None
    site = descend(problem, _leaning(program, relaxed, reachable), is_open, settings.deadline)
    return write_values(program, site, is_open)


def _leaning(program: Program, relaxed: Relaxed, reachable: Bools) -> Ints:
    problem, columns = program.problem, program.columns
    share = np.zeros(problem.shape)
    if relaxed.values is not None:
        share[columns.unit, columns.site] = np.round(relaxed.values[: columns.pairs], 6)
    share[~reachable] = -1.0
    cost = np.where(reachable, problem.cost, np.inf)
    # The largest share; among equals the cheapest.
    tied = share >= share.max(axis=1, keepdims=True)
    return np.asarray(np.where(tied, cost, np.inf).argmin(axis=1), np.int32)


def openness(program: Program, relaxed: Floats | None) -> Bools:
    """Sites taken to be open: those that must, then those the relaxation opens most."""
    problem, columns = program.problem, program.columns
    lower, upper = program.lower[columns.open], program.upper[columns.open]
    degree = np.where(lower > 0.5, 2.0, 1.0 if relaxed is None else relaxed[columns.open])
    degree[upper < 0.5] = -1.0
    if problem.open_exactly is None:
        return np.asarray(degree > 0.5)
    chosen = np.zeros(len(degree), bool)
    chosen[np.argsort(-degree, kind="stable")[: problem.open_exactly]] = True
    return chosen & (degree >= 0)
