"""`Linear`: the bare arrays a solver is handed, their restriction to fewer columns, and bounds that need no trust."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from maillage.arrays import Bools, Floats, Index
from maillage.model.program import Program


@dataclass(frozen=True, eq=False)
class Linear:
    """``min cost @ v + constant`` with ``row_lower <= matrix @ v <= row_upper``, ``lower <= v <= upper``.

    Attributes
    ----------
    cost, lower, upper : (n,) float
    constant : float
    integer : (n,) bool
    matrix : (m, n) csr
    row_lower, row_upper : (m,) float
    """

    cost: Floats
    constant: float
    lower: Floats
    upper: Floats
    integer: Bools
    matrix: sparse.csr_array
    row_lower: Floats
    row_upper: Floats

    def floor(self) -> float:
        """What no solution can be under, from the columns' bounds alone; -inf where one is endless."""
        cheapest = np.where(self.cost >= 0, self.lower, self.upper)
        return float(self.cost[self.cost != 0] @ cheapest[self.cost != 0]) + self.constant

    def value(self, values: Floats) -> float:
        """Objective of a vector of column values."""
        return float(self.cost @ values) + self.constant

    def admits(self, values: Floats, tolerance: float = 1e-6) -> bool:
        """Whether a vector respects all rows and bounds, within a relative tolerance."""
        activity = self.matrix @ values
        slack = tolerance * np.maximum(1.0, np.abs(np.where(np.isfinite(self.row_upper), self.row_upper, self.row_lower)))
        # A row such as `load - capacity y <= 0` is judged on the size of its terms, not on its right-hand side of 0.
        slack = np.maximum(slack, tolerance * (abs(self.matrix) @ np.abs(values)))
        rows = (activity >= self.row_lower - slack) & (activity <= self.row_upper + slack)
        columns = (values >= self.lower - tolerance) & (values <= self.upper + tolerance)
        return bool(rows.all() and columns.all())

    def reduced_costs(self, duals: Floats) -> Floats:
        """(n,) ``cost - duals @ matrix``."""
        return np.asarray(self.cost - self.matrix.T @ duals)

    def dual_bound(self, duals: Floats) -> float:
        """Least objective that the row duals prove, whatever solver they come from (weak duality).

        ``sum_i max(dual, 0) row_lower + min(dual, 0) row_upper + sum_j min over the column's bounds of reduced_cost v``.
        """
        duals = self.usable(duals)
        rows = np.where(duals > 0, self.row_lower, np.where(duals < 0, self.row_upper, 0.0))
        reduced = self.reduced_costs(duals)
        # Rounding noise on a column without bound must not cost an infinite amount.
        reduced[(np.abs(reduced) < 1e-9 * max(1.0, np.abs(self.cost).max())) & ~np.isfinite(self.upper)] = 0.0
        columns = np.where(reduced > 0, self.lower, np.where(reduced < 0, self.upper, 0.0))
        return float(duals @ rows + reduced @ columns) + self.constant

    def usable(self, duals: Floats) -> Floats:
        """Duals with those of the wrong sign for their row's bounds set to 0."""
        wrong = ((duals > 0) & ~np.isfinite(self.row_lower)) | ((duals < 0) & ~np.isfinite(self.row_upper))
        return np.where(wrong, 0.0, duals)


@dataclass(frozen=True, eq=False)
class Part:
    """A linear program on some of the columns of another, the rest being held at given values.

    Attributes
    ----------
    linear : Linear
    columns, rows : int
        Positions in the whole program of the columns and rows kept.
    held : (n,) float
        Values of the whole program's columns; only those not kept matter.
    """

    linear: Linear
    columns: Index
    rows: Index
    held: Floats

    def whole(self, values: Floats) -> Floats:
        """Values of the whole program's columns."""
        full = self.held.copy()
        full[self.columns] = values
        return full

    def whole_duals(self, duals: Floats, rows: int) -> Floats:
        """Duals of the whole program's rows; 0 for rows left out."""
        full = np.zeros(rows)
        full[self.rows] = duals
        return full


def linear_of(program: Program) -> Linear:
    """The arrays of a program, without names."""
    row_lower, row_upper = program.row_bounds
    return Linear(
        program.cost,
        program.constant,
        program.lower,
        program.upper,
        program.integer,
        program.matrix,
        row_lower,
        row_upper,
    )


def part_of(linear: Linear, keep: Bools, held: Floats | None = None) -> Part:
    """Keep some columns, hold the others (at 0 unless given), drop the rows that can no longer be broken: exact."""
    held = np.zeros(len(linear.cost)) if held is None else np.where(keep, 0.0, held)
    columns = np.flatnonzero(keep)
    matrix = sparse.csr_array(linear.matrix[:, columns])
    fixed = linear.matrix @ held
    row_lower, row_upper = linear.row_lower - fixed, linear.row_upper - fixed
    least, most = _activity(matrix, linear.lower[columns], linear.upper[columns])
    slack = 1e-9 * np.maximum(1.0, np.abs(fixed))
    rows = np.flatnonzero((least < row_lower - slack) | (most > row_upper + slack))
    part = replace(
        linear,
        cost=linear.cost[columns],
        constant=linear.value(held),
        lower=linear.lower[columns],
        upper=linear.upper[columns],
        integer=linear.integer[columns],
        matrix=sparse.csr_array(matrix[rows]),
        row_lower=row_lower[rows],
        row_upper=row_upper[rows],
    )
    return Part(part, columns, rows, held)


def _activity(matrix: sparse.csr_array, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """Least and most value of each row, given the columns' bounds (which may be infinite above)."""
    up, down = matrix.maximum(0), matrix.minimum(0)
    endless = ~np.isfinite(upper)
    capped = np.where(endless, 0.0, upper)
    least, most = up @ lower + down @ capped, up @ capped + down @ lower
    if endless.any():
        least = np.where(down @ endless.astype(float) < 0, -np.inf, least)
        most = np.where(up @ endless.astype(float) > 0, np.inf, most)
    return np.asarray(least), np.asarray(most)
