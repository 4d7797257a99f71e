"""The independent check of a plan: every rule of its scenario, recomputed from the sectors with plain numpy.

Nothing of the program or of the solver is used: what is judged here is the plan that a planner will read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from maillage.arrays import Floats, Ints
from maillage.demography.demand import Demand
from maillage.model.build import capacities, ecole_kitchens, satellites
from maillage.model.costs import Basis, basis_of, lunch_places, raw_terms
from maillage.model.nearness import joined_edges
from maillage.plan import Breach, Plan
from maillage.scenario import Goals
from maillage.territory import Territory
from maillage.travel.times import TravelTimes

TOLERANCE = 1e-6
"""Relative tolerance on every bound."""


@dataclass(frozen=True, eq=False)
class _Judged:
    """A plan with what its rules look at."""

    plan: Plan
    territory: Territory
    basis: Basis
    site: Ints
    """(V,) collège of each unit inside."""
    rentrees: Ints
    loads: Floats
    """(S, T) pupils."""


def check(plan: Plan, territory: Territory, demand: Demand, travel: TravelTimes) -> tuple[Breach, ...]:
    """Every rule of the plan's scenario that the plan does not respect, rentrée by rentrée.

    Parameters
    ----------
    plan : Plan
    territory, demand, travel
        What the plan was made for; `demand` must reach `plan.until`.

    Returns
    -------
    tuple of Breach
        Empty if every rule is respected within 1e-6 of its bound.
    """
    basis = basis_of(territory, demand, travel, plan.start, plan.until)
    outside = [
        Breach("each_unit_once", f"unit {territory.units.unit[u]}", None, 1.0, "unit")
        for u in np.flatnonzero((plan.assignment >= 0) != (territory.units.present >= 0))
    ]
    if outside:
        return tuple(outside)
    site = plan.assignment[basis.unit]
    sites = len(territory.colleges)
    loads = np.stack([np.bincount(site, weights=year, minlength=sites) for year in basis.demand.T], axis=1).astype(float)
    judged = _Judged(plan, territory, basis, site, np.arange(plan.start, plan.until + 1, dtype=np.int32), loads)
    return tuple(breach for rule in _CHECKS for breach in rule(judged))


def _beyond(values: Floats, bound: Floats) -> Floats:
    """By how much values exceed a bound, 0 within tolerance or where the bound is NaN."""
    slack = TOLERANCE * np.maximum(1.0, np.abs(np.where(np.isfinite(bound), bound, 0.0)))
    return np.where(values > bound + slack, values - bound, 0.0)


def _by_rentree(rule: str, judged: _Judged, excess: Floats, where: list[str], unit: str) -> list[Breach]:
    """One breach for each positive cell of ``excess (rows, T)``."""
    found = zip(*np.nonzero(excess), strict=True)
    return [Breach(rule, where[i], int(judged.rentrees[t]), float(excess[i, t]), unit) for i, t in found]


def _uais(judged: _Judged) -> list[str]:
    return [str(uai) for uai in judged.territory.colleges.uai]


def _closures(judged: _Judged) -> list[Breach]:
    plan, scenario, uais = judged.plan, judged.plan.scenario, _uais(judged)
    used = np.bincount(judged.site, minlength=len(uais)) > 0
    found = [Breach("closed", uais[s], None, float(judged.loads[s].max()), "pupils") for s in np.flatnonzero(used & ~plan.open)]
    position = {uai: s for s, uai in enumerate(uais)}
    found += [Breach("close_named", uai, None, 1.0, "collèges") for uai in scenario.close_named if plan.open[position[uai]]]
    found += [Breach("keep_open", uai, None, 1.0, "collèges") for uai in scenario.keep_open if not plan.open[position[uai]]]
    closed = int((~plan.open).sum())
    if scenario.close is not None and closed != scenario.close:
        found.append(Breach("close", f"{closed} collèges close", None, float(abs(closed - scenario.close)), "collèges"))
    return found


def _sizes(judged: _Judged) -> list[Breach]:
    rules, uais = judged.plan.scenario.rules, _uais(judged)
    places = capacities(judged.territory, rules.capacity)[:, None]
    found = _by_rentree("capacity", judged, _beyond(judged.loads, places), uais, "pupils")
    least = np.where(judged.plan.open, float(rules.min_pupils), 0.0)[:, None]
    return found + _by_rentree("min_pupils", judged, _beyond(-judged.loads, -least), uais, "pupils")


def _journeys(judged: _Judged) -> list[Breach]:
    longest = judged.plan.scenario.rules.max_minutes
    minutes = judged.basis.minutes[np.arange(len(judged.site)), judged.site]
    bound = np.full(len(minutes), np.inf if longest is None else longest)
    excess = np.where(np.isinf(minutes), np.inf, _beyond(minutes, bound))
    excess[~(judged.basis.demand > 0).any(axis=1)] = 0.0
    names = judged.territory.units.unit[judged.basis.unit]
    return [Breach("max_minutes", f"unit {names[v]}", None, float(excess[v]), "min") for v in np.flatnonzero(excess)]


def _moves(judged: _Judged) -> list[Breach]:
    most, pupils = judged.plan.scenario.rules.max_moved_share, judged.basis.pupils
    if most is None:
        return []
    moved = float(pupils[judged.site != judged.basis.present].sum() / pupils.sum())
    return [Breach("max_moved_share", "all units", None, moved - most, "of pupils")] if moved > most + TOLERANCE else []


def _mix(judged: _Judged) -> list[Breach]:
    most = judged.plan.scenario.rules.max_dissimilarity
    if most is None:
        return []
    value = raw_terms(judged.territory, Goals(), judged.basis, judged.site, judged.plan.open)["mix"]
    return [Breach("max_dissimilarity", "all collèges", None, value - most, "of D")] if value > most + TOLERANCE else []


def _canteens(judged: _Judged) -> list[Breach]:
    plan, territory = judged.plan, judged.territory
    if plan.scenario.rules.canteen != "seats":
        return []
    colleges, uais = territory.colleges, _uais(judged)
    lunches = colleges.lunch_rate[:, None] * judged.loads
    found = _by_rentree("canteen seats", judged, _beyond(lunches, lunch_places(territory)[:, None]), uais, "lunches")
    meals = np.zeros_like(lunches)
    for s, kitchen in enumerate(colleges.kitchen):
        if kitchen >= 0:
            meals[kitchen] += lunches[s]
    meals += (colleges.ecole_meals * plan.open)[:, None]
    excess = _beyond(meals, colleges.production_meals[:, None])
    found += _by_rentree("kitchen output", judged, excess, uais, "meals")
    for s, kitchen in satellites(territory):
        if plan.open[s] and not plan.open[kitchen]:
            found.append(Breach("kitchen closed", f"{uais[kitchen]}, which cooks for {uais[s]}", None, 1.0, "collèges"))
    closed = [k for k in ecole_kitchens(territory) if not plan.open[k]]
    return found + [Breach("kitchen closed", f"{uais[k]}, which cooks for écoles", None, 1.0, "collèges") for k in closed]


def _pieces(judged: _Judged) -> list[Breach]:
    """Units of a sector that cannot be reached, through the sector, from the unit the collège stands in."""
    if not judged.plan.scenario.rules.contiguous:
        return []
    units, inside = judged.territory.units, judged.basis.unit
    place = np.full(len(units), -1)
    place[inside] = np.arange(len(inside))
    edges = joined_edges(place[units.edges], units.xy_m[inside])
    found = []
    for s, uai in enumerate(_uais(judged)):
        sector = judged.site == s
        own = int(place[judged.territory.colleges.unit[s]])
        own = own if own >= 0 else int(judged.basis.minutes[:, s].argmin())
        grown = sector.copy()
        grown[own] = True
        kept = edges[grown[edges].all(axis=1)]
        graph = sparse.csr_array((np.ones(len(kept)), (kept[:, 0], kept[:, 1])), shape=(len(inside), len(inside)))
        piece = csgraph.connected_components(graph, directed=False)[1]
        lost = np.flatnonzero(sector & (piece != piece[own]))
        found += [Breach("contiguous", f"unit {units.unit[inside[v]]} from {uai}", None, 1.0, "unit") for v in lost]
    return found


_CHECKS = (_closures, _sizes, _journeys, _moves, _mix, _canteens, _pieces)
