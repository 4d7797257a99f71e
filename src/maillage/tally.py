"""What a plan amounts to: pupils, journeys, lunches and the value of its objective, counted from the sectors alone.

For the check: nothing of the program or of the solver is used, and every figure is computed by another formula than theirs
where there is one, so that a fault on either side shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from maillage.arrays import Bools, Floats, Index, Ints
from maillage.demography.demand import Demand
from maillage.errors import Fault, InputError
from maillage.plan import Plan
from maillage.scenario import Scenario
from maillage.territory import Territory
from maillage.travel.times import TravelTimes

ROUNDING = 1e-9
"""A share, or a value under today's sectors, is taken for 0 up to this."""


@dataclass(frozen=True, eq=False)
class Tally:
    """Who goes where under one set of sectors, over the units sectored inside the territory.

    Attributes
    ----------
    territory : Territory
    unit : (V,) int
        Positions of these units in the territory.
    site : (V,) int
        Collège of each.
    minutes : (V,) float
        One way to it; inf = unreachable.
    pupils : (V, T) float
        By rentrée.
    mean : (V,) float
        Mean pupils over the rentrées.
    loads : (S, T) float
        Pupils of each collège by rentrée.
    disadvantaged : (V,) float
        Disadvantaged pupils among `mean`.
    points : (V,) float
        Sum of the IPS of `mean`.
    """

    territory: Territory
    unit: Index
    site: Ints
    minutes: Floats
    pupils: Floats
    mean: Floats
    loads: Floats
    disadvantaged: Floats
    points: Floats

    def by_college(self, amount: Floats) -> Floats:
        """(S,) an amount (V,) added up over the units of each collège."""
        return np.array([amount[self.site == s].sum() for s in range(len(self.territory.colleges))], float)

    @property
    def lunches(self) -> Floats:
        """(S, T) lunches a day at each collège."""
        return np.asarray(self.territory.colleges.lunch_rate[:, None] * self.loads)

    @property
    def lunch_places(self) -> Floats:
        """(S,) seats x sittings; inf where either is unknown."""
        colleges = self.territory.colleges
        unknown = np.isnan(colleges.seats) | np.isnan(colleges.sittings)
        return np.where(unknown, np.inf, colleges.seats * colleges.sittings)


def count(territory: Territory, assignment: Ints, demand: Demand, travel: TravelTimes, years: Sequence[int]) -> Tally:
    """Count an assignment (U,) in the rentrées given.

    Raises
    ------
    InputError
        `demand` lacks a rentrée.
    """
    at = {int(year): t for t, year in enumerate(demand.rentrees)}
    missing = tuple(str(year) for year in years if year not in at)
    if missing or not years:
        raise InputError([Fault("check", "rentrées of the plan that `demand` does not cover", "demand", missing)])
    unit = np.flatnonzero(territory.units.present >= 0)
    site = assignment[unit]
    pupils = np.stack([demand.pupils[unit, :, at[year]].sum(axis=1) for year in years], axis=1)
    loads = np.zeros((len(territory.colleges), len(years)))
    np.add.at(loads, site, pupils)
    who = _who(territory, demand, unit, pupils, [at[year] for year in years])
    return Tally(territory, unit, site, travel.minutes[unit, site], pupils, pupils.mean(axis=1), loads, *who)


def _who(territory: Territory, demand: Demand, unit: Index, pupils: Floats, years: Sequence[int]) -> tuple[Floats, Floats]:
    """Disadvantaged pupils (V,) and sum of IPS (V,), means over the rentrées, added up year by year.

    Without a composition each unit keeps the IPS and the share of disadvantaged pupils of the base rentrée, or the territory's
    share where it had no pupils.
    """
    units, composed = territory.units, demand.composition
    base, group = units.pupils[unit], units.group[unit]
    share = np.full(len(base), territory.group_share)
    share[base > 0] = np.minimum(group[base > 0] / base[base > 0], 1.0)
    ips = units.ips[unit]
    disadvantaged, points = np.zeros(len(unit)), np.zeros(len(unit))
    for column, t in enumerate(years):
        here = pupils[:, column]
        if composed is not None:
            share, ips = composed.group_share[unit, t], composed.ips[unit, t]
        disadvantaged += here * share / len(years)
        points[here > 0] += (here * ips)[here > 0] / len(years)
    return disadvantaged, points


