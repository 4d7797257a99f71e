"""The exact method: relaxation, a first plan, then branch and bound on the pairs that can still matter.

Leaving a pair out is justified by its reduced cost r in the relaxation: a plan that uses it is worth at least
``relaxation + r``. So the bound of the whole problem is the smaller of the solver's bound on the pairs kept and of
``relaxation + least r left out``, and more pairs are taken in while it is the second that holds the proof back.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from maillage.arrays import Bools
from maillage.model.program import Program
from maillage.solver.clusters import rearrange
from maillage.solver.found import NOTHING, Found, Settings, better, run_part
from maillage.solver.linear import Linear, linear_of, part_of
from maillage.solver.relaxation import Relaxed, relax
from maillage.solver.repair import repaired_plan
from maillage.solver.starts import assigned_plan, first_plan

FIRST_MARGIN = 0.0005
"""Pairs first kept: reduced cost at most this share of the relaxation."""

REPAIR_SHARE = 0.4
"""Part of the time, at most, for repairing today's sectors."""

WIDER = 4
"""By how much the margin grows while the pairs left out hold the proof back."""


def solve_exactly(program: Program, settings: Settings) -> Found:
    """Best values and bound of a program within the settings."""
    linear, relaxed = relax(program, linear_of(program), settings)
    if relaxed.infeasible:
        return Found(None, np.inf, np.inf, infeasible=True)
    found = replace(NOTHING, bound=max(relaxed.bound, linear.floor()))
    found = repaired_plan(program, linear, relaxed, found, settings.share(REPAIR_SHARE))
    found = first_plan(program, linear, relaxed, found, settings)
    weak = bool(program.columns.excess or program.columns.index)
    if not weak:
        found = branch(program, linear, relaxed, found, settings.share(0.5))
        if found.infeasible or found.proves(settings.gap):
            return found
    # Absolute values leave the relaxation weak: branching proves little, and time is better spent on the plan.
    if weak or found.values is None:
        found = assigned_plan(program, linear, relaxed, found, settings.share(0.5))
    found = rearrange(program, linear, found, settings.share(0.7))
    return branch(program, linear, relaxed, found, settings)


def branch(program: Program, linear: Linear, relaxed: Relaxed, found: Found, settings: Settings) -> Found:
    """Branch and bound on the pairs that matter, more of them while those left out hold the proof back."""
    margin = FIRST_MARGIN * abs(relaxed.bound)
    while settings.left_s > 0 and not found.proves(settings.gap):
        margin = min(margin, max(found.objective - relaxed.bound, 0.0))
        keep = _within(program, relaxed, found, margin)
        # What is left out costs at least this much; a negative reduced cost is already counted in the relaxation's bound.
        elsewhere = relaxed.bound + max(float(relaxed.reduced[~keep].min(initial=np.inf)), 0.0)
        part = part_of(linear, keep)
        answer = run_part(part, found, settings)
        if answer.values is not None:
            found = better(program, linear, found, part.whole(answer.values))
        found = replace(found, bound=max(found.bound, min(answer.bound, elsewhere)))
        if answer.ending == "infeasible" and keep.all():
            return replace(found, infeasible=found.values is None)
        if answer.ending == "stopped" or keep.all():
            break
        margin = WIDER * max(margin, 1e-9 * abs(relaxed.bound))
    return found


def _within(program: Program, relaxed: Relaxed, found: Found, margin: float) -> Bools:
    """Columns with a reduced cost within the margin, those of the best plan, and all that are no pairs."""
    if not np.isfinite(relaxed.bound):
        return np.ones(len(program.cost), bool)
    keep = relaxed.reduced <= margin
    keep[program.columns.pairs :] = True
    if found.values is not None:
        keep |= found.values > 0
    return keep
