"""Levels that drift: what several years of a noisy ratio say of it today, for many areas at once.

A small area has few pupils and few years. Its log ratio is taken as a level that walks at random from year to year, starts near
the larger area's, and is seen with the noise of small numbers: the area-level model with time series of J. N. K. Rao and M. Yu
(1994), Small-area estimation by combining time-series and cross-sectional data, Canadian Journal of Statistics 22(4), 511-528,
doi:10.2307/3315407, here with a random walk. Its best linear predictor is the Kalman filter: recent years weigh more, small
areas lean on the larger one, and the variance of what remains unknown comes with the estimate. For one year it is the
estimator of R. E. Fay and R. A. Herriot (1979), Journal of the American Statistical Association 74(366a), 269-277,
doi:10.1080/01621459.1979.10482505.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

from maillage.arrays import Floats, Index

FAR = 3.0
"""Innovations beyond so many standard deviations (a collège that opened next door) count as this many in the likelihood."""

FEWEST = 3
"""Observations under this teach nothing of variances."""

ENOUGH = 20
"""Areas seen in a year under which its surprises say nothing of the variances."""

NORMAL_80 = 1.2816
"""A normal variable lies within so many standard deviations of its mean with a probability of 80 %."""

HALF_LIFE_YEARS = 2.0
"""Age at which a past year counts by half."""

DOUBT = 0.25
"""Standard deviation, on the logarithm, of what is believed of a variance before the data: 25 % either way.

Few years of some sixty areas tell a drift from noise badly, so that much belief is needed.
"""


@dataclass(frozen=True)
class Variances:
    """Three variances of a log ratio.

    Attributes
    ----------
    spread : float
        Of areas around their larger area, at the start.
    step : float
        Of the random walk, a year.
    noise : float
        Of one year's observation, times its number of pupils.
    """

    spread: float
    step: float
    noise: float


@dataclass(frozen=True, eq=False)
class Level:
    """Log ratio of areas relative to their larger area, as known after the last year.

    Attributes
    ----------
    mean, variance : (A,) float
        ``mean`` is 0 and ``variance`` the spread where an area was never observed.
    own : (A,) float
        Weight of the area's own figures, 0 to 1; the rest is the larger area's.
    variances : Variances
    calibration : float
        Factor on every variance of a forecast, at least 1: how much farther the latest years strayed from what was expected of
        them than the variances say. See `_calibration`.
    """

    mean: Floats
    variance: Floats
    own: Floats
    variances: Variances
    calibration: float = 1.0


def filtered(observed: Floats, pupils: Floats, variances: Variances) -> Level:
    """Level of each area after the last year.

    Parameters
    ----------
    observed : (A, K) float
        Log ratios of consecutive years, oldest first, relative to the larger area's of the same year; NaN = not observed.
    pupils : (A, K) float
        What each one rests on: its variance is ``noise / pupils``.
    variances : Variances
    """
    run = _filter(observed, pupils, variances)
    return Level(run.mean, run.variance, run.own, variances, _calibration(run.surprises))


def fitted(observed: Floats, pupils: Floats, believed: Variances) -> Level:
    """`filtered` with the variances that make the observations most likely, drawn to what is believed of them.

    Penalised maximum likelihood: Gaussian likelihood of the innovations (those beyond three standard deviations count as
    three), times log-normal beliefs centred on `believed` with a standard deviation of `DOUBT`. Where nothing can be learned,
    `believed` comes back. Where there is one area only, it is its larger area, and nothing is unknown.
    """
    if len(observed) == 1:
        # A single area is its larger area.
        return Level(np.zeros(1), np.zeros(1), np.zeros(1), Variances(0.0, 0.0, 0.0))
    if np.isfinite(observed).sum() < FEWEST:
        return filtered(observed, pupils, believed)
    centre = np.log([believed.spread, believed.step, believed.noise])

    def cost(logs: Floats) -> float:
        likelihood = _filter(observed, pupils, _variances(logs)).likelihood
        return float(((logs - centre) ** 2).sum() / (2 * DOUBT**2) - likelihood)

    found = minimize(cost, centre, method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-4, "maxiter": 400})
    return filtered(observed, pupils, _variances(found.x))


def stacked(first: Level, second: Level, larger: Index) -> Level:
    """Level of areas relative to what is above their larger area: theirs, plus the larger area's."""
    return replace(second, mean=second.mean + first.mean[larger], variance=second.variance + first.variance[larger])


def _variances(logs: Floats) -> Variances:
    spread, step, noise = np.exp(np.clip(logs, -20, 5)).tolist()
    return Variances(spread, step, noise)


@dataclass(frozen=True, eq=False)
class _Run:
    """What a pass over the years leaves: the level, and how far each year lay from what was expected of it."""

    mean: Floats
    variance: Floats
    own: Floats
    likelihood: float
    surprises: Floats
    """(A, K) in standard deviations; NaN where not observed."""


def _filter(observed: Floats, pupils: Floats, v: Variances) -> _Run:
    areas, years = observed.shape
    mean, variance, own = np.zeros(areas), np.full(areas, v.spread), np.zeros(areas)
    likelihood, surprises = 0.0, np.full(observed.shape, np.nan)
    for k in range(years):
        if k:
            variance = variance + v.step
        seen = np.isfinite(observed[:, k]) & (pupils[:, k] > 0)
        noise = v.noise / np.where(seen, pupils[:, k], 1.0)
        surprise = np.where(seen, observed[:, k] - mean, 0.0)
        expected = variance + noise
        gain = np.where(seen, variance / expected, 0.0)
        far = surprise / np.sqrt(expected)
        surprises[seen, k] = far[seen]
        likelihood -= 0.5 * float((np.minimum(np.abs(far), FAR) ** 2 + np.log(expected))[seen].sum())
        mean, variance, own = mean + gain * surprise, variance * (1 - gain), own * (1 - gain) + gain
    return _Run(mean, variance, own, likelihood, surprises)


def _calibration(surprises: Floats) -> float:
    """How much larger the variances have to be for the past years to have been no surprise; at least 1.

    A year's own factor is the square of the 80 % quantile of its surprises over that of a normal variable, so that the central
    80 % interval would have held. Years weigh half as much as one two years later; one year's worth of belief says 1.
    """
    factors = []
    first = np.isfinite(surprises).cumsum(axis=1) <= 1
    # An area's first year tells how areas differ, not how well the year before told this one.
    for column in np.where(first, np.nan, surprises).T:
        seen = np.abs(column[np.isfinite(column)])
        if len(seen) >= ENOUGH:
            factors.append((float(np.quantile(seen, 0.8)) / NORMAL_80) ** 2)
        else:
            factors.append(np.nan)
    known = np.isfinite(factors)
    if not known.any():
        return 1.0
    weight = 0.5 ** ((len(factors) - 1 - np.arange(len(factors))) / HALF_LIFE_YEARS) * known
    return max(1.0, float((1.0 + weight[known] @ np.array(factors)[known]) / (1.0 + weight.sum())))
