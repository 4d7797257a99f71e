"""Rows by hand on a problem of two units and two sites, and what the rules leave out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from maillage.model.columns import columns_of
from maillage.model.nearness import joined_edges
from maillage.model.problem import Limit, Problem
from maillage.model.program import program_of
from maillage.model.rules import RULES, always_open, highest_years, within_capacity, within_limits

TWO = Problem.from_arrays([[1.0, 4.0], [3.0, 2.0]], demand=[[10, 12], [20, 18]], capacity=[25, 40], open_exactly=1)


def test_columns_are_pairs_then_sites() -> None:
    columns = columns_of(TWO)
    assert columns.position.tolist() == [[0, 1], [2, 3]]
    assert columns.open.tolist() == [4, 5]
    assert len(columns) == 6


def test_a_forbidden_pair_and_a_closed_site_have_no_column() -> None:
    problem = Problem.from_arrays([[1.0, 4.0, 1.0], [np.inf, 2.0, 1.0]], demand=[1, 1], forced_closed=[2])
    assert columns_of(problem).position.tolist() == [[0, 1, -1], [-1, 2, -1]]


def test_capacity_rows_by_hand() -> None:
    rows = within_capacity(TWO, columns_of(TWO))
    # Both years bind: neither dominates the other.
    assert rows.matrix.toarray().tolist() == [
        [10, 0, 20, 0, -25, 0],
        [0, 10, 0, 20, 0, -40],
        [12, 0, 18, 0, -25, 0],
        [0, 12, 0, 18, 0, -40],
    ]
    assert rows.names(TWO) == [f"within_capacity[{s},{t}]" for t in (0, 1) for s in (0, 1)]


def test_a_dominated_year_has_no_rows() -> None:
    assert highest_years(np.array([[3.0, 2.0, 3.0, 1.0], [3.0, 3.0, 3.0, 4.0]])) == [0, 3]


def test_soft_limits_keep_every_year() -> None:
    limit = Limit("seats", np.array([0]), np.array([0.5]), 0.0, 5.0)
    falling = Problem.from_arrays([[1.0]], demand=[[10, 5]])
    hard = dataclasses.replace(falling, limits=(limit,))
    soft = dataclasses.replace(hard, overflow_cost=1.0)
    assert len(within_limits(hard, columns_of(hard))) == 1
    assert len(within_limits(soft, columns_of(soft))) == 2


def test_rules_not_asked_for_have_no_rows() -> None:
    problem = Problem.from_arrays([[1.0, 4.0], [3.0, 2.0]], demand=[10, 20])
    columns = columns_of(problem)
    assert [rule.__name__ for rule in RULES if len(rule(problem, columns))] == ["each_unit_once"]


def test_a_satellite_is_open_only_if_its_kitchen_costs_nothing() -> None:
    problem = Problem.from_arrays([[1.0, 4.0, 2.0]], demand=[10], opening_cost=[5.0, 0.0, 0.0])
    problem = dataclasses.replace(problem, requires=np.array([[1, 0], [2, 1]]))
    assert always_open(problem).tolist() == [False, False, False]
    assert always_open(dataclasses.replace(problem, forced_open=(0,))).all()


def test_names_are_unique_and_as_many_as_rows_and_columns() -> None:
    problem = dataclasses.replace(TWO, group=np.array([5.0, 5.0]), max_dissimilarity=0.5)
    program = program_of(problem)
    assert len(set(program.column_names())) == len(program.cost)
    assert len(set(program.row_names())) == program.matrix.shape[0]


def test_islands_are_joined_to_their_nearest_unit() -> None:
    xy_m = np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0], [9.0, 0.0]])
    assert joined_edges(np.array([[0, 1], [-1, 2]]), xy_m).tolist() == [[0, 1], [1, 2], [2, 3]]


def test_dissimilarity_by_hand() -> None:
    from maillage.model.evaluate import evaluate

    # A has 8 of the group in 10, B 2 in 10: D = (|8 - 5| + |2 - 5|) / (2 x 20 x 0.5 x 0.5) = 0.6.
    problem = Problem.from_arrays([[1.0, 1.0], [1.0, 1.0]], demand=[10, 10], group=[8, 2], objective="dissimilarity")
    verdict = evaluate(problem, np.array([0, 1]), np.array([True, True]))
    assert verdict.objective == pytest.approx(0.6)
    assert verdict.breaches == ()
