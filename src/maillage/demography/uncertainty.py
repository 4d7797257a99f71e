"""From the steps of a projection to the variances of what may stray."""

from __future__ import annotations

import numpy as np

from maillage.demography.entrants import BIRTHS, ECOLE
from maillage.demography.entry import UNCOUNTED
from maillage.demography.simulate import Spread, Uncertainty
from maillage.demography.trail import Trail

AHEAD = 2.75
"""Least factor on the variances of the entry levels once they are used ahead: what is fitted to the past strays more after it.

The grades of one rentrée show a drift of 0.002 a year (`maillage.demography.entry`); the totals of the same 5,033 collèges two
rentrées later need one of 0.0055, with 2 % a year that befall all grades of a collège (`maillage.demography.simulate.Spread`):
then 80 % of them lie within the 80 % interval. Here what is unknown of the level today is widened as well, which makes it 84 %;
77 and 82 % if nothing is allowed for the pupils without an IPS, whom those totals leave out. See
``python -m benchmarks spread``.
"""

MOST_YEARS = 10
"""A cohort strays by migration for ten years at most between its birth and its 6e."""


def uncertainty_of(trail: Trail, spread: Spread | None = None) -> Uncertainty:
    """What the steps of a projection leave unknown.

    The variances of entry levels, growth and progression are those of their estimates, from the territory's own past
    (`maillage.demography.local_level`); those of the whole département (`Spread`) are assumptions.
    """
    counted = np.array([source in (ECOLE, BIRTHS) for source in trail.entrants.source], bool)
    entry, areas = trail.entry, trail.areas
    within, bassin = entry.within, entry.bassin
    ahead = max(within.calibration, AHEAD)
    strayed = within.variances.noise * ahead
    return Uncertainty(
        sector=areas.sector,
        bassin=areas.bassin,
        entry_start=within.variance * ahead,
        entry_bassin_start=bassin.variance * bassin.calibration,
        entry_step=within.variances.step * ahead,
        entry_bassin_step=bassin.variances.step * bassin.calibration,
        growth=trail.growth.variance,
        progression=trail.progression.variance,
        progression_noise=trail.progression.noise,
        entry_noise=np.where(counted, strayed, np.maximum(strayed, within.variances.noise * UNCOUNTED)),
        years_ahead=np.minimum(np.arange(len(counted), dtype=np.float64), MOST_YEARS),
        unborn=~counted,
        spread=spread or Spread(),
    )
