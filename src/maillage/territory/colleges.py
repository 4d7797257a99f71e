"""Public collèges with their canteens, and private ones."""

from __future__ import annotations

from dataclasses import dataclass

from maillage.arrays import Bools, Floats, Ints, Strings
from maillage.territory.table import Table


@dataclass(frozen=True, eq=False)
class Colleges(Table):
    """Public collèges of the territory and their canteens.

    Attributes
    ----------
    uai, name, commune : (S,) str
    xy_m : (S, 2) float
        EPSG:2154 metres.
    unit : (S,) int32
        Position of the unit the collège stands in.
    pupils : (S,) float
        Published enrolment at the base rentrée.
    grade_pupils : (S, 4) float
        Enrolment by grade (6e to 3e) in the latest rentrée that publishes it, scaled to `pupils`.
    ips, ips_sd : (S,) float
        Published IPS and its standard deviation within the collège, base rentrée.
    priority : (S,) str
        "", "REP" or "REP+".
    capacity_low, capacity, capacity_high : (S,) float
        Usable places.
    capacity_estimated : (S,) bool
        Capacity is not the planner's figure but an estimate from past enrolment.
    lunch_rate : (S,) float
        Share of pupils who lunch at the collège; 0 where there is no demi-pension.
    lunch_rate_estimated : (S,) bool
    seats : (S,) float
        Dining seats; NaN where unknown.
    sittings : (S,) float
        Sittings a day; NaN where unknown.
    canteen_estimated : (S,) bool
        Seats or sittings are estimates.
    kitchen : (S,) int32
        Position of the collège whose kitchen cooks for this one (its own where it cooks on site); -1 unknown or outside.
    production_meals : (S,) float
        Meals a day the kitchen can cook; NaN where unknown or where there is none.
    ecole_meals : (S,) float
        Meals a day its kitchen cooks for écoles.
    """

    uai: Strings
    name: Strings
    commune: Strings
    xy_m: Floats
    unit: Ints
    pupils: Floats
    grade_pupils: Floats
    ips: Floats
    ips_sd: Floats
    priority: Strings
    capacity_low: Floats
    capacity: Floats
    capacity_high: Floats
    capacity_estimated: Bools
    lunch_rate: Floats
    lunch_rate_estimated: Bools
    seats: Floats
    sittings: Floats
    canteen_estimated: Bools
    kitchen: Ints
    production_meals: Floats
    ecole_meals: Floats

    def __len__(self) -> int:
        return len(self.uai)


@dataclass(frozen=True, eq=False)
class PrivateColleges(Table):
    """Private collèges under contract: no sector, but part of every measure of social mix "with private".

    Attributes are those of `Colleges`.
    """

    uai: Strings
    name: Strings
    commune: Strings
    xy_m: Floats
    pupils: Floats
    ips: Floats
    ips_sd: Floats

    def __len__(self) -> int:
        return len(self.uai)
