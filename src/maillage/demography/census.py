"""Children of each unit in the census, and how later cohorts are shared out so that every total agrees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from maillage.arrays import Floats
from maillage.demography.areas import share_of_commune
from maillage.demography.births import YEARS_TO_6E
from maillage.demography.repeats import refuse_repeats
from maillage.margins import fit_totals
from maillage.territory import Territory

OLDEST = 10
"""The census tells the cohorts of those who are younger: older ones are in école or collège."""


@dataclass(frozen=True, eq=False)
class Census:
    """Children under 11 of the units.

    Attributes
    ----------
    year : int
        Of the census; 0 where there is none.
    by_entry : dict of int to (U,) float
        Rentrée of entry into 6e to the children of the cohort, a commune's shared over its units by their écoliers.
    """

    year: int
    by_entry: dict[int, Floats]


def census_of(territory: Territory) -> Census:
    """Children of the latest census of communes up to the base rentrée's year; raises `InputError` where one is told twice."""
    refuse_repeats(territory.cohorts.population_communes, ["commune", "year", "age"], "census")
    table = territory.cohorts.population_communes
    table = table[(table["year"].astype(int) <= territory.base_rentree) & (table["age"].astype(int) <= OLDEST)]
    if table.empty:
        return Census(0, {})
    year = int(table["year"].max())
    wide = table[table["year"] == year].pivot_table(index="commune", columns="age", values="population", aggfunc="sum")
    of_units = wide.astype(float).reindex(territory.units.commune).fillna(0.0)
    share = share_of_commune(territory)
    return Census(year, {year - 1 - int(a) + YEARS_TO_6E: of_units[a].to_numpy() * share for a in wide.columns})


def fitted_shares(shares: Floats, totals: Floats, children: Floats) -> tuple[Floats, float]:
    """Shares of the units in each cohort, fitted so that each unit keeps its weight over all cohorts together.

    The table ``shares x totals`` is scaled by rows and columns in turn until its columns are `totals` and its rows stand in the
    proportions of `children` (iterative proportional fitting; W. E. Deming, F. F. Stephan 1940, doi:10.1214/aoms/1177731829):
    of all tables with these totals, the nearest to the one given.

    Parameters
    ----------
    shares : (U, K) float
        Columns add up to 1.
    totals : (K,) float
        Of the département.
    children : (U,) float
        Weight of each unit over the K cohorts together, in any unit.

    Returns
    -------
    shares : (U, K) float
    misfit : float
        Largest difference of a unit from its weight, as a share of the weight, once the columns agree.
    """
    rows = np.where(shares.sum(axis=1) > 0, children, 0.0)
    if not rows.sum() > 0 or not totals.sum() > 0:
        return shares, 0.0
    table = fit_totals(sp.csr_array(shares * totals), rows, totals).toarray()
    wanted = rows * (totals.sum() / rows.sum())
    met = wanted > 1.0
    misfit = float(np.abs(table.sum(axis=1)[met] / wanted[met] - 1).max(initial=0.0))
    fitted = np.divide(table, totals, out=shares.copy(), where=totals > 0)
    return np.asarray(fitted), misfit
