"""What a projection has to beat: the last value, the département's trend, and plain cohort survival."""

from __future__ import annotations

import numpy as np

from maillage.arrays import Floats
from maillage.demography.areas import Areas, areas_of
from maillage.demography.feeders import ecole_table
from maillage.demography.past import history_until
from maillage.territory import COLLEGE_COLUMNS, ECOLE_GRADES, GRADES, Territory

BASELINES = ("last_value", "trend", "cohort_survival")


def baselines(territory: Territory, horizon: int) -> dict[str, Floats]:
    """Projections of the collèges by three plain methods, from what the territory knows at its base rentrée.

    last_value
        The pupils of the base rentrée.
    trend
        These, times the growth of the département's total over the last year, each year.
    cohort_survival
        Grades move up by the département's ratios of the last year; new 6e are the cohort of the sector in école (CM2, CM1,
        ...) times the collège's own last ratio of 6e to CM2, without any shrinkage; last year's 6e where no école is known.

    Returns
    -------
    dict of str to (S, 4, horizon + 1) float
    """
    grades = np.nan_to_num(territory.colleges.grade_pupils)
    still = np.repeat(grades[:, :, None], horizon + 1, axis=2)
    growth = _growth(territory)
    return {
        "last_value": still,
        "trend": still * growth ** np.arange(horizon + 1),
        "cohort_survival": _survival(territory, grades, horizon),
    }


def _growth(territory: Territory) -> float:
    """The département's total of the base rentrée over that of the one before, over collèges known in both; 1 if unknown."""
    base = territory.base_rentree
    history = history_until(territory, base)
    wide = history.pivot_table(index="uai", columns="rentree", values="pupils") if not history.empty else history
    if base not in wide or base - 1 not in wide:
        return 1.0
    both = wide[[base - 1, base]].dropna()
    return float(both[base].sum() / both[base - 1].sum()) if len(both) else 1.0


def _survival(territory: Territory, grades: Floats, horizon: int) -> Floats:
    areas, ratio = areas_of(territory), _ratios(territory)
    entering = _entering(territory, areas, grades[:, 0], horizon)
    out = np.repeat(grades[:, :, None], horizon + 1, axis=2)
    for t in range(1, horizon + 1):
        out[:, 0, t] = entering[:, t - 1]
        out[:, 1:, t] = out[:, :-1, t - 1] * ratio
    return out


def _ratios(territory: Territory) -> Floats:
    base = territory.base_rentree
    history = history_until(territory, base).dropna(subset=list(COLLEGE_COLUMNS))
    by_year = {r: rows.set_index("uai")[list(COLLEGE_COLUMNS)].astype(float) for r, rows in history.groupby("rentree")}
    if base not in by_year or base - 1 not in by_year:
        return np.ones(len(GRADES) - 1)
    both = by_year[base].index.intersection(by_year[base - 1].index)
    after = by_year[base].loc[both].to_numpy()[:, 1:].sum(axis=0)
    before = by_year[base - 1].loc[both].to_numpy()[:, :-1].sum(axis=0)
    return np.asarray(np.divide(after, before, out=np.ones(len(GRADES) - 1), where=before > 0))


def _entering(territory: Territory, areas: Areas, sixth: Floats, horizon: int) -> Floats:
    """(S, horizon) new 6e; the oldest known cohort's ratio to the one that entered last, times the collège's last 6e."""
    past, base = ecole_table(territory), territory.base_rentree
    if base not in past:
        return np.repeat(sixth[:, None], horizon, axis=1)
    cm2 = len(ECOLE_GRADES) - 1
    behind = areas.by_sector(past[base - 1] if base - 1 in past else past[base])[:-1, cm2]
    now = areas.by_sector(past[base])[:-1]
    columns = [now[:, max(cm2 - t, 0)] for t in range(horizon)]
    return np.stack([np.divide(sixth * c, behind, out=sixth.copy(), where=behind > 0) for c in columns], axis=1)
