"""Families who answer to a plan: the demand once some leave the public collège, or come back to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from maillage.arrays import Floats
from maillage.demography.avoidance import apply_response, response_points
from maillage.demography.private import public_shares
from maillage.demography.sectors import NewSectors
from maillage.demography.supposed import avoidance_told
from maillage.hypotheses import AvoidanceResponse
from maillage.territory import Territory

if TYPE_CHECKING:
    from maillage.demography.demand import Demand


def answered_by(demand: Demand, plan: NewSectors, territory: Territory, response: AvoidanceResponse) -> Demand:
    """See `Demand.answered`."""
    if not response.is_on:
        return demand
    before, after = territory.units.present, np.asarray(plan.at(plan.start))
    ips = np.append(territory.colleges.ips, np.nan)
    points = response_points(before != after, ips[after] - ips[before], response)
    share = public_shares(territory) if demand.trail is None else demand.trail.public_share
    answer = apply_response(demand.pupils, demand.rentrees, plan.start, share, points)
    pupils: Floats = np.asarray(answer.pupils, np.float64)
    draws = None
    if demand.draws is not None:
        draws = apply_response(demand.draws, demand.rentrees, plan.start, share, points).pupils
    leavers = answer.leavers.sum(axis=(0, 1))
    private = float(territory.private.pupils.sum())
    factor = demand.private_factor + (leavers / private if private > 0 else 0.0)
    said = avoidance_told(response, answer.capped)
    # The trail tells of the demand before families answered: it would not add up to this one.
    return replace(
        demand,
        pupils=pupils,
        draws=draws,
        composition=None if demand.composition is None else demand.composition.of(pupils),
        private_factor=np.maximum(factor, 0.0),
        method=(*demand.method, *said),
        supposed=(*demand.supposed, *said),
        trail=None,
    )
