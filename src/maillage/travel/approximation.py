"""Travel times without a road network: an approximation, always marked as one."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from maillage.arrays import Floats, Ints
from maillage.errors import Fault, InputError
from maillage.territory import Units
from maillage.travel.modes import MODES, Mode
from maillage.travel.points import Points
from maillage.travel.times import TravelTimes


@dataclass(frozen=True)
class Approximation:
    """Crow-fly distance x detour / speed by density + access, with a floor.

    ``minutes = max(least_min, access_min + 60 x detour x distance_km / speed_km_h)``; `access_min` counts for cars and
    coaches only. The speed is that of the place where the pupils live, both ways; a place of unknown density is taken as rural.
    A mode's `journey_s`, `stop_s_per_km` and `time_factor` count; its `town_segment_s` cannot, without segments.
    Every figure is an assumption, to be changed where better is known; `APPROXIMATION_ERROR` says how far off they were.

    Attributes
    ----------
    detour : float
        Road over straight distance; 1.3 is usual on dense road networks (F. P. Boscoe, K. A. Henry, M. S. Zdeb (2012), A
        nationwide comparison of driving distance versus straight-line distance to hospitals, The Professional Geographer 64(2),
        188-196, doi:10.1080/00330124.2011.583586, find 1.417 in the United States).
    rural_km_h, suburban_km_h, urban_km_h : float
        Mean car speeds door to door.
    suburban_inhabitants_km2, urban_inhabitants_km2 : float
        Where suburban and urban begin: the thresholds of Eurostat's degree of urbanisation and INSEE's density grid.
    pupils_per_inhabitant : float
        Public collège pupils over inhabitants, turning pupils per km2 into inhabitants per km2 (Pas-de-Calais: 60,519 of
        about 1.47 million).
    access_min : float
        Getting into and out of the vehicle.
    least_min : float
        Homes are spread around the point that stands for them.
    """

    detour: float = 1.3
    rural_km_h: float = 45.0
    suburban_km_h: float = 35.0
    urban_km_h: float = 25.0
    suburban_inhabitants_km2: float = 300.0
    urban_inhabitants_km2: float = 1_500.0
    pupils_per_inhabitant: float = 0.041
    access_min: float = 3.0
    least_min: float = 5.0

    def __post_init__(self) -> None:
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        may_be_zero = ("access_min", "least_min")
        faults = [
            Fault("Approximation", f"{value} is out of range", name, remedy="Give a positive number")
            for name, value in values.items()
            if not (0 < value < np.inf or (value == 0 and name in may_be_zero))
        ]
        if faults:
            raise InputError(faults)

    def density_class(self, places: Points) -> Ints:
        """(P,) 0 rural, 1 suburban, 2 urban; rural where the density is unknown."""
        inhabitants_km2 = np.nan_to_num(places.pupils_per_km2) / self.pupils_per_inhabitant
        return np.digitize(inhabitants_km2, [self.suburban_inhabitants_km2, self.urban_inhabitants_km2]).astype(np.int32)

    def speeds_km_h(self, mode: Mode) -> Floats:
        """(3,) speed of a mode in rural, suburban and urban places, its stops included, never above the car's."""
        car = np.array([self.rural_km_h, self.suburban_km_h, self.urban_km_h])
        own = [mode.speed_km_h, mode.town_km_h, mode.town_km_h]
        driven = np.minimum(car, [np.inf if speed is None else speed for speed in own])
        return np.asarray(driven / (mode.time_factor + driven * mode.stop_s_per_km / 3600))

    def added_min(self, mode: Mode) -> float:
        """Minutes that a mode adds to each journey."""
        return (self.access_min if mode.motor else 0.0) + mode.journey_s / 60

    def minutes_and_km(self, homes: Points, others: Points, mode: Mode) -> tuple[Floats, Floats]:
        """Minutes and kilometres, (points of the homes, points of the others) each."""
        gap = homes.xy_m[:, None, :] - others.xy_m[None, :, :]
        distance_km = self.detour * np.hypot(gap[..., 0], gap[..., 1]) / 1000
        speed_km_h = self.speeds_km_h(mode)[self.density_class(homes)][homes.owner]
        return np.maximum(self.least_min, self.added_min(mode) + 60 * distance_km / speed_km_h[:, None]), distance_km

    def sentences(self, mode: Mode, homes: Points, limit: str = "") -> tuple[str, ...]:
        """How the times were obtained, and how far from the truth that was on the demo, in words."""
        rural, suburban, urban = self.speeds_km_h(mode)
        where = "" if rural == suburban == urban else f" in rural, {suburban:g} in suburban and {urban:g} in urban places"
        added_min = self.added_min(mode)
        added = f"{f', {added_min:g} min added' if added_min else ''}, at least {self.least_min:g} min"
        unknown = int(np.isnan(homes.pupils_per_km2).sum())
        how = (
            f"Approximation ({mode.name}{limit}), no road network: straight distance x {self.detour:g} at {rural:g} km/h{where}"
            f"{added}."
        )
        taken = [f"Places of unknown density, taken as rural: {unknown}."] if unknown else []
        measured = mode == MODES.get(mode.name) and self == Approximation()
        return how, *taken, *([APPROXIMATION_ERROR[mode.name].sentence()] if measured else [])


