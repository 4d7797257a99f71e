"""From a territory and a scenario to a `Problem`: the one place where rules and goals become coefficients."""

from __future__ import annotations

from typing import Any

import numpy as np

from maillage.arrays import Floats, Ints
from maillage.demography.demand import Demand
from maillage.demography.sample import representative
from maillage.model.costs import Basis, basis_of, lunch_places, lunches_today, yardsticks
from maillage.model.nearness import joined_edges, path_lengths
from maillage.model.problem import Limit, Problem
from maillage.scenario import Scenario
from maillage.territory import Territory
from maillage.travel.times import TravelTimes


def problem_of(
    territory: Territory, scenario: Scenario, demand: Demand, travel: TravelTimes, start: int, until: int
) -> Problem:
    """Pose a scenario.

    The objective is ``sum_i weight_i term_i``, travel and mix relative to today's sectors, the others as shares (see
    `maillage.model.costs.raw_terms`); so a unit u given to a collège s costs ``travel x pupils_u minutes_us / today's
    pupil-minutes + moves x pupils_u [s is not today's] / all pupils``, pupils being the mean over the rentrées.

    With ``rules.futures`` the years of some simulated futures follow those of the projection: capacities, least sizes and hard
    limits hold in them too; the objective and the other rules know the projection alone.

    Units sectored outside the territory are left out. Canteens: with ``rules.canteen = "seats"`` seats, kitchens and
    satellites are hard rules, kitchens that cook for écoles stay open, and the canteen goal has nothing left to weigh;
    with ``"none"`` only the goal counts, and prices the lunches above seats x sittings.

    Returns
    -------
    Problem
        Its units are those of `basis_of`, in that order; its sites are the territory's collèges.
    """
    basis = basis_of(territory, demand, travel, start, until)
    rules, goals = scenario.rules, scenario.goals
    sites = len(territory.colleges)
    measure = yardsticks(territory, goals, basis)
    weight = goals.mix / measure["mix"]
    by_group = goals.mix_measure == "dissimilarity"
    mixes = basis.has_both_groups
    return Problem(
        cost=_costs(scenario, basis, measure["travel"]),
        capacity=capacities(territory, rules.capacity),
        min_load=np.full(sites, float(rules.min_pupils)),
        opening_cost=np.full(sites, goals.sites / sites),
        mix_pupils=basis.pupils,
        unit_names=territory.units.unit[basis.unit],
        site_names=territory.colleges.uai,
        group=basis.group,
        index_sum=basis.index_sum,
        dissimilarity_weight=weight if by_group and mixes else 0.0,
        deviation_weight=0.0 if by_group else weight,
        max_dissimilarity=rules.max_dissimilarity if mixes else None,
        present=basis.present,
        moved_pupils=basis.pupils,
        max_moved=None if rules.max_moved_share is None else rules.max_moved_share * float(basis.pupils.sum()),
        **_years(territory, scenario, demand, basis, start, until),
        **_openness(territory, scenario),
        **_canteens(territory, scenario, basis),
        **_contiguity(territory, scenario, basis),
    )


def capacities(territory: Territory, which: str) -> Floats:
    """(S,) places under the rule's choice of capacity; inf where no capacity binds or none is known."""
    colleges = territory.colleges
    chosen = {"low": colleges.capacity_low, "central": colleges.capacity, "high": colleges.capacity_high}.get(which)
    return np.full(len(colleges), np.inf) if chosen is None else np.where(np.isnan(chosen), np.inf, chosen)


def ecole_kitchens(territory: Territory) -> Ints:
    """Positions of the collèges whose kitchen cooks for écoles."""
    return np.flatnonzero(territory.colleges.ecole_meals > 0).astype(np.int32)


def satellites(territory: Territory) -> Ints:
    """(k, 2) pairs of a collège and the other collège of the territory that cooks for it."""
    kitchen = territory.colleges.kitchen
    served = np.flatnonzero((kitchen >= 0) & (kitchen != np.arange(len(kitchen))))
    return np.column_stack([served, kitchen[served]]).astype(np.int32)


