"""The rules of the program, one function each: ``(Problem, Columns) -> Rows``, formula in the docstring.

Notation: ``x[u, s]`` unit u goes to site s; ``y[s]`` site s is open; ``d[u, t]`` pupils of unit u in year t. A rule that
a problem does not ask for returns no rows. To add one: write the function, add it to `RULES`.

Years that another year dominates, unit by unit, are dropped where the rule allows: this is exact.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from maillage.arrays import Bools, Floats, Index, Ints
from maillage.model.columns import Columns, mix_coefficients
from maillage.model.nearness import nearer_neighbours, sites_alone
from maillage.model.problem import Limit, Problem
from maillage.model.rows import Rows, rows_of, stack

INF = np.inf


def each_unit_once(problem: Problem, columns: Columns) -> Rows:
    """``sum_s x[u, s] = 1``; ``<= 1`` for a unit that may stay without a site."""
    units = problem.shape[0]
    entries = (columns.unit, np.arange(columns.pairs), np.ones(columns.pairs))
    bounds = (problem.must_serve.astype(float), 1.0)
    return rows_of("each_unit_once", len(columns), entries, bounds, unit=np.arange(units), height=units)


def served_if_open(problem: Problem, columns: Columns) -> Rows:
    """``x[u, s] <= y[s]``, where the site is not certain to be open."""
    pair = np.flatnonzero(~always_open(problem)[columns.site])
    row, ones = np.arange(len(pair)), np.ones(len(pair))
    site = columns.site[pair]
    entries = (np.tile(row, 2), np.concatenate([pair, columns.open[site]]), np.concatenate([ones, -ones]))
    keys = {"unit": columns.unit[pair], "site": site}
    return rows_of("served_if_open", len(columns), entries, (-INF, 0.0), **keys, height=len(pair))


def within_capacity(problem: Problem, columns: Columns) -> Rows:
    """``sum_u d[u, t] x[u, s] <= capacity[s] y[s]`` for every year t."""
    site = np.flatnonzero(np.isfinite(problem.capacity))
    years = highest_years(problem.demand)
    parts = [_load_rows(problem, columns, "within_capacity", t, site, problem.capacity, (-INF, 0.0)) for t in years]
    return stack("within_capacity", len(columns), parts)


def minimum_load(problem: Problem, columns: Columns) -> Rows:
    """``sum_u d[u, t] x[u, s] >= min_load[s] y[s]`` for every year t."""
    site = np.flatnonzero(problem.min_load > 0)
    years = highest_years(-problem.demand)
    parts = [_load_rows(problem, columns, "minimum_load", t, site, problem.min_load, (0.0, INF)) for t in years]
    return stack("minimum_load", len(columns), parts)


def open_exactly(problem: Problem, columns: Columns) -> Rows:
    """``sum_s y[s] = open_exactly``."""
    count = problem.open_exactly
    if count is None:
        return stack("open_exactly", len(columns), [])
    site = columns.open
    entries = (np.zeros(len(site)), site, np.ones(len(site)))
    return rows_of("open_exactly", len(columns), entries, (count, count), height=1)


def requires(problem: Problem, columns: Columns) -> Rows:
    """``y[a] <= y[b]``: a satellite is open only if its kitchen is."""
    if problem.requires is None or not len(problem.requires):
        return stack("requires", len(columns), [])
    a, b = problem.requires[:, 0], problem.requires[:, 1]
    row, ones = np.arange(len(a)), np.ones(len(a))
    entries = (np.tile(row, 2), np.concatenate([columns.open[a], columns.open[b]]), np.concatenate([ones, -ones]))
    return rows_of("requires", len(columns), entries, (-INF, 0.0), site=a, height=len(a))


def within_limits(problem: Problem, columns: Columns) -> Rows:
    """``sum_s rate[s] load[s, t] + fixed y[owner] <= places (+ overflow[l, t])`` for every year t."""
    # An overflow is paid in every year of the projection, so that none may be dropped where limits are soft.
    years = range(columns.years) if columns.limits else highest_years(problem.demand)
    parts = [_limit_row(problem, columns, n, limit, t) for n, limit in enumerate(problem.limits) for t in years]
    return stack("within_limits", len(columns), parts)


def few_moved(problem: Problem, columns: Columns) -> Rows:
    """``sum_u moved[u] (1 - x[u, present[u]]) <= max_moved``, over units that have a present site."""
    if problem.max_moved is None:
        return stack("few_moved", len(columns), [])
    assert problem.present is not None
    assert problem.moved_pupils is not None
    settled = np.flatnonzero(problem.present >= 0)
    pair = columns.position[settled, problem.present[settled]]
    stays = pair >= 0
    pupils = problem.moved_pupils[settled]
    entries = (np.zeros(stays.sum()), pair[stays], -pupils[stays])
    return rows_of("few_moved", len(columns), entries, (-INF, problem.max_moved - pupils.sum()), height=1)


def within_cost(problem: Problem, columns: Columns) -> Rows:
    """``sum_us cost[u, s] x[u, s] + sum_s opening_cost[s] y[s] <= max_cost``."""
    if problem.max_cost is None:
        return stack("within_cost", len(columns), [])
    value = np.concatenate([problem.cost[columns.unit, columns.site], problem.opening_cost])
    entries = (np.zeros(len(value)), np.arange(len(value)), value)
    return rows_of("within_cost", len(columns), entries, (-INF, problem.max_cost), height=1)


def group_excess(problem: Problem, columns: Columns) -> Rows:
    """``e[s] >= sum_u (group_u - pi mix_pupils_u) x[u, s]``, ``e[s] >= 0``.

    Over all sites the right-hand sides add up to zero, so that the absolute values add up to twice their positive parts:
    dissimilarity is ``2 sum_s e[s] / (2 P pi (1 - pi))``, linear.
    """
    if not columns.excess:
        return stack("group_excess", len(columns), [])
    return _excess_rows("group_excess", columns, mix_coefficients(problem), columns.group_excess)


def within_dissimilarity(problem: Problem, columns: Columns) -> Rows:
    """``2 sum_s e[s] <= max_dissimilarity x 2 P pi (1 - pi)``, with e of `group_excess`."""
    if problem.max_dissimilarity is None:
        return stack("within_dissimilarity", len(columns), [])
    site = columns.group_excess
    entries = (np.zeros(len(site)), site, np.full(len(site), 2.0))
    bounds = (-INF, problem.max_dissimilarity * problem.mix_scale)
    return rows_of("within_dissimilarity", len(columns), entries, bounds, height=1)


def index_excess(problem: Problem, columns: Columns) -> Rows:
    """``f[s] >= sum_u index_sum_u x[u, s]``, ``f[s] >= 0``: positive part of each site's sum of IPS deviations."""
    if not columns.index:
        return stack("index_excess", len(columns), [])
    assert problem.index_sum is not None
    return _excess_rows("index_excess", columns, problem.index_sum, columns.index_excess)


