"""The registry of indicators: a name, a unit, which way is better, and one small function each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from maillage.arrays import Floats
from maillage.indicators.situation import Situation

Better = Literal["lower", "higher", ""]
Values = Callable[[Situation], Floats]
Judge = Callable[[Situation], bool]

TOLERANCE = 1e-6
"""Relative excess under which a load still counts as within its limit: rounding of a sum, not a pupil."""


@dataclass(frozen=True)
class Indicator:
    """One figure about a plan, for every rentrée.

    Attributes
    ----------
    name : str
    unit : str
        "min", "share" (0 to 1), "pupils", "collèges", "meals" (a day), "index" (0 to 1), "IPS", ...
    better : str
        "lower", "higher", or "" where neither is better in itself.
    values : function Situation -> (T,) float
        NaN where the inputs it needs are unknown.
    estimated : function Situation -> bool
        Whether the value *at the base rentrée* rests on an estimate; later rentrées are projected anyway.
    """

    name: str
    unit: str
    better: Better
    values: Values
    estimated: Judge


_registry: dict[str, Indicator] = {}

INDICATORS: Mapping[str, Indicator] = MappingProxyType(_registry)
"""Every indicator by name, in the order of the reports."""


def indicator(name: str, unit: str, better: Better, estimated: Judge) -> Callable[[Values], Values]:
    """Register the decorated function as an indicator."""

    def _register(values: Values) -> Values:
        if name in _registry:
            raise AssertionError(f"two indicators are named {name!r}")
        _registry[name] = Indicator(name, unit, better, values, estimated)
        return values

    return _register


def always(_: Situation) -> bool:
    """Rests on an estimate whatever the data: where pupils live, or who is disadvantaged."""
    return True


def never(_: Situation) -> bool:
    """Counts what the plan itself decides."""
    return False


def if_moved(situation: Situation) -> bool:
    """Published by collège, so observed under today's sectors and estimated once pupils are moved."""
    return situation.moved_at_base


def if_group_imputed(situation: Situation) -> bool:
    """As `if_moved`, or the disadvantaged pupils of some public collège are not the planner's figure."""
    return situation.moved_at_base or not situation.territory.group_observed


def if_moved_or_private_imputed(situation: Situation) -> bool:
    """As `if_moved`, or a private collège's standard deviation is missing."""
    return situation.moved_at_base or situation.private_sd_imputed


def if_capacity_estimated(situation: Situation) -> bool:
    """Some capacity is not the planner's figure, or pupils are moved."""
    return situation.moved_at_base or bool(situation.territory.colleges.capacity_estimated.any())


def if_lunches_estimated(situation: Situation) -> bool:
    """Some lunch rate is not published, or pupils are moved."""
    return situation.moved_at_base or bool(situation.territory.colleges.lunch_rate_estimated.any())


def if_places_estimated(situation: Situation) -> bool:
    """As `if_lunches_estimated`, or seats and sittings of a canteen are estimated or unknown."""
    colleges = situation.territory.colleges
    unknown = np.isnan(situation.lunch_places) & (colleges.lunch_rate > 0)
    return if_lunches_estimated(situation) or bool((colleges.canteen_estimated | unknown).any())
