"""A few simulated futures that stand for many: those a plan is asked to hold in."""

from __future__ import annotations

import numpy as np

from maillage.arrays import Bools
from maillage.demography.demand import Demand
from maillage.errors import Fault, InputError


def representative(demand: Demand, inside: Bools, until: int, count: int, both_ends: bool) -> tuple[int, ...]:
    """Numbers of the futures a plan has to hold in, chosen by their pupils at the horizon: the same draws, the same choice.

    The futures are put in order of their total at `until` (equals by number); ``count`` of them are taken at evenly spaced
    places, the middles of ``count`` equal parts, of the upper half (all of them where the half has fewer), or, with
    `both_ends`, of the whole order.

    Parameters
    ----------
    demand : Demand
    inside : (U,) bool
        Units whose pupils count.
    until : int
        A rentrée of `demand`.
    count : int
        0 chooses none.
    both_ends : bool
        Whether small futures bind too: where collèges have a least size.

    Raises
    ------
    InputError
        `demand` has no simulated futures, or fewer than `count`.

    Notes
    -----
    A plan made for a sample of futures is warranted in these futures and in no other: they are few and chosen, so that no
    probability of failing elsewhere follows from them (for plans made for many futures drawn at random, and convex programs,
    see Calafiore and Campi 2006, doi:10.1109/TAC.2006.875041). `maillage.indicators.breaking` counts in all of them.
    """
    if not count:
        return ()
    drawn = 0 if demand.draws is None else len(demand.draws)
    if demand.draws is None or drawn < count:
        remedy = f"project_enrolment(..., draws=200), or draws = 200 in [study]; at least {count}"
        raise InputError([Fault("rules.futures", f"asks for {count} simulated futures, the demand has {drawn}", remedy=remedy)])
    at = int(np.searchsorted(demand.rentrees, until))
    total = demand.draws[..., at][:, inside].sum(axis=(1, 2), dtype=np.float64)
    order = np.argsort(total, kind="stable")
    pool = order if both_ends else order[-max((drawn + 1) // 2, count) :]
    places = (2 * np.arange(count) + 1) * len(pool) // (2 * count)
    return tuple(pool[places].tolist())