def _costs(scenario: Scenario, basis: Basis, minutes_today: float) -> Floats:
    goals, rules = scenario.goals, scenario.rules
    pupils = basis.pupils[:, None]
    reachable = np.isfinite(basis.minutes)
    minutes = np.where(reachable, basis.minutes, 0.0)
    leaves = np.arange(basis.minutes.shape[1]) != basis.present[:, None]
    cost = goals.travel * pupils * minutes / minutes_today + goals.moves * pupils * leaves / max(basis.pupils.sum(), 1e-12)
    allowed = reachable
    if rules.max_minutes is not None:
        # Nobody travels from a unit without pupils: the rule does not bind it.
        allowed = reachable & ((basis.minutes <= rules.max_minutes) | (pupils == 0))
    return np.where(allowed, cost, np.inf)


def _years(territory: Territory, scenario: Scenario, demand: Demand, basis: Basis, start: int, until: int) -> dict[str, Any]:
    """Pupils of the projection, then of each simulated future that the rules name."""
    rules, years = scenario.rules, np.arange(start, until + 1, dtype=np.int32)
    chosen = representative(demand, territory.units.present >= 0, until, rules.futures, both_ends=rules.min_pupils > 0)
    if demand.draws is None or not chosen:
        return {"demand": basis.demand, "years": years}
    kept = (demand.rentrees >= start) & (demand.rentrees <= until)
    drawn = [demand.draws[number][basis.unit].sum(axis=1, dtype=np.float64)[:, kept] for number in chosen]
    return {
        "demand": np.hstack([basis.demand, *drawn]),
        "years": np.tile(years, 1 + len(chosen)),
        "future": np.repeat(np.array([-1, *chosen], np.int32), len(years)),
    }


def _openness(territory: Territory, scenario: Scenario) -> dict[str, Any]:
    """Levers as bounds on which sites are open."""
    where = f"scenario {scenario.name}"
    sites = len(territory.colleges)
    closed = set(territory.positions_of(scenario.close_named, f"{where}, close_named"))
    kept = set(territory.positions_of(scenario.keep_open, f"{where}, keep_open"))
    if scenario.rules.canteen == "seats":
        kept |= set(ecole_kitchens(territory).tolist())
    if scenario.close is not None and scenario.close == len(closed):
        kept |= set(range(sites)) - closed
    count = None if scenario.close is None else sites - scenario.close
    return {
        "forced_closed": tuple(sorted(closed)),
        "forced_open": tuple(sorted(kept - closed)),
        "open_exactly": count,
    }


def _canteens(territory: Territory, scenario: Scenario, basis: Basis) -> dict[str, Any]:
    hard, soft = scenario.rules.canteen == "seats", scenario.goals.canteen > 0
    if not hard and not soft:
        return {}
    places, colleges = lunch_places(territory), territory.colleges
    limits = [
        Limit(f"seats of {colleges.uai[s]}", np.array([s]), colleges.lunch_rate[[s]], 0.0, float(places[s]))
        for s in np.flatnonzero(~np.isnan(places) & (colleges.lunch_rate > 0))
    ]
    if not hard:
        return {"limits": tuple(limits), "overflow_cost": scenario.goals.canteen / max(lunches_today(territory, basis), 1e-12)}
    for k in np.flatnonzero(~np.isnan(colleges.production_meals)):
        served = np.flatnonzero(colleges.kitchen == k).astype(np.int32)
        if len(served) or colleges.ecole_meals[k] > 0:
            name, fixed = f"kitchen of {colleges.uai[k]}", float(colleges.ecole_meals[k])
            limits.append(Limit(name, served, colleges.lunch_rate[served], fixed, float(colleges.production_meals[k]), int(k)))
    return {"limits": tuple(limits), "requires": satellites(territory)}


def _contiguity(territory: Territory, scenario: Scenario, basis: Basis) -> dict[str, Any]:
    """Neighbours among the units inside, and the order in which sectors grow: shortest way from unit to unit."""
    if not scenario.rules.contiguous:
        return {}
    units, count = territory.units, len(basis.unit)
    place = np.full(len(units), -1, np.int32)
    place[basis.unit] = np.arange(count)
    xy_m = units.xy_m[basis.unit]
    edges = joined_edges(place[units.edges], xy_m)
    # Two units whose points coincide must still come one after the other.
    length = np.maximum(np.linalg.norm(xy_m[edges[:, 0]] - xy_m[edges[:, 1]], axis=1), 1.0)
    site_unit = place[territory.colleges.unit]
    stray = np.flatnonzero(site_unit < 0)
    site_unit[stray] = basis.minutes[:, stray].argmin(axis=0)
    return {
        "contiguous": True,
        "edges": edges,
        "site_unit": site_unit,
        "nearness": path_lengths(edges, length, site_unit, count),
        "required": np.ones(count, bool),
    }
