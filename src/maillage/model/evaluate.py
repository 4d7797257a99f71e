"""A second opinion on a solver's answer: objective and every rule recomputed from the problem, without its rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csgraph, csr_array

from maillage.arrays import Bools, Floats
from maillage.model.nearness import growth_rank, sites_alone
from maillage.model.problem import Problem

TOLERANCE = 1e-6
"""Relative tolerance on every inequality."""


@dataclass(frozen=True)
class Evaluation:
    """Objective of an answer, and what it breaks: ``(rule, where, excess)`` in the rule's own unit."""

    objective: float
    breaches: tuple[tuple[str, str, float], ...]


@dataclass(frozen=True, eq=False)
class _Answer:
    """An answer with what several rules need of it."""

    problem: Problem
    share: Floats
    """(U, S) share of each unit given to each site."""
    open: Bools
    loads: Floats
    """(S, T) pupils."""


def evaluate(problem: Problem, assignment: npt.NDArray[np.generic], is_open: Bools) -> Evaluation:
    """Objective and breaches of an answer.

    Parameters
    ----------
    assignment : (U,) int, -1 = no site, or (U, S) float shares
    is_open : (S,) bool
    """
    share = np.asarray(assignment, float) if assignment.ndim == 2 else _shares(problem, assignment)
    answer = _Answer(problem, share, is_open, share.T @ problem.demand)
    breaches = [breach for rule in _CHECKS for breach in rule(answer)]
    return Evaluation(_objective(answer), tuple(breaches))


def dissimilarity(problem: Problem, share: Floats) -> float:
    """``D = sum_s |A_s - pi N_s| / (2 P pi (1 - pi))`` (Duncan and Duncan 1955, doi:10.2307/2088328)."""
    assert problem.group is not None
    return float(np.abs(share.T @ (problem.group - problem.mix_share * problem.mix_pupils)).sum() / problem.mix_scale)


def chosen_cost(problem: Problem, share: Floats, is_open: Bools) -> float:
    """Sum of the chosen costs and of the opening costs."""
    chosen = share > 0
    return float((problem.cost[chosen] * share[chosen]).sum() + problem.opening_cost[is_open].sum())


def _shares(problem: Problem, assignment: npt.NDArray[np.generic]) -> Floats:
    site = assignment.astype(int)
    share = np.zeros(problem.shape)
    served = np.flatnonzero(site >= 0)
    share[served, site[served]] = 1.0
    return share


def _objective(answer: _Answer) -> float:
    problem = answer.problem
    if problem.objective == "dissimilarity":
        return dissimilarity(problem, answer.share)
    value = chosen_cost(problem, answer.share, answer.open)
    if problem.overflow_cost:
        paid = over_limits(problem, answer.share.T @ problem.projected, answer.open)
        value += problem.overflow_cost * float(np.maximum(paid, 0).sum())
    if problem.dissimilarity_weight:
        value += problem.dissimilarity_weight * dissimilarity(problem, answer.share)
    if problem.deviation_weight:
        assert problem.index_sum is not None
        deviation = float(np.abs(answer.share.T @ problem.index_sum).sum() / problem.mix_pupils.sum())
        value += problem.deviation_weight * deviation
    return value


def over_limits(problem: Problem, loads: Floats, is_open: Bools) -> Floats:
    """(L, T) places taken beyond each limit by loads (S, T); negative where there is room."""
    rows = []
    for limit in problem.limits:
        always = limit.owner < 0 or is_open[limit.owner]
        rows.append(limit.rate @ loads[limit.site] + (limit.fixed if always else 0.0) - limit.places)
    return np.asarray(rows).reshape(len(rows), loads.shape[1])


Breaches = list[tuple[str, str, float]]


def _beyond(value: float, bound: float) -> bool:
    return value > bound + TOLERANCE * max(1.0, abs(bound))


def _units(a: _Answer) -> Breaches:
    total = a.share.sum(axis=1)
    least = a.problem.must_serve.astype(float)
    wrong = np.flatnonzero((total < least - TOLERANCE) | (total > 1 + TOLERANCE))
    found = [("each_unit_once", str(a.problem.unit_names[u]), float(abs(total[u] - 1))) for u in wrong]
    barred = np.argwhere((a.share > TOLERANCE) & ~a.problem.allowed)
    return found + [("allowed", f"{a.problem.unit_names[u]} to {a.problem.site_names[s]}", 1.0) for u, s in barred]


