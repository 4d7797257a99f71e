"""Cohorts already at a collège: pupils by grade at the base rentrée, and how many go on to the next grade."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from maillage.arrays import Floats, frozen
from maillage.errors import Fault, InputError
from maillage.territory import GRADES, Territory

RECENT_PAIRS = 5
"""Pairs of rentrées that the progression ratios are taken from, the latest ones."""

PLAUSIBLE = (0.8, 1.25)
"""A ratio of one grade to the one before outside these bounds shows a change in the figures, not in the pupils."""

_COLUMNS = [f"p{grade}" for grade in GRADES]


@dataclass(frozen=True, eq=False)
class Progression:
    """Pupils of a grade over those of the grade before, a year earlier.

    Attributes
    ----------
    ratio : (3,) float
        6e to 5e, 5e to 4e, 4e to 3e. Repeaters, arrivals and departures are inside.
    method : str
    """

    ratio: Floats
    method: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "ratio", frozen(self.ratio))


def base_grades(territory: Territory) -> Floats:
    """(U, 4) pupils by grade at the base rentrée: those of the unit, in the proportions of its present collège.

    A unit without a collège in the territory, or whose collège publishes no grades, follows the whole département. The
    unit's total is kept exactly.
    """
    by_college = np.nan_to_num(territory.colleges.grade_pupils)
    everywhere = by_college.sum(axis=0)
    everywhere = everywhere if everywhere.sum() > 0 else np.ones(len(GRADES))
    known = by_college.sum(axis=1) > 0
    share = np.where(known[:, None], by_college, everywhere)
    share = np.vstack([share, everywhere])
    share /= share.sum(axis=1, keepdims=True)
    return np.asarray(territory.units.pupils[:, None] * share[territory.units.present])


def progression(territory: Territory) -> Progression:
    """Ratios of the whole département, from collèges that publish grades in two consecutive rentrées.

    ``ratio[g] = sum of grade g + 1 at rentrée t + 1 / sum of grade g at rentrée t`` over the latest five such pairs of
    rentrées and the collèges present in both (grade progression ratio, as in the projections of the US National Center for
    Education Statistics); 1 where there is no such pair.

    Raises
    ------
    InputError
        A collège and rentrée that appears twice in the history.
    """
    history = territory.cohorts.history
    if history.empty:
        return Progression(np.ones(3), "Grades move up unchanged (no past enrolment by grade).")
    _refuse_repeats(history, ["uai", "rentree"], "college history")
    grades = history.dropna(subset=_COLUMNS)[["uai", "rentree", *_COLUMNS]].astype({"rentree": int})
    after = grades.assign(rentree=grades["rentree"] - 1)
    pairs = grades.merge(after, on=["uai", "rentree"], suffixes=("", "_after"))
    latest = np.sort(pairs["rentree"].unique())[-RECENT_PAIRS:]
    pairs = pairs[pairs["rentree"].isin(latest)]
    if pairs.empty:
        return Progression(np.ones(3), "Grades move up unchanged (no two consecutive rentrées with pupils by grade).")
    before = pairs[_COLUMNS[:3]].to_numpy(float).sum(axis=0)
    later = pairs[[f"{name}_after" for name in _COLUMNS[1:]]].to_numpy(float).sum(axis=0)
    ratio = np.divide(later, before, out=np.ones(3), where=before > 0)
    plausible = (ratio >= PLAUSIBLE[0]) & (ratio <= PLAUSIBLE[1])
    words = f"Grades move up with the département's ratios of {latest[0]} to {latest[-1] + 1}: " + _words(ratio)
    if not plausible.all():
        words += f" (outside {PLAUSIBLE[0]:g} to {PLAUSIBLE[1]:g}, so replaced by 1: {_words(ratio, ~plausible)})"
    return Progression(np.where(plausible, ratio, 1.0), words + ".")


def age(first: Floats, entrants: Floats, ratio: Floats) -> Floats:
    """Pupils by grade and rentrée: each cohort ages by one grade a year.

    Parameters
    ----------
    first : (U, 4) float
        At the base rentrée.
    entrants : (U, K) float
        New 6e of the K rentrées that follow.
    ratio : (3,) float

    Returns
    -------
    (U, 4, K + 1) float
    """
    pupils = np.empty((*first.shape, entrants.shape[1] + 1))
    pupils[:, :, 0] = first
    for t in range(1, pupils.shape[2]):
        pupils[:, 0, t] = entrants[:, t - 1]
        pupils[:, 1:, t] = pupils[:, :-1, t - 1] * ratio
    return pupils


def _refuse_repeats(table: pd.DataFrame, key: list[str], what: str) -> None:
    repeated = table[table.duplicated(key, keep="first")]
    if len(repeated):
        rows = tuple(" ".join(str(value) for value in row) for row in repeated[key].itertuples(index=False))
        raise InputError([Fault(what, f"the same {' and '.join(key)} twice", rows=rows, remedy="Keep one of them")])


def _words(ratio: Floats, shown: npt.NDArray[np.bool_] | None = None) -> str:
    steps = [f"{a} → {b} {r:.3f}" for a, b, r in zip(GRADES, GRADES[1:], ratio, strict=False)]
    return ", ".join(step for i, step in enumerate(steps) if shown is None or shown[i])
