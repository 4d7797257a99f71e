"""A territory as it was known at an earlier rentrée, so that a projection made then can be compared with what happened."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from maillage.arrays import Bools, Floats, Ints
from maillage.demography.feeders import ecole_table
from maillage.demography.repeats import refuse_repeats
from maillage.errors import Fault, InputError
from maillage.territory import COLLEGE_COLUMNS, Cohorts, Territory

LEAST_KNOWN = 0.9
"""Share of the collèges open at the origin, by number, whose grades must be known then."""


@dataclass(frozen=True, eq=False)
class AsOf:
    """A territory at an earlier rentrée.

    Attributes
    ----------
    territory : Territory
        Its base rentrée is the origin; nothing in its cohorts is later.
    open : (S,) bool
        Collèges with pupils at the origin.
    received : (S,) bool
        Collèges to which units were given whose present collège had not opened yet.
    """

    territory: Territory
    open: Bools
    received: Bools


def as_of(territory: Territory, origin: int, hindsight: bool = False) -> AsOf:
    """The territory with what was known at the rentrée `origin`.

    Every table of the cohorts stops there: collèges, SEGPA and ULIS, écoles, private ones, residents; births of the years
    before; population and census up to it. Omphale, given totals and the table of dwellings are left out, because it is not
    known when they were made. Sectors are those of today, except that units whose collège had not opened yet are given to the
    nearest one that had: so a collège that opened in between is a decision that was known, not a surprise. The pupils of each
    unit are scaled to the enrolment of their collège at the origin.

    Of today remain also: bassins, shares of units in their communes and sectors, which communes an école serves, the social
    figures, and the pupils of private collèges (which no public figure depends on). A census counts as known at its date,
    though INSEE publishes it three years later. Public collèges closed before the base rentrée are in no table.

    Parameters
    ----------
    territory : Territory
    origin : int
        Before the base rentrée or equal to it, and in the history with pupils by grade.
    hindsight : bool
        Where no écoles of the origin are known, keep those of the base rentrée: a test of their use, not of foresight.

    Raises
    ------
    InputError
        An origin after the base rentrée, or for which the history lacks too many collèges; a collège and rentrée twice.
    """
    history = territory.cohorts.history
    if not history.empty:
        refuse_repeats(history, ["uai", "rentree"], "college history")
    then = history[history["rentree"].astype(int) == origin].set_index("uai").reindex(territory.colleges.uai)
    totals: Floats = np.nan_to_num(then["pupils"].to_numpy(np.float64))
    opened = totals > 0
    _refuse(territory, origin, then, opened)
    present, received = _sectors(territory, opened)
    grades: Floats = then[list(COLLEGE_COLUMNS)].to_numpy(np.float64)
    colleges = replace(territory.colleges, pupils=totals, grade_pupils=_scaled(grades, totals))
    sector_pupils = np.bincount(present[present >= 0], territory.units.pupils[present >= 0], minlength=len(totals))
    factor = np.divide(totals, sector_pupils, out=np.zeros_like(totals), where=sector_pupils > 0)
    pupils = np.where(present >= 0, territory.units.pupils * factor[np.maximum(present, 0)], territory.units.pupils)
    earlier = replace(
        territory,
        base_rentree=origin,
        units=replace(territory.units, present=present, pupils=pupils),
        colleges=colleges,
        cohorts=_cohorts(territory.cohorts, origin),
    )
    return AsOf(_with_ecoles(earlier, hindsight), opened, received)


def sectors_at(territory: Territory, then: AsOf, rentree: int) -> Ints:
    """(U,) collège of each unit at a rentrée after the origin: today's, or the one of the origin until today's has opened."""
    history = territory.cohorts.history
    when = history["rentree"].astype(int)
    seen = history.loc[(history["pupils"] > 0) & (when > then.territory.base_rentree) & (when <= rentree), "uai"]
    opened = then.open | np.isin(territory.colleges.uai, seen.to_numpy(str))
    today = territory.units.present
    return np.where((today >= 0) & ~opened[np.maximum(today, 0)], then.territory.units.present, today)


def _refuse(territory: Territory, origin: int, then: pd.DataFrame, opened: Bools) -> None:
    if origin > territory.base_rentree:
        remedy = f"Give a rentrée up to {territory.base_rentree}, the base rentrée"
        raise InputError([Fault("backtest", f"origin = {origin} is after the data", "origin", remedy=remedy)])
    graded = then[list(COLLEGE_COLUMNS)].notna().all(axis=1).to_numpy() & opened
    if not opened.any() or graded.sum() < LEAST_KNOWN * opened.sum():
        history = territory.cohorts.history
        counts = history.dropna(subset=list(COLLEGE_COLUMNS)).groupby("rentree").size()
        usable = [str(rentree) for rentree, count in counts.items() if count >= LEAST_KNOWN * len(then)]
        remedy = f"Rentrées with pupils by grade: {', '.join(usable)}" if usable else "Give effectifs by grade of past rentrées"
        missing = tuple(then.index[opened & ~graded].tolist())
        what = f"pupils by grade of {origin} are known for {int(graded.sum())} collèges only"
        raise InputError([Fault("backtest", what, "origin", rows=missing, remedy=remedy)])


def _sectors(territory: Territory, opened: Bools) -> tuple[Ints, Bools]:
    """(U,) present collège, the nearest open one for units whose own had not opened, and the collèges that took such units."""
    units, colleges = territory.units, territory.colleges
    present = np.array(units.present)
    homeless = np.flatnonzero((present >= 0) & ~opened[np.maximum(present, 0)])
    gaps = np.linalg.norm(units.xy_m[homeless, None] - colleges.xy_m[None], axis=2)
    nearest = np.where(opened[None], gaps, np.inf).argmin(axis=1)
    present[homeless] = nearest
    received = np.zeros(len(colleges), bool)
    received[nearest] = True
    return present, received


def _scaled(grades: Floats, totals: Floats) -> Floats:
    """(S, 4) grades that add up to the totals; NaN where they are unknown."""
    sums = grades.sum(axis=1, keepdims=True)
    return np.asarray(grades / np.where(sums > 0, sums, np.nan) * totals[:, None])


def _cohorts(cohorts: Cohorts, origin: int) -> Cohorts:
    changes: dict[str, pd.DataFrame] = {}
    histories = ("history", "closed_history", "ecole_history", "private_history", "private_ecoles")
    for name in (*histories, "special", "residents", "ecole_ips"):
        table = getattr(cohorts, name)
        changes[name] = table[table["rentree"].astype(int) <= origin]
    for name, last in (("births", origin - 1), ("population", origin), ("population_communes", origin)):
        table = getattr(cohorts, name)
        changes[name] = table[table["year"].astype(int) <= last]
    for name in ("omphale", "projection", "dwellings"):
        changes[name] = getattr(cohorts, name).iloc[:0]
    return replace(cohorts, **changes)


def _with_ecoles(earlier: Territory, hindsight: bool) -> Territory:
    known = ecole_table(earlier)
    if earlier.base_rentree in known:
        ecoles = known[earlier.base_rentree]
    elif hindsight:
        ecoles = earlier.units.ecole_pupils
    else:
        ecoles = np.zeros_like(earlier.units.ecole_pupils)
    return replace(earlier, units=replace(earlier.units, ecole_pupils=ecoles))
