"""`Situation`: one plan under one demand, reduced to the arrays that indicators need.

Every indicator reads the same few sums by collège and rentrée; they are taken once here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from scipy.special import ndtr

from maillage.arrays import Bools, Floats, Ints, frozen
from maillage.demography.demand import Demand
from maillage.errors import Fault, InputError
from maillage.indicators.eligibility import HAUTS_DE_FRANCE, CoachRule
from maillage.plan import Plan
from maillage.territory import PrivateColleges, Territory
from maillage.travel.times import TravelTimes

WALK = "walk"
"""Name of the mode of travel on foot."""


@dataclass(frozen=True, eq=False)
class Population:
    """Who attends which collège: the public collèges alone, or with the private ones.

    Attributes
    ----------
    pupils : (K, T) float
        Pupils of each collège in each rentrée; 0 where closed.
    group : (K, T) float
        Disadvantaged pupils among them.
    ips : (K, T) float
        Mean IPS; NaN where the collège has no pupil.
    ips_variance : (K, T) float
        Variance of IPS within the collège; NaN where the collège has no pupil.
    """

    pupils: Floats
    group: Floats
    ips: Floats
    ips_variance: Floats

    def __post_init__(self) -> None:
        for column in fields(self):
            object.__setattr__(self, column.name, frozen(getattr(self, column.name), np.float64))


@dataclass(frozen=True, eq=False)
class Situation:
    """A plan, its demand and its journeys, by unit or collège and rentrée.

    Attributes
    ----------
    territory : Territory
    rentrees : (T,) int
        The first is the base rentrée, the later ones are projected.
    today : (U,) int32
        Position of each unit's collège today; -1 outside the territory.
    site : (U, T) int32
        The same under the plan.
    pupils : (U, T) float
        Pupils living in each unit, outside pupils included.
    minutes : (U, T) float
        Journey to the unit's collège; inf unreachable, NaN outside the territory.
    longest_min : float
        Longest journey between any unit and any collège, the same under all plans; 0 where there is none.
    road_km : (U, T) float
        Distance to it by road, whatever the means of travel; inf unknown, NaN outside the territory.
    today_road_km : (U,) float
        The same to today's collège.
    on_foot : (U, T) bool or None
        Whether that journey is on foot; None where pupils are not said to walk.
    coach_entitled : (U, T) bool
        Whether the rule for school coaches carries the pupils of the unit to their collège.
    today_coach_entitled : (U,) bool
        The same for today's collège.
    approximate_travel : bool
    open : (S, T) bool
        All of today's collèges before the plan starts.
    public, with_private : Population
    private_sd_imputed : bool
        A private collège publishes no standard deviation of IPS: it was given the mean one.
    """

    territory: Territory
    rentrees: Ints
    today: Ints
    site: Ints
    pupils: Floats
    minutes: Floats
    longest_min: float
    road_km: Floats
    today_road_km: Floats
    on_foot: Bools | None
    coach_entitled: Bools
    today_coach_entitled: Bools
    approximate_travel: bool
    open: Bools
    public: Population
    with_private: Population
    private_sd_imputed: bool

    @property
    def inside(self) -> Bools:
        """(U, T) pupils who attend a public collège of the territory."""
        return self.site >= 0

    @property
    def moved_at_base(self) -> bool:
        """The plan already applies at the base rentrée and moves someone."""
        return bool(np.any((self.site[:, 0] != self.today) & (self.pupils[:, 0] > 0)))

    @property
    def lunches(self) -> Floats:
        """(S, T) meals a day taken by pupils at their collège."""
        return np.asarray(self.territory.colleges.lunch_rate[:, None] * self.public.pupils)

    @property
    def lunch_places(self) -> Floats:
        """(S,) seats x sittings; NaN where either is unknown."""
        return np.asarray(self.territory.colleges.seats * self.territory.colleges.sittings)


def situation_of(
    territory: Territory, plan: Plan, demand: Demand, travel: TravelTimes, coach: CoachRule = HAUTS_DE_FRANCE
) -> Situation:
    """Gather what indicators need; `coach` says whom the région carries to school.

    Raises
    ------
    InputError
        Where plan, demand or travel times are of another territory (other numbers of units or collèges).
    """
    _check_shapes(territory, plan, demand, travel)
    pupils = demand.total()
    site = np.column_stack([plan.at(int(rentree)) for rentree in demand.rentrees])
    started = demand.rentrees >= plan.start
    public = _public(territory, site, demand)
    private, imputed = _private(territory, demand.private_factor)
    road_km, today_km = _at_site(travel.by_road_km, site), _at_site(travel.by_road_km, plan.present[:, None])[:, 0]
    return Situation(
        territory=territory,
        rentrees=demand.rentrees.astype(np.int32),
        today=plan.present,
        site=site,
        pupils=pupils,
        minutes=_at_site(travel.minutes, site),
        longest_min=float(travel.minutes[np.isfinite(travel.minutes)].max(initial=0.0)),
        road_km=road_km,
        today_road_km=today_km,
        on_foot=_on_foot(travel, site),
        coach_entitled=coach.entitles(road_km, _same_network(territory, site)),
        today_coach_entitled=coach.entitles(today_km, _same_network(territory, plan.present[:, None])[:, 0]),
        approximate_travel=travel.approximate,
        open=np.where(started[None, :], plan.open[:, None], True),
        public=public,
        with_private=_together(public, private),
        private_sd_imputed=imputed,
    )


def ratio(numerator: Floats, denominator: Floats) -> Floats:
    """``numerator / denominator``; NaN where the latter is not positive, or unknown."""
    return np.asarray(np.divide(numerator, denominator, out=np.full(np.shape(numerator), np.nan), where=denominator > 0))


def count(chosen: Bools) -> Floats:
    """(T,) number of rows chosen in each column."""
    return np.asarray(chosen.sum(axis=0), dtype=np.float64)


def share_below(threshold: float, mean: Floats, sd: Floats) -> Floats:
    """Share of a normal population under a threshold, ``Phi((threshold - mean) / sd)``; a step where sd is 0."""
    gap = threshold - np.asarray(mean, dtype=float)
    steps = np.where(gap > 0, np.inf, np.where(gap < 0, -np.inf, 0.0))
    return np.asarray(ndtr(np.divide(gap, sd, out=steps, where=np.asarray(sd) > 0)))


def private_ips_sd(private: PrivateColleges, fallback: float) -> tuple[Floats, Bools]:
    """Standard deviations of private collèges, and which of them are imputed.

    A missing one becomes the pupil-weighted quadratic mean of the published ones, or `fallback` where none is published.
    """
    missing = np.isnan(private.ips_sd)
    weight = np.where(missing, 0.0, private.pupils)
    known = np.where(missing, 0.0, private.ips_sd)
    typical = float(np.sqrt(weight @ known**2 / weight.sum())) if weight.sum() > 0 else fallback
    return np.where(missing, typical, private.ips_sd), missing


def sum_by_college(site: Ints, values: Floats, colleges: int) -> Floats:
    """(S, T) sums of unit values (U, T) over the units of each collège; outside units are left out."""
    years = values.shape[1]
    inside = site >= 0
    cell = (site * years + np.arange(years))[inside]
    sums = np.bincount(cell, weights=values[inside], minlength=colleges * years)
    return np.asarray(sums.reshape(colleges, years), dtype=np.float64)


def _public(territory: Territory, site: Ints, demand: Demand) -> Population:
    units, colleges, pupils = territory.units, len(territory.colleges), demand.total()
    ips, sd, share = _composition(territory, demand)
    centre = float(np.mean(units.ips)) if len(units) else 0.0
    ips = ips - centre
    loads = sum_by_college(site, pupils, colleges)
    mean = ratio(sum_by_college(site, pupils * ips, colleges), loads)
    square = ratio(sum_by_college(site, pupils * (ips**2 + sd**2), colleges), loads)
    group = sum_by_college(site, pupils * share, colleges)
    return Population(loads, group, mean + centre, np.maximum(square - mean**2, 0.0))


def _composition(territory: Territory, demand: Demand) -> tuple[Floats, Floats, Floats]:
    """IPS, its deviation and the share of disadvantaged pupils by unit, (U, T), or (U, 1) where they stay as they are."""
    units, composed = territory.units, demand.composition
    if composed is not None:
        return composed.ips, composed.ips_sd, composed.group_share
    # A unit that is empty today may fill up later: its share then follows from its IPS alone.
    share = share_below(territory.group_ips, units.ips, units.ips_sd)
    share = np.divide(units.group, units.pupils, out=share, where=units.pupils > 0)
    return units.ips[:, None], units.ips_sd[:, None], share[:, None]


def _private(territory: Territory, factor: Floats) -> tuple[Population, bool]:
    private, public = territory.private, territory.colleges
    fallback = float(np.sqrt(np.average(public.ips_sd**2, weights=public.pupils))) if len(private) else 0.0
    sd, imputed = private_ips_sd(private, fallback)
    share = share_below(territory.group_ips, private.ips, sd)
    pupils = private.pupils[:, None] * factor[None, :]
    constant = np.ones_like(pupils)
    together = Population(pupils, pupils * share[:, None], private.ips[:, None] * constant, sd[:, None] ** 2 * constant)
    return together, bool(imputed.any())


def _together(first: Population, second: Population) -> Population:
    return Population(*(np.vstack([getattr(first, c.name), getattr(second, c.name)]) for c in fields(Population)))


def _on_foot(travel: TravelTimes, site: Ints) -> Bools | None:
    """(U, T) whether each unit walks to its collège; None where `travel` does not say."""
    if travel.means is None or WALK not in travel.mean_names:
        return np.ones(site.shape, bool) if travel.mode == WALK else None
    walked = travel.means == travel.mean_names.index(WALK)
    return np.asarray(np.take_along_axis(walked, np.maximum(site, 0).astype(np.intp), axis=1) & (site >= 0))


def _same_network(territory: Territory, site: Ints) -> Bools:
    """(U, T) whether unit and collège lie in one urban network; nowhere where the networks are unknown."""
    networks = territory.urban_networks
    if networks is None:
        return np.zeros(site.shape, bool)
    home = networks.unit[:, None]
    return np.asarray((home != "") & (home == networks.college[np.maximum(site, 0)]) & (site >= 0))


def _at_site(matrix: Floats, site: Ints) -> Floats:
    """(U, T) entry of each unit's row at its collège; NaN outside the territory."""
    chosen = np.take_along_axis(matrix, np.maximum(site, 0).astype(np.intp), axis=1)
    return np.where(site >= 0, chosen, np.nan)


def _check_shapes(territory: Territory, plan: Plan, demand: Demand, travel: TravelTimes) -> None:
    units, colleges = len(territory.units), len(territory.colleges)
    found = {
        "plan": ((len(plan.assignment), len(plan.uai)), (units, colleges)),
        "demand": ((len(demand.pupils),), (units,)),
        "travel": (travel.minutes.shape, (units, colleges)),
    }
    remedy = "Compute it from the same territory"
    faults = [
        Fault(name, f"of another territory: {shape} instead of {expected} units and collèges", remedy=remedy)
        for name, (shape, expected) in found.items()
        if shape != expected
    ]
    composed, wanted = demand.composition, (units, len(demand.rentrees))
    if composed is not None and composed.ips.shape != wanted:
        message = f"of another territory or other rentrées: {composed.ips.shape} instead of {wanted} units and rentrées"
        faults.append(Fault("demand.composition", message, remedy="Compose these very pupils"))
    if faults:
        raise InputError(faults)
