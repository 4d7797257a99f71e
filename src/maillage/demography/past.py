"""What the collèges themselves tell of past cohorts: pupils by grade, and who entered 6e when."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from maillage.arrays import Floats
from maillage.demography.areas import Areas
from maillage.demography.repeats import refuse_repeats
from maillage.demography.special import Special
from maillage.territory import COLLEGE_COLUMNS, GRADES, Territory

RECENT_RENTREES = 12
"""Rentrées up to the base one that are looked at; older ones say nothing of today's families."""


@dataclass(frozen=True, eq=False)
class Past:
    """Past cohorts by sector (the last one stands for what is sectored outside).

    Attributes
    ----------
    rentrees : tuple of int
        Consecutive rentrées of entry, the base one last.
    entrants : (G, K) float
        Pupils who entered 6e, or, before the first rentrée with grades, those of the cohort who were at the collège then;
        0 where unknown.
    grades : dict of int to (G, 4) float
        Pupils by grade of the rentrées that publish them, NaN where a collège does not.
    """

    rentrees: tuple[int, ...]
    entrants: Floats
    grades: dict[int, Floats]


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


def past_of(territory: Territory, first: Floats, areas: Areas, special: Special) -> Past:
    """Past cohorts from the history up to the base rentrée, and from the grades of the base rentrée, SEGPA and ULIS left out.

    Parameters
    ----------
    first : (U, 4) float
        Pupils by grade at the base rentrée, SEGPA and ULIS left out.
    areas : Areas
    special : Special

    Raises
    ------
    InputError
        A collège and rentrée twice.
    """
    base = territory.base_rentree
    grades = _by_rentree(territory, base, special)
    now = areas.by_sector(first)
    earliest = min(grades, default=base)
    oldest = grades.get(earliest, now)
    rentrees = tuple(range(earliest - len(GRADES) + 1, base + 1))
    entrants = np.zeros((areas.sectors, len(rentrees)))
    for k, rentree in enumerate(rentrees):
        if rentree == base:
            column = now[:, 0]
        elif rentree in grades:
            column = grades[rentree][:, 0]
        elif rentree < earliest:
            column = oldest[:, earliest - rentree]
        else:
            column = np.full(areas.sectors, np.nan)
        entrants[:, k] = np.nan_to_num(column)
    # A collège without a past has its present grades only: older cohorts are those it has now.
    fresh = entrants[:, :-1].sum(axis=1) <= 0
    for grade in range(1, len(GRADES)):
        entrants[fresh, -1 - grade] = now[fresh, grade]
    return Past(rentrees, entrants, grades)


def history_until(territory: Territory, rentree: int) -> pd.DataFrame:
    """The history of collèges up to a rentrée; raises `InputError` where a collège and rentrée appears twice."""
    history = territory.cohorts.history
    if history.empty:
        return history
    refuse_repeats(history, ["uai", "rentree"], "college history")
    return history[history["rentree"].astype(int) <= rentree]


def whole_history(territory: Territory, rentree: int) -> pd.DataFrame:
    """The history up to a rentrée, with the public collèges that have closed since: for sums of the whole territory."""
    closed = territory.cohorts.closed_history
    open_now = history_until(territory, rentree)
    then = closed[closed["rentree"].astype(int) <= rentree]
    return pd.concat([open_now, then], ignore_index=True) if len(then) else open_now


def _by_rentree(territory: Territory, base: int, special: Special) -> dict[int, Floats]:
    history = history_until(territory, base)
    if history.empty:
        return {}
    history = history[history["rentree"].astype(int) > base - RECENT_RENTREES].dropna(subset=list(COLLEGE_COLUMNS))
    position = territory.college_positions()
    tables: dict[int, Floats] = {}
    for rentree, rows in history.groupby("rentree"):
        known = rows[rows["uai"].isin(list(position))]
        table = np.full((len(territory.colleges) + 1, len(GRADES)), np.nan)
        table[[position[uai] for uai in known["uai"]]] = known[list(COLLEGE_COLUMNS)].to_numpy(float)
        table[:-1] = np.maximum(table[:-1] - special.at(int(str(rentree))).sum(axis=1), 0.0)
        tables[int(str(rentree))] = table
    return tables
