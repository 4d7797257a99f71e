"""The independent check of a plan: every rule of its scenario, recomputed from the sectors with plain numpy.

What is judged is the plan that a planner will read, against the rules as `docs/scenarios.md` words them. Nothing of the
program or of the solver is used, so that an error of theirs cannot hide here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from maillage.arrays import Bools, Floats, Index
from maillage.demography.demand import Demand
from maillage.errors import Fault, InputError
from maillage.plan import Breach, Plan
from maillage.scenario import Rules
from maillage.tally import Tally, count_plan, dissimilarity, futures_asked, in_future
from maillage.territory import Territory
from maillage.travel.times import TravelTimes

TOLERANCE = 1e-6
"""Relative tolerance on every bound."""


@dataclass(frozen=True, eq=False)
class _Judged:
    """A plan with what its rules look at."""

    plan: Plan
    territory: Territory
    travel: TravelTimes
    tally: Tally
    today: Tally
    future: int | None = None

    @property
    def rules(self) -> Rules:
        return self.plan.scenario.rules

    @property
    def uais(self) -> list[str]:
        return [str(uai) for uai in self.territory.colleges.uai]

    def by_rentree(self, rule: str, excess: Floats, unit: str) -> list[Breach]:
        """One breach for each collège and rentrée of ``excess (S, T)`` that is not 0."""
        return [
            Breach(rule, self.uais[s], self.plan.start + t, float(excess[s, t]), unit, self.future)
            for s, t in np.argwhere(excess != 0).tolist()
        ]


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
        Empty if every rule is respected within 1e-6 of its bound. Where a unit has no collège of the territory, or has
        one though it is sectored outside, only that is said: nothing else can be judged.

    Raises
    ------
    InputError
        The plan is of another territory, `demand` lacks a rentrée of the plan, or simulated futures that its rules ask for.
    """
    _check_same_territory(plan, territory, travel)
    outside = _each_unit_once(plan, territory)
    if outside:
        return tuple(outside)
    judged = _Judged(plan, territory, travel, *count_plan(plan, territory, demand, travel))
    found = [breach for rule in _RULES for breach in rule(judged)]
    years = range(plan.start, plan.until + 1)
    for number in futures_asked(plan, territory, demand):
        tally = in_future(judged.tally, demand, number, years)
        future = replace(judged, tally=tally, future=number)
        found += [breach for rule in _EVERY_YEAR for breach in rule(future)]
    return tuple(found)


def _check_same_territory(plan: Plan, territory: Territory, travel: TravelTimes) -> None:
    units, colleges = len(territory.units), territory.colleges.uai
    faults = []
    if len(plan.assignment) != units or plan.uai.tolist() != colleges.tolist() or len(plan.open) != len(colleges):
        faults.append(Fault("check", "the plan was not made for this territory", "plan"))
    if travel.minutes.shape != (units, len(colleges)):
        faults.append(Fault("check", f"is {travel.minutes.shape}, the territory ({units}, {len(colleges)})", "travel"))
    if faults:
        raise InputError(faults)


def _each_unit_once(plan: Plan, territory: Territory) -> list[Breach]:
    """A unit sectored inside has one of the territory's collèges, a unit sectored outside stays there."""
    known = (plan.assignment >= 0) & (plan.assignment < len(territory.colleges))
    stays = plan.assignment == territory.units.present
    wrong = np.flatnonzero(np.where(territory.units.present >= 0, ~known, ~stays))
    return [Breach("each_unit_once", f"unit {territory.units.unit[u]}", None, 1.0, "unit") for u in wrong]


def _beyond(values: Floats, bound: Floats) -> Floats:
    """By how much values exceed a bound, 0 within tolerance; a value that is no number exceeds every bound."""
    slack = TOLERANCE * np.maximum(1.0, np.abs(np.where(np.isinf(bound), 0.0, bound)))
    with np.errstate(invalid="ignore"):
        return np.where(values <= bound + slack, 0.0, values - bound)


def _closures(judged: _Judged) -> list[Breach]:
    plan, scenario, uais = judged.plan, judged.plan.scenario, judged.uais
    used = np.isin(np.arange(len(uais)), judged.tally.site) & ~plan.open
    found = [Breach("closed", uais[s], None, float(judged.tally.loads[s].max()), "pupils") for s in np.flatnonzero(used)]
    for rule, named, wanted in (("close_named", scenario.close_named, False), ("keep_open", scenario.keep_open, True)):
        positions = judged.territory.positions_of(named, f"scenario {scenario.name}, {rule}")
        found += [Breach(rule, uais[s], None, 1.0, "collèges") for s in positions if plan.open[s] != wanted]
    closed = len(plan.closed)
    if scenario.close is not None and closed != scenario.close:
        found.append(Breach("close", f"{closed} collèges close", None, float(abs(closed - scenario.close)), "collèges"))
    return found


def _sizes(judged: _Judged) -> list[Breach]:
    loads, colleges = judged.tally.loads, judged.territory.colleges
    known = {"low": colleges.capacity_low, "central": colleges.capacity, "high": colleges.capacity_high}
    places = known.get(judged.rules.capacity, np.full(len(colleges), np.inf))
    # A collège whose capacity nobody knows has no bound.
    over = _beyond(loads, np.where(np.isnan(places), np.inf, places)[:, None])
    least = np.full(loads.shape, float(judged.rules.min_pupils))
    under = np.where(judged.plan.open[:, None], _beyond(least, loads), 0.0)
    return judged.by_rentree("capacity", over, "pupils") + judged.by_rentree("min_pupils", under, "pupils")


