"""Whole pupils that add up, and small numbers that cannot be worked out from what is shown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from maillage import InputError
from maillage.demography.rounding import LEAST_CELL, nearest_whole, rounded

shapes = st.tuples(st.integers(1, 7), st.integers(1, 5))
pupils = shapes.flatmap(lambda shape: arrays(float, shape, elements=st.one_of(st.floats(0, 300), st.floats(0, 8))))
halves = shapes.flatmap(lambda shape: arrays(float, shape, elements=st.integers(0, 12).map(lambda n: n / 4)))
small = shapes.flatmap(lambda shape: arrays(float, shape, elements=st.sampled_from([0, 0, 1, 2, 3, 4, 5, 6, 9, 40])))


def test_by_hand():
    """Three halves a row and a column: sums of 1.5 and 4.5; the first of fractions alike is rounded up."""
    table = rounded(np.full((3, 3), 0.5), exported=False)
    assert table.sum(axis=0).tolist() == [2, 2, 1, 5]
    assert table[:, 3].tolist() == [2, 2, 1]
    assert (table[:, :3].sum(axis=1) == table[:, 3]).all()
    # Nearest wherever sums allow: 10.6 + 20.6 + 30.6 is 61.8, so one of three cells alike cannot be told by itself.
    assert rounded(np.array([[10.6, 20.6, 30.6]]), exported=False).tolist() == [[11, 21, 30, 62]]
    assert rounded(np.array([[10.2, 20.9], [30.0, 7.8]]), exported=False).tolist() == [[10, 21, 31], [30, 8, 38]]
    assert rounded(np.zeros((0, 4)), exported=True).shape == (0, 5)


@settings(max_examples=300, deadline=None)
@given(st.one_of(pupils, halves))
def test_everything_adds_up_and_nothing_moves_by_one(values):
    table = rounded(values, exported=False)
    cells, totals = table[:, :-1], table[:, -1]
    assert (table == np.rint(table)).all()
    assert (table >= 0).all()
    assert (cells.sum(axis=1) == totals).all()
    assert abs(totals.sum() - values.sum()) <= 0.5 + 1e-5
    near = 1 + 1e-5
    assert (np.abs(cells - values) < near).all()
    assert (np.abs(totals - values.sum(axis=1)) < near).all()
    assert (np.abs(cells.sum(axis=0) - values.sum(axis=0)) < near).all()
    assert (cells[values == np.rint(values)] == values[values == np.rint(values)]).all()
    assert rounded(values, exported=False).tobytes() == table.tobytes()


def test_a_value_that_is_whole_but_for_an_error_of_computing_stays():
    noisy = np.array([[0.1 + 0.2 + 0.7, 3 - 1e-12], [5 + 1e-12, 8.0]])
    assert nearest_whole(noisy).tolist() == [[1, 3], [5, 8]]


@settings(max_examples=100, deadline=None)
@given(st.tuples(st.integers(1, 3), st.integers(1, 3)).flatmap(lambda s: arrays(float, s, elements=st.floats(0, 4))))
def test_no_other_table_is_nearer(values):
    """Against every table of roundings up and down, by the same measure."""
    n, k = values.shape
    total = np.floor(values.sum() + 0.5)

    def error(cells):
        rows, columns = cells.sum(axis=1) - values.sum(axis=1), cells.sum(axis=0) - values.sum(axis=0)
        return ((cells - values) ** 2).sum() + k * (rows**2).sum() + n * (columns**2).sum()

    best = np.inf
    for ups in np.ndindex(*(2,) * (n * k)):
        cells = np.floor(values) + np.reshape(ups, (n, k))
        sums = [*(cells.sum(axis=1) - values.sum(axis=1)), *(cells.sum(axis=0) - values.sum(axis=0))]
        whole = (np.abs(values - np.rint(values)) < 1e-5) & (np.abs(cells - values) > 0.5)
        if cells.sum() == total and np.max(np.abs(sums)) < 1 and not whole.any():
            best = min(best, error(cells))
    assert error(rounded(values, exported=False)[:, :-1]) <= best + 1e-4


@pytest.mark.parametrize("bad", [np.nan, np.inf, -1.0])
def test_pupils_that_are_none(bad):
    with pytest.raises(InputError, match="missing or negative"):
        rounded(np.array([[1.0, bad]]), exported=False)


def test_a_row_by_hand():
    """3 is withheld, and 40, the smallest other, since the total is shown."""
    row = rounded(np.array([[3.0, 60, 40, 50]]), exported=True)[0]
    assert np.isnan(row).tolist() == [True, False, True, False, False]
    # 1 and 1 make 2, a count under 5 that the total would give away.
    assert np.isnan(rounded(np.array([[1.0, 1, 0, 70]]), exported=True)[0]).tolist() == [True, True, False, True, False]
    # A total under 5 goes with its only pupils; nobody is no small number.
    assert np.isnan(rounded(np.array([[3.0, 0, 0, 0]]), exported=True)[0]).tolist() == [True, False, False, False, True]
    assert rounded(np.zeros((2, 4)), exported=True).tolist() == [[0.0] * 5] * 2


def test_a_column_by_hand():
    """One small cell takes three others with it: one of its row, and the same two of a row beside."""
    table = rounded(np.array([[3.0, 40, 50, 60], [50, 51, 52, 53], [70, 71, 72, 73]]), exported=True)
    assert np.argwhere(np.isnan(table)).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert table[:, -1].tolist() == [153, 206, 286]


def test_a_table_without_small_numbers_is_shown_whole():
    values = np.arange(20.0).reshape(4, 5) + 5
    assert (rounded(values, exported=True) == rounded(values, exported=False)).all()


def could_be(table):
    """The least and largest value that each withheld cell could have, for someone who sees the others and their sums."""
    gone, (n, columns) = np.isnan(table), table.shape
    shown = np.where(gone, 0.0, table)
    cells = np.argwhere(gone)
    # Each row: its cells less its total is 0.
    rows = np.zeros((n, len(cells)))
    for number, (i, j) in enumerate(cells):
        rows[i, number] = -1 if j == columns - 1 else 1
    sides = shown[:, -1] - shown[:, :-1].sum(axis=1)
    return cells, rows, sides


def bounds(rows, sides, number, count):
    aim = np.zeros(count)
    aim[number] = 1
    least, most = (linprog(sign * aim, A_eq=rows, b_eq=sides, bounds=(0, 5000), method="highs-ds") for sign in (1, -1))
    assert least.status == most.status == 0
    return least.x[number], most.x[number]


@settings(max_examples=300, deadline=None)
@given(small)
@example(np.array([[3.0, 0], [0, 9]]))
@example(np.array([[3.0, 9], [0, 0]]))
@example(np.array([[4.0], [0], [40]]))
def test_nothing_withheld_can_be_worked_out(values):
    """Not from the rows, and not by someone who also knows the totals of the columns, withheld by the same rule."""
    table = rounded(values, exported=True)
    whole = np.column_stack([values, values.sum(axis=1)])
    gone = np.isnan(table)
    assert gone[(whole > 0) & (whole < LEAST_CELL)].all()
    assert (table[~gone] == whole[~gone]).all()
    if not gone.any():
        return
    cells, rows, sides = could_be(table)
    of_all = whole.sum(axis=0)
    several = (values.sum(axis=1) > 0).sum() > 1
    own = rounded(of_all[None, :-1], exported=True)[0]
    known = [j for j in range(len(own)) if several and not np.isnan(own[j])]
    columns = np.array([[float(cell[1] == j) for cell in cells] for j in known]).reshape(-1, len(cells))
    shown = np.where(gone, 0, table).sum(axis=0)
    every, limits = np.vstack([rows, columns]), np.concatenate([sides, (of_all - shown)[known]])
    for number in range(len(cells)):
        least, most = bounds(rows, sides, number, len(cells))
        assert most - least > 1 - 1e-6
        least, most = bounds(every, limits, number, len(cells))
        assert most - least > 1 - 1e-6, cells[number]


def test_sums_of_few_pupils_are_not_given_away():
    """Whatever is withheld from a total that is shown is 5 pupils or more."""
    rng = np.random.default_rng(3)
    for _ in range(60):
        values = rng.choice([0, 1, 2, 7, 30], size=(6, 4)).astype(float)
        table = rounded(values, exported=True)
        gone = np.isnan(table)
        told = gone[:, :-1].any(axis=1) & ~gone[:, -1]
        assert ((values * gone[:, :-1]).sum(axis=1)[told] >= LEAST_CELL).all()
