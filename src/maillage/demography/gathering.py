"""From units to places: sums of pupils, and what was published of the places before."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from maillage.arrays import Ints
from maillage.territory import Territory


def gathered(pupils: npt.NDArray[np.floating], site: Ints, count: int) -> npt.NDArray[np.floating]:
    """(D, count, 4, T) sums of pupils (D, U, 4, T) over the units that go to each place; -1 = to none.

    Parameters
    ----------
    site : (U, T) int
    """
    draws, _, grades, years = pupils.shape
    out = np.zeros((draws, years, grades, count), pupils.dtype)
    for t in range(years):
        order = np.argsort(site[:, t], kind="stable")
        order = order[np.searchsorted(site[order, t], 0) :]
        places, first = np.unique(site[order, t], return_index=True)
        if len(places):
            for draw in range(draws):
                out[draw, t][:, places] = np.add.reduceat(pupils[draw, :, :, t].T[:, order], first, axis=1)
    return out.transpose(0, 3, 2, 1)


def no_past() -> pd.DataFrame:
    """An empty table of past totals."""
    return pd.DataFrame({"code": pd.Series(dtype=str), "rentree": pd.Series(dtype=int), "pupils": pd.Series(dtype=float)})


def past_of_colleges(territory: Territory) -> pd.DataFrame:
    """Totals of the collèges before the base rentrée: ``code, rentree, pupils``."""
    history = territory.cohorts.history
    if history.empty:
        return no_past()
    known = history[(history["rentree"] < territory.base_rentree) & history["pupils"].notna()]
    table = known.rename(columns={"uai": "code"})[["code", "rentree", "pupils"]]
    return table.astype({"rentree": int, "pupils": float}).reset_index(drop=True)


def past_of_bassins(territory: Territory) -> pd.DataFrame:
    """Past totals of the bassins' collèges, of the rentrées in which all of them are known."""
    past, bassins = past_of_colleges(territory), territory.bassins
    if past.empty or bassins is None:
        return no_past()
    of_college = dict(zip(territory.colleges.uai, bassins.name[bassins.college], strict=True))
    named = past.assign(code=past["code"].map(of_college))
    sums = named.groupby(["code", "rentree"])["pupils"].agg(["sum", "count"]).reset_index()
    whole = pd.Series(bassins.name[bassins.college]).value_counts()
    kept = sums[sums["count"] == sums["code"].map(whole)]
    return kept.rename(columns={"sum": "pupils"})[["code", "rentree", "pupils"]].reset_index(drop=True)