def _sites(a: _Answer) -> Breaches:
    problem, names = a.problem, a.problem.site_names
    closed_but_used = np.flatnonzero(~a.open & (a.share > TOLERANCE).any(axis=0))
    found = [("served_if_open", str(names[s]), float(a.loads[s].max())) for s in closed_but_used]
    found += [("forced_open", str(names[s]), 1.0) for s in problem.forced_open if not a.open[s]]
    found += [("forced_closed", str(names[s]), 1.0) for s in problem.forced_closed if a.open[s]]
    if problem.open_exactly is not None and int(a.open.sum()) != problem.open_exactly:
        found.append(("open_exactly", "", float(abs(a.open.sum() - problem.open_exactly))))
    pairs = problem.requires if problem.requires is not None else np.empty((0, 2), int)
    return found + [("requires", str(names[s]), 1.0) for s, kitchen in pairs if a.open[s] and not a.open[kitchen]]


def _loads(a: _Answer) -> Breaches:
    problem, names = a.problem, a.problem.site_names
    most, least = a.loads.max(axis=1), a.loads.min(axis=1)
    found: Breaches = []
    for s in range(len(names)):
        if _beyond(most[s], problem.capacity[s]):
            found.append(("within_capacity", str(names[s]), float(most[s] - problem.capacity[s])))
        if a.open[s] and _beyond(-least[s], -problem.min_load[s]):
            found.append(("minimum_load", str(names[s]), float(problem.min_load[s] - least[s])))
    return found


def _limits(a: _Answer) -> Breaches:
    if a.problem.overflow_cost is not None or not a.problem.limits:
        return []
    over = over_limits(a.problem, a.loads, a.open).max(axis=1)
    pairs = zip(a.problem.limits, over, strict=True)
    return [("within_limits", limit.name, float(o)) for limit, o in pairs if _beyond(o + limit.places, limit.places)]


def _totals(a: _Answer) -> Breaches:
    problem, found = a.problem, []
    if problem.max_cost is not None and _beyond(cost := chosen_cost(problem, a.share, a.open), problem.max_cost):
        found.append(("within_cost", "", cost - problem.max_cost))
    if problem.max_dissimilarity is not None:
        excess = dissimilarity(problem, a.share) - problem.max_dissimilarity
        found += [("within_dissimilarity", "", excess)] if excess > TOLERANCE else []
    if problem.max_moved is not None:
        assert problem.present is not None
        assert problem.moved_pupils is not None
        settled = np.flatnonzero(problem.present >= 0)
        moved = float(problem.moved_pupils[settled] @ (1 - a.share[settled, problem.present[settled]]))
        found += [("few_moved", "", moved - problem.max_moved)] if _beyond(moved, problem.max_moved) else []
    return found


def _contiguity(a: _Answer) -> Breaches:
    """Units of a sector that are not linked, through the sector, to the unit its site stands in."""
    problem = a.problem
    if not problem.contiguous:
        return []
    assert problem.edges is not None
    assert problem.site_unit is not None
    rank, alone = growth_rank(problem), sites_alone(problem)
    found: Breaches = []
    for s in np.flatnonzero(a.open):
        own = int(problem.site_unit[s])
        sector = a.share[:, s] > TOLERANCE
        if alone[s] and not sector[own]:
            found.append(("own_unit_kept", str(problem.site_names[s]), 1.0))
        inside = sector.copy()
        inside[own] = True
        grows = inside & (rank[:, s] >= 0)
        edge = problem.edges[grows[problem.edges].all(axis=1)]
        graph = csr_array((np.ones(len(edge)), (edge[:, 0], edge[:, 1])), shape=(len(rank), len(rank)))
        reached = csgraph.connected_components(graph, directed=False)[1]
        lost = np.flatnonzero(sector & (reached != reached[own]))
        found += [("neighbour_nearer", f"{problem.unit_names[u]} to {problem.site_names[s]}", 1.0) for u in lost]
    return found


_CHECKS = (_units, _sites, _loads, _limits, _totals, _contiguity)
