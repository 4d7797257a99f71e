"""`Outcome`: what a solver answered, with the proof it can give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from maillage.arrays import Bools, frozen

Status = Literal["proven", "feasible", "infeasible", "unknown"]


@dataclass(frozen=True, eq=False)
class Outcome:
    """The answer of a solver to one problem.

    Attributes
    ----------
    status : str
        "proven": within the asked gap; "feasible": a plan, its true gap shown; "infeasible": none exists;
        "unknown": stopped with neither plan nor proof.
    objective : float
        Value of the plan found; NaN where there is none.
    bound : float
        No plan can be better than this; -inf where none is known.
    gap : float
        (objective - bound) / |objective|; inf where there is no plan or no bound.
    seconds : float
        Wall time of building and solving.
    method : str
        What solved it, with version.
    assignment : (units,) int32, or (units, sites) float where splittable, or None
        Site of each unit, -1 where the unit has no demand and no site.
    open : (sites,) bool or None
    """

    status: Status
    objective: float
    bound: float
    gap: float
    seconds: float
    method: str
    assignment: npt.NDArray[np.int32] | npt.NDArray[np.float64] | None = None
    open: Bools | None = None

    def __post_init__(self) -> None:
        for name in ("assignment", "open"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, frozen(value))


def relative_gap(objective: float, bound: float) -> float:
    """(objective - bound) / |objective|, 0 where both are 0 and never negative; under 1e-6 an objective counts as 1e-6."""
    if not np.isfinite(objective) or not np.isfinite(bound):
        return float("inf")
    return max(0.0, objective - bound) / max(abs(objective), 1e-6) if objective != bound else 0.0
