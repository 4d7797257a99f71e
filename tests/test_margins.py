"""Iterative proportional fitting and largest remainders against tables solved by hand."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.margins import fit_totals, largest_remainder


def test_independent_table_by_hand() -> None:
    fitted = fit_totals(sp.csr_array(np.ones((2, 2))), np.array([30.0, 70.0]), np.array([40.0, 60.0]))
    assert fitted.toarray() == pytest.approx(np.array([[12.0, 18.0], [28.0, 42.0]]))


def test_rows_in_another_unit_are_scaled_to_the_columns() -> None:
    fitted = fit_totals(sp.csr_array(np.eye(2)), np.array([1.0, 3.0]), np.array([100.0, 300.0]))
    assert fitted.toarray() == pytest.approx(np.diag([100.0, 300.0]))


def test_contradicting_totals_end_on_the_columns() -> None:
    seed = sp.csr_array(np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]))
    fitted = fit_totals(seed, np.array([10.0, 30.0, 60.0]), np.array([80.0, 20.0])).toarray()
    assert fitted.sum(axis=0) == pytest.approx([80.0, 20.0], abs=1e-9)
    assert fitted[:2, 0] == pytest.approx([20.0, 60.0])


def test_a_column_nobody_can_fill_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\[1\]"):
        fit_totals(sp.csr_array(np.array([[1.0, 0.0]])), np.array([1.0]), np.array([5.0, 5.0]))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 12), st.integers(1, 5))
def test_columns_always_exact(seed: int, rows: int, columns: int) -> None:
    rng = np.random.default_rng(seed)
    weights = np.where(rng.random((rows, columns)) < 0.6, 0.0, rng.random((rows, columns)))
    weights[0] = 0.01
    totals = rng.uniform(50, 900, columns)
    fitted = fit_totals(sp.csr_array(weights), rng.uniform(1, 300, rows), totals).toarray()
    assert fitted.sum(axis=0) == pytest.approx(totals, abs=1e-9)
    assert np.all(fitted[weights == 0] == 0)
    assert np.all(fitted >= 0)


def test_largest_remainder_by_hand() -> None:
    assert largest_remainder(np.array([0.5, 0.3, 0.2]), 7).tolist() == [4, 2, 1]
    assert largest_remainder(np.array([0.98, 0.01, 0.01]), 5).tolist() == [3, 1, 1]
    assert largest_remainder(np.array([1.0]), 4).tolist() == [4]


def test_largest_remainder_refuses_too_few_slots() -> None:
    with pytest.raises(ValueError, match="2 slots"):
        largest_remainder(np.ones(3), 2)


def test_what_is_left_of_nobody_is_nobody() -> None:
    # Row 0 must shrink towards nothing: its own column is far too small for it, and column 1 is filled by row 1.
    fitted = fit_totals(sp.coo_array([[1e-9, 1.0], [1.0, 1e-9]]), np.array([1.0, 1.0]), np.array([100.0, 100.0])).toarray()
    assert fitted[0, 0] == 0.0
    assert fitted[1, 1] == 0.0
    assert fitted.sum(axis=0) == pytest.approx([100.0, 100.0], rel=1e-12)
