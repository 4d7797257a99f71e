"""School coach circuits of the collèges in the country: two each, from the farthest village in; the very last one is late."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from demo.country import Country
from demo.land import Floats, Ints

SERVED = 12
"""Collèges with circuits: the last ones of the list, which stand in the country."""

VILLAGES = 5
ROAD_OVER_STRAIGHT, KM_H, STOP_MIN = 1.3, 30.0, 1
ARRIVAL_MIN, LATE_MIN = 7 * 60 + 45, 8 * 60 + 5


@dataclass(frozen=True)
class Circuit:
    """One coach on a school morning: villages in the order of travel, then the collège; minutes after midnight at each."""

    college: int
    villages: Ints
    time_min: Ints


def run_coaches(country: Country) -> list[Circuit]:
    """Circuits by collège, west before east; no chance in it."""
    land, public = country.land, country.public
    nearest = np.argmin(np.hypot(*(land.centre_m[:, None] - public.site_m[None]).transpose(2, 0, 1)), axis=1)
    circuits = []
    for college in range(len(public) - SERVED, len(public)):
        own = np.flatnonzero((nearest == college) & (np.arange(len(nearest)) != public.commune[college]))
        away_m = land.centre_m[own] - public.site_m[college]
        for east in (False, True):
            side = (away_m[:, 0] >= 0) == east
            order = np.argsort(np.hypot(*away_m[side].T), kind="stable")[:VILLAGES][::-1]
            villages = own[side][order]
            late = east and college == len(public) - 1
            circuits.append(_timed(college, villages, np.vstack([land.centre_m[villages], public.site_m[college]]), late))
    return circuits


def _timed(college: int, villages: Ints, place_m: Floats, late: bool) -> Circuit:
    km = ROAD_OVER_STRAIGHT * np.hypot(*np.diff(place_m, axis=0).T) / 1000
    leg_min = np.ceil(60 * km / KM_H).astype(np.int64) + STOP_MIN
    before_min = np.append(leg_min[::-1].cumsum()[::-1], 0)
    return Circuit(college, villages, (LATE_MIN if late else ARRIVAL_MIN) - before_min)
