"""How fast the social composition of new cohorts changes, commune by commune, from the écoles' IPS of two rentrées."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from maillage.arrays import Floats, frozen
from maillage.errors import Fault, InputError
from maillage.territory import Territory
from maillage.territory.cohorts import ECOLE_GRADES, IPS_SCALE_FROM

COHORTS_IN_ECOLE_IPS = 5
"""An école's IPS is a mean over the CM2 pupils of about this many years."""

LEAST_PUPILS = 25.0
"""Écoles with fewer CM2 pupils in five years, so with fewer pupils from CP to CM2, publish no IPS."""

ASSUMED_PUPILS = 100.0
"""Public école pupils of a commune whose écoles publish an IPS, where no number is known at all."""


@dataclass(frozen=True, eq=False)
class Drift:
    """Change of the IPS from one cohort to the next.

    Attributes
    ----------
    by_unit : (U,) float
        Points a year; 0 everywhere where the data do not tell.
    communes : DataFrame
        Communes with two rentrées: ``commune, pupils, observed, error, drift``: points a year as published, their standard
        error, and after shrinkage. Empty where there is no drift.
    method : str
    """

    by_unit: Floats
    communes: pd.DataFrame
    method: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_unit", frozen(self.by_unit, np.float64))


def drift_of(territory: Territory) -> Drift:
    """Change of IPS from cohort to cohort by unit, shrunk towards the département.

    Observed change of commune i between the first and the last rentrée on the present scale, L years apart::

        y_i = (ips_last - ips_first) / L        psi_i = 2 min(L, 5) sigma^2 / (25 m_i L^2)

    An école's IPS is a mean over five years of CM2: a steady change from cohort to cohort moves it by as much a year, but
    only min(L, 5) of its five cohorts are other pupils. psi_i is the sampling variance of that, for m_i CM2 pupils a year (a
    fifth of the écoles' pupils) whose IPS spreads by sigma within a unit. y_i is drawn to the département by `fay_herriot`;
    then one constant is added, so that the pupil-weighted mean is that of the écoles. Units whose commune is not known twice
    have the département's mean change.

    Raises
    ------
    InputError
        A commune and rentrée twice.
    """
    table, units = territory.cohorts.ecole_ips, territory.units
    twice = table[table.duplicated(["commune", "rentree"])]
    if len(twice):
        rows = tuple(f"{row.commune} {row.rentree}" for row in twice.itertuples(index=False))
        raise InputError([Fault("école IPS", "the same commune and rentrée twice", rows=rows, remedy="Keep one of them")])
    known = table[(table["rentree"] >= IPS_SCALE_FROM) & table["ips"].notna() & table["commune"].isin(units.commune.tolist())]
    rentrees = np.unique(known["rentree"].to_numpy(dtype=np.int64))
    if len(rentrees) < 2:
        return _none(territory, f"no école IPS of two rentrées from {IPS_SCALE_FROM} on")
    first, last = int(rentrees[0]), int(rentrees[-1])
    communes = _observed(territory, known, first, last)
    if communes.empty:
        return _none(territory, f"no commune with école IPS in both {first} and {last}")
    change, pupils = communes["observed"].to_numpy(), communes["pupils"].to_numpy()
    mean, variance = fay_herriot(change, communes["error"].to_numpy() ** 2)
    share = variance / (variance + communes["error"].to_numpy() ** 2)
    shrunk = mean + share * (change - mean)
    everywhere = float(np.average(change, weights=pupils))
    shrunk = np.asarray(shrunk + everywhere - np.average(shrunk, weights=pupils), dtype=np.float64)
    communes = communes.assign(drift=shrunk)
    by_unit = pd.Series(shrunk, communes["commune"]).reindex(units.commune).fillna(everywhere)
    method = (
        f"IPS of later cohorts: moved by the change of the écoles' IPS from {first} to {last} (communes: {len(communes)}), "
        f"drawn to the département's {everywhere:+.2f} points a year; by commune {shrunk.min():+.2f} to {shrunk.max():+.2f}, "
        f"observed {change.min():+.2f} to {change.max():+.2f}."
    )
    return Drift(np.asarray(by_unit, dtype=np.float64), communes, method)


def fay_herriot(values: Floats, error_variance: Floats) -> tuple[float, float]:
    """Mean and variance of the true values behind estimates of known error.

    A >= 0 solves ``sum (y_i - b)^2 / (A + psi_i) = k - 1`` with ``b = sum y_i / (A + psi_i) / sum 1 / (A + psi_i)``; 0 where
    the estimates differ by no more than their errors. The best estimate of the true value i is then
    ``b + A / (A + psi_i) (y_i - b)``.

    R. E. Fay, R. A. Herriot (1979), Estimates of income for small places: an application of James-Stein procedures to census
    data, Journal of the American Statistical Association 74, 269-277, doi:10.1080/01621459.1979.10482505.

    Parameters
    ----------
    values, error_variance : (k,) float
        At least one; variances positive.

    Returns
    -------
    mean, variance : float
    """

    def mean(variance: float) -> float:
        return float(np.average(values, weights=1 / (variance + error_variance)))

    def excess(variance: float) -> float:
        return float(((values - mean(variance)) ** 2 / (variance + error_variance)).sum()) - (len(values) - 1)

    if len(values) < 2 or excess(0.0) <= 0:
        return mean(0.0), 0.0
    # At the plain sample variance the sum is at most k - 1: the root lies below.
    found = float(brentq(excess, 0.0, float(np.var(values, ddof=1)), xtol=1e-12))
    return mean(found), found


def _none(territory: Territory, why: str) -> Drift:
    columns = ["commune", "pupils", "observed", "error", "drift"]
    return Drift(np.zeros(len(territory.units)), pd.DataFrame(columns=columns), f"IPS of later cohorts: as today ({why}).")


def _observed(territory: Territory, known: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    """Communes with IPS in both rentrées: ``commune, pupils, observed, error``."""
    wide = known.astype({"ips": float}).pivot_table(index="commune", columns="rentree", values="ips")
    wide = wide.dropna(subset=[first, last])
    years = last - first
    published = known.astype({"pupils": float}).groupby("commune")["pupils"].mean().reindex(wide.index).to_numpy()
    lives = pd.Series(territory.units.ecole_pupils.sum(axis=1)).groupby(territory.units.commune).sum()
    local = lives.reindex(wide.index).to_numpy(np.float64)
    pupils = np.where(np.isfinite(published), published, np.where(local > 0, local, ASSUMED_PUPILS))
    pupils = np.maximum(pupils, LEAST_PUPILS)
    cm2 = pupils / len(ECOLE_GRADES)
    sigma2 = float(np.mean(territory.units.ips_sd**2))
    renewed = min(years, COHORTS_IN_ECOLE_IPS)
    variance = 2 * renewed * sigma2 / (COHORTS_IN_ECOLE_IPS**2 * cm2 * years**2)
    observed = (wide[last] - wide[first]).to_numpy() / years
    # A spread of 0 would make every estimate certain.
    error = np.sqrt(np.maximum(variance, 1e-12))
    return pd.DataFrame({"commune": wide.index, "pupils": pupils, "observed": observed, "error": error})
