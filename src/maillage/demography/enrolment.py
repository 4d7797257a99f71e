"""`Enrolment`: pupils of places that people speak of - collèges, bassins, the département - with what may stray."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from maillage.arrays import Floats, Strings, frozen
from maillage.demography.rounding import LEAST_CELL, rounded
from maillage.errors import Fault, InputError
from maillage.territory import GRADES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Draws = npt.NDArray[np.float32]

ROUNDING = 0.01
"""Pupils under which a bound is taken for the whole number beside it."""
SORTED_VALUES = 4_000_000
"""Numbers sorted at a time for quantiles."""


@dataclass(frozen=True, eq=False)
class Enrolment:
    """Pupils of places by grade and rentrée.

    Attributes
    ----------
    places : str
        What they are: "collège", "bassin" or "département".
    code : (N,) str
        UAI, or the place's name.
    name : (N,) str
        Shown to people.
    rentrees : (T,) int
        The first is the base rentrée.
    pupils : (N, 4, T) float
        The projection, not rounded.
    draws : (D, N, 4, T) float32 or None
        Simulated futures; None where none were asked for.
    past : DataFrame
        Columns ``code, rentree, pupils``: totals published before the base rentrée, for the charts; may be empty.
    variant : str
    """

    places: str
    code: Strings
    name: Strings
    rentrees: npt.NDArray[np.int64]
    pupils: Floats
    draws: Draws | None
    past: pd.DataFrame
    variant: str

    def __post_init__(self) -> None:
        for field in ("code", "name", "rentrees", "pupils"):
            object.__setattr__(self, field, frozen(getattr(self, field)))

    def __len__(self) -> int:
        return len(self.code)

    def total(self) -> Floats:
        """(N, T) pupils of all grades."""
        return np.asarray(self.pupils.sum(axis=1))

    def quantile(self, q: float | Sequence[float], grade: str | None = None) -> Floats:
        """Quantiles of the simulated futures: of the totals, or of one grade.

        Parameters
        ----------
        q : float or sequence of float
            From 0 to 1: 0.1 and 0.9 bound the 80 % interval.
        grade : str, optional
            "6e", "5e", "4e" or "3e"; all grades together where absent.

        Returns
        -------
        (N, T) float, or (Q, N, T) for a sequence
            The quantile of a sum is not the sum of quantiles: ask for it at the level that is read.

        Raises
        ------
        InputError
            No draws were asked for, a quantile outside 0 to 1, an unknown grade.
        """
        return quantiles_of(self.draws, q, grade)

    def to_pandas(self, exported: bool = False, level: float = 0.8) -> pd.DataFrame:
        """Long table of whole pupils.

        Parameters
        ----------
        exported : bool
            True where the table leaves the house: counts under 5 are left empty, and so is a second count wherever a total
            would give the first away.
        level : float
            Of the interval, where there are draws.

        Returns
        -------
        DataFrame
            ``code, name, rentree, grade, pupils`` and, with draws, ``low, high`` (bounds of the interval, not rounded to
            agree with anything); `grade` is one of the four or "total". Grades are rounded together so that they add up to
            the total of their place, and the places to the total of all.
        """
        if not 0 < level < 1:
            raise InputError([Fault("to_pandas", f"level = {level}", "level", remedy="Give a probability such as 0.8")])
        table = _table(self, exported)
        if self.draws is None:
            return table
        ends = ((1 - level) / 2, (1 + level) / 2)
        bounds = np.stack([self.quantile(ends, grade) for grade in (*GRADES, None)], axis=2)
        # A bound that is whole but for the rounding of float32 is that number.
        low, high = np.floor(bounds[0] + ROUNDING), np.ceil(bounds[1] - ROUNDING)
        told = table.assign(low=low.transpose(0, 2, 1).ravel(), high=high.transpose(0, 2, 1).ravel())
        if exported:
            told.loc[table["pupils"].isna() | (told["low"] < LEAST_CELL), ["low"]] = np.nan
            told.loc[table["pupils"].isna(), ["high"]] = np.nan
        return told

    def plot(
        self,
        code: str | None = None,
        grade: str | None = None,
        levels: Sequence[float] = (0.5, 0.8, 0.95),
        ax: Axes | None = None,
        language: str = "fr",
    ) -> Axes:
        """Fan chart of one place: the past, the projection and the intervals of its simulated futures.

        Parameters
        ----------
        code : str, optional
            Of the place; the sum of all where absent.
        grade : str, optional
            One grade; all together where absent.
        levels : sequence of float
            Probabilities of the intervals, the innermost first.
        ax : matplotlib Axes, optional
            Where to draw; a new figure where absent.
        language : {"fr", "en"}

        Returns
        -------
        matplotlib Axes

        Raises
        ------
        InputError
            An unknown code, grade or language, levels outside 0 to 1.
        """
        from maillage.demography.fan import draw_fan

        return draw_fan(self, code, grade, levels, ax, language)

    def position(self, code: str) -> int:
        """Position of a place; `InputError` with some of the known codes otherwise."""
        found = np.flatnonzero(self.code == code)
        if not len(found):
            shown = ", ".join(str(known) for known in self.code[:5])
            raise InputError([Fault("enrolment", f"no {self.places} {code!r}", remedy=f"Known: {shown}, ...")])
        return int(found[0])


def quantiles_of(draws: Draws | None, q: float | Sequence[float], grade: str | None) -> Floats:
    """Quantiles over the first axis of draws (D, N, 4, T): of all grades together, or of one."""
    faults = []
    if draws is None:
        faults.append(Fault("quantile", "no simulated futures", remedy="project_enrolment(..., draws=200)"))
    if not np.all((np.asarray(q) >= 0) & (np.asarray(q) <= 1)):
        faults.append(Fault("quantile", f"q = {q}", "q", remedy="Give probabilities from 0 to 1"))
    if grade is not None and grade not in GRADES:
        faults.append(Fault("quantile", f"unknown grade {grade!r}", "grade", remedy=f"Use {', '.join(GRADES)}"))
    if faults or draws is None:
        raise InputError(faults)
    return _quantiles(draws, q, None if grade is None else GRADES.index(grade))


def _quantiles(draws: Draws, q: float | Sequence[float], grade: int | None) -> Floats:
    """Linear interpolation between the sorted draws, as `numpy.quantile` has it, some places at a time.

    Sorting unbroken rows of float32 is several times faster than numpy's own way, and takes no second copy of the draws.
    """
    count, places, _, years = draws.shape
    position = np.asarray(q, np.float64) * (count - 1)
    below = position.astype(np.int64)
    above, share = np.minimum(below + 1, count - 1), position - below
    out = np.empty((*position.shape, places, years))
    size = max(1, SORTED_VALUES // (count * years))
    for start in range(0, places, size):
        some = draws[:, start : start + size]
        chosen = some.sum(axis=2) if grade is None else some[:, :, grade]
        rows = np.array(np.moveaxis(chosen, 0, -1), order="C")
        rows.sort(axis=-1)
        between = rows[..., below] * (1 - share) + rows[..., above] * share
        out[..., start : start + size, :] = between if position.ndim == 0 else np.moveaxis(between, -1, 0)
    return out


def _table(enrolment: Enrolment, exported: bool) -> pd.DataFrame:
    """Whole pupils by place, rentrée and grade, the total last."""
    whole = np.stack([rounded(enrolment.pupils[:, :, t], exported) for t in range(len(enrolment.rentrees))], axis=1)
    index = pd.MultiIndex.from_product([enrolment.code, enrolment.rentrees, [*GRADES, "total"]])
    index = index.set_names(["code", "rentree", "grade"])
    table = pd.DataFrame({"pupils": whole.ravel()}, index=index).reset_index()
    table.insert(1, "name", np.repeat(enrolment.name, len(enrolment.rentrees) * (len(GRADES) + 1)))
    return table[["code", "name", "rentree", "grade", "pupils"]]
