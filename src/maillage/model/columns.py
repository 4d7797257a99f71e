"""`Columns`: where each variable of a problem stands among the columns of its program.

In this order: one column for each allowed pair (unit u, site s), ``x[u, s]``; one for each site, ``y[s]`` (open); the
overflow of each limit and year where limits are soft; the positive part of each site's excess of the reference group,
and of its index sum, where these are measured.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from maillage.arrays import Floats, Ints
from maillage.model.problem import Problem


@dataclass(frozen=True, eq=False)
class Columns:
    """Layout of the columns.

    Attributes
    ----------
    unit, site : (P,) int32
        The allowed pairs, ordered by unit, then site.
    shape : (units, sites)
    years : int
        Years in which a soft limit may overflow.
    limits : int
        Number of soft limits; 0 where limits are hard.
    excess, index : bool
        Whether the group's excess and the index sum have columns.
    """

    unit: Ints
    site: Ints
    shape: tuple[int, int]
    limits: int
    years: int
    excess: bool
    index: bool

    @property
    def pairs(self) -> int:
        """Number of allowed pairs; they are the first columns."""
        return len(self.unit)

    @cached_property
    def position(self) -> Ints:
        """(U, S) column of each pair, -1 where it is forbidden."""
        position = np.full(self.shape, -1, np.int32)
        position[self.unit, self.site] = np.arange(self.pairs)
        return position

    @property
    def open(self) -> Ints:
        """(S,) columns of ``y``."""
        return self._block(self.pairs, self.shape[1])

    @property
    def overflow(self) -> Ints:
        """(L, T) columns of the overflow of soft limits."""
        return self._block(self.pairs + self.shape[1], self.limits * self.years).reshape(self.limits, self.years)

    @property
    def group_excess(self) -> Ints:
        """(S,) columns of the positive part of ``A_s - pi N_s``; empty where not measured."""
        return self._block(self.pairs + self.shape[1] + self.limits * self.years, self.shape[1] * self.excess)

    @property
    def index_excess(self) -> Ints:
        """(S,) columns of the positive part of the index sums; empty where not measured."""
        before = self.pairs + self.shape[1] * (1 + self.excess) + self.limits * self.years
        return self._block(before, self.shape[1] * self.index)

    def __len__(self) -> int:
        return self.pairs + self.shape[1] * (1 + self.excess + self.index) + self.limits * self.years

    @staticmethod
    def _block(start: int, length: int) -> Ints:
        return np.arange(start, start + length, dtype=np.int32)


def columns_of(problem: Problem) -> Columns:
    """Lay out the columns of a problem: pairs that are forbidden, or whose site is closed for good, have none."""
    allowed = problem.allowed.copy()
    allowed[:, list(problem.forced_closed)] = False
    unit, site = (axis.astype(np.int32) for axis in np.nonzero(allowed))
    soft = len(problem.limits) if problem.overflow_cost is not None else 0
    measures_index = problem.deviation_weight > 0
    return Columns(unit, site, problem.shape, soft, problem.projected.shape[1], problem.measures_dissimilarity, measures_index)


def mix_coefficients(problem: Problem) -> Floats:
    """(U,) what a unit adds to its site's excess of the reference group: ``group_u - pi mix_pupils_u`` (pupils)."""
    assert problem.group is not None
    return np.asarray(problem.group - problem.mix_share * problem.mix_pupils)
