"""Private collèges and écoles: the public share by area, where the CM2 go, and the private pupils to come."""

from __future__ import annotations

import numpy as np
import pandas as pd

from maillage.arrays import Floats
from maillage.demography.growth import PLAUSIBLE, recency
from maillage.demography.past import whole_history
from maillage.demography.progression import age
from maillage.territory import COLLEGE_COLUMNS, ECOLE_GRADES, GRADES, Territory

LATEST = 9999
"""Beyond every rentrée."""

PLAUSIBLE_ENTRY = (0.5, 2.0)
"""Bounds of private 6e over private CM2 of the year before: many come from public écoles."""


def public_shares(territory: Territory) -> Floats:
    """(U,) public share of the collégiens of each unit: that of the collèges standing in its bassin, else the département's.

    Where pupils of private collèges live is not published: within a bassin their share is taken to be the same everywhere.
    """
    public, private, units = territory.colleges, territory.private, territory.units
    everywhere = public.pupils.sum() / max(public.pupils.sum() + private.pupils.sum(), 1e-12)
    bassins = territory.bassins
    if bassins is None or not len(private) or not len(public):
        return np.full(len(units), everywhere)
    gaps = ((private.xy_m[:, None] - public.xy_m[None]) ** 2).sum(axis=2)
    of_private = bassins.college[gaps.argmin(axis=1)]
    in_public = np.bincount(bassins.college, public.pupils, minlength=len(bassins.name))
    in_private = np.bincount(of_private, private.pupils, minlength=len(bassins.name))
    total = in_public + in_private
    share = np.divide(in_public, total, out=np.full(len(total), everywhere), where=total > 0)
    return np.asarray(share[bassins.unit])


def entry_flows(territory: Territory) -> pd.DataFrame:
    """Where the CM2 of each rentrée are a year later, for the whole territory.

    Returns
    -------
    DataFrame
        Columns ``rentree, cm2_public, cm2_private, sixth_public, sixth_private, balance``, one row a rentrée of entry for which
        all four are published; `balance` is the 6e less the CM2: those who come, repeat or enter SEGPA or ULIS, less those who
        go to collèges outside the territory. Empty where some table is missing.
    """
    cohorts = territory.cohorts
    tables = {
        "cm2_public": _sums(cohorts.ecole_history, ECOLE_GRADES[-1], shift=1),
        "cm2_private": _sums(cohorts.private_ecoles, ECOLE_GRADES[-1], shift=1),
        "sixth_public": _sums(whole_history(territory, LATEST), COLLEGE_COLUMNS[0]),
        "sixth_private": _sums(cohorts.private_history, COLLEGE_COLUMNS[0]),
    }
    flows = pd.DataFrame(tables).dropna()
    flows["balance"] = flows["sixth_public"] + flows["sixth_private"] - flows["cm2_public"] - flows["cm2_private"]
    return flows.rename_axis("rentree").reset_index()


def private_pupils(territory: Territory, public_entrants: Floats) -> tuple[Floats, str]:
    """Private collège pupils of the territory to come, and how they were found.

    New 6e: the cohorts now in private écoles, times the ratio of private 6e to private CM2 of the year before as observed;
    otherwise, and after those cohorts, they follow the public ones, so that the public share stays as it is. Grades move up at
    the private collèges' own ratios.

    Parameters
    ----------
    public_entrants : (K + 1,) float
        Public 6e of the base rentrée and of the K later ones, without any hypothesis on the public share.

    Returns
    -------
    pupils : (K + 1,) float
        All grades together; the base rentrée's total is that of the territory's private collèges.
    method : str
    """
    base, years = territory.base_rentree, len(public_entrants) - 1
    total = float(territory.private.pupils.sum())
    if not total:
        return np.zeros(years + 1), ""
    first, ratio = _base_grades(territory, total), _ratios(territory)
    today = float(public_entrants[0])
    follows = first[0] * (public_entrants[1:] / today if today > 0 else np.ones(years))
    entering = follows.copy()
    words = "Private collèges follow the département's public 6e of the trend (constant share: assumption)."
    known = _from_ecoles(territory, base, first[0])
    count = min(len(known), years)
    if count:
        entering[:count] = known[:count]
        if years > count:
            entering[count:] = known[count - 1] * follows[count:] / max(float(follows[count - 1]), 1e-12)
        words = (
            f"Private 6e up to {base + count}: cohorts in private école in {base}; later ones follow the public 6e of the "
            "trend (constant share: assumption)."
        )
    pupils = age(first[None], entering[None], ratio[None])[0].sum(axis=0)
    return np.asarray(pupils), words


