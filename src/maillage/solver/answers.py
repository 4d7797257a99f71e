"""Between a vector of column values and what it says: which site serves each unit, which sites are open."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from maillage.arrays import Bools, Floats, Ints
from maillage.model.columns import mix_coefficients
from maillage.model.evaluate import Evaluation, evaluate, over_limits
from maillage.model.program import Program

Assignment = npt.NDArray[np.int32] | npt.NDArray[np.float64]


def read_values(program: Program, values: Floats) -> tuple[Assignment, Bools]:
    """Assignment and open sites of a solver's values, rounded: a solver's 0.9999999 is a yes.

    (U,) positions, -1 for none; or (U, S) shares where units may be split.
    """
    columns, problem = program.columns, program.problem
    share = np.zeros(problem.shape)
    share[columns.unit, columns.site] = values[: columns.pairs]
    is_open = values[columns.open] > 0.5
    if problem.splittable:
        share = np.where(share > 1e-9, share, 0.0)
        total = share.sum(axis=1, keepdims=True)
        return np.where(problem.must_serve[:, None], share / np.where(total > 0, total, 1.0), share), is_open
    site = np.where(share.max(axis=1) > 0.5, share.argmax(axis=1), -1).astype(np.int32)
    return site, is_open


def write_values(program: Program, assignment: Assignment, is_open: Bools) -> Floats | None:
    """Column values of an answer; None where a planner's own columns would have to be guessed, or a pair is forbidden."""
    columns, problem = program.columns, program.problem
    if program.added or assignment.ndim == 2:
        return None
    values = np.zeros(len(columns))
    served = np.flatnonzero(assignment >= 0)
    pair = columns.position[served, assignment[served].astype(int)]
    if (pair < 0).any():
        return None
    values[pair] = 1.0
    values[columns.open] = is_open
    site = assignment[served].astype(int)
    if columns.limits:
        loads = np.stack([_add(year[served], site, problem.shape[1]) for year in problem.projected.T], axis=1)
        values[columns.overflow] = np.maximum(over_limits(problem, loads, is_open), 0)
    if columns.excess:
        values[columns.group_excess] = np.maximum(_add(mix_coefficients(problem)[served], site, problem.shape[1]), 0)
    if columns.index:
        assert problem.index_sum is not None
        values[columns.index_excess] = np.maximum(_add(problem.index_sum[served], site, problem.shape[1]), 0)
    return values


def judge(program: Program, values: Floats) -> tuple[Assignment, Bools, Evaluation]:
    """Read a solver's values and have the problem itself judge them."""
    assignment, is_open = read_values(program, values)
    return assignment, is_open, evaluate(program.problem, assignment, is_open)


def _add(amount: Floats, site: Ints, sites: int) -> Floats:
    return np.asarray(np.bincount(site, weights=amount, minlength=sites), float)
