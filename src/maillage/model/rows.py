"""`Rows`: one rule written as sparse linear inequalities, each row knowing which unit, site and year it speaks of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from maillage.arrays import Floats, Ints
from maillage.model.problem import Problem

NOBODY = -1
"""In `Rows.unit`, `site` and `year`: the row speaks of none in particular."""


@dataclass(frozen=True, eq=False)
class Rows:
    """``lower <= matrix @ columns <= upper`` under the name of a rule.

    Attributes
    ----------
    rule : str
    matrix : (m, columns) csr
    lower, upper : (m,) float
        -inf, inf where there is none.
    unit, site, year : (m,) int32
        What each row speaks of; -1 = none in particular. For a limit, `site` is the position of the limit.
    """

    rule: str
    matrix: sparse.csr_array
    lower: Floats
    upper: Floats
    unit: Ints
    site: Ints
    year: Ints

    def __len__(self) -> int:
        return len(self.lower)

    def names(self, problem: Problem) -> list[str]:
        """``rule[unit,site,year]``; rows that speak of nobody are numbered."""
        units, sites = problem.unit_names.tolist(), problem.site_names.tolist()
        if self.rule in LIMIT_RULES:
            sites = [limit.name for limit in problem.limits]
        keys = zip(self.unit.tolist(), self.site.tolist(), self.year.tolist(), strict=True)
        parts = [",".join(_parts(problem, units, sites, *key)) for key in keys]
        return [f"{self.rule}[{part or n}]" for n, part in enumerate(parts)]


LIMIT_RULES = ("within_limits",)
"""Rules whose rows speak of limits where others speak of sites."""


def _parts(problem: Problem, units: list[str], sites: list[str], u: int, s: int, t: int) -> list[str]:
    parts = [units[u]] if u >= 0 else []
    parts += [sites[s]] if s >= 0 else []
    return parts + ([problem.year(t)] if t >= 0 else [])


def rows_of(
    rule: str,
    width: int,
    entries: tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike],
    bounds: tuple[npt.ArrayLike, npt.ArrayLike],
    *,
    unit: npt.ArrayLike = NOBODY,
    site: npt.ArrayLike = NOBODY,
    year: npt.ArrayLike = NOBODY,
    height: int,
) -> Rows:
    """Assemble a rule's rows from ``(row, column, value)`` entries; bounds and keys are broadcast to `height` rows."""
    row, column, value = (np.asarray(entry) for entry in entries)
    matrix = sparse.csr_array((value.astype(float), (row, column)), shape=(height, width))
    lower, upper = (np.broadcast_to(np.asarray(b, float), height).copy() for b in bounds)
    keys = (np.broadcast_to(np.asarray(k, np.int32), height).copy() for k in (unit, site, year))
    return Rows(rule, matrix, lower, upper, *keys)


def stack(rule: str, width: int, parts: list[Rows]) -> Rows:
    """Rows of several parts under one rule's name; no part gives a rule without rows."""
    if not parts:
        return rows_of(rule, width, ([], [], []), (0.0, 0.0), height=0)
    matrix = sparse.csr_array(sparse.vstack([p.matrix for p in parts], format="csr"))
    columns = ([getattr(p, name) for p in parts] for name in ("lower", "upper", "unit", "site", "year"))
    return Rows(rule, matrix, *(np.concatenate(c) for c in columns))
