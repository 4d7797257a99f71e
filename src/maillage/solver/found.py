"""What a search may use, and what it knows so far."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np

import maillage.solver.highs as highs
from maillage.arrays import Floats
from maillage.model.program import Program
from maillage.solver.answers import judge, write_values
from maillage.solver.linear import Linear, Part, linear_of

SAME = 1e-7
"""Relative difference under which objective and bound count as equal: solvers work to such tolerances."""


@dataclass(frozen=True)
class Settings:
    """What the caller allows.

    Attributes
    ----------
    deadline : float
        On `time.perf_counter`.
    gap : float
    threads : int or None
    seed : int
    """

    deadline: float
    gap: float
    threads: int | None
    seed: int

    @property
    def left_s(self) -> float:
        """Seconds left."""
        return self.deadline - time.perf_counter()

    def share(self, part: float) -> Settings:
        """The same with only a part of the time left."""
        return replace(self, deadline=time.perf_counter() + part * max(self.left_s, 0.0))


@dataclass(frozen=True, eq=False)
class Found:
    """Best values so far, and a bound of the whole problem."""

    values: Floats | None
    objective: float
    bound: float
    infeasible: bool = False

    def proves(self, gap: float) -> bool:
        """Whether objective and bound are within the gap."""
        if not np.isfinite([self.objective, self.bound]).all():
            return False
        return self.objective - self.bound <= max(gap, SAME) * max(abs(self.objective), 1e-6)


NOTHING = Found(None, np.inf, -np.inf)


def better(program: Program, linear: Linear, found: Found, values: Floats) -> Found:
    """The better of what was found and a candidate, which counts only if rows and problem both accept it once rounded."""
    assignment, is_open, evaluation = judge(program, values)
    exact = write_values(program, assignment, is_open)
    values = values if exact is None else exact
    if evaluation.breaches or evaluation.objective >= found.objective or not linear.admits(values):
        return found
    return replace(found, values=values, objective=evaluation.objective)


def admitted(program: Program, values: Floats) -> Found:
    """What a solver's values are worth: nothing unless the rows and the problem itself accept them."""
    return better(program, linear_of(program), NOTHING, values)


def run_part(part: Part, found: Found, settings: Settings) -> highs.Answer:
    """Branch and bound on part of a program, from the best values so far."""
    start = None if found.values is None else found.values[part.columns]
    # A hair under the asked gap, so that recomputing the objective does not lose the proof.
    gap = settings.gap * 0.999
    return highs.run(
        part.linear, time_limit=settings.left_s, gap=gap, threads=settings.threads, seed=settings.seed, start=start
    )
