"""Iterative proportional fitting: pupils of each pair so that published totals are met and local estimates respected."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from maillage.arrays import Floats, Ints


def sums_by(index: npt.NDArray[Any], values: Floats, size: int) -> Floats:
    """(size,) sum of `values` over each position in `index`; 0 where there is none."""
    return np.bincount(index, values, minlength=size).astype(np.float64)


DUST_PUPILS = 1e-3
"""A fitted number of pupils under this is what is left of nobody."""


def fit_totals(
    seed: sp.csr_array, row_totals: Floats, column_totals: Floats, *, rounds: int = 200, tolerance: float = 1e-10
) -> sp.csr_array:
    """Scale the rows and columns of `seed` in turn until they fit, ending on the columns.

    Column totals are met exactly (to rounding); row totals as nearly as the zeros of `seed` allow. The result has the
    form ``a[r] * seed[r, c] * b[c]``: among all tables with these totals, the one nearest to `seed` in relative entropy.
    Row totals are first scaled to the sum of the columns.

    Parameters
    ----------
    seed : (R, C) sparse array
        Weights >= 0; a zero stays a zero. A column with a positive total needs at least one positive entry in a row
        with a positive total.
    row_totals : (R,) float
        Wanted row sums, in any unit.
    column_totals : (C,) float
        Column sums that must hold.
    rounds : int
        Most rounds; where the two sets of totals contradict each other the rows keep a misfit.
    tolerance : float
        Largest relative change of a column between two rounds at which the fitting stops.

    Returns
    -------
    (R, C) csr array

    Raises
    ------
    ValueError
        A column with a positive total cannot be filled.

    References
    ----------
    Deming, W. E. and Stephan, F. F. (1940), On a least squares adjustment of a sampled frequency table when the expected
    marginal totals are known, Annals of Mathematical Statistics 11(4), doi:10.1214/aoms/1177731829.
    """
    table = sp.coo_array(seed)
    row, column, value = table.row, table.col, table.data.astype(np.float64)
    value = np.where(row_totals[row] > 0, value, 0.0)
    reachable = sums_by(column, value, len(column_totals)) > 0
    if np.any((column_totals > 0) & ~reachable):
        raise ValueError(f"no row can fill columns {np.flatnonzero((column_totals > 0) & ~reachable).tolist()}")
    wanted = row_totals * (column_totals.sum() / row_totals.sum()) if row_totals.sum() > 0 else row_totals
    for _ in range(rounds):
        value = value * _factor(wanted, sums_by(row, value, len(wanted)))[row]
        factor = _factor(column_totals, sums_by(column, value, len(column_totals)))
        value = value * factor[column]
        if np.all(np.abs(factor[column_totals > 0] - 1) <= tolerance):
            break
    settled = _without_dust(column, value, column_totals)
    return sp.csr_array((settled, (row, column)), shape=table.shape)


def _without_dust(column: Ints, value: Floats, column_totals: Floats) -> Floats:
    """Cells under a thousandth of a pupil set to 0, where their column has others: nobody lives there."""
    large = np.where(value >= DUST_PUPILS, value, 0.0)
    found = sums_by(column, large, len(column_totals))
    kept = np.where(found[column] > 0, large, value)
    return np.asarray(kept * _factor(column_totals, sums_by(column, kept, len(column_totals)))[column])


def _factor(wanted: Floats, found: Floats) -> Floats:
    return np.divide(wanted, found, out=np.zeros_like(wanted, dtype=np.float64), where=found > 0)


def largest_remainder(shares: Floats, slots: int) -> npt.NDArray[np.int64]:
    """Share `slots` whole slots in proportion to `shares`, at least one each (Hamilton's method after that one).

    Parameters
    ----------
    shares : (k,) float
        Weights >= 0, not all zero.
    slots : int
        At least k.

    Returns
    -------
    (k,) int
        Sums to `slots`; ties go to the first.
    """
    if slots < len(shares):
        raise ValueError(f"{slots} slots cannot give {len(shares)} shares one each")
    wanted = shares / shares.sum() * slots
    given = np.maximum(np.floor(wanted).astype(np.int64), 1)
    while given.sum() > slots:
        given[np.argmax(np.where(given > 1, given - wanted, -np.inf))] -= 1
    while given.sum() < slots:
        given[np.argmax(wanted - given)] += 1
    return np.asarray(given)