@dataclass(frozen=True)
class Gap:
    """How far approximate minutes are from those on roads: approximation minus roads, weighted.

    Attributes
    ----------
    mean_min : float
        Above 0 where the approximation is too long.
    mean_absolute_min : float
    p90_absolute_min : float
        Nine in ten are no farther off.
    """

    mean_min: float
    mean_absolute_min: float
    p90_absolute_min: float

    @classmethod
    def between(cls, approximate_min: Floats, roads_min: Floats, weight: Floats) -> Gap:
        """Gap over journeys given one by one, (n,) each; journeys that either does not have are left out."""
        known = np.isfinite(approximate_min) & np.isfinite(roads_min) & (weight > 0)
        error, weight = (approximate_min - roads_min)[known], weight[known]
        order = np.argsort(np.abs(error), kind="stable")
        reached = np.searchsorted(np.cumsum(weight[order]), 0.9 * weight.sum())
        return cls(
            float(np.average(error, weights=weight)),
            float(np.average(np.abs(error), weights=weight)),
            float(np.abs(error)[order][min(reached, len(order) - 1)]),
        )


@dataclass(frozen=True)
class ApproximationError:
    """Gaps of the approximation on one territory with roads, pupils as weights.

    Attributes
    ----------
    to_school : Gap
        From home to the present collège.
    within_45_min : Gap
        From every home to every collège that takes at most 45 min by road, each weighted by the pupils of the home.
    """

    to_school: Gap
    within_45_min: Gap

    @classmethod
    def between(cls, approximate: TravelTimes, roads: TravelTimes, units: Units) -> ApproximationError:
        """Both gaps, of two matrices from units to collèges."""
        own, school = np.flatnonzero(units.present >= 0), units.present[units.present >= 0]
        near = roads.minutes <= LONG_MIN
        weight = np.broadcast_to(units.pupils[:, None], near.shape)
        return cls(
            Gap.between(approximate.minutes[own, school], roads.minutes[own, school], units.pupils[own]),
            Gap.between(approximate.minutes[near], roads.minutes[near], weight[near]),
        )

    def sentence(self) -> str:
        """In words, for reports."""
        school, far = self.to_school, self.within_45_min
        return (
            f"Against the roads of the demo: {school.mean_min:+.1f} min on average from home to the present collège (9 in 10 "
            f"within {school.p90_absolute_min:.1f} min), {far.mean_min:+.1f} min to all collèges within {LONG_MIN:g} min "
            f"by road (9 in 10 within {far.p90_absolute_min:.1f} min)."
        )


LONG_MIN = 45.0
"""Longest one-way journey that planners usually accept."""

APPROXIMATION_ERROR: dict[str, ApproximationError] = {
    "car": ApproximationError(Gap(3.230, 3.309, 5.160), Gap(22.597, 22.601, 42.295)),
    "coach": ApproximationError(Gap(1.144, 2.480, 4.742), Gap(11.921, 12.461, 26.874)),
    "coach_stops": ApproximationError(Gap(1.401, 2.555, 5.176), Gap(9.131, 9.369, 18.592)),
    "bicycle": ApproximationError(Gap(0.133, 2.070, 4.090), Gap(1.880, 3.026, 6.150)),
    "walk": ApproximationError(Gap(0.304, 5.425, 13.146), Gap(-0.438, 3.271, 7.139)),
}
"""By mode: what `Approximation()` is worth against the roads of the demo (``data``), recomputed by a test."""
