"""`Program`: the mathematical program as sparse arrays, for any solver."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from maillage.arrays import Bools, Floats
from maillage.model.columns import Columns, columns_of, mix_coefficients
from maillage.model.problem import Problem
from maillage.model.rows import Rows
from maillage.model.rules import RULES, always_open


@dataclass(frozen=True, eq=False)
class Program:
    """``min cost @ v + constant`` with ``row_lower <= matrix @ v <= row_upper``, ``lower <= v <= upper``, some v integer.

    Attributes
    ----------
    problem : Problem
        What the program says in symbols; gives names to columns and rows.
    columns : Columns
        Where each variable stands; columns a planner added come after them, named in `added`.
    cost : (n,) float
    constant : float
    lower, upper : (n,) float
    integer : (n,) bool
    blocks : tuple of Rows
        One a rule, in the order of `RULES`, then the planner's own.
    added : tuple of str
    """

    problem: Problem
    columns: Columns
    cost: Floats
    constant: float
    lower: Floats
    upper: Floats
    integer: Bools
    blocks: tuple[Rows, ...]
    added: tuple[str, ...] = ()

    @property
    def matrix(self) -> sparse.csr_array:
        """All rows, in the order of `blocks`."""
        return sparse.csr_array(sparse.vstack([block.matrix for block in self.blocks], format="csr"))

    @property
    def row_bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper bound of all rows, in the order of `blocks`."""
        lower = np.concatenate([block.lower for block in self.blocks])
        return lower, np.concatenate([block.upper for block in self.blocks])

    def row_names(self) -> list[str]:
        """One name a row, ``rule[unit,site,year]``."""
        return [name for block in self.blocks for name in block.names(self.problem)]

    def column_names(self) -> list[str]:
        """One name a column: ``x[unit,site]``, ``open[site]``, ``overflow[limit,year]``, ``excess[site]``, ``index[site]``."""
        problem, columns = self.problem, self.columns
        units, sites = problem.unit_names.tolist(), problem.site_names.tolist()
        names = [f"x[{units[u]},{sites[s]}]" for u, s in zip(columns.unit.tolist(), columns.site.tolist(), strict=True)]
        names += [f"open[{site}]" for site in sites]
        if columns.limits:
            names += [f"overflow[{lim.name},{problem.year(t)}]" for lim in problem.limits for t in range(columns.years)]
        names += [f"excess[{site}]" for site in sites] if columns.excess else []
        names += [f"index[{site}]" for site in sites] if columns.index else []
        return names + list(self.added)

    def with_rows(self, rows: Rows, added: tuple[str, ...], lower: Floats, upper: Floats, integer: Bools) -> Program:
        """The program with a planner's own rows and, where they bring any, columns."""
        width = len(self.cost) + len(added)
        blocks = tuple(replace(block, matrix=_widened(block.matrix, width)) for block in self.blocks)
        return replace(
            self,
            cost=np.concatenate([self.cost, np.zeros(len(added))]),
            lower=np.concatenate([self.lower, lower]),
            upper=np.concatenate([self.upper, upper]),
            integer=np.concatenate([self.integer, integer]),
            blocks=(*blocks, rows),
            added=self.added + added,
        )


def program_of(problem: Problem) -> Program:
    """Write a problem as a program: columns, rules, objective."""
    columns = columns_of(problem)
    width = len(columns)
    lower, upper, integer = np.zeros(width), np.ones(width), np.zeros(width, bool)
    integer[columns.open] = True
    integer[: columns.pairs] = not problem.splittable
    lower[columns.open] = always_open(problem)
    upper[columns.open[list(problem.forced_closed)]] = 0.0
    upper[columns.overflow] = _most_overflow(problem, columns)
    upper[columns.group_excess] = _most_excess(mix_coefficients(problem)) if columns.excess else 0.0
    upper[columns.index_excess] = _most_excess(problem.index_sum) if columns.index else 0.0
    cost, constant = objective(problem, columns)
    blocks = tuple(rule(problem, columns) for rule in RULES)
    return Program(problem, columns, cost, constant, lower, upper, integer, blocks)


def objective(problem: Problem, columns: Columns) -> tuple[Floats, float]:
    """Coefficient of each column, and the constant.

    ``sum cost x + sum opening_cost y + overflow_cost sum overflow + w D + v I``, or D alone. Absolute values of numbers
    that add up to k are twice their positive parts less k, which is where the constant comes from.
    """
    cost, constant = np.zeros(len(columns)), 0.0
    alone = problem.objective == "dissimilarity"
    if not alone:
        cost[: columns.pairs] = problem.cost[columns.unit, columns.site]
        cost[columns.open] = problem.opening_cost
        cost[columns.overflow] = problem.overflow_cost or 0.0
    if columns.excess:
        cost[columns.group_excess] = 2 * (1.0 if alone else problem.dissimilarity_weight) / problem.mix_scale
    if columns.index and not alone:
        assert problem.index_sum is not None
        weight = problem.deviation_weight / problem.mix_pupils.sum()
        cost[columns.index_excess] = 2 * weight
        constant = -weight * float(problem.index_sum.sum())
    return cost, constant


def _most_overflow(problem: Problem, columns: Columns) -> Floats:
    """(L, T) overflow of each limit if every pupil came: a finite bound, never reached by a best plan."""
    pupils = problem.projected.sum(axis=0)
    most = [np.max(limit.rate, initial=0.0) * pupils + limit.fixed for limit in problem.limits]
    return np.asarray(most).reshape(-1, columns.years)[: columns.limits].reshape(columns.overflow.shape)


def _most_excess(per_unit: Floats | None) -> float:
    assert per_unit is not None
    return float(np.maximum(per_unit, 0).sum()) + 1.0


def _widened(matrix: sparse.csr_array, width: int) -> sparse.csr_array:
    return sparse.csr_array((matrix.data, matrix.indices, matrix.indptr), shape=(matrix.shape[0], width))
