"""Cover cuts: what whole units add to a capacity that the relaxation does not see.

Units C that together exceed a capacity cannot all be served: ``sum_C x <= (|C| - 1) y``. Lifted after Balas (1975),
doi:10.1007/BF01580440: with the loads of C sorted in falling order and ``m_h`` the sum of the first h, a unit outside C
whose load is at least ``m_h`` counts h times. Valid for every plan, so that bounds and reduced costs that use them are
those of the whole problem.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import sparse

from maillage.arrays import Floats, Ints
from maillage.model.program import Program
from maillage.model.rules import highest_years
from maillage.solver.linear import Linear

LEAST_VIOLATION = 1e-3


def with_covers(program: Program, linear: Linear, values: Floats) -> Linear | None:
    """The program with the cover cuts that `values` violate; None where there are none."""
    problem, columns = program.problem, program.columns
    if problem.splittable:
        return None
    order = np.argsort(columns.site, kind="stable").astype(np.int32)
    ends = np.searchsorted(columns.site[order], np.arange(problem.shape[1] + 1))
    rows: list[tuple[Ints, Floats]] = []
    for s in np.flatnonzero(np.isfinite(problem.capacity)):
        pair = order[ends[s] : ends[s + 1]]
        opened = float(values[columns.open[s]])
        for t in highest_years(problem.demand):
            load = problem.demand[columns.unit[pair], t]
            factor, size = _cover(load, values[pair], float(problem.capacity[s]))
            if size and factor @ values[pair] > size * opened + LEAST_VIOLATION:
                used = np.flatnonzero(factor)
                rows.append((np.append(pair[used], columns.open[s]), np.append(factor[used], -float(size))))
    return _with_rows(linear, rows) if rows else None


def _cover(load: Floats, value: Floats, capacity: float) -> tuple[Floats, int]:
    """Lifted coefficients of a minimal cover that the values violate most, greedily, and its right-hand side (0: none)."""
    some = np.flatnonzero((load > 0) & (value > 1e-9))
    best = some[np.argsort((1 - value[some]) / load[some], kind="stable")]
    # A cover must exceed the capacity clearly: rounding must never forbid a plan that fits exactly.
    enough = np.flatnonzero(np.cumsum(load[best]) > capacity * (1 + 1e-6) + 1e-6)
    if not len(enough):
        return np.zeros(len(load)), 0
    cover = best[: enough[0] + 1]
    spare = float(load[cover].sum()) - capacity * (1 + 1e-6) - 1e-6
    kept = np.ones(len(cover), bool)
    for i in np.argsort(value[cover], kind="stable"):
        if load[cover[i]] < spare:
            spare -= float(load[cover[i]])
            kept[i] = False
    cover = cover[kept]
    most = np.cumsum(np.sort(load[cover])[::-1])
    factor = np.searchsorted(most, load, side="right").astype(float)
    factor[cover] = 1.0
    return factor, len(cover) - 1


def _with_rows(linear: Linear, rows: list[tuple[Ints, Floats]]) -> Linear:
    starts = np.cumsum([0, *(len(column) for column, _ in rows)])
    flat = (np.concatenate([value for _, value in rows]), np.concatenate([column for column, _ in rows]), starts)
    cuts = sparse.csr_array(flat, shape=(len(rows), linear.matrix.shape[1]))
    return replace(
        linear,
        matrix=sparse.csr_array(sparse.vstack([linear.matrix, cuts], format="csr")),
        row_lower=np.append(linear.row_lower, np.full(len(rows), -np.inf)),
        row_upper=np.append(linear.row_upper, np.zeros(len(rows))),
    )