def neighbour_nearer(problem: Problem, columns: Columns) -> Rows:
    """``x[u, s] <= sum x[v, s]`` over the neighbours v of u that are nearer to site s, u not the site's own unit.

    Following nearer neighbours leads to the unit the site stands in, so that every sector is in one piece. A restriction:
    a sector in one piece that winds around is not found. Where a unit holds several sites, a neighbour of that unit needs
    no other support: the unit itself can belong to one of them only.
    """
    if not problem.contiguous:
        return stack("neighbour_nearer", len(columns), [])
    near = nearer_neighbours(problem, columns)
    row, ones = np.arange(len(near.pair)), np.ones(len(near.pair))
    column = np.concatenate([near.pair, near.support_pair])
    entries = (np.concatenate([row, near.support_row]), column, np.concatenate([ones, -np.ones(len(near.support_row))]))
    keys = {"unit": columns.unit[near.pair], "site": columns.site[near.pair]}
    return rows_of("neighbour_nearer", len(columns), entries, (-INF, 0.0), **keys, height=len(near.pair))


def own_unit_kept(problem: Problem, columns: Columns) -> Rows:
    """``y[s] <= x[own unit of s, s]``, for a site alone in its unit, with contiguity."""
    if not problem.contiguous:
        return stack("own_unit_kept", len(columns), [])
    assert problem.site_unit is not None
    site = np.flatnonzero(sites_alone(problem))
    pair = columns.position[problem.site_unit[site], site]
    row, ones, there = np.arange(len(site)), np.ones(len(site)), pair >= 0
    column = np.concatenate([columns.open[site], pair[there]])
    entries = (np.concatenate([row, row[there]]), column, np.concatenate([ones, -ones[there]]))
    return rows_of("own_unit_kept", len(columns), entries, (-INF, 0.0), site=site, height=len(site))


