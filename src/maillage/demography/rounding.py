"""Whole pupils: rounding that keeps totals, and small numbers that are not shown."""

from __future__ import annotations

from maillage.arrays import Floats

LEAST_CELL = 5
"""Counts of pupils under this never leave in an export."""


def rounded(pupils: Floats, exported: bool) -> Floats:
    """(N, K + 1) whole pupils of (N, K), with their totals."""
    raise NotImplementedError
