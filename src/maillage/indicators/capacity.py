"""Capacity: how full the open collèges are, and how small.

Always against the central capacity, whatever bound a scenario was planned with, so that scenarios compare.
"""

from __future__ import annotations

import numpy as np

from maillage.arrays import Floats
from maillage.indicators.registry import TOLERANCE, if_capacity_estimated, if_moved, indicator
from maillage.indicators.situation import Situation, count, ratio


def occupancy(situation: Situation) -> Floats:
    """(S, T) pupils per usable place; NaN where the collège is closed or its capacity unknown."""
    capacity = situation.territory.colleges.capacity[:, None]
    return ratio(situation.public.pupils, np.where(situation.open, capacity, np.nan))


def _colleges_between(situation: Situation, low: float, high: float) -> Floats:
    rate = occupancy(situation)
    if np.isnan(rate).all():
        return np.full(rate.shape[1], np.nan)
    return count((rate >= low) & (rate < high))


@indicator("occupancy", "share", "", if_capacity_estimated)
def territory_occupancy(situation: Situation) -> Floats:
    """Pupils of the open collèges over their places, ``sum_j N_j / sum_j C_j``."""
    capacity = situation.territory.colleges.capacity[:, None]
    counted = situation.open & (capacity > 0)
    places = np.where(counted, capacity, 0.0).sum(axis=0)
    pupils = np.where(counted, situation.public.pupils, 0.0).sum(axis=0)
    return ratio(pupils, places)


@indicator("colleges_occupancy_under_60", "collèges", "lower", if_capacity_estimated)
def colleges_occupancy_under_60(situation: Situation) -> Floats:
    """Open collèges less than 60 % full."""
    return _colleges_between(situation, 0.0, 0.60)


@indicator("colleges_occupancy_60_to_75", "collèges", "", if_capacity_estimated)
def colleges_occupancy_60_to_75(situation: Situation) -> Floats:
    """Open collèges from 60 % to less than 75 % full."""
    return _colleges_between(situation, 0.60, 0.75)


@indicator("colleges_occupancy_75_to_95", "collèges", "higher", if_capacity_estimated)
def colleges_occupancy_75_to_95(situation: Situation) -> Floats:
    """Open collèges from 75 % to less than 95 % full."""
    return _colleges_between(situation, 0.75, 0.95)


@indicator("colleges_occupancy_95_to_100", "collèges", "", if_capacity_estimated)
def colleges_occupancy_95_to_100(situation: Situation) -> Floats:
    """Open collèges from 95 % to 100 % full, both included."""
    return _colleges_between(situation, 0.95, 1.0 + TOLERANCE)


@indicator("colleges_occupancy_over_100", "collèges", "lower", if_capacity_estimated)
def colleges_occupancy_over_100(situation: Situation) -> Floats:
    """Open collèges more than full."""
    return _colleges_between(situation, 1.0 + TOLERANCE, np.inf)


@indicator("pupils_above_capacity", "pupils", "lower", if_capacity_estimated)
def pupils_above_capacity(situation: Situation) -> Floats:
    """Pupils without a place in their collège, ``sum_j max(N_j - C_j, 0)``."""
    capacity = situation.territory.colleges.capacity[:, None]
    if np.isnan(capacity).all():
        return np.full(len(situation.rentrees), np.nan)
    return np.asarray(np.fmax(situation.public.pupils - capacity, 0.0).sum(axis=0))


@indicator("colleges_under_200", "collèges", "lower", if_moved)
def colleges_under_200(situation: Situation) -> Floats:
    """Open collèges of fewer than 200 pupils."""
    return count(situation.open & (situation.public.pupils < 200 * (1 - TOLERANCE)))


@indicator("colleges_under_300", "collèges", "lower", if_moved)
def colleges_under_300(situation: Situation) -> Floats:
    """Open collèges of fewer than 300 pupils."""
    return count(situation.open & (situation.public.pupils < 300 * (1 - TOLERANCE)))
