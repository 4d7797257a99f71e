"""Whole pupils: rounding that keeps totals, and small numbers that are not shown."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import optimize, sparse

from maillage.arrays import Floats, Index
from maillage.demography.withholding import withheld
from maillage.errors import Fault, InputError

LEAST_CELL = 5
"""Counts of pupils under this never leave in an export."""

WHOLE = 1e-6
"""A value nearer than this to a whole number is that number."""

TIE = 1e-6
"""What a cell's place counts for beside its fraction: of two fractions alike, the earlier one is rounded up."""


def rounded(pupils: Floats, exported: bool) -> Floats:
    """Whole pupils of a table, with the total of each row.

    Parameters
    ----------
    pupils : (N, K) float
        Places by kinds of pupils, 0 or more.
    exported : bool
        True where the table leaves the house: counts of 1 to 4 become NaN, and with them what would give them away by
        subtraction (`withheld`).

    Returns
    -------
    (N, K + 1) float
        Whole numbers (or NaN); the last column holds the totals. Rows add up to their totals, the totals to the rounded sum
        of all pupils, and each column to a neighbour of its own sum; no cell, total or column differs by 1 or more from
        what it was. A whole number stays.

    Raises
    ------
    InputError
        A value that is missing or negative.

    Notes
    -----
    Controlled rounding: the fractions are a flow from rows to columns, and its rounding up or down a flow of whole numbers
    with the same limits, which exists always (Causey, Cox and Ernst 1985, Journal of the American Statistical Association
    80(392), 903-909; Cox 1987, doi:10.1080/01621459.1987.10478456). Of all of them the one nearest to the values is taken: it
    has the least sum of squares, in which a total counts as much as the cells it is made of. Nothing is random; of two
    fractions alike, the first is rounded up.
    """
    pupils = np.asarray(pupils, np.float64)
    if not (np.isfinite(pupils) & (pupils >= 0)).all():
        raise InputError([Fault("rounded", "pupils missing or negative", remedy="Give finite numbers, 0 or more")])
    whole = nearest_whole(pupils)
    table = np.column_stack([whole, whole.sum(axis=1)])
    return np.where(withheld(table, LEAST_CELL), np.nan, table) if exported else table


def nearest_whole(values: Floats) -> Floats:
    """(N, K) the nearest table of whole numbers that agrees with the sums; see `rounded`."""
    near = np.rint(values)
    values = np.where(np.abs(values - near) < WHOLE, near, values)
    floor = np.floor(values)
    fraction = values - floor
    up = _rounded_up(fraction, float(np.floor(values.sum() + 0.5) - floor.sum())) if fraction.any() else 0.0
    return np.asarray(floor + up)


def _rounded_up(fraction: Floats, total: float) -> Floats:
    """(N, K) of 0 and 1: which fractions become 1, `total` of them.

    A linear program over cells, rows and columns, each rounded down (0) or up (1). It is a network's: its basic solutions are
    whole, and the dual simplex method returns one of those.
    """
    n, k = fraction.shape
    cells = np.arange(n * k)
    sums = [fraction.sum(axis=1), fraction.sum(axis=0)]
    # Limits are whole numbers: an error of rounding in a sum, far below 1 altogether, cannot make them contradict each other.
    down = [np.floor(s + WHOLE) for s in sums]
    left = [np.maximum(s - d, 0.0) for s, d in zip(sums, down, strict=True)]
    spare = n * k + np.arange(n + k)
    # Each row: its cells = its floor + its own 0 or 1; the same for columns; and the rows add up to the total.
    row = np.concatenate([cells // k, n + cells % k, np.arange(n + k), np.full(n, n + k)])
    column = np.concatenate([cells, cells, spare, spare[:n]])
    value = np.concatenate([np.ones(2 * n * k), -np.ones(n + k), np.ones(n)])
    program: Any = sparse.csc_matrix((value, (row, column)), shape=(n + k + 1, n * k + n + k))
    sides = np.concatenate([*down, [total - down[0].sum()]])
    # Squared error of rounding up less that of rounding down: (1 - f)^2 - f^2.
    cost = [1 - 2 * fraction.ravel() + TIE * cells / max(len(cells), 1), k * (1 - 2 * left[0]), n * (1 - 2 * left[1])]
    most = np.concatenate([fraction.ravel() > 0, left[0] > WHOLE, left[1] > WHOLE]).astype(float)
    bounds: Any = np.column_stack([np.zeros_like(most), most])
    found = optimize.linprog(np.concatenate(cost), A_eq=program, b_eq=sides, bounds=bounds, method="highs-ds")
    if found.x is None:
        raise AssertionError(f"a table has no rounding: {found.message}")
    return np.asarray(np.rint(found.x[: n * k]).reshape(n, k))


def whole_in_groups(values: Floats, group: Index) -> Floats:
    """(N,) whole numbers, each a neighbour of its value, that add up to the rounded sum of their group.

    The largest fractions are rounded up (Hamilton's method), the first where they are equal.
    """
    floor = np.floor(values + WHOLE)
    short = np.rint(np.bincount(group, values)) - np.bincount(group, floor)
    order = np.lexsort((-(values - floor), group))
    first = np.searchsorted(group[order], np.arange(len(short)))
    rank = np.empty(len(values), np.int64)
    rank[order] = np.arange(len(values)) - first[group[order]]
    return np.asarray(floor + (rank < short[group]))
