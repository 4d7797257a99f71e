"""What a plan costs in each term of a scenario's objective, measured on its sectors: no program, no solver."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from maillage.arrays import Bools, Floats, Ints
from maillage.demography.demand import Demand
from maillage.scenario import Goals
from maillage.territory import Territory
from maillage.travel.times import TravelTimes

NEGLIGIBLE = 1e-9
"""What a share, or a value under today's sectors, must exceed to be more than rounding."""


@dataclass(frozen=True, eq=False)
class Basis:
    """Who is counted when plans are measured: the pupils of the units sectored inside the territory, start to until.

    Attributes
    ----------
    unit : (V,) int32
        Positions of the units sectored to a public collège of the territory; the others stay outside, as today.
    demand : (V, T) float
        Pupils by rentrée.
    pupils : (V,) float
        Mean over the rentrées.
    group : (V,) float
        Disadvantaged pupils among `pupils`, mean over the rentrées: as `Demand.composition` tells, or each unit keeps its
        share of the base rentrée.
    index_sum : (V,) float
        ``pupils x (unit's IPS - mean IPS of all pupils of all the rentrées)``, mean over the rentrées.
    minutes : (V, S) float
    present : (V,) int32
    """

    unit: Ints
    demand: Floats
    pupils: Floats
    group: Floats
    index_sum: Floats
    minutes: Floats
    present: Ints

    @property
    def has_both_groups(self) -> bool:
        """Whether there are disadvantaged pupils and others; without both, dissimilarity is 0 whatever the plan."""
        share = float(self.group.sum()) / max(float(self.pupils.sum()), 1e-12)
        return NEGLIGIBLE < share < 1 - NEGLIGIBLE


def basis_of(territory: Territory, demand: Demand, travel: TravelTimes, start: int, until: int) -> Basis:
    """The units and pupils on which the plans of a study are measured."""
    units = territory.units
    inside = np.flatnonzero(units.present >= 0).astype(np.int32)
    years = demand.between(start, until)[inside]
    pupils = years.mean(axis=1)
    share, ips = _composition(territory, demand, start, until)
    share, ips = share[inside], np.where(years > 0, ips[inside], 0.0)
    mean = float((years * ips).sum() / years.sum()) if years.sum() else 0.0
    group, index_sum = (years * share).mean(axis=1), (years * (ips - mean)).mean(axis=1)
    return Basis(inside, years, pupils, group, index_sum, travel.minutes[inside], units.present[inside])


def _composition(territory: Territory, demand: Demand, start: int, until: int) -> tuple[Floats, Floats]:
    """Share of disadvantaged pupils and IPS by unit, (U, T'), or (U, 1) where they stay as they are."""
    units, composed = territory.units, demand.composition
    if composed is not None:
        keep = (demand.rentrees >= start) & (demand.rentrees <= until)
        return composed.group_share[:, keep], composed.ips[:, keep]
    base = units.pupils
    share = np.where(base > 0, units.group / np.where(base > 0, base, 1), territory.group_share)
    return np.minimum(share, 1.0)[:, None], units.ips[:, None]


def raw_terms(territory: Territory, goals: Goals, basis: Basis, site: Ints, is_open: Bools) -> dict[str, float]:
    """Value of each term for an assignment (V,) of the units inside: minutes, mix measure, and shares from 0 to 1.

    travel : ``sum_u pupils_u minutes[u, s(u)]``
    mix : dissimilarity ``sum_s |A_s - pi N_s| / (2 P pi (1 - pi))``, or ``sum_s |sum_u index_sum_u| / P`` (IPS points)
    moves : share of pupils whose collège changes
    sites : open collèges as a share of today's number
    canteen : lunches above seats x sittings as a share of all lunches under today's sectors
    """
    sites, pupils = len(territory.colleges), basis.pupils
    peopled = np.flatnonzero(pupils > 0)
    total = max(float(pupils.sum()), 1e-12)
    if goals.mix_measure == "dissimilarity":
        share = float(basis.group.sum()) / total
        excess = np.bincount(site, weights=basis.group - share * pupils, minlength=sites)
        mix = float(np.abs(excess).sum() / (2 * total * share * (1 - share))) if basis.has_both_groups else 0.0
    else:
        mix = float(np.abs(np.bincount(site, weights=basis.index_sum, minlength=sites)).sum() / total)
    return {
        "travel": float(pupils[peopled] @ basis.minutes[peopled, site[peopled]]),
        "mix": mix,
        "moves": float(pupils[site != basis.present].sum() / total),
        "sites": float(is_open.sum() / sites),
        "canteen": _lunches_over(territory, basis, site) / max(lunches_today(territory, basis), 1e-12),
    }


def yardsticks(territory: Territory, goals: Goals, basis: Basis) -> dict[str, float]:
    """What each term is divided by: travel and mix by their value under today's sectors, shares by 1.

    A value of 0 today divides nothing. Pupils without a route today are left out of today's travel: one of them must not
    make the divisor infinite.
    """
    routed = replace(basis, minutes=np.where(np.isfinite(basis.minutes), basis.minutes, 0.0))
    today = raw_terms(territory, goals, routed, basis.present, np.ones(len(territory.colleges), bool))
    return {name: today[name] if name in ("travel", "mix") and today[name] > NEGLIGIBLE else 1.0 for name in today}


def relative_terms(territory: Territory, goals: Goals, basis: Basis, site: Ints, is_open: Bools) -> dict[str, float]:
    """`raw_terms` divided by `yardsticks`."""
    measure = yardsticks(territory, goals, basis)
    return {name: value / measure[name] for name, value in raw_terms(territory, goals, basis, site, is_open).items()}


def lunches_today(territory: Territory, basis: Basis) -> float:
    """Lunches a day under today's sectors, added up over the rentrées."""
    rate = territory.colleges.lunch_rate[basis.present]
    return float((rate[:, None] * basis.demand).sum())


def lunch_places(territory: Territory) -> Floats:
    """(S,) seats x sittings; NaN where either is unknown."""
    return np.asarray(territory.colleges.seats * territory.colleges.sittings)


def _lunches_over(territory: Territory, basis: Basis, site: Ints) -> float:
    sites = len(territory.colleges)
    loads = np.stack([np.bincount(site, weights=year, minlength=sites) for year in basis.demand.T], axis=1)
    over = territory.colleges.lunch_rate[:, None] * loads - lunch_places(territory)[:, None]
    return float(np.maximum(np.nan_to_num(over, nan=0.0), 0).sum())
