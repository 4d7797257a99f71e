"""A plan across simulated futures: how likely each collège is to be too full, or too small."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from maillage.arrays import Floats
from maillage.demography.demand import Demand
from maillage.errors import Fault, InputError
from maillage.indicators.registry import TOLERANCE
from maillage.plan import Plan
from maillage.territory import Territory

DRAW = "Draw futures: draws = 200 in [study], StudySettings(draws=200) or project_enrolment(..., draws=200)"
"""Remedy where there are none."""


def breaking(plan: Plan, demand: Demand, territory: Territory) -> pd.DataFrame:
    """How often each collège exceeds its capacity, or falls under its least size, over the simulated futures of a demand.

    Each rentrée is counted by itself: the probability of being too full at least once is higher than that of any rentrée.

    Parameters
    ----------
    plan : Plan
        Its scenario's rules say which capacity counts (``low``, ``central``, ``high``) and ``min_pupils``.
    demand : Demand
        With draws, over the plan's rentrées.
    territory : Territory

    Returns
    -------
    DataFrame
        One row a collège and rentrée from the plan's first to its last: ``uai, rentree, p_over_capacity, p_under_min,
        capacity_estimated``. Both shares of the futures from 0 to 1; their standard error is ``sqrt(p (1 - p) / futures)``.
        NaN: of a collège that is closed; `p_over_capacity` where its capacity is unknown or the rules bind none;
        `p_under_min` where the rules ask for no least size.

    Raises
    ------
    InputError
        The demand has no simulated futures, or not all rentrées of the plan.
    """
    wanted = np.arange(plan.start, plan.until + 1)
    loads = _loads(plan, demand, wanted)
    colleges, rules = territory.colleges, plan.scenario.rules
    known = {"low": colleges.capacity_low, "central": colleges.capacity, "high": colleges.capacity_high}
    places = np.where(plan.open, known.get(rules.capacity, np.full(len(colleges), np.nan)), np.nan)[:, None]
    least = np.where(plan.open, rules.min_pupils or np.nan, np.nan)[:, None]
    over = np.where(np.isnan(places), np.nan, (loads > places + _slack(places)).mean(axis=0))
    under = np.where(np.isnan(least), np.nan, (loads < least - _slack(least)).mean(axis=0))
    return pd.DataFrame(
        {
            "uai": np.repeat(plan.uai, len(wanted)),
            "rentree": np.tile(wanted, len(plan.uai)),
            "p_over_capacity": over.ravel(),
            "p_under_min": under.ravel(),
            "capacity_estimated": np.repeat(colleges.capacity_estimated, len(wanted)),
        }
    )


def _loads(plan: Plan, demand: Demand, wanted: np.ndarray) -> Floats:
    """(D, S, T) pupils of each collège in each future and rentrée wanted, all of them under the plan's new sectors."""
    missing = tuple(str(year) for year in np.setdiff1d(wanted, demand.rentrees))
    if demand.draws is None or not len(demand.draws):
        raise InputError([Fault("futures", "the demand has no simulated futures", remedy=DRAW)])
    if missing:
        raise InputError([Fault("futures", "rentrées of the plan that `demand` does not cover", rows=missing)])
    inside = np.flatnonzero(plan.assignment >= 0)
    shape = (len(plan.uai), len(plan.assignment))
    goes = sparse.csr_array((np.ones(len(inside)), (plan.assignment[inside], inside)), shape=shape)
    years = np.searchsorted(demand.rentrees, wanted)
    return np.stack([goes @ future.sum(axis=1, dtype=np.float64)[:, years] for future in demand.draws])


def _slack(bound: Floats) -> Floats:
    """What is rounding and no pupil."""
    return np.asarray(TOLERANCE * np.maximum(1.0, bound))
