"""`Plan`: sectors, closures and the proof behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from maillage.arrays import Floats, Ints, frozen
from maillage.demography.demand import Demand
from maillage.demography.rounding import LEAST_CELL, whole_in_groups
from maillage.demography.withholding import withheld_in_groups
from maillage.scenario import Scenario
from maillage.territory import Territory


@dataclass(frozen=True)
class Breach:
    """One rule that a plan does not respect: which, where, when and by how much."""

    rule: str
    where: str
    rentree: int | None
    excess: float
    unit: str
    """Unit of `excess`: "pupils", "min", "meals", "collèges", ..."""
    future: int | None = None
    """Simulated future in which it happens; None: in the projection."""

    def __str__(self) -> str:
        when = f" in {self.rentree}" if self.rentree is not None else ""
        when += f", simulated future {self.future}" if self.future is not None else ""
        return f"{self.rule}: {self.where}{when}, {self.excess:.4g} {self.unit} beyond"


@dataclass(frozen=True, eq=False)
class Plan:
    """Which unit goes to which collège, which collèges close, from which rentrée; with status, bound and gap.

    Today's sectors are a plan too (`present_plan`), so that "before" and "after" go through the same code.

    Attributes
    ----------
    scenario : Scenario
    assignment : (U,) int32
        Position of each unit's collège from `start` on; -1 = outside the territory, as today.
    present : (U,) int32
        The same before `start`.
    uai : (S,) str
    open : (S,) bool
        From `start` on.
    start, until : int
        First and last rentrée of the plan.
    status : str
        "present" (nothing was optimised), "proven" or "feasible".
    objective, bound, gap, seconds : float
        As in `Outcome`; NaN for the present plan (gap and seconds 0).
    method : str
    breaches : tuple of Breach
        Empty for an optimised plan (a plan that fails is never returned). For today's sectors: where they break the
        scenario's rules, as a finding.
    terms : tuple of (str, float)
        Value of each term of the objective: travel and mix relative to today's sectors, the others as shares.
    """

    scenario: Scenario
    assignment: Ints
    present: Ints
    uai: np.ndarray
    open: np.ndarray
    start: int
    until: int
    status: str
    objective: float
    bound: float
    gap: float
    seconds: float
    method: str
    breaches: tuple[Breach, ...] = ()
    terms: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        for name in ("assignment", "present", "uai", "open"):
            object.__setattr__(self, name, frozen(getattr(self, name)))

    @property
    def closed(self) -> tuple[str, ...]:
        """UAI of the collèges that close."""
        return tuple(str(uai) for uai in self.uai[~self.open])

    def at(self, rentree: int) -> Ints:
        """(U,) position of each unit's collège in a rentrée: today's before `start`, the plan's from then on."""
        return self.present if rentree < self.start else self.assignment

    def loads(self, demand: Demand) -> Floats:
        """(S, T) pupils of each collège in each rentrée of `demand`."""
        total = demand.total()
        loads = np.zeros((len(self.uai), len(demand.rentrees)))
        for t, rentree in enumerate(demand.rentrees):
            site = self.at(int(rentree))
            inside = site >= 0
            loads[:, t] = np.bincount(site[inside], weights=total[inside, t], minlength=len(self.uai))
        return loads

    def sectors(self, territory: Territory, demand: Demand) -> pd.DataFrame:
        """Exported table of the sectors from `start` to `until`.

        Returns
        -------
        DataFrame
            Columns ``unit, uai, rentree, pupils``, one row a unit and rentrée. ``uai`` is empty where the unit is sectored
            outside the territory; ``pupils`` are whole and add up to those of the collège at each rentrée. They are NaN under
            `LEAST_CELL`, and where the collège's total would give such a number away.
        """
        uai = np.append(self.uai, "")[self.assignment]
        kept = np.flatnonzero((demand.rentrees >= self.start) & (demand.rentrees <= self.until))
        pupils = demand.total()[:, kept]
        units = len(self.assignment)
        sector = (self.assignment[:, None] + 1) * len(kept) + np.arange(len(kept))
        whole = whole_in_groups(pupils.ravel(), sector.ravel())
        hidden = withheld_in_groups(whole, sector.ravel(), LEAST_CELL)
        return pd.DataFrame(
            {
                "unit": np.repeat(territory.units.unit, len(kept)),
                "uai": np.repeat(uai, len(kept)),
                "rentree": np.tile(demand.rentrees[kept], units),
                "pupils": np.where(hidden, np.nan, whole),
            }
        )
