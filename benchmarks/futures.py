"""The simulation written the obvious way: one future after the other, the same model and the same spread."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd

from maillage.arrays import Floats
from maillage.demography.simulate import Uncertainty
from maillage.territory import COLLEGE_COLUMNS, ECOLE_GRADES, Territory


def one_by_one(pupils: Floats, u: Uncertainty, draws: int, seed: int) -> Floats:
    """(draws, U, 4, T) futures around `pupils` (U, 4, T), as `maillage.demography.simulate.simulate` has them."""
    rng = np.random.default_rng(seed)
    out = np.empty((draws, *pupils.shape))
    for draw in range(draws):
        out[draw] = pupils * np.exp(_one(pupils, u, rng))
    return out


def _one(pupils: Floats, u: Uncertainty, rng: np.random.Generator) -> Floats:
    """(U, 4, T) what strays in one future, on the logarithm."""
    units, grades, years = pupils.shape
    spread, sectors = u.spread, len(u.entry_start)

    def step(variance: Floats | float, size: int) -> Floats:
        return np.asarray(rng.normal(-np.asarray(variance) / 2, np.sqrt(variance), size))

    strayed = np.zeros(pupils.shape)
    whole = 0.0
    bassin, sector = step(u.entry_bassin_start, len(u.entry_bassin_start)), step(u.entry_start, sectors)
    moving = [step(u.progression[:, grade], sectors) for grade in range(grades - 1)]
    growth = rng.normal(0.0, 1.0, sectors)
    for t in range(1, years):
        unborn, ahead = u.unborn[t - 1], u.years_ahead[t - 1]
        year = step(spread.year_step**2, 1) + step(spread.sector_year_step**2, sectors)
        whole += step((spread.unborn_step if unborn else spread.school_step) ** 2, 1)[0]
        bassin = bassin + step(u.entry_bassin_step, len(bassin))
        sector = sector + step(u.entry_step + (spread.unborn_area_step**2 if unborn else 0.0), sectors)
        grown = growth * ahead * np.sqrt(u.growth) - ahead**2 * u.growth / 2
        chance = (u.entry_noise[t - 1] + spread.school_noise * ahead) / np.maximum(pupils[:, 0, t], 1.0)
        strayed[:, 0, t] = (whole + bassin[u.bassin] + sector + grown + year)[u.sector] + step(chance, units)
        for grade in range(1, grades):
            chance = u.progression_noise / np.maximum(pupils[:, grade, t], 1.0)
            moved = (year + moving[grade - 1])[u.sector] + step(chance, units)
            strayed[:, grade, t] = strayed[:, grade - 1, t - 1] + moved
    return strayed


def cohort_survival(territory: Territory, until: int) -> pd.DataFrame:
    """Plain cohort survival with pandas: by collège and grade, mean ratios of the past, each école cohort in today's shares.

    Columns ``rentree, uai`` and the four grades. No births, no bassins, no units, no interval: what a spreadsheet does.
    """
    history = territory.cohorts.history.sort_values(["uai", "rentree"])
    earlier = history.groupby("uai")[list(COLLEGE_COLUMNS)].shift()
    ratios = {}
    for young, old in itertools.pairwise(COLLEGE_COLUMNS):
        known = earlier[young].notna()
        sums = pd.DataFrame({"before": earlier[young][known], "after": history[old][known]}).groupby(history["uai"]).sum()
        ratios[old] = sums["after"] / sums["before"]
    base = territory.base_rentree
    now = history[history["rentree"] == base].set_index("uai")[list(COLLEGE_COLUMNS)]
    ecoles = territory.cohorts.ecole_history.groupby("rentree")[list(ECOLE_GRADES)].sum()
    sixth = history.groupby("rentree")[COLLEGE_COLUMNS[0]].sum()
    entry = (sixth / ecoles[ECOLE_GRADES[-1]].shift()).mean()
    cohorts = entry * ecoles.loc[base].to_numpy()[::-1]
    share = now[COLLEGE_COLUMNS[0]] / now[COLLEGE_COLUMNS[0]].sum()
    tables = []
    for k in range(until - base):
        new = {old: now[young] * ratios[old] for young, old in itertools.pairwise(COLLEGE_COLUMNS)}
        now = pd.DataFrame({COLLEGE_COLUMNS[0]: share * cohorts[min(k, len(cohorts) - 1)], **new})
        tables.append(now.assign(rentree=base + 1 + k))
    return pd.concat(tables).reset_index()
