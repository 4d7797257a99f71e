"""Social mix over public collèges alone, and with the private ones.

`dissimilarity`, `normalised_exposure` and `theil_h` compare disadvantaged pupils with all pupils; the group is imputed
from the IPS (`Territory.group_ips`), so they are estimated unless the planner gives it for every public collège.
`eta_squared` needs no group: under today's sectors it follows from published figures alone.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from maillage.arrays import Floats
from maillage.indicators.registry import always, if_group_imputed, if_moved, if_moved_or_private_imputed, indicator
from maillage.indicators.segregation import (
    dissimilarity,
    eta_squared,
    ips_deviation,
    mean_ips,
    normalised_exposure,
    theil_h,
)
from maillage.indicators.situation import Situation


@indicator("dissimilarity", "index", "lower", if_group_imputed)
def dissimilarity_public(situation: Situation) -> Floats:
    """`dissimilarity` of disadvantaged pupils over public collèges."""
    return dissimilarity(situation.public.pupils, situation.public.group)


@indicator("normalised_exposure", "index", "lower", if_group_imputed)
def normalised_exposure_public(situation: Situation) -> Floats:
    """`normalised_exposure` of disadvantaged pupils over public collèges."""
    return normalised_exposure(situation.public.pupils, situation.public.group)


@indicator("theil_h", "index", "lower", if_group_imputed)
def theil_h_public(situation: Situation) -> Floats:
    """`theil_h` of disadvantaged pupils over public collèges."""
    return theil_h(situation.public.pupils, situation.public.group)


@indicator("eta_squared", "index", "lower", if_moved)
def eta_squared_public(situation: Situation) -> Floats:
    """`eta_squared` of IPS over public collèges."""
    return eta_squared(situation.public.pupils, situation.public.ips, situation.public.ips_variance)


@indicator("dissimilarity_with_private", "index", "lower", always)
def dissimilarity_with_private(situation: Situation) -> Floats:
    """`dissimilarity` of disadvantaged pupils over public and private collèges."""
    return dissimilarity(situation.with_private.pupils, situation.with_private.group)


@indicator("normalised_exposure_with_private", "index", "lower", always)
def normalised_exposure_with_private(situation: Situation) -> Floats:
    """`normalised_exposure` of disadvantaged pupils over public and private collèges."""
    return normalised_exposure(situation.with_private.pupils, situation.with_private.group)


@indicator("theil_h_with_private", "index", "lower", always)
def theil_h_with_private(situation: Situation) -> Floats:
    """`theil_h` of disadvantaged pupils over public and private collèges."""
    return theil_h(situation.with_private.pupils, situation.with_private.group)


@indicator("eta_squared_with_private", "index", "lower", if_moved_or_private_imputed)
def eta_squared_with_private(situation: Situation) -> Floats:
    """`eta_squared` of IPS over public and private collèges."""
    everyone = situation.with_private
    return eta_squared(everyone.pupils, everyone.ips, everyone.ips_variance)


@indicator("ips_mean", "IPS", "", if_moved)
def ips_mean_public(situation: Situation) -> Floats:
    """Mean IPS of public collège pupils."""
    mean, total, _ = mean_ips(situation.public.pupils, situation.public.ips)
    return np.where(total > 0, mean, np.nan)


@indicator("ips_min", "IPS", "higher", if_moved)
def ips_min(situation: Situation) -> Floats:
    """Lowest mean IPS of a public collège."""
    return _extreme(situation, np.inf, np.min)


@indicator("ips_max", "IPS", "lower", if_moved)
def ips_max(situation: Situation) -> Floats:
    """Highest mean IPS of a public collège."""
    return _extreme(situation, -np.inf, np.max)


@indicator("ips_deviation", "IPS", "lower", if_moved)
def ips_deviation_public(situation: Situation) -> Floats:
    """`ips_deviation` over public collèges."""
    return ips_deviation(situation.public.pupils, situation.public.ips)


def _extreme(situation: Situation, neutral: float, take: Callable[..., Floats]) -> Floats:
    populated = situation.public.pupils > 0
    value = take(np.where(populated, situation.public.ips, neutral), axis=0)
    return np.where(populated.any(axis=0), value, np.nan)
