"""IPS and disadvantaged pupils of each unit, calibrated so that today's sectors give back every published figure.

A collège publishes the mean and the standard deviation of its pupils' IPS. Units are given a first IPS from their écoles
or from income; calibration then adds one constant a collège, so that means agree, and sets the spread within units, so
that standard deviations agree: no published figure is altered by how its sector is cut.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from maillage.arrays import Bools, Floats, Ints
from maillage.margins import sums_by

WITHIN_SHARE = 0.25
"""Least share of a collège's IPS variance that lies within its units: families of one place differ."""


@dataclass(frozen=True)
class IncomeLine:
    """``ips = intercept + slope * ln(median income in euros)``, fitted over `communes` communes, R squared `r2`."""

    intercept: float
    slope: float
    r2: float
    communes: int

    def ips(self, median_eur: Floats) -> Floats:
        """IPS the line gives for median incomes; NaN stays NaN."""
        return self.intercept + self.slope * np.log(median_eur)


def fit_income(ips: Floats, median_eur: Floats, weight: Floats, *, least: int = 10) -> IncomeLine | None:
    """Weighted least squares of IPS on the logarithm of median income, where both are known.

    Parameters
    ----------
    ips, median_eur, weight : (C,) float
        Per commune; NaN = unknown. Weights are pupils.
    least : int
        Fewest communes with both; fewer, or no variation of income, and there is no line (None).
    """
    known = np.isfinite(ips) & np.isfinite(median_eur) & (median_eur > 0) & (weight > 0)
    if known.sum() < least:
        return None
    x, y, w = np.log(median_eur[known]), ips[known], weight[known] / weight[known].sum()
    dx, dy = x - w @ x, y - w @ y
    if w @ dx**2 <= 1e-12 or w @ dy**2 <= 0:
        return None
    slope = float((w @ (dx * dy)) / (w @ dx**2))
    r2 = float((w @ (dx * dy)) ** 2 / ((w @ dx**2) * (w @ dy**2)))
    return IncomeLine(float(w @ y - slope * (w @ x)), slope, r2, int(known.sum()))


@dataclass(frozen=True, eq=False)
class Calibrated:
    """IPS of units after calibration.

    Attributes
    ----------
    ips, ips_sd : (U,) float
        Units without a present collège keep their first IPS and take the pupil-weighted mean spread within units.
    narrowed : (S,) bool
        The first IPS of the sector's units differed more than the collège's published standard deviation allows;
        the differences were reduced.
    """

    ips: Floats
    ips_sd: Floats
    narrowed: Bools


def calibrate(pupils: Floats, ips: Floats, present: Ints, college_ips: Floats, college_sd: Floats) -> Calibrated:
    """Shift, and where needed narrow, the IPS of each sector's units to the collège's published mean and deviation.

    For collège j with published mean m_j and deviation s_j, and units u of its sector with pupils p_u and first IPS i_u::

        i'_u = m_j + f_j (i_u - sum p i / sum p),   f_j <= 1 such that  b_j = sum p (i'_u - m_j)^2 / sum p <= 0.75 s_j^2
        sd_u = sqrt(s_j^2 - b_j)

    so that the mixture over the sector has mean m_j and deviation s_j exactly.

    Parameters
    ----------
    pupils, ips : (U,) float
        No missing values.
    present : (U,) int
        Collège of each unit; -1 none.
    college_ips, college_sd : (S,) float
        Published figures, no missing values.
    """
    inside = present >= 0
    j, p, size = present[inside], pupils[inside], len(college_ips)
    total = sums_by(j, p, size)
    mean = _ratio(sums_by(j, p * ips[inside], size), total)
    deviation = ips[inside] - mean[j]
    between = _ratio(sums_by(j, p * deviation**2, size), total)
    most = (1 - WITHIN_SHARE) * college_sd**2
    factor = np.sqrt(np.minimum(1.0, _ratio(most, between, empty=1.0)))
    spread = np.sqrt(college_sd**2 - factor**2 * between)
    calibrated, sd = ips.astype(np.float64), np.full(len(ips), np.average(spread, weights=np.maximum(total, 1e-9)))
    calibrated[inside] = college_ips[j] + factor[j] * deviation
    sd[inside] = spread[j]
    return Calibrated(calibrated, sd, factor < 1.0)


def group_threshold(pupils: Floats, ips: Floats, ips_sd: Floats, share: float) -> float:
    """IPS below which lies `share` of all pupils, each collège's IPS taken as normal with its published mean and deviation.

    Solves ``sum_j n_j Phi((theta - m_j) / s_j) = share * sum_j n_j`` for theta.
    """
    low, high = float((ips - 10 * ips_sd).min()), float((ips + 10 * ips_sd).max())
    return float(brentq(lambda theta: pupils @ ndtr((theta - ips) / ips_sd) - share * pupils.sum(), low, high, xtol=1e-12))


def unit_group(pupils: Floats, ips: Floats, ips_sd: Floats, present: Ints, college_group: Floats, theta: float) -> Floats:
    """Disadvantaged pupils of each unit: ``p_u Phi((theta + d_j - i_u) / sd_u)``, d_j such that each collège's sum agrees.

    The shift d_j is 0 where a sector's units, mixed, are as normal as the collège; it keeps every unit's share within
    0 and 1, which scaling would not.

    Parameters
    ----------
    pupils, ips, ips_sd : (U,) float
    present : (U,) int
        Collège of each unit; -1 none.
    college_group : (S,) float
        Disadvantaged pupils of each collège, between 0 and its pupils.
    theta : float
        IPS below which a pupil counts.

    Returns
    -------
    (U,) float, summing to `college_group` over each sector.
    """
    inside = present >= 0
    j, size = present[inside], len(college_group)
    low, high = np.full(size, -400.0), np.full(size, 400.0)

    def group(shift: Floats) -> Floats:
        return np.asarray(pupils[inside] * ndtr((theta + shift[j] - ips[inside]) / ips_sd[inside]))

    for _ in range(80):
        middle = (low + high) / 2
        above = sums_by(j, group(middle), size) > college_group
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    found = group((low + high) / 2)
    every = pupils * ndtr((theta - ips) / ips_sd)
    every[inside] = found * _ratio(college_group, sums_by(j, found, size))[j]
    return np.asarray(every)


def _ratio(top: Floats, bottom: Floats, empty: float = 0.0) -> Floats:
    return np.divide(top, bottom, out=np.full(np.shape(top), empty, dtype=np.float64), where=bottom > 0)
