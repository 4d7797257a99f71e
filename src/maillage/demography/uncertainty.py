"""From the steps of a projection to the variances of what may stray."""

from __future__ import annotations

import numpy as np

from maillage.demography.entrants import BIRTHS, ECOLE
from maillage.demography.simulate import Spread, Uncertainty
from maillage.demography.trail import Trail

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
    return Uncertainty(
        sector=areas.sector,
        bassin=areas.bassin,
        entry_start=within.variance * within.calibration,
        entry_bassin_start=bassin.variance * bassin.calibration,
        entry_step=within.variances.step * within.calibration,
        entry_bassin_step=bassin.variances.step * bassin.calibration,
        growth=trail.growth.variance,
        progression=trail.progression.variance,
        progression_noise=trail.progression.noise,
        entry_noise=within.variances.noise * within.calibration,
        years_ahead=np.minimum(np.arange(len(counted), dtype=np.float64), MOST_YEARS),
        unborn=~counted,
        spread=spread or Spread(),
    )
