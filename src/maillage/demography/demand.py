"""`Demand`: how many public collège pupils live in each unit, by grade and rentrée."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from maillage.arrays import Floats, frozen
from maillage.demography.composition import Composition
from maillage.territory import GRADES, Territory


@dataclass(frozen=True, eq=False)
class Demand:
    """Pupils by unit, grade and rentrée.

    Attributes
    ----------
    rentrees : (T,) int
        Consecutive rentrées; the first is the territory's base rentrée.
    pupils : (U, 4, T) float
        Public collège pupils by unit, grade (6e to 3e) and rentrée. Never missing, never negative.
    variant : str
        "central", "high" or "low".
    draws : (D, U, 4, T) float32 or None
        Simulated futures; None where none were asked for.
    private_factor : (T,) float
        Private collège pupils relative to the base rentrée.
    method : tuple of str
        How each stretch of years was obtained, one sentence each, shown in reports.
    composition : Composition or None
        Who these pupils are; None where each unit keeps the composition of the base rentrée.
    """

    rentrees: npt.NDArray[np.int64]
    pupils: Floats
    variant: str
    private_factor: Floats
    draws: npt.NDArray[np.float32] | None = None
    method: tuple[str, ...] = ()
    composition: Composition | None = None

    def __post_init__(self) -> None:
        for name in ("rentrees", "pupils", "private_factor", "draws"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, frozen(value))

    def total(self) -> Floats:
        """(U, T) pupils of all grades."""
        return np.asarray(self.pupils.sum(axis=1))

    def between(self, start: int, until: int) -> Floats:
        """(U, T') pupils of all grades for the rentrées from `start` to `until`, both included."""
        keep = (self.rentrees >= start) & (self.rentrees <= until)
        return np.asarray(self.total()[:, keep])

    def to_pandas(self, territory: Territory) -> pd.DataFrame:
        """Long table: unit, grade, rentree, pupils."""
        index = pd.MultiIndex.from_product([territory.units.unit, GRADES, self.rentrees], names=["unit", "grade", "rentree"])
        return pd.DataFrame({"pupils": self.pupils.ravel()}, index=index).reset_index()