def _base_grades(territory: Territory, total: float) -> Floats:
    """(4,) private pupils by grade at the base rentrée, adding up to `total`."""
    history = _until(territory, territory.base_rentree)
    complete = history.groupby("rentree")[list(COLLEGE_COLUMNS)].sum(min_count=1).dropna()
    grades = complete.iloc[-1].to_numpy(float) if len(complete) else np.ones(len(GRADES))
    return np.asarray(grades / grades.sum() * total) if grades.sum() > 0 else np.full(len(GRADES), total / len(GRADES))


def _ratios(territory: Territory) -> Floats:
    """(3,) of a grade to the one before among private collèges; 1 where not known or not plausible."""
    history = _until(territory, territory.base_rentree)
    after = history.assign(rentree=history["rentree"] - 1)
    pairs = history.merge(after, on=["uai", "rentree"], suffixes=("", "_after"))
    if pairs.empty:
        return np.ones(len(GRADES) - 1)
    before = pairs[list(COLLEGE_COLUMNS[:-1])].to_numpy(float).sum(axis=0)
    later = pairs[[f"{name}_after" for name in COLLEGE_COLUMNS[1:]]].to_numpy(float).sum(axis=0)
    ratio = np.divide(later, before, out=np.ones(len(before)), where=before > 0)
    return np.where((ratio >= PLAUSIBLE[0]) & (ratio <= PLAUSIBLE[1]), ratio, 1.0)


def _from_ecoles(territory: Territory, base: int, sixth: float) -> Floats:
    """(up to 5,) private 6e of the rentrées after the base, from the cohorts in private école; empty where not known."""
    ecoles = territory.cohorts.private_ecoles
    now = ecoles[ecoles["rentree"] == base]
    leaving, entering = _sums(ecoles, ECOLE_GRADES[-1], shift=1), _sums(_until(territory, base), COLLEGE_COLUMNS[0])
    both = sorted(set(leaving.dropna().index) & set(entering.dropna().index))
    if now.empty or not both:
        return np.empty(0)
    weight = recency(tuple(both))
    entered, left = entering[both].to_numpy(float), leaving[both].to_numpy(float)
    observed = float(np.dot(weight, entered)) / max(float(np.dot(weight, left)), 1e-12)
    if not PLAUSIBLE_ENTRY[0] <= observed <= PLAUSIBLE_ENTRY[1]:
        return np.empty(0)
    cohorts = now[list(ECOLE_GRADES)].astype(float).sum().to_numpy()[::-1]
    # Where the base rentrée's total comes from another source, new 6e are put on its scale.
    scale = sixth / float(entered[-1]) if both[-1] == base and entered[-1] > 0 else 1.0
    return np.asarray(cohorts * observed * scale)


def _until(territory: Territory, rentree: int) -> pd.DataFrame:
    history = territory.cohorts.private_history
    known = history[history["rentree"].astype(int) <= rentree].dropna(subset=list(COLLEGE_COLUMNS))
    return known.astype(dict.fromkeys(COLLEGE_COLUMNS, float) | {"rentree": int})


def _sums(table: pd.DataFrame, column: str, shift: int = 0) -> pd.Series[float]:
    """Sum of a column by rentrée, missing where any row lacks it; `shift` years later."""
    whole = table.groupby("rentree")[column].apply(lambda values: values.astype(float).sum(skipna=False))
    whole.index = pd.Index([int(rentree) + shift for rentree in whole.index], dtype=int)
    return whole.astype(float)
