"""Improving a plan piece by piece: the units of a few neighbouring sites are set free and placed anew, exactly."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from maillage.arrays import Bools, Ints
from maillage.model.program import Program
from maillage.solver.answers import Assignment, read_values
from maillage.solver.found import Found, Settings, better, run_part
from maillage.solver.linear import Linear, part_of

FIRST_SIZE = 8
"""Sites rearranged at once to begin with."""

SIZES = (4, 30)
"""Least and most."""

CLUSTER_S = 2.0
"""Seconds for one cluster; the size follows what this allows."""

PIECE_GAP = 1e-4
"""Relative gap at which a cluster is settled."""


def rearrange(program: Program, linear: Linear, found: Found, settings: Settings) -> Found:
    """Rearrange one cluster after another until the gap is closed, the time is up, or two rounds of all sites bring nothing.

    Every rule is honoured, a planner's own too: a cluster is the program itself with all other columns held.
    """
    if program.problem.splittable or found.values is None:
        return found
    rng = np.random.default_rng(settings.seed)
    near = site_order(program)
    size, fruitless = FIRST_SIZE, 0
    while settings.left_s > 0 and not found.proves(settings.gap) and fruitless < 2 * len(near):
        cluster = near[rng.integers(len(near))][:size]
        keep = pairs_within(program, read_values(program, found.values)[0], cluster)
        part = part_of(linear, keep, found.values)
        begun = time.perf_counter()
        limits = replace(settings, deadline=min(settings.deadline, begun + CLUSTER_S), gap=PIECE_GAP)
        answer = run_part(part, found, limits)
        before = found.objective
        if answer.values is not None:
            found = better(program, linear, found, part.whole(answer.values))
        fruitless = 0 if found.objective < before - 1e-9 * abs(before) else fruitless + 1
        quick = time.perf_counter() - begun < CLUSTER_S / 4
        size = int(np.clip(size + (1 if quick else -1), *SIZES))
    return found


def pairs_within(program: Program, assignment: Assignment, cluster: Ints) -> Bools:
    """Columns free to change: pairs of the cluster's sites with the units they serve, and all that are no pairs."""
    columns = program.columns
    inside = np.isin(np.arange(program.problem.shape[1]), cluster)
    keep = np.ones(len(program.cost), bool)
    moving = (assignment < 0) | inside[assignment.astype(np.intp)]
    keep[: columns.pairs] = inside[columns.site] & moving[columns.unit]
    keep[columns.open] = inside
    return keep


def site_order(program: Program) -> Ints:
    """(S, S) sites from nearest to farthest of each site: the least cost a pupil of any unit that could go to either."""
    problem = program.problem
    pupils = problem.demand.mean(axis=1)
    peopled = pupils > 0
    per_pupil = problem.cost[peopled] / pupils[peopled, None]
    sites = range(problem.shape[1])
    apart = np.stack([(per_pupil[:, [s]] + per_pupil).min(axis=0, initial=np.inf) for s in sites])
    np.fill_diagonal(apart, -np.inf)
    return np.asarray(np.argsort(apart, axis=1, kind="stable"))
