"""A first plan near today's: only what breaks a rule is placed anew, with its surroundings.

Today's network breaks few rules, so that a small program is enough, where the whole one may need longer than it has.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from maillage.arrays import Bools, Ints
from maillage.model.evaluate import over_limits
from maillage.model.problem import Problem
from maillage.model.program import Program
from maillage.solver.answers import read_values, write_values
from maillage.solver.clusters import pairs_within, site_order
from maillage.solver.found import NOTHING, Found, Settings, better, run_part
from maillage.solver.linear import Linear, part_of
from maillage.solver.relaxation import Relaxed
from maillage.solver.search import polish
from maillage.solver.starts import MARGIN, openness

REACHES = (6, 14, 30)
"""Sites around each site at fault that are placed anew: few at first, more where that is not enough."""

LOOSE_GAP = 0.2
"""Gap at which a repaired piece is good enough to begin from."""

MOST_AT_FAULT = 0.05
"""Share of the sites beyond which repairing would be planning the whole again."""

TOLERANCE = 1e-9


def repaired_plan(program: Program, linear: Linear, relaxed: Relaxed, found: Found, settings: Settings) -> Found:
    """Today's sectors on the open sites, repaired; what was found before where that does not work out in time."""
    problem, is_open = program.problem, openness(program, relaxed.values)
    if problem.present is None or problem.splittable or program.added or not problem.allowed[:, is_open].any(axis=1).all():
        return found
    assignment = _today_where_open(problem, is_open)
    values = write_values(program, assignment, is_open)
    at_fault = np.flatnonzero(_at_fault(problem, assignment, is_open))
    if values is None or not len(at_fault):
        return found if values is None else better(program, linear, found, values)
    if len(at_fault) > MOST_AT_FAULT * problem.shape[1]:
        return found
    near = site_order(program)
    for reach in REACHES:
        cluster = np.unique(near[at_fault, :reach])
        keep = pairs_within(program, assignment, cluster)
        keep &= (relaxed.reduced <= MARGIN * abs(relaxed.bound)) | (values > 0)
        keep[program.columns.open] = False
        part = part_of(linear, keep, values)
        answer = run_part(part, NOTHING, replace(settings.share(0.5), gap=LOOSE_GAP))
        if answer.values is not None:
            return _polished(program, linear, better(program, linear, found, part.whole(answer.values)), settings)
    return found


def _polished(program: Program, linear: Linear, found: Found, settings: Settings) -> Found:
    """The repaired plan with single units moved while that helps, if it still respects every rule."""
    if found.values is None:
        return found
    assignment, is_open = read_values(program, found.values)
    moved = polish(program.problem, np.asarray(assignment, np.int32), is_open, settings.deadline)
    values = write_values(program, moved, is_open)
    return found if values is None else better(program, linear, found, values)


def _today_where_open(problem: Problem, is_open: Bools) -> Ints:
    """Today's site where it is open and allowed, else the cheapest that is."""
    assert problem.present is not None
    cost = np.where(problem.allowed & is_open, problem.cost, np.inf)
    site = cost.argmin(axis=1).astype(np.int32)
    units = np.flatnonzero(problem.present >= 0)
    stays = units[np.isfinite(cost[units, problem.present[units]])]
    site[stays] = problem.present[stays]
    return np.asarray(site, np.int32)


def _at_fault(problem: Problem, assignment: Ints, is_open: Bools) -> Bools:
    """(S,) sites beyond their places, under their least load, or part of a hard limit that is exceeded."""
    sites = problem.shape[1]
    by_year = [np.bincount(assignment, weights=year, minlength=sites) for year in problem.demand.T]
    loads = np.asarray(np.stack(by_year, axis=1), np.float64)
    beyond = loads > problem.capacity[:, None] + TOLERANCE
    under = is_open[:, None] & (loads < problem.min_load[:, None] - TOLERANCE)
    fault = np.array((beyond | under).any(axis=1))
    if problem.overflow_cost is None and problem.limits:
        exceeded = np.asarray(over_limits(problem, loads, is_open)).max(axis=1) > TOLERANCE
        for n in np.flatnonzero(exceeded):
            fault[problem.limits[n].site] = True
    return np.asarray(fault)
