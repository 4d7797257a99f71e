"""From the steps of a projection to the variances of what may stray."""

from __future__ import annotations

import numpy as np

from maillage.demography.entrants import BIRTHS, ECOLE
from maillage.demography.entry import UNCOUNTED
from maillage.demography.simulate import Spread, Uncertainty
from maillage.demography.trail import Trail
from maillage.territory import ECOLE_GRADES

AHEAD = 2.75
"""Least factor on what is unknown of the entry levels, and on the noise of a cohort, once they are used ahead.

What is fitted to the past strays more after it. The grades of one rentrée show a drift of 0.002 a year
(`maillage.demography.entry`), the totals of the same 5,033 collèges two rentrées later one of 0.0055, 2.75 times as much.
"""

STEP_AHEAD = 0.0055
"""Least drift of an entry level ahead, a year.

With it, and 2 % a year that befall all grades of a collège (`maillage.demography.simulate.Spread`), 80 % of these totals lie
within the 80 % interval; as what is unknown of the level today is widened as well, 84 % do (77 and 82 % if nothing is allowed
for the pupils without an IPS, whom the totals leave out). See ``python -m benchmarks spread``. In one to five years (totals
of 2015 to 2020) Ille-et-Vilaine's collèges strayed from each other by 5, 8, 10, 13 and 15 %, simulated ones by 4, 7, 10, 13
and 15 %.
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
        entry_step=max(within.variances.step * within.calibration, STEP_AHEAD),
        entry_bassin_step=bassin.variances.step * bassin.calibration,
        growth=trail.growth.variance,
        progression=trail.progression.variance,
        progression_noise=trail.progression.noise,
        entry_noise=np.where(counted, strayed, np.maximum(strayed, within.variances.noise * UNCOUNTED)),
        years_ahead=np.minimum(np.arange(len(counted), dtype=np.float64), MOST_YEARS),
        # A cohort of école age is there, wherever it lives; only younger ones stray with the births of each area.
        unborn=~counted & (np.arange(len(counted)) >= len(ECOLE_GRADES)),
        spread=spread or Spread(),
    )
