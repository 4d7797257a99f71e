"""A plan by hand: units start where the relaxation sends them and move one at a time while that helps.

Every rule that a site can judge from its own pupils (capacity, minimum, soft limits, its part of the mix) is priced, so
that a move is weighed from the two sites it touches. What links sites otherwise (a kitchen's output, contiguity, a
planner's own rows) is not looked at: the caller checks the whole plan before using it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from maillage.arrays import Bools, Floats, Index, Ints
from maillage.model.columns import mix_coefficients
from maillage.model.problem import Problem
from maillage.model.rules import highest_years

MOST_MOVES = 10_000

SWAPS_FROM = 0.1
"""Share of the full price from which units are swapped too."""

IMPROVES = 1e-12
"""Least change that counts."""

RISING = tuple(0.5**k for k in range(12, 0, -1))
"""Price of a pupil beyond a bound in the first rounds, as a share of the last."""


@dataclass(frozen=True, eq=False)
class _Measure:
    """One quantity that sites add up over their units, and what a site pays for its total.

    ``price max(total - most, 0) + price max(least - total, 0) + weight |total|``.
    """

    amount: Floats
    """(U,)"""
    most: Floats
    """(S,) inf = no upper bound"""
    least: Floats
    """(S,) 0 = no lower bound"""
    price: Floats
    """(S,)"""
    weight: float = 0.0

    def paid(self, total: Floats, site: Index | slice) -> Floats:
        beyond = np.maximum(total - self.most[site], 0) + np.maximum(self.least[site] - total, 0)
        return np.asarray(self.price[site] * beyond + self.weight * np.abs(total))


@dataclass(frozen=True, eq=False)
class _Stack:
    """All measures as one array each, (M, ...), so that a site is priced in one go."""

    amount: Floats
    most: Floats
    least: Floats
    price: Floats
    weight: Floats

    @classmethod
    def of(cls, measures: list[_Measure]) -> _Stack:
        """The measures stacked, in their order."""
        amount, most, least, price = (
            np.stack([getattr(m, name) for m in measures]) for name in ("amount", "most", "least", "price")
        )
        return cls(amount, most, least, price, np.array([[m.weight] for m in measures]))

    def paid(self, total: Floats, s: int) -> Floats:
        """(k,) what site s pays for totals (M, k)."""
        beyond = np.maximum(total - self.most[:, [s]], 0) + np.maximum(self.least[:, [s]] - total, 0)
        return np.asarray((self.price[:, [s]] * beyond + self.weight * np.abs(total)).sum(axis=0))


class _State:
    """An assignment with the totals of every site and the price of every single move, kept up to date."""

    def __init__(self, problem: Problem, assignment: Ints, usable: Bools, toll: float, dear: float) -> None:
        self.site = assignment.astype(np.int32)
        alone = problem.objective == "dissimilarity"
        self.budgets = _budgets(problem, self.site)
        self.cost = np.where(problem.allowed & usable, 0.0 if alone else problem.cost, np.inf)
        for use, bound, _ in self.budgets:
            self.cost += toll / max(bound, 1e-9) * np.where(np.isfinite(use), use, 0.0)
        self.measures = _measures(problem, dear)
        self.stack = _Stack.of(self.measures)
        sums = [np.bincount(self.site, weights=m.amount, minlength=problem.shape[1]) for m in self.measures]
        self.totals: Floats = np.stack(sums).astype(np.float64)
        self.entering = np.column_stack([self._change(s, 1.0, slice(None)) for s in range(problem.shape[1])])
        self.leaving = np.zeros(problem.shape[0])
        for s in np.unique(self.site):
            self._refresh_leaving(s)

    def best_move(self) -> tuple[int, int, float]:
        """Unit, site and change of the price, for the move that lowers it most."""
        here = np.take_along_axis(self.cost, self.site[:, None].astype(np.intp), axis=1)
        change = self.cost + self.entering + (self.leaving[:, None] - here)
        for use, _, room in self.budgets:
            extra = use - np.take_along_axis(use, self.site[:, None].astype(np.intp), axis=1)
            change[extra > max(room, 0.0)] = np.inf
        change[np.arange(len(change)), self.site] = 0.0
        unit, to = np.unravel_index(int(np.argmin(change)), change.shape)
        return int(unit), int(to), float(change[unit, to])

    def move(self, unit: int, to: int) -> None:
        """Give a unit to another site."""
        before = int(self.site[unit])
        self.totals[:, before] -= self.stack.amount[:, unit]
        self.totals[:, to] += self.stack.amount[:, unit]
        self.site[unit] = to
        self.budgets = [(use, b, room - use[unit, to] + use[unit, before]) for use, b, room in self.budgets]
        for s in (before, to):
            self.entering[:, s] = self._change(s, 1.0, slice(None))
            self._refresh_leaving(s)

    def best_swap(self) -> tuple[int, int, float]:
        """Two units to exchange, one of them at a site beyond a bound, and the change of the price."""
        excess = sum((m.price * (np.maximum(t - m.most, 0) + np.maximum(m.least - t, 0)) for m, t in self._sums()), 0.0)
        mine = np.flatnonzero((np.broadcast_to(excess, len(self.totals[0])) > 1e-9)[self.site])
        if not len(mine):
            return 0, 0, 0.0
        a, b = self.site[mine][:, None], self.site[None, :]
        everyone = np.arange(len(self.site))
        change = self.cost[mine[:, None], b] - self.cost[mine, self.site[mine]][:, None]
        change += self.cost[everyone[None, :], a] - self.cost[everyone, self.site][None, :]
        for measure, total in self._sums():
            more = measure.amount[None, :] - measure.amount[mine][:, None]
            change += measure.paid(total[a] + more, a) - measure.paid(total[a], a)
            change += measure.paid(total[b] - more, b) - measure.paid(total[b], b)
        for use, _, room in self.budgets:
            extra = (
                use[mine[:, None], b]
                + use[everyone[None, :], a]
                - (use[mine, self.site[mine]][:, None] + use[everyone, self.site])
            )
            change[extra > max(room, 0.0)] = np.inf
        change[a == b] = 0.0
        i, other = np.unravel_index(int(np.argmin(change)), change.shape)
        return int(mine[i]), int(other), float(change[i, other])

    def _sums(self) -> list[tuple[_Measure, Floats]]:
        return list(zip(self.measures, self.totals, strict=True))

    def _refresh_leaving(self, s: int) -> None:
        own = np.flatnonzero(self.site == s)
        self.leaving[own] = self._change(s, -1.0, own)

    def _change(self, s: int, sign: float, units: Index | slice) -> Floats:
        """What site s pays more when each of the units enters (sign 1) or leaves (-1)."""
        now = self.totals[:, [s]]
        return self.stack.paid(now + sign * self.stack.amount[:, units], s) - self.stack.paid(now, s)


def descend(problem: Problem, assignment: Ints, usable: Bools, deadline: float = np.inf) -> Ints:
    """Move single units between usable sites, the best move first, until none helps.

    Pupils beyond a bound are cheap at first and dearer in each round, so that units are moved where it costs least. Where
    the whole plan is under a bound (cost, pupils moved), what a move uses of it pays a toll that falls by halves, so that
    the bound is not spent on the first moves.

    Parameters
    ----------
    assignment : (U,) int
        Site of each unit, every pair allowed.
    usable : (S,) bool
    deadline : float
        On `time.perf_counter`; the sectors reached by then are returned.

    Returns
    -------
    (U,) int32
    """
    site = assignment
    dear, tolls = _dear(problem), _tolls(problem, assignment)
    rounds = [(tolls[0], dear * factor) for factor in RISING] + [(toll, dear) for toll in tolls] + [(0.0, dear / RISING[-3])]
    for toll, price in rounds:
        state = _State(problem, site, usable, toll, price)
        _settle(state, price >= dear * SWAPS_FROM, deadline)
        site = state.site
        if time.perf_counter() > deadline:
            break
    return site


def polish(problem: Problem, assignment: Ints, usable: Bools, deadline: float = np.inf) -> Ints:
    """The last round of `descend` alone, for sectors that respect the bounds already: they stay dearest throughout."""
    state = _State(problem, assignment, usable, 0.0, _dear(problem) / RISING[-3])
    _settle(state, swaps=False, deadline=deadline)
    return state.site


def _settle(state: _State, swaps: bool, deadline: float) -> None:
    """Best single moves until none helps; then, if asked, a swap that brings a site nearer its bounds, and moves again."""
    for _ in range(MOST_MOVES):
        if time.perf_counter() > deadline:
            return
        unit, to, change = state.best_move()
        if change < -IMPROVES:
            state.move(unit, to)
            continue
        one, other, change = state.best_swap() if swaps else (0, 0, 0.0)
        if change >= -IMPROVES:
            return
        here, there = int(state.site[one]), int(state.site[other])
        state.move(one, there)
        state.move(other, here)


def _tolls(problem: Problem, assignment: Ints) -> list[float]:
    if problem.max_cost is None and problem.max_moved is None:
        return [0.0]
    alone = problem.objective == "dissimilarity"
    scale = 1.0 if alone else float(np.abs(problem.cost[np.arange(len(assignment)), assignment]).sum())
    return [*(scale * 0.5 ** np.arange(-1, 8)), 0.0]


def _measures(problem: Problem, price: float) -> list[_Measure]:
    sites = problem.shape[1]
    dear = np.full(sites, price)
    years = sorted({*highest_years(problem.demand), *highest_years(-problem.demand)})
    found = [_Measure(problem.demand[:, t], problem.capacity, problem.min_load, dear) for t in years]
    return found + _seat_measures(problem, price) + _mix_measures(problem)


def _seat_measures(problem: Problem, dear: float) -> list[_Measure]:
    """Limits of one site alone, in every year; soft ones at their own price."""
    sites = problem.shape[1]
    most, price = np.full(sites, np.inf), np.zeros(sites)
    soft = problem.overflow_cost
    for limit in problem.limits:
        if len(limit.site) == 1 and limit.rate[0] > 0:
            s, rate = int(limit.site[0]), float(limit.rate[0])
            most[s] = min(most[s], (limit.places - limit.fixed) / rate)
            price[s] = dear if soft is None else soft * rate
    if not price.any():
        return []
    years = highest_years(problem.demand) if soft is None else range(problem.projected.shape[1])
    return [_Measure(problem.demand[:, t], most, np.zeros(sites), price) for t in years]


def _mix_measures(problem: Problem) -> list[_Measure]:
    sites = problem.shape[1]
    endless, none = np.full(sites, np.inf), np.zeros(sites)
    found = []
    weight = 1.0 if problem.objective == "dissimilarity" else problem.dissimilarity_weight
    if problem.group is not None and weight:
        found.append(_Measure(mix_coefficients(problem), endless, np.full(sites, -np.inf), none, weight / problem.mix_scale))
    if problem.index_sum is not None and problem.deviation_weight and problem.objective == "cost":
        weight = problem.deviation_weight / float(problem.mix_pupils.sum())
        found.append(_Measure(problem.index_sum, endless, np.full(sites, -np.inf), none, weight))
    return found


def _dear(problem: Problem) -> float:
    """Price of a pupil beyond a hard bound: above anything a pupil can cost."""
    pupils = np.maximum(problem.demand.mean(axis=1), 1.0)
    highest = np.where(problem.allowed, np.abs(problem.cost), 0.0).max(axis=1) if problem.objective == "cost" else 0.0
    mix = 0.0
    if problem.measures_dissimilarity:
        mix = max(problem.dissimilarity_weight, 1.0) / problem.mix_scale
    if problem.index_sum is not None and problem.deviation_weight:
        per_pupil = np.abs(problem.index_sum) / pupils
        mix += problem.deviation_weight * float(per_pupil.max()) / float(problem.mix_pupils.sum())
    return 10.0 * (float(np.max(highest / pupils)) + 2 * mix)


def _budgets(problem: Problem, site: Ints) -> list[tuple[Floats, float, float]]:
    """Bounds on the whole plan as ``(what each pair uses of it (U, S), bound, what is left)``."""
    units = np.arange(problem.shape[0])
    found = []
    if problem.max_cost is not None:
        opening = float(problem.opening_cost[np.unique(site)].sum())
        found.append((problem.cost, problem.max_cost - opening))
    if problem.max_moved is not None:
        assert problem.present is not None
        assert problem.moved_pupils is not None
        leaves = (problem.present >= 0)[:, None] & (problem.present[:, None] != np.arange(problem.shape[1]))
        found.append((np.where(leaves, problem.moved_pupils[:, None], 0.0), problem.max_moved))
    return [(use, bound, bound - float(use[units, site].sum())) for use, bound in found]
