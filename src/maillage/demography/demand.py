"""`Demand`: how many public collège pupils live in each unit, by grade and rentrée."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from maillage.arrays import Floats, Ints, Strings, frozen
from maillage.demography.answering import answered_by
from maillage.demography.composition import Composition
from maillage.demography.enrolment import Enrolment, quantiles_of
from maillage.demography.gathering import gathered, no_past, past_of_bassins, past_of_colleges
from maillage.demography.sectors import NewSectors, Sectors
from maillage.demography.trail import Trail
from maillage.demography.why import why_of
from maillage.errors import Fault, InputError
from maillage.hypotheses import AvoidanceResponse
from maillage.territory import GRADES, Territory

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Draws = npt.NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Demand:
    """Pupils by unit, grade and rentrée.

    Attributes
    ----------
    rentrees : (T,) int
        Consecutive rentrées; the first is the territory's base rentrée.
    pupils : (U, 4, T) float
        Public collège pupils by unit, grade (6e to 3e) and rentrée. Never missing, never negative. SEGPA and ULIS pupils are
        counted with the units of the sector of the collège that takes them, not where they live.
    variant : str
        "central", "high" or "low".
    private_factor : (T,) float
        Private collège pupils relative to the base rentrée.
    draws : (D, U, 4, T) float32 or None
        Simulated futures; None where none were asked for.
    method : tuple of str
        How each stretch of years was obtained, one sentence each, shown in reports.
    supposed : tuple of str
        Those of the sentences that are hypotheses on top of the trend: dwellings, jobs, the public share, families' answers.
    trail : Trail or None
        Every step of the projection, for `why`; None where the pupils came from elsewhere.
    composition : Composition or None
        Who these pupils are; None where each unit keeps the composition of the base rentrée.
    """

    rentrees: npt.NDArray[np.int64]
    pupils: Floats
    variant: str
    private_factor: Floats
    draws: Draws | None = None
    method: tuple[str, ...] = ()
    supposed: tuple[str, ...] = ()
    trail: Trail | None = None
    composition: Composition | None = None

    def __post_init__(self) -> None:
        for name in ("rentrees", "pupils", "private_factor"):
            object.__setattr__(self, name, frozen(getattr(self, name)))
        if self.draws is not None and self.draws.flags.writeable:
            # Draws are large: they are not copied, but nobody may write to them from here on.
            self.draws.setflags(write=False)

    def total(self) -> Floats:
        """(U, T) pupils of all grades."""
        return np.asarray(self.pupils.sum(axis=1))

    def between(self, start: int, until: int) -> Floats:
        """(U, T') pupils of all grades for the rentrées from `start` to `until`, both included."""
        keep = (self.rentrees >= start) & (self.rentrees <= until)
        return np.asarray(self.total()[:, keep])

    def quantile(self, q: float | Sequence[float], grade: str | None = None) -> Floats:
        """(U, T), or (Q, U, T) for a sequence: quantiles of the simulated futures of each unit; see `Enrolment.quantile`."""
        return quantiles_of(self.draws, q, grade)

    def by_college(self, plan: Sectors, territory: Territory | None = None) -> Enrolment:
        """Pupils of each collège under a plan: its sectors before its start, then the new ones.

        Parameters
        ----------
        plan : Plan
            Or anything else with ``uai`` and ``at(rentree)``.
        territory : Territory, optional
            Gives names and past totals; the UAI stands for the name where absent.
        """
        sites = len(plan.uai)
        site = np.stack([np.asarray(plan.at(int(rentree))) for rentree in self.rentrees], axis=1)
        name = plan.uai if territory is None else territory.colleges.name
        past = no_past() if territory is None else past_of_colleges(territory)
        return self._gathered("collège", site, sites, np.asarray(plan.uai), np.asarray(name), past)

    def by_bassin(self, territory: Territory) -> Enrolment:
        """Pupils of the collèges of each bassin, under present sectors; `InputError` where the territory has no bassins.

        A sector that spans two bassins counts in that of its collège, as the past totals do: other sums would jump at the
        base rentrée.
        """
        bassins = territory.bassins
        if bassins is None:
            remedy = "Give a table of them ([own.bassins]), or the education directory, which tells bassins de formation"
            raise InputError([Fault("by_bassin", "the territory has no bassins", remedy=remedy)])
        present = territory.units.present
        taken = np.where(present >= 0, bassins.college[present], -1)
        site = np.repeat(taken[:, None], len(self.rentrees), axis=1)
        past = past_of_bassins(territory)
        return self._gathered("bassin", site, len(bassins.name), bassins.name, bassins.name, past)

    def everywhere(self, territory: Territory) -> Enrolment:
        """Pupils of the territory's collèges together, under present sectors."""
        site = np.repeat(np.where(territory.units.present >= 0, 0, -1)[:, None], len(self.rentrees), axis=1)
        past = past_of_colleges(territory).groupby("rentree", as_index=False)["pupils"].sum().assign(code=territory.code)
        return self._gathered("département", site, 1, np.array([territory.code]), np.array([territory.name]), past)

    def why(
        self, territory: Territory, uai: str, rentree: int, grade: str | None = None, plan: Sectors | None = None
    ) -> pd.DataFrame:
        """Why a collège has so many pupils: the steps of each of its cohorts, from what was counted to the projection.

        Parameters
        ----------
        territory : Territory
        uai : str
        rentree : int
        grade : str, optional
            One grade; the four cohorts one after the other where absent.
        plan : Plan, optional
            Whose sectors count at that rentrée; today's where absent.

        Returns
        -------
        DataFrame
            Columns ``grade, step, rentree, value, factor, source``; with draws the rows "80 % interval, low" and "..., high"
            come last. The rows "projection" add up to the figure of `by_college`.

        Raises
        ------
        InputError
            An unknown collège, rentrée or grade; a demand that was not projected here.
        """
        return why_of(self, territory, uai, rentree, grade, plan)

    def answered(self, plan: NewSectors, territory: Territory, response: AvoidanceResponse) -> Demand:
        """The demand once families have answered to a plan's new sectors: a sensitivity, not a forecast.

        Only units whose collège changes answer, from the plan's first rentrée on, as `AvoidanceResponse` says; the gap is the
        IPS published for their new collège less that of the old one. Private collèges take those who leave.
        """
        return answered_by(self, plan, territory, response)

    def future(self, number: int) -> Demand:
        """One simulated future as a demand of its own, for the optimiser, the indicators and the ranking.

        Raises
        ------
        InputError
            No draws were asked for, or fewer.
        """
        count = 0 if self.draws is None else len(self.draws)
        if self.draws is None or not 0 <= number < count:
            remedy = "project_enrolment(..., draws=200)" if not count else f"Give 0 to {count - 1}"
            raise InputError([Fault("future", f"no simulated future {number}", remedy=remedy)])
        pupils = self.draws[number].astype(np.float64)
        total = pupils.sum(axis=(0, 1))
        drift = np.divide(total, self.pupils.sum(axis=(0, 1)), out=np.ones_like(total), where=self.pupils.sum(axis=(0, 1)) > 0)
        words = f"Simulated future {number}, not the projection itself."
        factor = self.private_factor * drift
        composition = None if self.composition is None else self.composition.of(pupils)
        return replace(
            self,
            pupils=pupils,
            private_factor=factor,
            draws=None,
            method=(*self.method, words),
            trail=None,
            composition=composition,
        )

    def plot(
        self, territory: Territory, levels: Sequence[float] = (0.5, 0.8, 0.95), ax: Axes | None = None, language: str = "fr"
    ) -> Axes:
        """Fan chart of the whole territory; `by_college` and `by_bassin` have their own."""
        return self.everywhere(territory).plot(levels=levels, ax=ax, language=language)

    def to_pandas(self, territory: Territory) -> pd.DataFrame:
        """Long table: unit, grade, rentree, pupils. Not rounded and not suppressed: for computing, not for handing on."""
        index = pd.MultiIndex.from_product([territory.units.unit, GRADES, self.rentrees], names=["unit", "grade", "rentree"])
        return pd.DataFrame({"pupils": self.pupils.ravel()}, index=index).reset_index()

    def _gathered(self, places: str, site: Ints, count: int, code: Strings, name: Strings, past: pd.DataFrame) -> Enrolment:
        pupils = gathered(self.pupils[None], site, count)[0]
        draws = None if self.draws is None else gathered(self.draws, site, count)
        return Enrolment(places, code, name, self.rentrees, pupils, draws, past, self.variant)