Rule = Callable[[Problem, Columns], Rows]

RULES: tuple[Rule, ...] = (
    each_unit_once,
    within_capacity,
    minimum_load,
    served_if_open,
    open_exactly,
    requires,
    within_limits,
    few_moved,
    within_cost,
    group_excess,
    within_dissimilarity,
    index_excess,
    neighbour_nearer,
    own_unit_kept,
)
"""Every rule, in the order of the program's rows."""


def always_open(problem: Problem) -> Bools:
    """(S,) sites taken to be open: forced, or where being open costs and forbids nothing, to them or to their kitchen."""
    free = problem.opening_cost == 0
    free &= problem.min_load == 0
    if problem.open_exactly is not None or problem.contiguous or problem.own_rules:
        free[:] = False
    free[[limit.owner for limit in problem.limits if limit.owner >= 0 and limit.fixed > 0]] = False
    free[list(problem.forced_closed)] = False
    free[list(problem.forced_open)] = True
    if problem.requires is not None:
        satellite, kitchen = problem.requires[:, 0], problem.requires[:, 1]
        bound = ~np.isin(satellite, problem.forced_open)
        for _ in range(len(satellite)):
            free[satellite[bound & ~free[kitchen]]] = False
    return np.asarray(free)


def highest_years(demand: Floats) -> list[int]:
    """Years that no other year dominates unit by unit; of equal years the first."""
    kept: list[int] = []
    for t in np.argsort(-demand.sum(axis=0), kind="stable"):
        if not any((demand[:, t] <= demand[:, k]).all() for k in kept):
            kept.append(int(t))
    return sorted(kept)


def _load_rows(
    problem: Problem, columns: Columns, rule: str, t: int, site: Index, per_open: Floats, bounds: tuple[float, float]
) -> Rows:
    """``sum_u d[u, t] x[u, s] - per_open[s] y[s]`` for the sites given."""
    row_of_site = np.full(problem.shape[1], -1)
    row_of_site[site] = np.arange(len(site))
    load = problem.demand[columns.unit, t]
    pair = np.flatnonzero((row_of_site[columns.site] >= 0) & (load != 0))
    row = np.concatenate([row_of_site[columns.site[pair]], np.arange(len(site))])
    column = np.concatenate([pair, columns.open[site]])
    value = np.concatenate([load[pair], -per_open[site]])
    return rows_of(rule, len(columns), (row, column, value), bounds, site=site, year=t, height=len(site))


def _limit_row(problem: Problem, columns: Columns, n: int, limit: Limit, t: int) -> Rows:
    place = columns.position[:, limit.site]
    unit, k = np.nonzero((place >= 0) & (problem.demand[:, [t]] * limit.rate != 0))
    column: list[Index] = [place[unit, k]]
    value: list[Floats] = [problem.demand[unit, t] * limit.rate[k]]
    places = limit.places
    if limit.owner < 0:
        places -= limit.fixed
    elif limit.fixed:
        column.append(columns.open[[limit.owner]])
        value.append(np.array([limit.fixed]))
    if columns.limits:
        column.append(columns.overflow[[n], t])
        value.append(np.array([-1.0]))
    flat = np.concatenate(column)
    entries = (np.zeros(len(flat)), flat, np.concatenate(value))
    return rows_of("within_limits", len(columns), entries, (-INF, places), site=n, year=t, height=1)


def _excess_rows(rule: str, columns: Columns, per_unit: Floats, excess: Ints) -> Rows:
    sites = len(excess)
    value = per_unit[columns.unit]
    pair = np.flatnonzero(value)
    row = np.concatenate([columns.site[pair], np.arange(sites)])
    column = np.concatenate([pair, excess])
    entries = (row, column, np.concatenate([value[pair], -np.ones(sites)]))
    return rows_of(rule, len(columns), entries, (-INF, 0.0), site=np.arange(sites), height=sites)