def _journeys(judged: _Judged) -> list[Breach]:
    longest, tally = judged.rules.max_minutes, judged.tally
    bound = np.full(len(tally.unit), np.inf if longest is None else longest)
    excess = np.where(np.isfinite(tally.minutes), _beyond(tally.minutes, bound), np.inf)
    excess[tally.pupils.max(axis=1) <= 0] = 0.0  # nobody travels
    names = judged.territory.units.unit[tally.unit]
    return [Breach("max_minutes", f"unit {names[v]}", None, float(excess[v]), "min") for v in np.flatnonzero(excess)]


def _moves(judged: _Judged) -> list[Breach]:
    most, pupils = judged.rules.max_moved_share, judged.tally.mean
    if most is None or not pupils.sum():
        return []
    stay = float(pupils[judged.tally.site == judged.today.site].sum() / pupils.sum())
    moved = 1.0 - stay
    return [Breach("max_moved_share", "all units", None, moved - most, "of pupils")] if moved > most + TOLERANCE else []


def _mix(judged: _Judged) -> list[Breach]:
    most = judged.rules.max_dissimilarity
    if most is None or (value := dissimilarity(judged.tally)) <= most + TOLERANCE:
        return []
    return [Breach("max_dissimilarity", "all collèges", None, value - most, "of D")]


def _meals(judged: _Judged) -> list[Breach]:
    """Lunches within seats x sittings, meals within what each kitchen can cook."""
    if judged.rules.canteen != "seats":
        return []
    colleges, is_open, uais = judged.territory.colleges, judged.plan.open, judged.uais
    found = judged.by_rentree("canteen seats", _beyond(judged.tally.lunches, judged.tally.lunch_places[:, None]), "lunches")
    meals = np.repeat((colleges.ecole_meals * is_open)[:, None], judged.tally.loads.shape[1], axis=1)
    for k in range(len(uais)):
        meals[k] += judged.tally.lunches[colleges.kitchen == k].sum(axis=0)
    most = np.where(np.isnan(colleges.production_meals), np.inf, colleges.production_meals)
    return found + judged.by_rentree("kitchen output", _beyond(meals, most[:, None]), "meals")


def _kitchens(judged: _Judged) -> list[Breach]:
    """No kitchen closed that cooks for écoles or for a collège still open."""
    if judged.rules.canteen != "seats":
        return []
    colleges, is_open, uais = judged.territory.colleges, judged.plan.open, judged.uais
    found = []
    for s, k in enumerate(colleges.kitchen):
        if k not in (-1, s) and is_open[s] and not is_open[k]:
            found.append(Breach("kitchen closed", f"{uais[k]}, which cooks for {uais[s]}", None, 1.0, "collèges"))
    lost = np.flatnonzero((colleges.ecole_meals > 0) & ~is_open)
    return found + [Breach("kitchen closed", f"{uais[k]}, which cooks for écoles", None, 1.0, "collèges") for k in lost]


def _pieces(judged: _Judged) -> list[Breach]:
    """Units that cannot be reached, through the sector, from the unit the collège stands in."""
    units, unit = judged.territory.units, judged.tally.unit
    if not judged.rules.contiguous or not len(unit):
        return []
    links = _links(judged)
    found = []
    for s, uai in enumerate(judged.uais):
        sector = judged.tally.site == s
        stands = np.flatnonzero(unit == judged.territory.colleges.unit[s])
        own = int(stands[0]) if len(stands) else int(judged.travel.minutes[unit, s].argmin())
        inside = sector.copy()
        inside[own] = True
        lost = np.flatnonzero(sector & ~_reached(links, inside, own))
        found += [Breach("contiguous", f"unit {units.unit[unit[v]]} from {uai}", None, 1.0, "unit") for v in lost]
    return found


def _links(judged: _Judged) -> Index:
    """(k, 2) units inside that are neighbours: by a shared border, or, for an island, at the shortest distance."""
    units, unit = judged.territory.units, judged.tally.unit
    place = {int(u): v for v, u in enumerate(unit)}
    links = [(place[a], place[b]) for a, b in units.edges.tolist() if a in place and b in place]
    xy_m = units.xy_m[unit]
    main = _main_piece(np.array(links, int).reshape(-1, 2), len(unit))
    while not main.all():
        island, land = np.flatnonzero(~main), np.flatnonzero(main)
        apart_m = np.hypot(*(xy_m[island][:, None] - xy_m[land][None]).transpose(2, 0, 1))
        nearest = np.argwhere(apart_m <= apart_m.min() + 1e-3)
        links += [(int(island[i]), int(land[j])) for i, j in nearest]
        main = _reached(np.array(links), np.ones(len(unit), bool), int(land[0]))
    return np.array(links, int).reshape(-1, 2)


def _main_piece(links: Index, count: int) -> Bools:
    """(count,) units of the largest piece."""
    left, best = np.ones(count, bool), np.zeros(count, bool)
    while left.any():
        piece = _reached(links, np.ones(count, bool), int(left.argmax()))
        best = piece if piece.sum() > best.sum() else best
        left &= ~piece
    return best


def _reached(links: Index, inside: Bools, start: int) -> Bools:
    """Units that can be reached from one over links between units inside."""
    kept = links[inside[links].all(axis=1)]
    reached = np.zeros(len(inside), bool)
    reached[start] = True
    while True:
        ends = reached[kept]
        edge = kept[ends[:, 0] != ends[:, 1]]
        if not len(edge):
            return reached
        reached[edge] = True


_EVERY_YEAR = (_sizes, _meals)
"""Rules that must hold in simulated futures too."""

_RULES = (_closures, _sizes, _journeys, _moves, _mix, _meals, _kitchens, _pieces)