def futures_asked(plan: Plan, territory: Territory, demand: Demand) -> list[int]:
    """Simulated futures in which the rules of a plan's scenario must hold, as `docs/scenarios.md` says.

    Raises
    ------
    InputError
        `demand` has fewer than the rules ask for.
    """
    rules = plan.scenario.rules
    if not rules.futures:
        return []
    if demand.draws is None or len(demand.draws) < rules.futures:
        drawn = 0 if demand.draws is None else len(demand.draws)
        what = f"rules.futures asks for {rules.futures} simulated futures, `demand` has {drawn}"
        raise InputError([Fault("check", what, "demand", remedy="project_enrolment(..., draws=200)")])
    last = demand.rentrees.tolist().index(plan.until)
    inside = territory.units.present >= 0
    totals = [float(future[inside][:, :, last].sum(dtype=np.float64)) for future in demand.draws]
    rising = sorted(range(len(totals)), key=lambda number: (totals[number], number))
    if not rules.min_pupils:
        rising = rising[min(len(rising) // 2, len(rising) - rules.futures) :]
    return [rising[(2 * k + 1) * len(rising) // (2 * rules.futures)] for k in range(rules.futures)]


def in_future(tally: Tally, demand: Demand, number: int, years: Sequence[int]) -> Tally:
    """A tally with the loads of a simulated future; everything else stays that of the projection."""
    assert demand.draws is not None
    loads = np.zeros_like(tally.loads)
    for t, year in enumerate(years):
        at = demand.rentrees.tolist().index(year)
        pupils = demand.draws[number, tally.unit, :, at].astype(np.float64).sum(axis=1)
        loads[:, t] = tally.by_college(pupils)
    return replace(tally, loads=loads)


def dissimilarity(tally: Tally) -> float:
    """``D = 1/2 sum_s |A_s / A - B_s / B|``, A disadvantaged pupils and B the others; 0 where one of them is nobody.

    Duncan and Duncan 1955, doi:10.2307/2088328.
    """
    one, other = tally.by_college(tally.disadvantaged), tally.by_college(tally.mean - tally.disadvantaged)
    if min(one.sum(), other.sum()) <= ROUNDING * tally.mean.sum():
        return 0.0
    return float(np.abs(one / one.sum() - other / other.sum()).sum() / 2)


def ips_deviation(tally: Tally) -> float:
    """``sum_s N_s |IPS_s - IPS| / N``: mean distance of the collèges' mean IPS from that of all pupils (points)."""
    points, pupils = tally.points, tally.by_college(tally.mean)
    some = pupils > 0
    if not some.any():
        return 0.0
    own = tally.by_college(points)[some] / pupils[some]
    return float(np.average(np.abs(own - points.sum() / pupils.sum()), weights=pupils[some]))


def raw_values(tally: Tally, today: Tally, is_open: Bools, mix_measure: str) -> dict[str, float]:
    """Value of each term of the objective: pupil-minutes, mix as measured, and three shares.

    Parameters
    ----------
    tally, today : Tally
        The sectors judged, and today's.
    is_open : (S,) bool
    mix_measure : str
        As in `Goals`.
    """
    goes = tally.mean > 0
    pupils, lunches = tally.mean.sum(), today.lunches.sum()
    moved = tally.mean[tally.site != today.site].sum()
    over = np.maximum(tally.lunches - tally.lunch_places[:, None], 0.0).sum()
    return {
        "travel": float((tally.mean[goes] * tally.minutes[goes]).sum()),
        "mix": dissimilarity(tally) if mix_measure == "dissimilarity" else ips_deviation(tally),
        "moves": float(moved / pupils) if pupils > 0 else 0.0,
        "sites": float(np.count_nonzero(is_open) / len(is_open)),
        "canteen": float(over / lunches) if lunches > 0 else 0.0,
    }


def worth(scenario: Scenario, tally: Tally, today: Tally, is_open: Bools) -> float:
    """Value of a scenario's objective: the sum of weight x term, travel and mix divided by their value today.

    Pupils without a route today count for nothing in the travel that is divided by.
    """
    goals = scenario.goals
    values = raw_values(tally, today, is_open, goals.mix_measure)
    routed = replace(today, minutes=np.where(np.isinf(today.minutes), 0.0, today.minutes))
    before = raw_values(routed, today, np.ones(len(is_open), bool), goals.mix_measure)
    weights = {"travel": goals.travel, "mix": goals.mix, "moves": goals.moves, "sites": goals.sites}
    if scenario.rules.canteen == "none":
        weights["canteen"] = goals.canteen
    for name in ("travel", "mix"):
        if before[name] > ROUNDING:
            values[name] /= before[name]
    return sum(weight * values[name] for name, weight in weights.items() if weight)


def count_plan(plan: Plan, territory: Territory, demand: Demand, travel: TravelTimes) -> tuple[Tally, Tally]:
    """A plan counted from its first rentrée to its last, and today's sectors in the same rentrées."""
    years = range(plan.start, plan.until + 1)
    counted = count(territory, plan.assignment, demand, travel, years)
    return counted, count(territory, territory.units.present, demand, travel, years)


def objective_of(plan: Plan, territory: Territory, demand: Demand, travel: TravelTimes) -> float:
    """Value of the plan's objective, for comparison with what the solver says of it."""
    counted, today = count_plan(plan, territory, demand, travel)
    return worth(plan.scenario, counted, today, plan.open)
