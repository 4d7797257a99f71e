"""The three variants: what is added to, and taken from, the central one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from maillage.arrays import Floats
from maillage.demography.entrants import ECOLE, OMPHALE, Entrants


@dataclass(frozen=True)
class Assumptions:
    """How a variant departs from the central one.

    Orders of magnitude: ten years ahead, the projections of US states by their National Center for Education Statistics were
    wrong by 1 to 11 %, five years ahead by 1.2 to 7.4 %, one year ahead by 0.4 to 1.9 % (mean absolute percentage errors). The
    assumptions below make the high and the low variant differ from the central one by about 0.2 % after one year, 1.3 %
    after five and 6 % after ten: a planner's bracket, narrower than the errors to be feared.

    Attributes
    ----------
    entry_per_year : float
        Change of each new cohort of 6e for every year from the base: migration, public share.
    unborn_per_year : float
        Further change for every year after the last cohort now in école: births, arrivals of young families.
    progression : float
        Added to each ratio of a grade to the one before.
    sentence : str
    """

    entry_per_year: float = 0.0
    unborn_per_year: float = 0.0
    progression: float = 0.0
    sentence: str = ""

    def factor(self, entrants: Entrants, base: int, own_scenario: bool) -> Floats:
        """(K,) factor on the new 6e of each rentrée; never negative.

        Parameters
        ----------
        entrants : Entrants
        base : int
        own_scenario : bool
            Omphale has a scenario of this variant: where it takes over, the change grows no further, its own comes instead.
        """
        rentree = np.array(entrants.rentree, np.float64)
        if own_scenario and OMPHALE in entrants.source:
            rentree = np.minimum(rentree, entrants.rentree[entrants.source.index(OMPHALE)] - 1)
        at_school = [r for r, source in zip(entrants.rentree, entrants.source, strict=True) if source == ECOLE]
        last = max(at_school, default=base)
        change = self.entry_per_year * (rentree - base) + self.unborn_per_year * np.maximum(rentree - last, 0)
        return np.asarray(np.maximum(1 + change, 0.0))


def _away(sign: int, name: str) -> Assumptions:
    more = "more" if sign > 0 else "fewer"
    return Assumptions(
        0.003 * sign,
        0.010 * sign,
        0.002 * sign,
        f"{name} variant (assumptions): 0.3 % {more} new 6e for each year from the base, 1 % {more} for each year after the "
        f"cohorts now in école, and {0.002 * sign:+.3f} on each ratio of a grade to the one before.",
    )


VARIANTS = {"central": Assumptions(), "high": _away(+1, "High"), "low": _away(-1, "Low")}
"""Variant name to its assumptions."""
