"""Solving a `Problem`, whatever the solver behind it."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from maillage.errors import Fault, InputError, SolverError
from maillage.model.problem import Problem
from maillage.model.program import Program, program_of
from maillage.solver import highs, pulp_
from maillage.solver.answers import judge
from maillage.solver.elastic import diagnose
from maillage.solver.exact import solve_exactly
from maillage.solver.found import NOTHING, Found, Settings, admitted
from maillage.solver.outcome import Outcome, Status, relative_gap
from maillage.solver.pulp_ import Extra, to_pulp, with_extra

COMPACT = "the bound is that of the compact form of contiguity"


def solve(
    problem: Problem,
    time_limit: float = 60.0,
    gap: float = 1e-4,
    method: str = "auto",
    threads: int | None = None,
    seed: int = 0,
    extra: Extra | None = None,
) -> Outcome:
    """Find the best assignment, with a bound and a status that can be believed.

    The bound is that of the whole problem, pairs that were never looked at included. Under `Problem.contiguous` it is the
    bound of the compact form, which `Outcome.method` says.

    Parameters
    ----------
    problem : Problem
    time_limit : float
        Seconds, building included. A solver may overrun it by the time of one of its steps.
    gap : float
        Relative gap at which to stop, and within which an outcome is "proven".
    method : str
        ``"auto"`` (HiGHS, or CBC where highspy is missing), ``"highs"``, or the name of a PuLP solver such as ``"cbc"``.
    threads : int, optional
        The solver's own choice where absent.
    seed : int
        Seed of the solver and of the search.
    extra : callable, optional
        Adds a planner's own constraints to the `pulp.LpProblem` it is given (see `to_pulp`); every method honours them.

    Returns
    -------
    Outcome
        "proven", "feasible", "infeasible" or "unknown". The objective is recomputed from the problem.

    Raises
    ------
    InputError
        `time_limit` or `gap` out of range; `extra` sets an objective.
    SolverError
        The solver named is not on this machine, or broke down.

    Examples
    --------
    >>> problem = Problem.from_arrays([[1.0, 4.0], [3.0, 2.0]], demand=[10, 20], capacity=[25, 25])
    >>> outcome = solve(problem)
    >>> outcome.status, outcome.objective, outcome.assignment.tolist()
    ('proven', 3.0, [0, 1])
    """
    begun = time.perf_counter()
    _check_settings(time_limit, gap)
    program = program_of(problem) if extra is None else with_extra(program_of(replace(problem, own_rules=True)), extra)
    settings = Settings(begun + time_limit, gap, threads, seed)
    if method == "highs" or (method == "auto" and highs.available()):
        if not highs.available():
            raise SolverError("highspy is not installed; install it, or name another method")
        found, name = solve_exactly(program, settings), highs.version()
    else:
        solver = "cbc" if method == "auto" else method
        found, name = _solve_with_pulp(program, solver, settings), f"PuLP {solver}"
    return _outcome(program, found, gap, time.perf_counter() - begun, name)


def _check_settings(time_limit: float, gap: float) -> None:
    faults = []
    if not time_limit > 0:
        faults.append(Fault("solve", f"{time_limit!r} is not a positive number of seconds", "time_limit"))
    if not 0 <= gap < 1:
        faults.append(Fault("solve", f"{gap!r} is not a share from 0 to 1", "gap"))
    if faults:
        raise InputError(faults)


def _solve_with_pulp(program: Program, solver: str, settings: Settings) -> Found:
    """A PuLP solver's answer; all it proves is what it claims, "optimal within the gap", which gives the bound."""
    # Solvers measure a gap against the objective or the bound: a little less is asked than what is then claimed.
    gap = 0.99 * settings.gap
    answer = pulp_.run(program, solver, time_limit=settings.left_s, gap=gap, threads=settings.threads)
    if answer.ending == "infeasible":
        return Found(None, np.inf, np.inf, infeasible=True)
    if answer.values is None:
        return NOTHING
    found = admitted(program, answer.values)
    if answer.ending != "optimal" or found.values is None:
        return found
    bound = found.objective - 0.999 * settings.gap * abs(found.objective)
    return Found(found.values, found.objective, bound)


def _outcome(program: Program, found: Found, gap: float, seconds: float, method: str) -> Outcome:
    method = f"{method}; {COMPACT}" if program.problem.contiguous else method
    if found.infeasible:
        return Outcome("infeasible", np.nan, np.inf, np.inf, seconds, method)
    if found.values is None:
        return Outcome("unknown", np.nan, found.bound, np.inf, seconds, method)
    assignment, is_open, _ = judge(program, found.values)
    # Rounding in the solver may leave its bound a hair above the objective recomputed here.
    bound = min(found.bound, found.objective)
    status: Status = "proven" if found.proves(gap) else "feasible"
    return Outcome(status, found.objective, bound, relative_gap(found.objective, bound), seconds, method, assignment, is_open)


__all__ = ["Extra", "Outcome", "diagnose", "solve", "to_pulp"]
