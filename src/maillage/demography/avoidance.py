"""How families answer when their sector changes: they leave the public collège, or come back to it. A sensitivity.

Published figures, which differ from place to place even in their sign: in the Paris sectors with two collèges, the share of
private 6e fell by 7 points in one sector (35 to 28 %), new 6e of collèges that had been losing rose by 6 and 25 % in others;
J. Grenet, Y. Souidi (2021), Renforcer la mixité sociale au collège : une évaluation des secteurs multi-collèges à Paris,
Institut des politiques publiques, rapport 31.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from maillage.arrays import Bools, Floats
from maillage.demography.public_share import by_cohort
from maillage.errors import Fault, InputError
from maillage.hypotheses import AvoidanceResponse

Pupils = npt.NDArray[np.floating[Any]]


class Answered(NamedTuple):
    """Pupils after families have answered.

    Attributes
    ----------
    pupils : (..., U, 4, T) float
        In public collèges.
    leavers : (..., U, 4, T) float
        Who left them; negative where families came back. With `pupils` they are what there was.
    capped : int
        Units whose public share would have left 0 to 1, and was held there.
    """

    pupils: Pupils
    leavers: Pupils
    capped: int


def response_points(moved: Bools | Floats, ips_gap: Floats, response: AvoidanceResponse) -> Floats:
    """(U,) points of public share that families add, or take away where negative.

    ``moved x clip(points_if_moved + points_per_10_ips x ips_gap / 10, -max_points, max_points)``.

    Parameters
    ----------
    moved : (U,) bool or float
        Whether the unit's sector changes, or the share of it that does.
    ips_gap : (U,) float
        IPS of the new collège less that of the old one; NaN where one of them is unknown, which then counts as no gap.
    response : AvoidanceResponse
    """
    gap = np.nan_to_num(np.asarray(ips_gap, float))
    points = response.points_if_moved + response.points_per_10_ips * gap / 10
    return np.asarray(np.asarray(moved, float) * np.clip(points, -response.max_points, response.max_points))


def apply_response(
    pupils: Pupils, rentrees: npt.NDArray[np.int64], start: int, public_share: Floats, points: Floats
) -> Answered:
    """Public pupils once families have answered to new sectors.

    Only 6e who enter from `start` on answer, and a cohort keeps its answer up to 3e: of a cohort that entered at ``e``,
    ``pupils' = pupils x clip(share + points / 100, 0, 1) / share`` where ``e >= start``.

    Parameters
    ----------
    pupils : (..., U, 4, T) float
        Public pupils by unit, grade (6e to 3e) and rentrée; draws may lead.
    rentrees : (T,) int
        Consecutive; the first is the base.
    start : int
        First rentrée under the new sectors, after the base.
    public_share : (U,) or (U, T) float
        Public share of the 6e living in the unit, for all rentrées or by rentrée of entry. Where it is 0 or NaN nobody is
        known who could come back: nothing changes there.
    points : (U,) float

    Raises
    ------
    InputError
        A start at or before the base; a public share outside 0 to 1.
    """
    share = np.asarray(public_share, float)
    share = np.repeat(share[:, None], len(rentrees), axis=1) if share.ndim == 1 else share
    _refuse(rentrees, start, share)
    answering = (rentrees >= start) & (share > 0)
    wanted = share + np.where(answering, np.asarray(points, float)[:, None] / 100, 0.0)
    held = np.clip(wanted, 0.0, 1.0)
    factor = np.divide(held, share, out=np.ones_like(share), where=answering)
    # Draws are float32, and large: they stay so.
    after = pupils * by_cohort(factor).astype(pupils.dtype)
    beyond = answering & ((wanted < -1e-9) | (wanted > 1 + 1e-9))
    return Answered(after, pupils - after, int(beyond.any(axis=1).sum()))


def _refuse(rentrees: npt.NDArray[np.int64], start: int, share: Floats) -> None:
    faults = []
    if start <= rentrees[0]:
        remedy = f"Start at {rentrees[0] + 1} or later"
        faults.append(Fault("avoidance", f"start = {start}, but the pupils of {rentrees[0]} are known", remedy=remedy))
    if ((share < 0) | (share > 1)).any():
        faults.append(
            Fault("avoidance", "a public share outside 0 to 1", "public_share", remedy="Give shares, not percentages")
        )
    if faults:
        raise InputError(faults)
